package develop

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"probity/develop/binning"
	"probity/develop/modelfile"
)

// names gives columns and words names that the model language takes, each once.
type names struct{ given *modelfile.Names }

func newNames() *names { return &names{modelfile.NewNames()} }

const longestName = 40

// column is a name in ASCII letters, digits and _, as filters need it.
func (n *names) column(text string) string {
	return n.unique(text, func(r rune) bool { return r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) }, "column")
}

// word is the same with all letters there are.
func (n *names) word(text string) string {
	return n.unique(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }, "word")
}

func (n *names) unique(text string, keep func(rune) bool, otherwise string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToLower(text) {
		switch {
		case !keep(r):
			gap = true
			continue
		case gap && b.Len() > 0:
			b.WriteByte('_')
		}
		gap = false
		b.WriteRune(r)
		if b.Len() >= longestName {
			break
		}
	}
	name := b.String()
	if name == "" {
		name = otherwise
	}
	if unicode.IsDigit([]rune(name)[0]) || modelfile.Reserved(name) {
		name = otherwise[:1] + "_" + name
	}
	return n.given.Give(name)
}

// write writes the model.
func (d *development) write(c *Card) []byte {
	var b, columns, rest strings.Builder
	o := &d.options
	for i, ch := range c.Characteristics {
		codes := writeColumn(&columns, ch)
		writeCharacteristic(&rest, ch, fmt.Sprintf("R%02d", i+1), codes)
	}
	fmt.Fprintf(&b, "# A scorecard over a plain table, developed by probity model develop. It rates rows of a file and nobody in a register.\n")
	fmt.Fprintf(&b, "model: %s\nversion: 1\ntitle: {en: %s}\n", o.Code, modelfile.Quoted(o.Title))
	fmt.Fprintf(&b, "source:\n  title: %s\n  date: %s\n  note: %s\n", modelfile.Quoted("developed from "+o.File), o.Today, modelfile.Quoted(fmt.Sprintf(
		"bad is %s = %s; %d rows fitted to, %d held out; seed %d; penalty %g; rows without an outcome: %s",
		o.Target, c.Bad, len(d.sample.fit), len(d.sample.held), o.Seed, o.Penalty, o.Rejects)))
	fmt.Fprintf(&b, "table:\n  score: %d\n  odds: %d\n  doubling: %d\n  columns:\n%s", c.Score, c.Odds, c.Doubling, columns.String())
	if len(c.LeftOut) > 0 {
		b.WriteString("left_out:\n")
		for _, l := range c.LeftOut {
			fmt.Fprintf(&b, "  - {rule: %s, why: %s}\n", modelfile.Quoted(l.Column), modelfile.Quoted(l.Why))
		}
	}
	fmt.Fprintf(&b, "base: %d\ncharacteristics:\n%sbands:\n", c.Base, rest.String())
	for _, band := range c.Bands {
		from := ""
		if band.From != nil {
			from = fmt.Sprintf(", from: %d", *band.From)
		}
		fmt.Fprintf(&b, "  - {name: %s%s, title: {en: %s}}\n", band.Name, from, modelfile.Quoted(fmt.Sprintf("%d of %d rows fitted to were bad", band.Bad, band.Rows)))
	}
	var reasons strings.Builder
	for i, ch := range c.Characteristics {
		if needsReason(ch) {
			fmt.Fprintf(&reasons, "  R%02d: {en: %s}\n", i+1, modelfile.Quoted(ch.Column+": fewer points than could be had"))
		}
	}
	if reasons.Len() > 0 {
		b.WriteString("reasons:\n" + reasons.String())
	}
	return []byte(b.String())
}

// needsReason tells whether any value of a characteristic is worth less than another.
func needsReason(ch *Characteristic) bool {
	return slices.ContainsFunc(ch.Bins, func(b Bin) bool { return b.Points != ch.Bins[0].Points })
}

func writeColumn(w *strings.Builder, ch *Characteristic) map[string]string {
	fmt.Fprintf(w, "    - name: %s\n      column: %s\n", ch.Name, modelfile.Quoted(ch.Column))
	if ch.Scale > 0 {
		fmt.Fprintf(w, "      scale: %d\n", ch.Scale)
	}
	if ch.Kind != "code" {
		return nil
	}
	codes, n := map[string]string{}, newNames()
	var words []string
	for _, b := range ch.Bins {
		words = append(words, b.Words...)
	}
	if len(words) == 0 {
		return codes
	}
	slices.Sort(words)
	w.WriteString("      codes:\n")
	for _, word := range words {
		codes[word] = n.word(word)
		fmt.Fprintf(w, "        %s: %s\n", codes[word], modelfile.Quoted(word))
	}
	return codes
}

func writeCharacteristic(w *strings.Builder, ch *Characteristic, reason string, codes map[string]string) {
	missing := int64(0)
	var special []*Bin
	for i := range ch.Bins {
		switch b := &ch.Bins[i]; b.Kind {
		case MissingBin:
			missing = b.Points
		case SpecialBin:
			special = append(special, b)
		}
	}
	fmt.Fprintf(w, "  - name: %s\n    title: {en: %s}\n    datasets: [table]\n", ch.Name, modelfile.Quoted(ch.Column))
	if len(special) > 0 {
		var values []string
		for _, b := range special {
			values = append(values, strconv.FormatInt(*b.From, 10))
		}
		fmt.Fprintf(w, "    where: %s\n", modelfile.Quoted("!("+ch.Name+" in ["+strings.Join(values, ", ")+"])"))
	}
	fmt.Fprintf(w, "    aggregate: {latest: %s}\n", ch.Name)
	if needsReason(ch) {
		fmt.Fprintf(w, "    reason: %s\n", reason)
	}
	fmt.Fprintf(w, "    missing: {points: %d}\n", missing)
	if ch.Kind == "number" {
		direction := string(ch.Shape)
		if ch.Shape != binning.Rising && ch.Shape != binning.Falling {
			direction = "none"
		}
		fmt.Fprintf(w, "    direction: %s\n", direction)
	}
	w.WriteString("    attributes:\n")
	for _, b := range ch.Bins {
		switch b.Kind {
		case RangeBin:
			var limits []string
			if b.From != nil {
				limits = append(limits, fmt.Sprintf("from: %d, ", *b.From))
			}
			if b.Below != nil {
				limits = append(limits, fmt.Sprintf("below: %d, ", *b.Below))
			}
			fmt.Fprintf(w, "      - {%spoints: %d}\n", strings.Join(limits, ""), b.Points)
		case WordsBin:
			var named []string
			for _, word := range b.Words {
				named = append(named, codes[word])
			}
			fmt.Fprintf(w, "      - {codes: [%s], points: %d}\n", strings.Join(named, ", "), b.Points)
		case RareBin:
			fmt.Fprintf(w, "      - {other: true, points: %d}\n", b.Points)
		}
	}
	for i, b := range special {
		writeSpecial(w, ch, b, i+1, b.Points-missing, reason)
	}
}

// writeSpecial writes what a number that means something else is worth beside the points of a missing value, which it has
// in its characteristic.
func writeSpecial(w *strings.Builder, ch *Characteristic, b *Bin, n int, points int64, reason string) {
	fmt.Fprintf(w, "  - name: %s.special_%d\n    title: {en: %s}\n    datasets: [table]\n    where: %s\n    aggregate: exists\n    direction: none\n",
		ch.Name, n, modelfile.Quoted(ch.Column+" = "+b.Label), modelfile.Quoted(fmt.Sprintf("%s == %d", ch.Name, *b.From)))
	if points != 0 {
		fmt.Fprintf(w, "    baseline: 0\n    reason: %s\n", reason)
	}
	fmt.Fprintf(w, "    attributes:\n      - {below: 1, points: 0}\n      - {from: 1, points: %d}\n", points)
}
