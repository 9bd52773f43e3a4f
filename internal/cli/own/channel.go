package own

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/cli/console"
	"probity/internal/fault"
	"probity/internal/notice"
	"probity/internal/post"
	"probity/internal/store/notices"
	"probity/internal/subject"
)

type channelCommands struct {
	Set     channelSet     `cmd:"" help:"Choose a way on which notices come: file, mail, hook; or serve an organisation by publication."`
	List    channelList    `cmd:"" help:"List the ways on which a subject is told."`
	Confirm channelConfirm `cmd:"" help:"Confirm a way with the code that was sent there."`
	End     channelEnd     `cmd:"" help:"End a way; notices stay in the inbox."`
}

// paper are the flags of a channel that officials set before the subject.
type paper struct {
	Document string `placeholder:"FILE" help:"The document in which the subject asked for it, where two officials set it; its SHA-256 is kept."`
	Tried    string `placeholder:"TEXT" help:"What was tried to reach the organisation, before publication."`
	console.Witness
}

func (p paper) proof() (string, error) {
	if p.Document == "" {
		return "", nil
	}
	return console.DigestOf(p.Document)
}

type channelSet struct {
	Subject string `arg:"" help:"SCHEME:VALUE or a subject id."`
	Kind    string `arg:"" enum:"file,mail,hook,publication" help:"file, mail, hook or publication."`
	Address string `arg:"" optional:"" help:"For mail an e-mail address, for hook an https:// address."`
	Digest  string `default:"each" enum:"each,daily,weekly" help:"How often what may wait is sent: each by itself, daily or weekly together. What has a deadline never waits."`
	Brief   bool   `help:"Say only that a notice waits, and nothing of it."`
	Whole   bool   `help:"By e-mail to a human being too, send the whole notice. Otherwise only that one waits."`
	tongue
	paper
}

// Help shows the examples.
func (channelSet) Help() string {
	return `A subject is told on a way of its own choice, set with its own credential or before two officials. It carries what is told from then on. Mail and hook carry nothing until the code that is sent there has come back. Letters about human beings do not go by e-mail unless that human being asks for it: the e-mail says that one waits. A hook's secret is shown once; its calls are signed as the Standard Webhooks specification says. Publication is for organisations that cannot be reached otherwise.

Examples:

    probity notice channel set id:000000199001011239 mail zhang@example.org --as zhang-own --language zh
    probity notice channel set uscc:91000000MA0000007C hook https://example.org/notices --as firm-own --digest daily
    probity notice channel set uscc:91000000MA0000007C publication --tried "registered post came back twice"`
}

// Run sets the channel.
func (c channelSet) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	sub, err := channelOf(s, c.Subject)
	if err != nil {
		return err
	}
	by, with, err := s.Pair(c.With)
	if err != nil {
		return err
	}
	proof, err := c.proof()
	if err != nil {
		return err
	}
	kind := charter.ChannelKind(c.Kind)
	set, err := r.Counter().Choose(s.Ctx, by, with, post.Choice{
		Subject: sub, Kind: kind, Address: c.Address, Language: c.language(), Digest: notices.Digest(c.Digest),
		Brief: c.Brief || kind == charter.MailChannel && sub.Natural() && !c.Whole, Proof: proof, Tried: c.Tried,
	})
	if err != nil {
		return err
	}
	s.Result(set, func(w io.Writer) {
		fmt.Fprintf(w, "channel %d is set: %s\n", set.Number, c.Kind)
		if set.Secret != "" {
			fmt.Fprintf(w, "secret, shown this once: %s\n", set.Secret)
		}
		if set.Confirm {
			fmt.Fprintf(w, "a code is sent there; confirm it with: probity notice channel confirm %s %d CODE\n", sub.ID, set.Number)
		}
	})
	return nil
}

type channelList struct {
	Subject string `arg:"" help:"SCHEME:VALUE or a subject id."`
	console.Reading
}

// Help shows the examples.
func (channelList) Help() string {
	return `The subject sees the addresses; others see that there is a channel, and not where it leads.

Examples:

    probity notice channel list id:000000199001011239 --as zhang-own`
}

// Run prints a line a channel.
func (c channelList) Run(s *console.Session) error {
	scope, err := s.PartScope(c.Subject, access.Channels, c.Reading, "")
	if err != nil {
		return err
	}
	ways, err := s.Opened.Counter().Ways(s.Ctx, scope)
	if err != nil {
		return err
	}
	s.Result(map[string]any{"access": scope.Entry(), "channels": ways}, func(w io.Writer) {
		if len(ways) == 0 {
			fmt.Fprintln(w, "no channel is set; notices stand in the inbox")
			return
		}
		console.Columns(w, console.Row{"channel", "kind", "state", "carries", "language", "address"}, console.Listed(ways, func(way *post.Way) console.Row {
			state := "in use"
			switch {
			case way.Ended != nil:
				state = "ended " + console.Minute(*way.Ended)
			case way.Confirmed == nil:
				state = "to be confirmed"
			}
			if way.Of != 0 {
				state += ", of " + way.Of.String()
			}
			carries := string(way.Digest)
			if way.Brief {
				carries += ", brief"
			}
			return console.Row{way.Number, string(way.Kind), state, carries, string(way.Language), way.Address}
		}))
	})
	return nil
}

type channelConfirm struct {
	Subject string `arg:"" help:"SCHEME:VALUE or a subject id."`
	Channel int64  `arg:"" help:"The channel's number."`
	Code    string `arg:"" help:"The code that was sent there."`
}

// Help shows the examples.
func (channelConfirm) Help() string {
	return `Only the subject confirms, with its own credential.

Examples:

    probity notice channel confirm id:000000199001011239 1 7k2mq9x4ab --as zhang-own`
}

// Run confirms the channel.
func (c channelConfirm) Run(s *console.Session) error {
	scope, err := s.PartScope(c.Subject, access.Channels, console.Reading{}, "")
	if err != nil {
		return err
	}
	if err := s.Opened.Counter().Confirm(s.Ctx, scope, c.Channel, c.Code); err != nil {
		return err
	}
	s.Result(map[string]any{"channel": c.Channel, "confirmed": true}, func(w io.Writer) {
		fmt.Fprintf(w, "channel %d is confirmed\n", c.Channel)
	})
	return nil
}

type channelEnd struct {
	Subject string `arg:"" help:"SCHEME:VALUE or a subject id."`
	Kind    string `arg:"" enum:"file,mail,hook,publication" help:"file, mail, hook or publication."`
	Channel int64  `arg:"" help:"The channel's number."`
	paper
}

// Help shows the examples.
func (channelEnd) Help() string {
	return `Whoever may set a channel may end it. Where two files were joined, each keeps its own channels: officials name the one whose channel it is, by its identifier or by the id that probity notice channel list shows beside it.

Examples:

    probity notice channel end id:000000199001011239 mail 1 --as zhang-own`
}

// channelOf is whose channel is set or ended: the subject that is named itself, though it was merged into another.
func channelOf(s *console.Session, text string) (subject.Subject, error) {
	sub, err := s.Subject(text)
	if err == nil {
		sub.ID, err = s.Named(text)
	}
	return sub, err
}

// Run ends the channel.
func (c channelEnd) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	sub, err := channelOf(s, c.Subject)
	if err != nil {
		return err
	}
	by, with, err := s.Pair(c.With)
	if err != nil {
		return err
	}
	proof, err := c.proof()
	if err != nil {
		return err
	}
	if err := r.Counter().End(s.Ctx, by, with, sub, charter.ChannelKind(c.Kind), c.Channel, proof, c.Tried); err != nil {
		return err
	}
	s.Result(map[string]any{"channel": c.Channel, "ended": true}, func(w io.Writer) {
		fmt.Fprintf(w, "channel %d has ended\n", c.Channel)
	})
	return nil
}

type noticeDeliver struct {
	Drop         string `placeholder:"DIR" help:"Lay letters for the kind file into this folder."`
	Publish      string `placeholder:"DIR" help:"Publish that notices wait into this folder."`
	Hooks        bool   `help:"Call the addresses of the kind hook."`
	SMTP         string `name:"smtp" placeholder:"HOST:PORT" help:"Send the kind mail through this server."`
	SMTPTLS      string `name:"smtp-tls" default:"starttls" enum:"starttls,tls,none" help:"How the way to it is protected: starttls, tls, or none for a server on this machine."`
	SMTPUser     string `name:"smtp-user" placeholder:"NAME" help:"Log in there by this name."`
	SMTPPassword string `name:"smtp-password-file" placeholder:"FILE" help:"The file that holds the password."`
	From         string `placeholder:"ADDRESS" help:"The sender of e-mail."`
}

// Help shows the examples.
func (noticeDeliver) Help() string {
	return `Carries what is in the outbox once and ends; run it every few minutes. It may be killed and run again: nothing is lost, and a message that went out twice carries the same id. What fails is tried again after 1, 5 and 30 minutes, 2, 6, 15, 24 and 24 hours; then it is given up, said plainly, and stays in the inbox. The exit code is 4 where something was given up.

Examples:

    probity notice deliver --drop /var/spool/probity --hooks
    probity notice deliver --smtp mail.example.org:587 --from platform@example.org --smtp-user probity --smtp-password-file /etc/probity/smtp`
}

// Run carries what is due.
func (c noticeDeliver) Run(s *console.Session) error {
	by, err := s.Official()
	if err != nil {
		return err
	}
	carriers, err := c.carriers(s)
	if err != nil {
		return err
	}
	ratings, err := s.Ratings()
	if err != nil {
		return err
	}
	round, err := s.Opened.Postman(ratings, carriers).Run(s.Ctx)
	if err != nil {
		return err
	}
	s.Result(round, func(w io.Writer) {
		fmt.Fprintf(w, "%s delivered, %d to be tried again, %d given up; started by %s\n",
			console.Count(round.Delivered, "message"), round.Waiting, round.GivenUp, by)
		if round.Unserved > 0 {
			fmt.Fprintf(w, "%s left for a run that serves their kind\n", console.Count(round.Unserved, "channel"))
		}
		for _, f := range round.Failures {
			fmt.Fprintf(w, "%s, channel %d: %s: %s\n", f.Subject, f.Channel, console.Spoken(string(f.State)), f.Why)
		}
		if len(round.Failures) > 0 {
			fmt.Fprintln(w, undeliverable)
		}
	})
	if round.GivenUp > 0 {
		return console.Exit(console.ExitRejected)
	}
	return nil
}

func (c noticeDeliver) carriers(s *console.Session) (map[charter.ChannelKind]post.Carrier, error) {
	all := map[charter.ChannelKind]post.Carrier{}
	if c.Drop != "" {
		all[charter.FileChannel] = post.Drop{Root: c.Drop}
	}
	if c.Publish != "" {
		all[charter.PublicationChannel] = post.Publication{Root: c.Publish, Names: s.Opened.Store}
	}
	if c.Hooks {
		all[charter.HookChannel] = post.NewHook(s.Opened.Store.Birth(), nil)
	}
	if c.SMTP != "" {
		m := &post.Mail{Server: c.SMTP, TLS: post.TLS(c.SMTPTLS), User: c.SMTPUser, From: c.From}
		if c.SMTPPassword != "" {
			text, err := os.ReadFile(c.SMTPPassword)
			if err != nil {
				return nil, console.Unreadable(c.SMTPPassword, err)
			}
			m.Password = strings.TrimRight(string(text), "\r\n")
		}
		if err := m.Check(); err != nil {
			return nil, err
		}
		all[charter.MailChannel] = m
	}
	if len(all) == 0 {
		return nil, fault.New(fault.Invalid, "cli.deliver", "no way is named on which notices could go out").
			With("name at least one of --drop, --smtp, --hooks and --publish")
	}
	return all, nil
}

type noticeUndelivered struct {
	Since string `placeholder:"DAY" help:"Given up from this day on; otherwise in the last 30 days."`
	Limit int    `default:"100" placeholder:"N" help:"At most so many."`
}

// Help shows the examples.
func (noticeUndelivered) Help() string {
	return `For officials, so that somebody looks for another way: each line is a subject's pseudonym, the notice's number and why it could not be delivered. Nothing of what was told is shown; it stands in the inbox.

Examples:

    probity notice undelivered
    probity notice undelivered --since 2026-03-01 --json`
}

// undeliverable says what becomes of a notice that does not arrive.
const undeliverable = `nothing is lost: a notice counts from when it stands in the inbox (Charter C7), and it stays there
  cure: mend the way where it is ours (the folder, the server); otherwise find the subject on another way, and set it there
        before two officials: probity notice channel set; an organisation that cannot be reached: a channel of the kind publication`

type lostLine struct {
	Number  notice.Ref `json:"number"`
	Channel int64      `json:"channel"`
	At      time.Time  `json:"at"`
	Why     string     `json:"why"`
}

// Run prints a line a notice.
func (c noticeUndelivered) Run(s *console.Session) error {
	if _, err := s.Official(); err != nil {
		return err
	}
	since := s.Process.Now().AddDate(0, 0, -30)
	if c.Since != "" {
		day, err := console.Day("since", c.Since)
		if err != nil {
			return err
		}
		since = day.Start(calendar.Shanghai)
	}
	list, err := notices.In(s.Opened.Store).Undelivered(s.Ctx, since, c.Limit)
	if err != nil {
		return err
	}
	lines := make([]lostLine, 0, len(list))
	for _, d := range list {
		lines = append(lines, lostLine{d.Ref, d.Channel, d.At, d.Said})
	}
	s.Result(map[string]any{"undelivered": lines}, func(w io.Writer) {
		if len(lines) == 0 {
			fmt.Fprintln(w, "nothing was given up")
			return
		}
		console.Columns(w, console.Row{"notice", "channel", "given up", "why"}, console.Listed(lines, func(l *lostLine) console.Row {
			return console.Row{l.Number, l.Channel, console.Minute(l.At), l.Why}
		}))
		fmt.Fprintln(w, undeliverable)
	})
	return nil
}
