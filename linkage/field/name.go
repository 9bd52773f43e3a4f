package field

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"probity/linkage/naming"
	"probity/linkage/script"
	"probity/linkage/similar"
)

// names compares the names of persons and of bodies: word by word in any order, and by which words are left over, because a
// word with a slip in it and another word are not the same thing.
type names struct{ *bags }

func (s *Space) names(kind Kind, raw []string, counts []uint32) {
	s.Comparer = names{s.bags(kind, raw, counts)}
}

// alphabet is the script of a name.
type alphabet uint8

const (
	latin alphabet = iota
	chinese
	otherScript
)

func alphabetOf(form string) alphabet {
	switch {
	case script.HasHan(form):
		return chinese
	case script.IsLatin(form):
		return latin
	}
	return otherScript
}

// Style is what the names of a column are like, on which it depends how they are compared.
type Style struct {
	// Bodies tells that bodies with legal forms are among the names of persons, and Lists that several persons stand in one value.
	Bodies bool `json:"bodies,omitempty"`
	Lists  bool `json:"lists,omitempty"`
	// Chinese and Others tell that names in Chinese characters, or in other letters, stand beside Latin ones or each other.
	Chinese bool `json:"chinese,omitempty"`
	Others  bool `json:"others,omitempty"`
	// Enough is how many bits single out one record of the column.
	Enough float32 `json:"enough,omitempty"`
}

// wordsOfAName is how many words a name has on average at most.
const wordsOfAName = 5

// styleOf looks at the forms of a column.
func styleOf(kind Kind, forms []string, rows float64) Style {
	var s Style
	if kind != Person && kind != Organisation {
		return s
	}
	var has [otherScript + 1]int
	words, scripts := 0, 0
	for _, f := range forms[1:] {
		words += len(strings.Fields(f))
		if a := alphabetOf(f); has[a] == 0 {
			has[a] = 1
			scripts++
		}
	}
	s.Chinese, s.Others = scripts > 1 && has[chinese] > 0, scripts > 1 && has[otherScript] > 0
	s.Bodies = kind == Person && hasBodies(forms)
	s.Lists = words > wordsOfAName*len(forms)
	s.Enough = float32(math.Log2(1 + rows))
	return s
}

// several tells that a column has names in several scripts.
func (s Style) several() bool { return s.Chinese || s.Others }

// read gives the names of a column that has several scripts a reading in Latin letters, and notes the letters of every name
// without spaces: VladimirPutin and Vladimir Putin are one.
func (b *bags) read(l *lexicon, often []float64) {
	if b.kind != Person && b.kind != Organisation {
		return
	}
	for i, f := range b.form {
		b.script = append(b.script, alphabetOf(f))
		b.squash = append(b.squash, b.squashed(f))
		if b.kind == Organisation {
			mark, letters := b.shortened(f)
			b.short = append(b.short, short{mark, letters})
		}
		known := func(word string) bool {
			id, ok := l.ids[word]
			return ok && int(id) < b.own
		}
		if b.style.several() {
			b.reading = append(b.reading, list{words: l.add(nil, b.reads(f, b.script[i], known), often[i])})
		}
		if parts := b.parts(f, l.list, known); parts != nil {
			b.several[uint32(i)] = parts
		}
	}
}

func (b *bags) squashed(form string) uint64 {
	words := strings.Fields(form)
	if b.kind == Organisation || b.style.Bodies {
		words, _ = naming.CutForms(words)
	}
	return hash('q', strings.Join(words, ""))
}

// reads is a form in Latin letters, nil where it is so already. known tells which words other names have.
func (b *bags) reads(f string, a alphabet, known func(word string) bool) []string {
	switch {
	case f == "", a == latin && !b.style.Chinese, strings.Contains(f, among):
		return nil
	case b.kind == Person:
		return readPerson(f, a)
	}
	return readOrganisation(f, a, known)
}

// readPerson is a person's name in Latin letters; of one that may be Chinese the syllables, because 李晓明 is written Li Xiaoming,
// Li Xiao Ming and LI Xiao-ming.
func readPerson(f string, a alphabet) []string {
	var words []string
	for _, word := range strings.Fields(f) {
		switch {
		case a == latin && len(word) == 1:
			words = append(words, word)
		case a == latin:
			syllables := script.Split(word)
			if syllables == nil {
				return nil
			}
			words = append(words, syllables...)
		case script.HasHan(word):
			surname, given := script.Person(word)
			for _, part := range [][]string{surname, given} {
				words = append(words, script.Split(strings.Join(part, ""))...)
			}
		default:
			words = append(words, script.Latin(word))
		}
	}
	return words
}

// splitPerson takes the names of persons apart, and their legal forms where there are bodies among them.
func splitPerson(f string) []string {
	rest, forms := naming.CutForms(strings.Fields(f))
	words := split(Person, strings.Join(rest, " "))
	for _, form := range forms {
		words = append(words, form.String())
	}
	return words
}

// bodies is the share of values with a legal form from which there are bodies among the names of a column.
const bodies = 0.05

// hasBodies tells whether bodies are among the names.
func hasBodies(forms []string) bool {
	step := max(len(forms)/mostLooked, 1)
	looked, found := 0, 0
	for i := 1; i < len(forms); i += step {
		looked++
		if _, form := naming.CutForms(strings.Fields(forms[i])); len(form) > 0 {
			found++
		}
	}
	return float64(found) > bodies*float64(looked)
}

// mostLooked is how many values are looked at to see what a column is.
const mostLooked = 2000

// splitOrganisation takes the name of a body apart: legal forms as one word each, the parts of a Chinese name.
func splitOrganisation(f string) []string {
	if hasHan(f) {
		return splitChinese(f)
	}
	rest, forms := naming.CutForms(strings.Fields(f))
	words := make([]string, 0, len(rest)+len(forms))
	for _, word := range rest {
		words = append(words, canonicalWord(Organisation, word))
	}
	for _, form := range forms {
		words = append(words, form.String())
	}
	return words
}

// splitChinese gives the divisions without what kind of division they are, the firm name by pairs of characters, the trades and
// the form as one word each. Words of another script between them stand for themselves.
func splitChinese(f string) []string {
	var words []string
	var han strings.Builder
	for _, word := range strings.Fields(f) {
		if hasHan(word) {
			han.WriteString(word)
		} else {
			words = append(words, canonicalWord(Organisation, word))
		}
	}
	parts := naming.Split(han.String())
	for _, d := range parts.Divisions {
		words = append(words, d.Stem)
	}
	for _, firm := range parts.Firm {
		words = appendPairs(words, firm)
	}
	words = append(words, parts.Trades...)
	if parts.Form != "" {
		words = append(words, parts.Form)
	}
	return words
}

// companyLimited is what Chinese companies of either form write in English.
const companyLimited = "llc/coltd"

// readOrganisation is the name of a body in Latin letters and English words: divisions by their English names, the firm name
// in pinyin, put together into the words that the column has, trades in English.
func readOrganisation(f string, a alphabet, known func(word string) bool) []string {
	switch a {
	case latin:
		return joinSyllables(f)
	case otherScript:
		var words []string
		for _, word := range splitOrganisation(f) {
			words = append(words, script.Latin(word))
		}
		return words
	}
	var words []string
	parts := naming.Split(f)
	for _, d := range parts.Divisions {
		words = append(words, strings.Fields(naming.English(d))...)
	}
	for _, firm := range parts.Firm {
		words = appendFirm(words, script.Syllables(firm), known)
	}
	for _, trade := range parts.Trades {
		words = append(words, naming.Trade(trade))
	}
	if parts.Form != "" {
		words = append(words, companyLimited)
	}
	return words
}

// appendFirm puts syllables together into the longest words that other names have; what no other name has is one word.
func appendFirm(words, syllables []string, known func(word string) bool) []string {
	unknown := ""
	flush := func() {
		if unknown != "" {
			words = append(words, unknown)
			unknown = ""
		}
	}
	for at := 0; at < len(syllables); {
		n := len(syllables) - at
		for ; n > 1; n-- {
			if known(strings.Join(syllables[at:at+n], "")) {
				break
			}
		}
		if n > 1 {
			flush()
			words = append(words, strings.Join(syllables[at:at+n], ""))
		} else {
			unknown += syllables[at]
		}
		at += n
	}
	flush()
	return words
}

// joinSyllables joins the syllables that a name writes apart, as Bai Yun, and has one word for each trade; nil where that changes
// nothing.
func joinSyllables(f string) []string {
	rest, forms := naming.CutForms(strings.Fields(f))
	var words []string
	run := ""
	flush := func() {
		if run != "" {
			words = append(words, run)
			run = ""
		}
	}
	for _, word := range rest {
		if naming.Trade(word) == "" && len(script.Split(word)) == 1 {
			run += word
			continue
		}
		flush()
		if trade := naming.Trade(word); trade != "" {
			word = trade
		} else {
			word = canonicalWord(Organisation, word)
		}
		words = append(words, word)
	}
	flush()
	for _, form := range forms {
		words = append(words, form.String())
	}
	if slices.Equal(words, splitOrganisation(f)) {
		return nil
	}
	return words
}

var nameLevels = []string{
	"the same", "the same words", "the same words with slips", "the same but for the legal form", "one stands in the other", "one stands in the other with slips",
	"over 75 in 100 in common", "over 55 in 100 in common", "over 40 in 100 in common", "over 25 in 100 in common", "over 10 in 100 in common", "different",
}

var nameSteps = []float32{0.75, 0.55, 0.4, 0.25, 0.1}

const (
	sameWords = iota + 1
	wordsWithSlips
	butForm
	within
	withinWithSlips
)

// Levels are those of names.
// Levels depend on what is compared: of persons it matters which words are left over; of bodies how much of the words is in
// common; of bodies in two scripts, of whose words many have no counterpart, how rare those are that do.
func (n names) Levels() []string {
	switch {
	case n.structured():
		return nameLevels
	case n.kind == Organisation && n.style.several():
		return worthLevels
	}
	return bagLevels
}

// worthLevels are named by the evidence that singles out one of the records of the column.
// structured tells that each value is one name; where several persons stand in one value, how many they have in common counts.
func (n names) structured() bool { return n.kind == Person && !n.style.Lists }

var worthLevels = []string{
	"the same", "the same words", "words in common, 1.7 times what singles one out", "1.5 times what singles one out", "1.3 times what singles one out",
	"1.15 times what singles one out", "what singles one out", "0.9 of what singles one out", "0.8 of what singles one out", "0.7 of what singles one out",
	"0.6 of what singles one out", "0.45 of what singles one out", "different",
}

var worthSteps = []float32{1.7, 1.5, 1.3, 1.15, 1, 0.9, 0.8, 0.7, 0.6, 0.45}

const (
	against  = 0.25 // of what words without a counterpart weigh speaks against
	nearZero = 0.01
)

// compareWorth grades by how many bits the words in common are worth.
func (n names) compareWorth(x, y list) uint8 {
	shared := n.align(x, y).shared
	left := x.weight + y.weight - shared
	if left < nearZero {
		return sameWords
	}
	worth := (shared - against*left) / 2 / n.style.Enough
	for i, step := range worthSteps {
		if worth >= step {
			return uint8(i + 2)
		}
	}
	return uint8(len(worthSteps) + 2)
}

// Compare grades two names. Names of different scripts are compared as they read in Latin letters. Of somebody with several
// names the two that are most alike count.
func (n names) Compare(x, y uint32) uint8 {
	if n.several[x] == nil && n.several[y] == nil {
		return n.grade(n.name(x), n.name(y))
	}
	best := uint8(len(n.Levels()) - 1)
	for _, a := range n.all(x) {
		for _, b := range n.all(y) {
			if a.form == b.form {
				return sameWords
			}
			best = min(best, n.grade(a, b))
		}
	}
	return best
}

func (n names) grade(x, y name) uint8 {
	switch {
	case n.structured():
		return n.compareWords(x, y)
	case n.kind == Organisation && n.style.several():
		if shortOf(x, y) {
			return worthOfShort
		}
		return n.compareWorth(lists(x, y))
	case n.kind == Organisation && shortOf(x, y):
		return min(n.compare(lists(x, y)), bagOfShort)
	}
	return n.compare(lists(x, y))
}

// compareWords grades by which words are left over.
func (n names) compareWords(x, y name) uint8 {
	if x.squash == y.squash {
		return n.squashedLevel(x, y)
	}
	a := n.align(lists(x, y))
	restU, formU := n.left(a.u, a.usedU)
	restV, formV := n.left(a.v, a.usedV)
	fewer := min(len(a.u), len(a.v)) // words that can stand in the other at all
	switch {
	case restU+restV == 0 && formU+formV == 0 && a.slips == 0:
		return sameWords
	case restU+restV == 0 && formU+formV == 0, oneSlip(x.form, y.form):
		return wordsWithSlips
	case restU+restV == 0 && a.slips == 0:
		return butForm
	case min(restU, restV) == 0 && fewer > 1 && a.slips == 0:
		return within
	case min(restU, restV) == 0 && fewer > 1:
		return withinWithSlips
	}
	both := float32(0)
	for _, list := range [][]bagWord{a.u, a.v} {
		for _, w := range list {
			both += w.weight
		}
	}
	for i, step := range nameSteps {
		if a.shared >= step*both {
			return uint8(withinWithSlips + 1 + i)
		}
	}
	return uint8(len(nameLevels) - 1)
}

// leastName is the number of letters from which a name may have a slip wherever it is.
const leastName = 8

// oneSlip tells that the letters of two names are the same but for one, wherever the spaces are. A digit is no slip.
func oneSlip(x, y string) bool {
	a, b := strings.ReplaceAll(x, " ", ""), strings.ReplaceAll(y, " ", "")
	apart := utf8.RuneCountInString(a) - utf8.RuneCountInString(b)
	return apart >= -1 && apart <= 1 && min(len(a), len(b)) >= leastName && !hasDigit(a) && !hasDigit(b) && !hasHan(a) && similar.Edits(a, b) == 1
}

// squashedLevel is for names whose letters are the same: the spaces or the legal form differ.
func (n names) squashedLevel(x, y name) uint8 {
	a := n.align(x.words, y.words)
	if _, formU := n.left(a.u, a.usedU); formU > 0 {
		return butForm
	}
	if _, formV := n.left(a.v, a.usedV); formV > 0 {
		return butForm
	}
	return sameWords
}

// lists are the words by which two names are compared: of different scripts, as they read in Latin letters.
func lists(x, y name) (u, v list) {
	if x.script == y.script {
		return x.words, y.words
	}
	withHan := x.script == chinese || y.script == chinese
	at := func(n name) list {
		if len(n.reading.words) > 0 && (withHan || n.script != latin) {
			return n.reading
		}
		return n.words
	}
	return at(x), at(y)
}

// left counts the words without a counterpart, those of a legal form apart.
func (b *bags) left(words []bagWord, used uint64) (rest, forms int) {
	for i, w := range words {
		if used>>i&1 != 0 {
			continue
		}
		if isForm(b.word[w.id]) {
			forms++
		} else {
			rest++
		}
	}
	return rest, forms
}

func isForm(word string) bool { return naming.IsForm(word) || naming.IsChineseForm(word) }

// AppendKeys adds the keys of a form and of its reading.
func (n names) AppendKeys(list []uint64, sort int, form uint32) []uint64 {
	for _, one := range n.several[form] {
		list = n.nameKeys(list, sort, one)
	}
	if n.several[form] == nil {
		list = n.nameKeys(list, sort, n.name(form))
	}
	return list
}

func (n names) nameKeys(list []uint64, sort int, one name) []uint64 {
	list = n.appendKeys(list, sort, one.words.words)
	if n.reading != nil {
		list = n.appendKeys(list, sort, one.reading.words)
	}
	if sort == 1 && one.short != 0 {
		list = append(list, one.short)
	}
	return list
}

// Alike is the last level on which two names are the same but for how they are written, from the first.
func (n names) Alike() uint8 {
	if n.structured() {
		return withinWithSlips
	}
	return alikeShares
}

// alikeShares is how far the levels of shares go down to 85 in 100.
const alikeShares = 3

// Shared is how many bits the words of two forms that stand for each other are worth: how rare it is that another one has
// them, too.
func (n names) Shared(x, y uint32) float64 {
	best := 0.0
	for _, a := range n.all(x) {
		for _, b := range n.all(y) {
			best = max(best, n.sharedBy(a, b))
		}
	}
	return best
}

func (n names) sharedBy(x, y name) float64 {
	if x.squash == y.squash {
		return float64(max(x.words.weight, y.words.weight))
	}
	a := n.align(lists(x, y))
	sum := float32(0)
	for i, w := range a.u {
		if a.usedU>>i&1 != 0 {
			sum += w.weight
		}
	}
	for i, w := range a.v {
		if a.usedV>>i&1 != 0 {
			sum += w.weight
		}
	}
	return float64(sum) / 2
}
