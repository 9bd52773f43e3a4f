// Package topic brings events to a topic of the deployment's own bus: CloudEvents over Kafka, in the binary form of their
// protocol binding. The key is the subject, so that what is told of one stays in its order.
package topic

import (
	"context"
	"encoding/json"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"probity/internal/event"
	"probity/internal/fault"
)

// Topic writes to topics. It is safe for concurrent use; Close ends it.
type Topic struct{ client *kgo.Client }

// New connects to the brokers when something is first to be written; each is a host and a port.
func New(brokers []string) (*Topic, error) {
	client, err := kgo.NewClient(
		kgo.SeedBrokers(brokers...), kgo.ClientID("probity"), kgo.RequiredAcks(kgo.AllISRAcks()), kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)),
		kgo.RecordDeliveryTimeout(10*time.Second),
	)
	if err != nil {
		return nil, fault.New(fault.Invalid, "event.brokers", "the brokers cannot be used: %v", err).With("name them as host:port, with commas between")
	}
	return &Topic{client}, nil
}

// Close ends the connections.
func (t *Topic) Close() { t.client.Close() }

// Carry returns when every replica in sync has the event.
func (t *Topic) Carry(ctx context.Context, p *event.Parcel) error {
	v := &p.Envelope
	data, err := json.Marshal(v.Data)
	if err != nil {
		return err
	}
	header := func(name, value string) kgo.RecordHeader { return kgo.RecordHeader{Key: name, Value: []byte(value)} }
	r := &kgo.Record{
		Topic: p.Address, Key: []byte(v.Subject), Value: data,
		Headers: []kgo.RecordHeader{
			header("ce_specversion", v.SpecVersion), header("ce_id", v.ID), header("ce_source", v.Source), header("ce_type", v.Type),
			header("ce_subject", v.Subject), header("ce_time", v.Time.Format(time.RFC3339Nano)), header("content-type", v.ContentType),
		},
	}
	return t.client.ProduceSync(ctx, r).FirstErr()
}
