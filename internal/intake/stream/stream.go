// Package stream brings what comes on a Kafka topic to the intake: each message is one row, a JSON object. Messages are gathered
// for a moment into parcels, each of which is taken in as one submission. The group's place in the topic moves on once a parcel was
// taken in: what was cut off before that comes again, and a row that is in already changes nothing.
package stream

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"probity/internal/fault"
)

// Options say what is read, and how it is gathered.
type Options struct {
	// Brokers are host:port each; TLS has the connections encrypted, and the brokers prove themselves by the machine's authorities.
	Brokers []string
	TLS     bool
	Topic   string
	// Group is the name under which the brokers keep the place in the topic. Processes of one group share its partitions.
	Group string
	// Rows is how many messages a parcel has at most, Wait how long its first one waits for more.
	Rows int
	Wait time.Duration
	// UntilEmpty ends when nothing has come for as long as Wait, and for three seconds at least.
	UntilEmpty bool
}

// Parcel is some messages as newline-delimited JSON, in the order of each partition.
type Parcel struct {
	// Name says where they came from: the topic, and the first and last offset of each partition.
	Name string
	Rows int
	Text []byte
}

// most is how many bytes a parcel has at most, one message more or less.
const most = 32 << 20

const (
	// still is how long a bus may need to give the first message to who was just given partitions.
	still = 3 * time.Second
	// alone is how long a group may need to give somebody partitions; where others have them all it never does.
	alone = 15 * time.Second
)

// Source reads one topic for one group.
type Source struct {
	o      Options
	client *kgo.Client
	// joined tells that the group has given this process partitions.
	joined atomic.Bool
}

// Open makes a source; nothing is asked of the brokers yet. Close it in the end.
func Open(o Options) (*Source, error) {
	s := &Source{o: o}
	options := []kgo.Opt{
		kgo.SeedBrokers(o.Brokers...), kgo.ClientID("probity"), kgo.ConsumeTopics(o.Topic), kgo.ConsumerGroup(o.Group),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.DisableAutoCommit(), kgo.BlockRebalanceOnPoll(), kgo.FetchMaxWait(500 * time.Millisecond),
		kgo.OnPartitionsAssigned(func(_ context.Context, _ *kgo.Client, given map[string][]int32) {
			if len(given) > 0 {
				s.joined.Store(true)
			}
		}),
	}
	if o.TLS {
		options = append(options, kgo.DialTLS())
	}
	var err error
	if s.client, err = kgo.NewClient(options...); err != nil {
		return nil, fault.New(fault.Invalid, "stream.brokers", "the topic %q cannot be read: %v", o.Topic, err).
			With("name the brokers as host:port, with commas between, and a group")
	}
	return s, nil
}

// Close leaves the group.
func (s *Source) Close() { s.client.CloseAllowingRebalance() }

// Run hands parcels to take, one after the other, until the context ends, take fails, or, where that was asked for, nothing comes
// any more. That the context ended between two parcels is no error.
func (s *Source) Run(ctx context.Context, take func(context.Context, Parcel) error) error {
	if err := s.there(ctx); err != nil {
		return err
	}
	defer s.client.AllowRebalance()
	for {
		list, err := s.gather(ctx)
		if err != nil || len(list) == 0 {
			return err
		}
		if err := take(ctx, s.parcel(list)); err != nil {
			return err
		}
		// What was taken in is noted even where somebody has just asked to stop.
		if err := s.client.CommitRecords(context.WithoutCancel(ctx), list...); err != nil {
			return s.away(ctx, err)
		}
		s.client.AllowRebalance()
	}
}

// there asks whether there is such a topic: who waits for one that nobody has made waits for ever.
func (s *Source) there(ctx context.Context) error {
	ask := kmsg.NewPtrMetadataRequest()
	one := kmsg.NewMetadataRequestTopic()
	one.Topic = &s.o.Topic
	ask.Topics = append(ask.Topics, one)
	answer, err := ask.RequestWith(ctx, s.client)
	if err != nil {
		return s.away(ctx, err)
	}
	for i := range answer.Topics {
		if err := kerr.ErrorForCode(answer.Topics[i].ErrorCode); err != nil {
			return s.away(ctx, err)
		}
	}
	return nil
}

// gather waits for a first message and then a moment for more; none where it is over.
func (s *Source) gather(ctx context.Context) ([]*kgo.Record, error) {
	list, err := s.first(ctx)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	moment, end := context.WithTimeout(ctx, s.o.Wait)
	defer end()
	for len(list) < s.o.Rows && size(list) < most && moment.Err() == nil {
		f := s.client.PollRecords(moment, s.o.Rows-len(list))
		if err := s.failed(ctx, f); err != nil {
			return nil, err
		}
		list = append(list, f.Records()...)
	}
	return list, nil
}

func size(list []*kgo.Record) (bytes int) {
	for _, r := range list {
		bytes += len(r.Value)
	}
	return bytes
}

// first waits for something to come; it gives nothing where the context has ended, or where nothing came for long enough.
func (s *Source) first(ctx context.Context) ([]*kgo.Record, error) {
	for waited := time.Duration(0); ; waited += max(s.o.Wait, still) {
		joined := s.joined.Load()
		f, over := s.poll(ctx)
		if err := s.failed(ctx, f); err != nil {
			return nil, err
		}
		if list := f.Records(); len(list) > 0 {
			return list, nil
		}
		if over && (ctx.Err() != nil || joined || waited >= alone) {
			return nil, nil //nolint:nilerr // that somebody asked to stop is no fault
		}
		s.client.AllowRebalance() // where the group has not begun yet, it may
	}
}

// poll waits for messages; over tells that the wait has ended: with the context, or where something had to come in a time.
func (s *Source) poll(ctx context.Context) (f kgo.Fetches, over bool) {
	if s.o.UntilEmpty {
		patient, end := context.WithTimeout(ctx, max(s.o.Wait, still))
		defer end()
		ctx = patient
	}
	f = s.client.PollRecords(ctx, s.o.Rows)
	return f, ctx.Err() != nil
}

// failed is why nothing could be fetched; what the client tries again by itself, and the end of a wait, are no faults.
func (s *Source) failed(ctx context.Context, f kgo.Fetches) error {
	for _, e := range f.Errors() {
		switch {
		case errors.Is(e.Err, context.DeadlineExceeded), errors.Is(e.Err, context.Canceled), kerr.IsRetriable(e.Err) && !errors.Is(e.Err, kerr.UnknownTopicOrPartition):
		default:
			return s.away(ctx, e.Err)
		}
	}
	return nil
}

// away says that the bus does not do what it is asked.
func (s *Source) away(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, kerr.UnknownTopicOrPartition) || errors.Is(err, kerr.InvalidTopicException) {
		return fault.New(fault.NotFound, "stream.topic", "the brokers have no topic %q", s.o.Topic).With("check its name; who runs the bus makes it")
	}
	if errors.Is(err, kerr.TopicAuthorizationFailed) || errors.Is(err, kerr.GroupAuthorizationFailed) {
		return fault.New(fault.Refused, "stream.denied", "the brokers do not let this program read the topic %q in the group %q", s.o.Topic, s.o.Group).
			With("have who runs the bus allow it")
	}
	return fault.New(fault.Unavailable, "stream.bus", "the bus at %s does not answer as it should: %v", strings.Join(s.o.Brokers, ", "), err).
		With("see whether the brokers run and can be reached; nothing that was taken in is lost, and the same command goes on")
}

// parcel is the messages as lines. What is no JSON object stands as a JSON string, so that it waits in quarantine as it came; a
// message without a value says nothing and is left out.
func (s *Source) parcel(list []*kgo.Record) Parcel {
	slices.SortStableFunc(list, func(a, b *kgo.Record) int {
		return cmp.Or(cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.Offset, b.Offset))
	})
	var text bytes.Buffer
	p := Parcel{Name: s.o.Topic}
	for i, r := range list {
		if i == 0 || list[i-1].Partition != r.Partition {
			p.Name += fmt.Sprintf(" %d:%d", r.Partition, r.Offset)
		}
		if i == len(list)-1 || list[i+1].Partition != r.Partition {
			p.Name += fmt.Sprintf("-%d", r.Offset)
		}
		if r.Value == nil {
			continue
		}
		p.Rows++
		line := bytes.TrimSpace(r.Value)
		start := text.Len()
		if !bytes.HasPrefix(line, []byte("{")) || json.Compact(&text, line) != nil {
			text.Truncate(start)
			quoted, _ := json.Marshal(string(r.Value)) // a string is never beyond it
			text.Write(quoted)
		}
		text.WriteByte('\n')
	}
	p.Text = text.Bytes()
	return p
}
