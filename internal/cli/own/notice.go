// Package own holds the commands by which a subject acts on its own file: what it was told and on which way, what it
// contests, and its own words beside the records; and those by which others answer.
package own

import (
	"fmt"
	"io"
	"strings"

	"probity/internal/access"
	"probity/internal/cli/console"
	"probity/internal/notice"
	"probity/internal/post"
)

// Notices are the commands about what subjects are told.
type Notices struct {
	List        noticeList        `cmd:"" help:"List what a subject was told, newest first."`
	Show        noticeShow        `cmd:"" help:"Show one notice: what happened, on which facts, by which law, and how to contest it."`
	Read        noticeRead        `cmd:"" help:"Mark notices as read."`
	Channel     channelCommands   `cmd:"" help:"The ways on which notices come to a subject's door."`
	Deliver     noticeDeliver     `cmd:"" help:"Carry what is in the outbox: file drop, e-mail, signed calls, publication."`
	Undelivered noticeUndelivered `cmd:"" help:"List notices that could not be delivered."`
}

// tongue is the flag that chooses the language of notices.
type tongue struct {
	Language string `default:"en" enum:"en,zh" placeholder:"CODE" help:"The language of the words: en or zh."`
}

func (t tongue) language() notice.Language { return notice.Language(t.Language) }

// inbox opens a subject's inbox for one reading.
func inbox(s *console.Session, subjectText string, why console.Reading) (*post.Inbox, access.Scope, error) {
	scope, err := s.PartScope(subjectText, access.Notices, why, "")
	if err != nil {
		return nil, scope, err
	}
	ratings, err := s.Ratings()
	if err != nil {
		return nil, scope, err
	}
	return s.Opened.Inbox(ratings), scope, nil
}

type noticeList struct {
	Subject string `arg:"" help:"SCHEME:VALUE or a subject id."`
	Unread  bool   `help:"Only those that are not marked as read."`
	Limit   int    `default:"50" placeholder:"N" help:"At most so many, newest first; 0 is all."`
	tongue
	console.Reading
}

// Help shows the examples.
func (noticeList) Help() string {
	return `The subject reads its own inbox with its own credential. An official reads that of an organisation for a stated purpose; of a human being's, an official sees when it was told and how that was delivered, and nothing of what was said. The reading is recorded.

Examples:

    probity notice list id:000000199001011239 --as zhang-own --language zh
    probity notice list uscc:91000000MA0000007C --purpose supervision --basis supervision-opinions --unread`
}

// Run prints a line a notice.
func (c noticeList) Run(s *console.Session) error {
	box, scope, err := inbox(s, c.Subject, c.Reading)
	if err != nil {
		return err
	}
	list, err := box.List(s.Ctx, scope, c.language(), c.Limit)
	if err != nil {
		return err
	}
	shown := make([]post.Message, 0, len(list))
	for _, m := range list {
		if !c.Unread || m.ReadAt == nil {
			shown = append(shown, m)
		}
	}
	s.Result(map[string]any{"access": scope.Entry(), "notices": shown}, func(w io.Writer) {
		if len(shown) == 0 {
			fmt.Fprintln(w, "there are no notices")
			return
		}
		console.Columns(w, console.Row{"number", "told", "read", "delivered", "what"}, console.Listed(shown, func(m *post.Message) console.Row {
			what := string(m.Occasion)
			if m.Letter != nil {
				what = m.Letter.Headline
			}
			return console.Row{m.Number, console.Minute(m.At), read(m), delivered(m), what}
		}))
	})
	return nil
}

func read(m *post.Message) string {
	if m.ReadAt == nil {
		return "-"
	}
	return console.Minute(*m.ReadAt)
}

// delivered says how a notice fared on its channels, in few words.
func delivered(m *post.Message) string {
	if len(m.Deliveries) == 0 {
		return "inbox"
	}
	words := make([]string, len(m.Deliveries))
	for i, f := range m.Deliveries {
		words[i] = fmt.Sprintf("%s on %d", console.Spoken(string(f.State)), f.Channel)
	}
	return strings.Join(words, ", ")
}

type noticeShow struct {
	Subject string `arg:"" help:"SCHEME:VALUE or a subject id."`
	Number  string `arg:"" help:"The notice's number in the inbox."`
	HTML    bool   `help:"As a page, to be printed."`
	tongue
	console.Reading
}

// Help shows the examples.
func (noticeShow) Help() string {
	return `A human being's notice is shown to that human being alone. Showing it does not mark it as read: probity notice read does.

Examples:

    probity notice show id:000000199001011239 3 --as zhang-own --language zh
    probity notice show uscc:91000000MA0000007C 1 --purpose supervision --basis supervision-opinions --html`
}

// Run prints the letter.
func (c noticeShow) Run(s *console.Session) error {
	box, scope, err := inbox(s, c.Subject, c.Reading)
	if err != nil {
		return err
	}
	ref, err := notice.ParseRef(c.Number, scope.Subject().ID)
	if err != nil {
		return err
	}
	m, err := box.Show(s.Ctx, scope, ref, c.language())
	if err != nil {
		return err
	}
	if c.HTML && !s.JSON() {
		return s.Raw(func(w io.Writer) error {
			_, err := io.WriteString(w, notice.HTML(*m.Letter))
			return err
		})
	}
	s.Result(map[string]any{"access": scope.Entry(), "notice": m}, func(w io.Writer) {
		fmt.Fprint(w, m.Letter.Text())
		for _, f := range m.Deliveries {
			fmt.Fprintf(w, "%s on channel %d after %s, %s", console.Spoken(string(f.State)), f.Channel, console.Count(f.Attempts, "attempt"), console.Minute(f.At))
			if f.Said != "" {
				fmt.Fprintf(w, ": %s", f.Said)
			}
			fmt.Fprintln(w)
		}
	})
	return nil
}

type noticeRead struct {
	Subject string   `arg:"" help:"SCHEME:VALUE or a subject id."`
	Number  []string `arg:"" help:"The numbers of the notices."`
}

// Help shows the examples.
func (noticeRead) Help() string {
	return `Only the subject marks its notices, with its own credential. When it first read one stays on record.

Examples:

    probity notice read id:000000199001011239 1 2 3 --as zhang-own`
}

// Run marks the notices.
func (c noticeRead) Run(s *console.Session) error {
	box, scope, err := inbox(s, c.Subject, console.Reading{})
	if err != nil {
		return err
	}
	refs := make([]notice.Ref, len(c.Number))
	for i, n := range c.Number {
		if refs[i], err = notice.ParseRef(n, scope.Subject().ID); err != nil {
			return err
		}
	}
	if err := box.MarkRead(s.Ctx, scope, refs...); err != nil {
		return err
	}
	s.Result(map[string]any{"read": refs}, func(w io.Writer) {
		fmt.Fprintf(w, "%s marked as read\n", console.Count(len(refs), "notice"))
	})
	return nil
}
