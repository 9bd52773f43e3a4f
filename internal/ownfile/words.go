package ownfile

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"

	"probity/calendar"
)

//go:embed words.yaml
var wordsFile []byte

// word is what a field is called, and what kind of code it holds: "" for none.
type word struct {
	name  Text
	holds string
}

// glossary is words.yaml, read.
type glossary struct {
	fields  map[string]word
	leftOut map[string]bool
	numbers map[string]string
	words   map[string]map[string]Text
	units   map[string]Text
}

// words are the words of the report. A test reads them, so that a damaged file never leaves the workshop.
var words = sync.OnceValue(func() *glossary {
	g, err := readWords(wordsFile)
	if err != nil {
		panic(err)
	}
	return g
})

func readWords(file []byte) (*glossary, error) {
	var read struct {
		Fields  map[string]string            `yaml:"fields"`
		LeftOut []string                     `yaml:"left_out"`
		Numbers map[string]string            `yaml:"numbers"`
		Words   map[string]map[string]string `yaml:"words"`
		Units   map[string]string            `yaml:"units"`
	}
	d := yaml.NewDecoder(bytes.NewReader(file))
	d.KnownFields(true)
	if err := d.Decode(&read); err != nil {
		return nil, fmt.Errorf("reading the words of the own file: %w", err)
	}
	g := &glossary{
		fields: map[string]word{}, leftOut: map[string]bool{}, numbers: read.Numbers, words: map[string]map[string]Text{}, units: map[string]Text{},
	}
	for name, text := range read.Fields {
		parts := append(strings.Split(text, " | "), "", "")
		g.fields[name] = word{Text{parts[0], parts[1]}, parts[2]}
		if parts[0] == "" || parts[1] == "" {
			return nil, fmt.Errorf("reading the words of the own file: %s is not named in both languages", name)
		}
	}
	for _, name := range read.LeftOut {
		g.leftOut[name] = true
	}
	for list, of := range read.Words {
		g.words[list] = map[string]Text{}
		for code, text := range of {
			g.words[list][code] = both(text)
		}
	}
	for code, text := range read.Units {
		g.units[code] = both(text)
	}
	return g, nil
}

func both(text string) Text {
	en, zh, _ := strings.Cut(text, "|")
	return Text{strings.TrimSpace(en), strings.TrimSpace(zh)}
}

// names are what a field may be looked up by, the most exact first.
func names(section, path string) []string {
	list := []string{section + "." + path, path}
	for rest := path; ; {
		_, after, deeper := strings.Cut(rest, ".")
		if !deeper {
			break
		}
		list, rest = append(list, after), after
	}
	return list
}

func (g *glossary) field(section, path string) (word, bool) {
	for _, n := range names(section, path) {
		if w, ok := g.fields[n]; ok {
			return w, true
		}
	}
	return word{}, false
}

func (g *glossary) without(section, path string) bool {
	return slices.ContainsFunc(names(section, path), func(n string) bool { return g.leftOut[n] })
}

// said is the word for a code of a closed list.
func (g *glossary) said(section, path, code string) (Text, bool) {
	for _, n := range names(section, path) {
		if t, ok := g.words[n][code]; ok {
			return t, true
		}
	}
	return Text{}, false
}

// Word is the word for a code of one of the report's own closed lists, such as "tier" or "record_state"; the code itself
// where the list has none.
func Word(list, code string) Text {
	if t, ok := words().words[list][code]; ok {
		return t
	}
	return Plain(code)
}

// Counted is a number with what it counts: 5 days, 5天. A unit that has no word stands as it is.
func Counted(n int64, unit string) Text {
	number := strconv.FormatInt(n, 10)
	t, ok := words().units[unit]
	if !ok {
		return Plain(strings.TrimSpace(number + " " + unit))
	}
	if n == 1 || n == -1 {
		t.EN = strings.TrimSuffix(t.EN, "s")
	}
	return Text{strings.TrimSpace(number + " " + t.EN), number + t.ZH}
}

// Unitless is the title of a quantity without the unit in which programs keep it, which stands beside the number instead.
func Unitless(title Text) Text {
	for _, tail := range []Text{{" in ten thousand yuan", "（万元）"}, {" in yuan", "（元）"}, {" (fen)", "（分）"}, {" (per mille)", "（千分比）"}} {
		title.EN, title.ZH = strings.TrimSuffix(title.EN, tail.EN), strings.TrimSuffix(title.ZH, tail.ZH)
	}
	return title
}

// PerCent is a share that is kept per mille.
func PerCent(mille int64) Text {
	sign := ""
	if mille < 0 {
		sign, mille = "-", -mille
	}
	if mille%10 == 0 {
		return Plain(fmt.Sprintf("%s%d%%", sign, mille/10))
	}
	return Plain(fmt.Sprintf("%s%d.%d%%", sign, mille/10, mille%10))
}

// Money is an amount in fen.
func Money(fen int64) Text {
	sign, n := "", uint64(fen)
	if fen < 0 {
		sign, n = "-", -n
	}
	whole := strconv.FormatUint(n/100, 10)
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	amount := fmt.Sprintf("%s%s.%02d", sign, whole, n%100)
	return Text{"CNY " + amount, amount + "元"}
}

// Minute is an instant to the minute, in the civil time of calendar.Shanghai, which the head of the report names.
func Minute(t time.Time) Text { return Plain(t.In(calendar.Shanghai).Format("2006-01-02 15:04")) }

// YesNo is a truth in words.
func YesNo(is bool) Text {
	if is {
		return Text{"yes", "是"}
	}
	return Text{"no", "否"}
}

// joined joins texts, each language with its own separator.
func joined(list []Text, en, zh string) Text {
	var a, b []string
	for _, t := range list {
		a, b = append(a, t.In(EN)), append(b, t.In(ZH))
	}
	return Text{strings.Join(a, en), strings.Join(b, zh)}
}
