package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"probity/internal/cli/console"
	"probity/internal/intake"
	"probity/internal/intake/format"
	"probity/internal/intake/stream"
	"probity/internal/store"
)

// consumeCommand takes in what comes on a topic.
type consumeCommand struct {
	Topic      string        `arg:"" help:"The topic. Each message is one row: a JSON object."`
	Brokers    []string      `required:"" placeholder:"HOST:PORT" help:"The brokers of the bus, with commas between."`
	TLS        bool          `help:"Encrypt the connections to the brokers."`
	Group      string        `default:"probity" placeholder:"NAME" help:"The name under which the brokers keep how far it was read. Several processes share the work of one group."`
	Dataset    string        `required:"" placeholder:"CODE" complete:"dataset" help:"The dataset whose contract the rows keep."`
	Agency     string        `placeholder:"CODE" complete:"agency" help:"The supplier; the agency of the credential in use where it is not given."`
	Mapping    string        `placeholder:"FILE" help:"The mapping that reads foreign rows as the dataset's own columns."`
	Correct    bool          `xor:"act" help:"The rows expressly correct what was sent before."`
	Retract    bool          `xor:"act" help:"The rows withdraw the records with their keys."`
	Rows       int           `default:"5000" placeholder:"N" help:"How many messages make one submission at most."`
	Wait       time.Duration `default:"2s" placeholder:"TIME" help:"How long the first message of a submission waits for more."`
	UntilEmpty bool          `help:"End when nothing has come for as long as --wait, and for three seconds at least; otherwise it goes on until it is stopped."`
}

// Help shows the examples.
func (consumeCommand) Help() string {
	return `What comes within a moment is taken in together, as one submission. The place in the topic moves on once that is published or held: what was cut off comes again, and a row that is in already changes nothing. A message that is no JSON object waits in quarantine as it came.

Examples:

    probity consume samr.penalties --brokers kafka-1:9092,kafka-2:9092 --dataset samr.penalty --agency samr
    probity consume samr.penalties --brokers kafka-1:9092 --dataset samr.penalty --until-empty --json`
}

// Run takes in parcel after parcel.
func (c consumeCommand) Run(s *console.Session) error {
	if c.Rows < 1 || c.Wait <= 0 {
		return console.Misuse("--rows and --wait are above zero")
	}
	job := intake.Job{Dataset: c.Dataset, Format: format.Options{Format: format.NDJSON}, Act: ingestCommand{Correct: c.Correct, Retract: c.Retract}.act()}
	if c.Mapping != "" {
		m, err := readMapping(c.Mapping)
		if err != nil {
			return err
		}
		job.Mapping = m
	}
	desk, err := s.Intake()
	if err != nil {
		return err
	}
	if _, err := s.Supplier(c.Agency); err != nil { // before anything is asked of the bus
		return err
	}
	source, err := stream.Open(stream.Options{
		Brokers: c.Brokers, TLS: c.TLS, Topic: c.Topic, Group: c.Group, Rows: c.Rows, Wait: c.Wait, UntilEmpty: c.UntilEmpty,
	})
	if err != nil {
		return err
	}
	defer source.Close()
	rows, rejected := 0, int64(0)
	err = source.Run(s.Ctx, func(ctx context.Context, p stream.Parcel) error {
		if p.Rows == 0 {
			return nil
		}
		job := job
		var err error
		if job.By, err = s.Supplier(c.Agency); err != nil { // it may have been ended since
			return err
		}
		job.File, job.Source, job.Format.Size = p.Name, bytes.NewReader(p.Text), int64(len(p.Text))
		r, err := desk.Ingest(ctx, job, nil)
		if err != nil {
			return err
		}
		rows += p.Rows
		rejected += r.Counts.Rejected
		if r.State == store.SubmissionHeld {
			rejected += r.Counts.Read
		}
		s.Result(reportAnswer{r, r.Places}, func(w io.Writer) { printReport(w, r) })
		return nil
	})
	if errors.Is(err, context.Canceled) {
		return console.Resumable(err, "run the same command again: it goes on where it was")
	}
	if err != nil {
		return err
	}
	if !s.Flags.JSON {
		fmt.Fprintf(s.Process.Err, "%s of %s taken in\n", console.Count(int64(rows), "message"), c.Topic)
	}
	if rejected > 0 {
		return console.Exit(console.ExitRejected)
	}
	return nil
}
