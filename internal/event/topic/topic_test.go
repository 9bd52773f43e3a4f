package topic_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"probity/internal/event"
	"probity/internal/event/topic"
	"probity/internal/subject"
)

// TestTopic: what is written to the bus is a CloudEvent in binary form, keyed by its subject and in its order there.
func TestTopic(t *testing.T) {
	t.Parallel()
	bus, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(3, "credit"))
	if err != nil {
		t.Fatal(err)
	}
	defer bus.Close()
	to, err := topic.New(bus.ListenAddrs())
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	at := time.Date(2026, 11, 23, 1, 2, 3, 0, time.UTC)
	const each = 5
	for n := range each {
		for _, of := range []subject.ID{7, 8, 9} {
			e := event.Event{Subscription: 4, Position: int64(n), Subject: of, Source: event.SourceNotice, Number: int64(n + 1), Type: event.RatingChanged, Thing: "enterprise-credit", At: at}
			if err := to.Carry(t.Context(), &event.Parcel{Address: "credit", Envelope: e.Envelope("https://probity.example")}); err != nil {
				t.Fatal(err)
			}
		}
	}
	reader, err := kgo.NewClient(kgo.SeedBrokers(bus.ListenAddrs()...), kgo.ConsumeTopics("credit"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	next := map[string]int{}
	for got := 0; got < 3*each; {
		f := reader.PollFetches(t.Context())
		if err := f.Err(); err != nil {
			t.Fatal(err)
		}
		f.EachRecord(func(r *kgo.Record) {
			got++
			said := map[string]string{}
			for _, h := range r.Headers {
				said[h.Key] = string(h.Value)
			}
			var d struct {
				Position int
				Thing    string
			}
			if err := json.Unmarshal(r.Value, &d); err != nil {
				t.Fatal(err)
			}
			key := string(r.Key)
			if d.Position != next[key] || d.Thing != "enterprise-credit" {
				t.Errorf("%s: position %d after %d", key, d.Position, next[key])
			}
			next[key]++
			want := map[string]string{
				"ce_specversion": "1.0", "ce_type": "probity.rating.changed", "ce_source": "https://probity.example", "ce_subject": key,
				"ce_time": "2026-11-23T01:02:03Z", "content-type": "application/json",
			}
			for name, value := range want {
				if said[name] != value {
					t.Errorf("%s is %q", name, said[name])
				}
			}
			if said["ce_id"] == "" {
				t.Error("an event without an id")
			}
		})
	}
	if fmt.Sprint(len(next)) != "3" {
		t.Errorf("keys: %v", next)
	}
}

// TestNoBus: where no broker answers, the attempt fails within its time and says so.
func TestNoBus(t *testing.T) {
	t.Parallel()
	if _, err := topic.New([]string{"no port at all:x"}); err == nil {
		t.Error("an address that is none was taken")
	}
}
