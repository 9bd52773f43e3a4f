package tlog

import (
	"fmt"
	"strconv"
	"strings"

	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"

	"probity/internal/fault"
)

// Policy is who must have co-signed a checkpoint before it counts. Its text is that of Sigsum's policy files, with
// verifier keys of C2SP signed-note, and one line of our own:
//
//	witness NAME VKEY URL
//	group NAME K MEMBER...    K of the members: a number, any, or all
//	quorum NAME               the witness or group that must have signed, or none
//	fail open|closed          what happens to reads while too few sign; closed where the line is missing
type Policy struct {
	witnesses map[string]note.Verifier
	groups    map[string]group
	quorum    string
	// FailOpen lets reads go on while too few witnesses answer.
	FailOpen bool
	// Sigsum is the text without our own line, as other programs read it.
	Sigsum string
}

type group struct {
	need    int
	members []string
}

// Count is the number of witnesses.
func (p *Policy) Count() int { return len(p.witnesses) }

// Signed tells whether enough witnesses have co-signed the note, and who has.
func (p *Policy) Signed(raw []byte) (enough bool, by []string) {
	signed := map[string]bool{}
	for name, v := range p.witnesses {
		if n, err := note.Open(raw, note.VerifierList(v)); err == nil && len(n.Sigs) == 1 {
			signed[name] = true
			by = append(by, name)
		}
	}
	return p.quorum == "none" || p.holds(p.quorum, signed), by
}

func (p *Policy) holds(name string, signed map[string]bool) bool {
	g, isGroup := p.groups[name]
	if !isGroup {
		return signed[name]
	}
	have := 0
	for _, m := range g.members {
		if p.holds(m, signed) {
			have++
		}
	}
	return have >= g.need
}

// ParsePolicy reads a policy. A group names only what stands above it, so that no group holds itself.
func ParsePolicy(text string) (*Policy, error) {
	p := &Policy{witnesses: map[string]note.Verifier{}, groups: map[string]group{}}
	n := 0
	for line := range strings.Lines(text) {
		n++
		words, _, _ := strings.Cut(line, "#")
		fields := strings.Fields(words)
		if len(fields) > 0 && fields[0] == "fail" {
			if len(fields) != 2 || fields[1] != "open" && fields[1] != "closed" {
				return nil, badPolicy(n, "fail is open or closed")
			}
			p.FailOpen = fields[1] == "open"
			continue
		}
		p.Sigsum += line
		if len(fields) == 0 {
			continue
		}
		if err := p.add(fields); err != nil {
			return nil, badPolicy(n, err.Error())
		}
	}
	if p.quorum == "" {
		return nil, badPolicy(n, "it names no quorum")
	}
	return p, nil
}

func badPolicy(line int, text string) error {
	return fault.New(fault.Invalid, "tlog.policy", "%s", text).At(fmt.Sprintf("%s:%d", WitnessesFile, line)).
		With("write witness NAME VKEY URL, group NAME K MEMBER..., quorum NAME, fail open|closed")
}

func (p *Policy) known(name string) bool {
	_, isGroup := p.groups[name]
	return isGroup || p.witnesses[name] != nil
}

func (p *Policy) add(fields []string) error {
	switch {
	case fields[0] == "log":
		return nil // for the readers of the file; we are the log
	case fields[0] == "quorum" && len(fields) == 2:
		if p.quorum != "" {
			return fmt.Errorf("there is a quorum already")
		}
		if fields[1] != "none" && !p.known(fields[1]) {
			return fmt.Errorf("nothing above is called %s", fields[1])
		}
		p.quorum = fields[1]
		return nil
	case fields[0] == "witness" && len(fields) == 4:
		v, err := fnote.NewVerifierForCosignatureV1(fields[2])
		if err != nil {
			return fmt.Errorf("%q is no key of a witness", fields[2])
		}
		if p.known(fields[1]) || reserved(fields[1]) {
			return fmt.Errorf("the name %s is taken", fields[1])
		}
		p.witnesses[fields[1]] = v
		return nil
	case fields[0] == "group" && len(fields) >= 4:
		return p.addGroup(fields[1], fields[2], fields[3:])
	}
	return fmt.Errorf("%q is no line of a policy", strings.Join(fields, " "))
}

func reserved(name string) bool {
	switch name {
	case "log", "witness", "group", "quorum", "any", "all", "none", "fail":
		return true
	}
	return false
}

func (p *Policy) addGroup(name, need string, members []string) error {
	if p.known(name) || reserved(name) {
		return fmt.Errorf("the name %s is taken", name)
	}
	for _, m := range members {
		if !p.known(m) {
			return fmt.Errorf("nothing above is called %s", m)
		}
	}
	g := group{members: members}
	switch need {
	case "any":
		g.need = 1
	case "all":
		g.need = len(members)
	default:
		n, err := strconv.Atoi(need)
		if err != nil || n < 1 || n > len(members) {
			return fmt.Errorf("%s of %d members cannot be asked for", need, len(members))
		}
		g.need = n
	}
	p.groups[name] = g
	return nil
}
