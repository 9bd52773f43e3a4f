// Package telling is the part of the command line on which agencies say of which changes their systems are told.
package telling

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"probity/internal/charter/sharing"
	"probity/internal/cli/console"
	"probity/internal/event"
	"probity/internal/event/hook"
	"probity/internal/event/outward"
	"probity/internal/event/topic"
)

// Commands are what can be done with subscriptions.
type Commands struct {
	Add     add     `cmd:"" help:"Be told of changes: by signed calls, on the deployment's own bus, or when asking."`
	List    list    `cmd:"" help:"List the subscriptions of your agency, and where they stand."`
	Show    show    `cmd:"" help:"Show one, with the subjects it watches."`
	Watch   watch   `cmd:"" help:"Have a subscription tell of subjects."`
	Unwatch unwatch `cmd:"" help:"Have it tell of a subject no more."`
	Pause   pause   `cmd:"" help:"Have nothing told for a time."`
	Resume  resume  `cmd:"" help:"Have a paused subscription go on, or one that was given up."`
	End     end     `cmd:"" help:"End a subscription for good."`
	Replay  replay  `cmd:"" help:"Have everything behind a position told again."`
	Rotate  rotate  `cmd:"" help:"Put another secret in place of the one that signs calls."`
	Deliver deliver `cmd:"" help:"Bring out once what is due; probity serve does it by itself."`
}

// Ways are where events may be brought, by the settings of the deployment.
type Ways struct {
	EventNetworks string `placeholder:"NETWORKS" help:"Networks inside the house that signed calls may lead to, such as 10.2.0.0/16, with commas between."`
	EventBrokers  string `placeholder:"BROKERS" help:"The brokers of the deployment's own bus, as host:port, with commas between."`
}

// Courier makes the courier of the session's deployment by the ways; close ends its connections.
func (w Ways) Courier(s *console.Session, origin string) (c *event.Courier, done func(), err error) {
	ratings, err := s.Ratings()
	if err != nil {
		return nil, nil, err
	}
	inside, err := outward.ParseNetworks(w.EventNetworks)
	if err != nil {
		return nil, nil, console.Misuse("the networks cannot be read: %v", err).With("write them as 10.2.0.0/16, with commas between")
	}
	desk := s.Opened.Events(ratings, inside)
	carriers := map[string]event.Carrier{sharing.ByHook: hook.New(inside, desk.Demo, nil)}
	done = func() {}
	if w.EventBrokers != "" {
		bus, err := topic.New(strings.Split(w.EventBrokers, ","))
		if err != nil {
			return nil, nil, err
		}
		carriers[sharing.ByTopic], done = bus, bus.Close
	}
	return s.Opened.Courier(desk, carriers, origin), done, nil
}

// between is the time between two rounds of a server.
const between = time.Second

// Keep has a server bring out events until ctx ends; the function that it gives waits for that.
func (w Ways) Keep(ctx context.Context, s *console.Session, origin string, log *slog.Logger) (wait func(), err error) {
	c, done, err := w.Courier(s, origin)
	if err != nil {
		return nil, err
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		c.Keep(ctx, between, log)
	}()
	return func() { <-ended; done() }, nil
}

type one struct {
	ID string `arg:"" name:"subscription" help:"The subscription, as probity subscription list names it."`
}

func (o one) id() (event.ID, error) {
	id, ok := event.ParseID(o.ID)
	if !ok {
		return 0, console.Misuse("%q is no subscription", o.ID).With("name one as probity subscription list does: w and 13 characters")
	}
	return id, nil
}

func desk(s *console.Session) (*event.Desk, error) {
	ratings, err := s.Ratings()
	if err != nil {
		return nil, err
	}
	return s.Opened.Events(ratings, nil), nil
}

type add struct {
	To      string   `placeholder:"URL" xor:"way" help:"Be told by signed calls to this https address."`
	Topic   string   `placeholder:"NAME" xor:"way" help:"Be told on a topic of the deployment's own bus; for the agency that set the platform up."`
	Pull    bool     `xor:"way" help:"Be told when asking: GET /v1/events."`
	Type    []string `required:"" placeholder:"TYPE" help:"Of what: rating.changed, measure.changed, list.changed, dispute.changed, record.corrected, consent.withdrawn, demand.made. It may be given several times."`
	Model   []string `placeholder:"CODE" complete:"model" help:"Only ratings by this model. It may be given several times."`
	Network string   `name:"event-networks" placeholder:"NETWORKS" help:"Networks inside the house that the settings of the server name."`
	console.Reading
}

// Help shows the examples.
func (add) Help() string {
	return `Being told of a change is a reading: for one purpose, on its legal basis, judged each time by what is so then, and recorded before it leaves. What is told names the kind of thing that has changed, and whose, and holds no value.

The secret that signs the calls is shown once.

Examples:

    probity subscription add --to https://bank.example/changes --type rating.changed --type measure.changed --purpose contracting --basis civil-code --as wu-bank
    probity subscription add --pull --type consent.withdrawn --type demand.made --purpose contracting --basis civil-code --as wu-bank`
}

// Run subscribes.
func (c add) Run(s *console.Session) error {
	w := event.Wish{Models: c.Model, Purpose: c.Purpose, Basis: c.Basis, Case: c.Case}
	switch {
	case c.To != "":
		w.Way, w.Address = sharing.ByHook, c.To
	case c.Topic != "":
		w.Way, w.Address = sharing.ByTopic, c.Topic
	case c.Pull:
		w.Way = sharing.ByPull
	default:
		return console.Misuse("it is not said how to tell").With("say --to https://…, --topic NAME or --pull")
	}
	for _, t := range c.Type {
		w.Types = append(w.Types, event.Type(t))
	}
	by, err := s.Acting()
	if err != nil {
		return err
	}
	d, err := desk(s)
	if err != nil {
		return err
	}
	if d.Inside, err = outward.ParseNetworks(c.Network); err != nil {
		return console.Misuse("the networks cannot be read: %v", err).With("write them as 10.2.0.0/16, with commas between")
	}
	made, err := d.Subscribe(s.Ctx, by, w)
	if err != nil {
		return err
	}
	s.Result(made, func(w io.Writer) {
		fmt.Fprintf(w, "made subscription %s\n", made.ID)
		if made.Secret != "" {
			fmt.Fprintf(w, "secret, shown once: %s\n", made.Secret)
		}
	})
	return nil
}

type list struct{}

// Help shows the examples.
func (list) Help() string {
	return `Officials of the agency that set the platform up see those of every agency.

Examples:

    probity subscription list
    probity subscription list --json`
}

// Run prints a line a subscription.
func (list) Run(s *console.Session) error {
	by, err := s.Acting()
	if err != nil {
		return err
	}
	d, err := desk(s)
	if err != nil {
		return err
	}
	all, err := d.List(s.Ctx, by)
	if err != nil {
		return err
	}
	s.Result(map[string]any{"subscriptions": all}, func(w io.Writer) {
		if len(all) == 0 {
			fmt.Fprintln(w, "no subscription")
			return
		}
		console.Columns(w, console.Row{"subscription", "agency", "by", "of", "watches", "waiting", "stands"}, console.Listed(all, func(x *event.Subscription) console.Row {
			return console.Row{x.ID, x.Agency, x.Way, console.Words(x.Types), x.Watches, x.Top - x.Done, stands(x)}
		}))
	})
	return nil
}

func stands(x *event.Subscription) string {
	text := console.Spoken(string(x.State))
	if x.Why != "" {
		text += ": " + x.Why
	}
	return text
}

type show struct{ one }

// Help shows the examples.
func (show) Help() string {
	return `Examples:

    probity subscription show w0h2k6m8p4t7vw`
}

// Run prints all of it.
func (c show) Run(s *console.Session) error {
	return c.do(s, func(d *event.Desk, id event.ID) error {
		by, err := s.Acting()
		if err != nil {
			return err
		}
		x, watched, err := d.Show(s.Ctx, by, id)
		if err != nil {
			return err
		}
		s.Result(map[string]any{"subscription": x, "watched": watched}, func(w io.Writer) {
			fmt.Fprintf(w, "subscription %s: %s\nagency   %s, ordered by %s\nby       %s %s\nof       %s\n", x.ID, stands(&x), x.Agency, x.Official, x.Way, x.Address, console.Words(x.Types))
			if len(x.Models) > 0 {
				fmt.Fprintf(w, "models   %s\n", strings.Join(x.Models, ", "))
			}
			fmt.Fprintf(w, "purpose  %s, by %s\nposition %d taken of %d\n", x.Purpose, x.Basis, x.Done, x.Top)
			for _, of := range watched {
				fmt.Fprintf(w, "watches  %s\n", of)
			}
		})
		return nil
	})
}

// do finds the desk and the id for a command.
func (o one) do(s *console.Session, f func(*event.Desk, event.ID) error) error {
	id, err := o.id()
	if err != nil {
		return err
	}
	d, err := desk(s)
	if err != nil {
		return err
	}
	return f(d, id)
}

type watch struct {
	one
	Subjects []string `arg:"" name:"subject" complete:"subject" help:"The subjects, as SCHEME:VALUE or by their ids."`
}

// Help shows the examples.
func (watch) Help() string {
	return `Each is a reading of that subject for the purpose of the subscription, recorded as such. What happens from now on is told.

Examples:

    probity subscription watch w0h2k6m8p4t7vw uscc:91330000MA0000001K --as wu-bank`
}

// Run watches.
func (c watch) Run(s *console.Session) error {
	return c.do(s, func(d *event.Desk, id event.ID) error {
		by, err := s.Acting()
		if err != nil {
			return err
		}
		for _, text := range c.Subjects {
			sub, err := s.Subject(text)
			if err != nil {
				return err
			}
			if err := d.Watch(s.Ctx, by, id, sub.ID); err != nil {
				return err
			}
		}
		s.Result(map[string]any{"subscription": id, "watched": len(c.Subjects)}, func(w io.Writer) {
			fmt.Fprintf(w, "subscription %s tells of %s more\n", id, console.Count(len(c.Subjects), "subject"))
		})
		return nil
	})
}

type unwatch struct {
	one
	Subject string `arg:"" complete:"subject" help:"The subject, as SCHEME:VALUE or by its id."`
}

// Help shows the examples.
func (unwatch) Help() string {
	return `Examples:

    probity subscription unwatch w0h2k6m8p4t7vw uscc:91330000MA0000001K --as wu-bank`
}

// Run ends a watch.
func (c unwatch) Run(s *console.Session) error {
	return c.do(s, func(d *event.Desk, id event.ID) error {
		by, err := s.Acting()
		if err != nil {
			return err
		}
		sub, err := s.Subject(c.Subject)
		if err != nil {
			return err
		}
		return said(s, id, "tells of the subject no more", d.Unwatch(s.Ctx, by, id, sub.ID))
	})
}

func said(s *console.Session, id event.ID, what string, err error) error {
	if err != nil {
		return err
	}
	s.Result(map[string]any{"subscription": id}, func(w io.Writer) { fmt.Fprintf(w, "subscription %s %s\n", id, what) })
	return nil
}

type pause struct{ one }

// Help shows the examples.
func (pause) Help() string {
	return `What happens meanwhile waits. Officials of the agency that set the platform up may pause and end every subscription.

Examples:

    probity subscription pause w0h2k6m8p4t7vw`
}

// Run pauses.
func (c pause) Run(s *console.Session) error {
	return c.do(s, func(d *event.Desk, id event.ID) error {
		by, err := s.Acting()
		if err != nil {
			return err
		}
		return said(s, id, "is paused", d.Pause(s.Ctx, by, id))
	})
}

type resume struct{ one }

// Help shows the examples.
func (resume) Help() string {
	return `Examples:

    probity subscription resume w0h2k6m8p4t7vw`
}

// Run resumes.
func (c resume) Run(s *console.Session) error {
	return c.do(s, func(d *event.Desk, id event.ID) error {
		by, err := s.Acting()
		if err != nil {
			return err
		}
		return said(s, id, "goes on", d.Resume(s.Ctx, by, id))
	})
}

type end struct{ one }

// Help shows the examples.
func (end) Help() string {
	return `Examples:

    probity subscription end w0h2k6m8p4t7vw`
}

// Run ends.
func (c end) Run(s *console.Session) error {
	return c.do(s, func(d *event.Desk, id event.ID) error {
		by, err := s.Acting()
		if err != nil {
			return err
		}
		return said(s, id, "has ended", d.End(s.Ctx, by, id))
	})
}

type replay struct {
	one
	After int64 `required:"" placeholder:"POSITION" help:"The last position that need not be told again; 0 is everything that is kept."`
}

// Help shows the examples.
func (replay) Help() string {
	return `Events come again in their order and under their keys, as far as they are kept: 120 days. Each is a reading anew.

Examples:

    probity subscription replay w0h2k6m8p4t7vw --after 120`
}

// Run has events told again.
func (c replay) Run(s *console.Session) error {
	return c.do(s, func(d *event.Desk, id event.ID) error {
		by, err := s.Acting()
		if err != nil {
			return err
		}
		return said(s, id, "goes on behind position "+strconv.FormatInt(c.After, 10), d.Replay(s.Ctx, by, id, c.After))
	})
}

type rotate struct{ one }

// Help shows the examples.
func (rotate) Help() string {
	return `For a day calls carry signatures by the old secret and by the new one.

Examples:

    probity subscription rotate w0h2k6m8p4t7vw`
}

// Run rotates.
func (c rotate) Run(s *console.Session) error {
	return c.do(s, func(d *event.Desk, id event.ID) error {
		by, err := s.Acting()
		if err != nil {
			return err
		}
		made, err := d.Rotate(s.Ctx, by, id)
		if err != nil {
			return err
		}
		s.Result(made, func(w io.Writer) { fmt.Fprintf(w, "secret, shown once: %s\n", made.Secret) })
		return nil
	})
}

type deliver struct{ Ways }

// Help shows the examples.
func (deliver) Help() string {
	return `For a deployment without a server that runs all the time, and for tests. The exit code is 4 where something did not arrive.

Examples:

    probity subscription deliver
    probity subscription deliver --event-networks 10.2.0.0/16`
}

// Run brings out what is due.
func (c deliver) Run(s *console.Session) error {
	if _, err := s.Room(); err != nil {
		return err
	}
	courier, done, err := c.Courier(s, "")
	if err != nil {
		return err
	}
	defer done()
	r, err := courier.Round(s.Ctx)
	if err != nil {
		return err
	}
	s.Result(r, func(w io.Writer) {
		fmt.Fprintf(w, "%s told; %d to be tried again, %s held up, %s stopped\n", console.Count(r.Delivered, "event"), r.Failed,
			console.Count(r.Held, "subscription"), console.Count(r.Stopped, "subscription"))
	})
	if r.Failed+r.Stopped > 0 {
		return console.Exit(console.ExitRejected)
	}
	return nil
}
