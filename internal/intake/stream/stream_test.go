package stream_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"probity/internal/fault"
	"probity/internal/intake/stream"
)

// bus is a Kafka cluster in this process, with one topic of two partitions.
type bus struct {
	*testing.T
	cluster *kfake.Cluster
}

func newBus(t *testing.T) *bus {
	t.Helper()
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(2, "penalties"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return &bus{t, c}
}

// send puts messages into a partition; nil is one without a value.
func (b *bus) send(partition int32, values ...any) {
	b.Helper()
	c, err := kgo.NewClient(kgo.SeedBrokers(b.cluster.ListenAddrs()...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	for _, v := range values {
		r := &kgo.Record{Topic: "penalties", Partition: partition}
		if text, ok := v.(string); ok {
			r.Value = []byte(text)
		}
		if err := c.ProduceSync(b.Context(), r).FirstErr(); err != nil {
			b.Fatal(err)
		}
	}
}

// read gives all parcels that come until there are no more; take may fail.
func (b *bus) read(change func(*stream.Options), take func(stream.Parcel) error) (all []stream.Parcel, err error) {
	b.Helper()
	o := stream.Options{Brokers: b.cluster.ListenAddrs(), Topic: "penalties", Group: "g", Rows: 100, Wait: 100 * time.Millisecond, UntilEmpty: true}
	if change != nil {
		change(&o)
	}
	s, err := stream.Open(o)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	err = s.Run(b.Context(), func(_ context.Context, p stream.Parcel) error {
		all = append(all, p)
		if take != nil {
			return take(p)
		}
		return nil
	})
	return all, err
}

func lines(all []stream.Parcel) (list []string) {
	for _, p := range all {
		list = append(list, strings.Split(strings.TrimSuffix(string(p.Text), "\n"), "\n")...)
	}
	return list
}

// TestParcels: messages come as lines, each partition in its order, whatever is in them; what was taken in does not come again.
func TestParcels(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	b.send(0, `{"n":1}`, "{\n \"n\": 2\n}", nil, `[3]`, "no JSON\nat all", `{"n":6`)
	b.send(1, `{"n":7}`)
	all, err := b.read(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`{"n":1}`, `{"n":2}`, `"[3]"`, `"no JSON\nat all"`, `"{\"n\":6"`, `{"n":7}`}
	if diff := cmp.Diff(want, lines(all)); diff != "" && len(all) == 1 {
		t.Error(diff)
	}
	rows := 0
	for _, p := range all {
		rows += p.Rows
	}
	if rows != len(want) {
		t.Errorf("%d rows in %d parcels", rows, len(all))
	}
	if len(all) == 1 && all[0].Name != "penalties 0:0-5 1:0-0" {
		t.Errorf("it is called %q", all[0].Name)
	}
	b.send(0, `{"n":8}`)
	all, err = b.read(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{`{"n":8}`}, lines(all)); diff != "" {
		t.Error(diff)
	}
}

// TestWhatWasCutOffComesAgain: a parcel that was not taken in comes again, and nothing before it.
func TestWhatWasCutOffComesAgain(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	const messages = 25
	for n := range messages {
		b.send(0, fmt.Sprintf(`{"n":%d}`, n))
	}
	ten := func(o *stream.Options) { o.Rows = 10 }
	cut := errors.New("killed")
	parcels := 0
	first, err := b.read(ten, func(stream.Parcel) error {
		if parcels++; parcels == 2 {
			return cut
		}
		return nil
	})
	if !errors.Is(err, cut) || len(first) != 2 {
		t.Fatalf("%d parcels, %v", len(first), err)
	}
	rest, err := b.read(ten, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range append(first, rest...) {
		if p.Rows > 10 {
			t.Errorf("a parcel of %d rows", p.Rows)
		}
	}
	var want []string
	for n := range messages {
		want = append(want, fmt.Sprintf(`{"n":%d}`, n))
	}
	if diff := cmp.Diff(want, lines(append(first[:1:1], rest...))); diff != "" {
		t.Error(diff)
	}
}

// TestNoBusNoTopic: what is wrong with the bus is said, with the cure.
func TestNoBusNoTopic(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	_, err := b.read(func(o *stream.Options) { o.Topic = "none" }, nil)
	if !fault.Is(err, fault.NotFound) {
		t.Errorf("no such topic: %v", err)
	}
	ctx, end := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer end()
	s, err := stream.Open(stream.Options{Brokers: []string{"127.0.0.1:1"}, Topic: "penalties", Group: "g", Rows: 1, Wait: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Run(ctx, nil); err == nil {
		t.Error("nobody is there, and it ended well")
	}
	if _, err := stream.Open(stream.Options{Brokers: []string{"no port at all:x"}, Topic: "t", Group: "g"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("an address that is none: %v", err)
	}
}

// TestItStopsWhenAsked: the end of the context between two parcels is no error.
func TestItStopsWhenAsked(t *testing.T) {
	t.Parallel()
	b := newBus(t)
	b.send(0, `{"n":1}`)
	ctx, stop := context.WithCancel(t.Context())
	s, err := stream.Open(stream.Options{Brokers: b.cluster.ListenAddrs(), Topic: "penalties", Group: "g", Rows: 1, Wait: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	taken := 0
	if err := s.Run(ctx, func(context.Context, stream.Parcel) error {
		taken++
		stop()
		return nil
	}); err != nil || taken != 1 {
		t.Errorf("%d taken, %v", taken, err)
	}
	if all, err := b.read(nil, nil); err != nil || len(all) != 0 {
		t.Errorf("what was taken in came again: %v, %v", all, err)
	}
}
