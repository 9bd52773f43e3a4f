package field

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"probity/linkage/naming"
	"probity/linkage/similar"
)

// bags compares values of several words by what their words are worth: a word that few values have weighs more than one
// that many have, and a word may be slightly misspelt.
type bags struct {
	kind   Kind
	form   []string
	words  []bagWord // of all forms, one after the other, each form's dearest first
	first  []uint32  // where a form's words begin; one more than there are forms
	weight []float32 // of a form as a whole
	style  Style
	// script and squash are each form's script and its letters without spaces, and reading its words in Latin letters; of names, and
	// the last where the column has names in several scripts.
	script  []alphabet
	squash  []uint64
	reading []list
	short   []short           // of bodies, what their names are shortened to
	several map[uint32][]name // of forms with several names, these
	own     int               // words that stand in forms; the rest are in readings alone
	vocabulary
	frozen *Vocabulary // what words are worth, of a space that grows
}

// bagWord is one word of a form.
type bagWord struct {
	id     uint32
	weight float32
}

// vocabulary are the words of a column.
type vocabulary struct {
	word  []string
	sound []uint64
	worth []float32         // bits: how seldom the word is
	forms []uint32          // how many forms have the word
	once  float32           // what a word is worth that one record has
	ids   map[string]uint32 // of a space that grows
}

// list is words in the order of dearest, and what they weigh together.
type list struct {
	words  []bagWord
	weight float32
}

func (s *Space) bags(kind Kind, raw []string, counts []uint32) *bags {
	fold := folded
	if kind == Person || kind == Organisation {
		fold = severalNames
	}
	form := s.intern(raw, func(v string) string { return fold(joinCodes(v)) })
	b := &bags{kind: kind, form: form, several: map[uint32][]name{}, first: make([]uint32, 1, len(form)+1)}
	often := make([]float64, len(form))
	for i, f := range s.Of {
		if f != 0 {
			often[f] += float64(counts[i])
		}
	}
	rows := 1.0
	for _, n := range often {
		rows += n
	}
	b.style = styleOf(kind, form, rows)
	l := lexicon{bags: b, ids: map[string]uint32{}}
	for i, f := range form {
		b.words = l.add(b.words, b.split(f), often[i])
		b.first = append(b.first, uint32(len(b.words)))
	}
	b.own = len(l.seen)
	b.read(&l, often)
	b.price(l.seen, rows)
	s.Comparer = b
	return b
}

// lexicon numbers the words of a column as they come.
type lexicon struct {
	*bags
	ids  map[string]uint32
	seen []float64 // rows by word
}

// add appends the words of a form to a list, each once.
func (l *lexicon) add(to []bagWord, words []string, rows float64) []bagWord {
	from := len(to)
	for _, word := range words {
		id, ok := l.ids[word]
		if !ok {
			id = uint32(len(l.seen))
			l.ids[word] = id
			l.seen = append(l.seen, 0)
			l.word = append(l.word, word)
			l.forms = append(l.forms, 0)
		}
		if !slices.ContainsFunc(to[from:], func(w bagWord) bool { return w.id == id }) {
			to = append(to, bagWord{id: id})
			l.forms[id]++
			l.seen[id] += rows
		}
	}
	return to
}

// list is words of a form whose words are counted already.
func (l *lexicon) list(words []string) []bagWord {
	from := len(l.seen)
	added := l.add(nil, words, 0)
	for _, w := range added {
		if int(w.id) < from {
			l.forms[w.id]--
		}
	}
	return added
}

// marked is a code that is written with a hyphen: letters, a hyphen, and something with a digit.
var marked = regexp.MustCompile(`\b([A-Za-z]+)-([A-Za-z]*[0-9][A-Za-z0-9]*)\b`)

// joinCodes writes PS-LX350H as PSLX350H, as others do.
func joinCodes(v string) string {
	if !strings.Contains(v, "-") {
		return v
	}
	return marked.ReplaceAllString(v, "$1$2")
}

// price works out what words and forms are worth. A text weighs as a vector, so that a long description and a short title
// are not strangers for their length; other values weigh the sum of their words.
func (b *bags) price(seen []float64, rows float64) {
	worth := func(n float64) float32 { return float32(math.Log2(1 + rows/(n+1))) }
	b.worth, b.sound, b.once = make([]float32, len(seen)), make([]uint64, len(seen)), worth(1)
	for id, n := range seen {
		b.worth[id] = worth(n)
		b.sound[id] = soundKey(b.word[id])
	}
	b.weight = make([]float32, len(b.form))
	for f := 1; f < len(b.form); f++ {
		b.weight[f] = b.priced(b.of(uint32(f)))
	}
	for f := range b.reading {
		b.reading[f].weight = b.priced(b.reading[f].words)
	}
	for _, parts := range b.several {
		for i := range parts {
			parts[i].words.weight, parts[i].reading.weight = b.priced(parts[i].words.words), b.priced(parts[i].reading.words)
		}
	}
}

func (b *bags) priced(words []bagWord) float32 {
	for i := range words {
		words[i].weight = b.worth[words[i].id]
	}
	return b.weigh(words)
}

// weigh orders the words of a form and tells what it weighs as a whole.
func (b *bags) weigh(words []bagWord) float32 {
	slices.SortFunc(words, b.dearest)
	sum := float32(0)
	for _, w := range words[:min(len(words), mostWords)] {
		if b.kind == Text {
			sum += w.weight * w.weight
		} else {
			sum += w.weight
		}
	}
	if b.kind == Text {
		sum = float32(math.Sqrt(float64(sum)))
	}
	return sum
}

// dearest orders words by what they are worth, from the most; words worth the same by the alphabet, so that nothing
// depends on which was seen first.
func (b *bags) dearest(x, y bagWord) int {
	switch {
	case x.id == y.id:
		return 0
	case x.weight != y.weight:
		return -cmp.Compare(x.weight, y.weight)
	}
	return strings.Compare(b.word[x.id], b.word[y.id])
}

func (b *bags) of(form uint32) []bagWord { return b.words[b.first[form]:b.first[form+1]] }

// split takes a folded value apart.
func (b *bags) split(f string) []string {
	if strings.Contains(f, among) {
		var words []string
		for part := range strings.SplitSeq(f, among) {
			words = append(words, b.split(part)...)
		}
		return words
	}
	switch {
	case b.kind == Organisation:
		return splitOrganisation(f)
	case b.style.Bodies:
		return splitPerson(f)
	}
	return split(b.kind, f)
}

// split takes a folded value apart. Scripts without spaces go by pairs of neighbouring letters.
func split(kind Kind, f string) []string {
	var words []string
	if kind == Address && hasHan(f) {
		words, f = cutDivisions(f)
	}
	for _, word := range strings.Fields(f) {
		if hasHan(word) {
			words = appendPairs(words, word)
		} else {
			words = append(words, canonicalWord(kind, word))
		}
	}
	return words
}

// cutDivisions takes the administrative divisions from the beginning of a Chinese address, each by its code: 广州市白云区 and
// 广东省广州市白云区 are one, and so are 崇文区, as it was called until 2010, and the 东城区 that has taken it up.
func cutDivisions(f string) (words []string, rest string) {
	divisions, rest := naming.CutDivisions(f)
	if len(divisions) == 0 {
		return nil, f
	}
	code := divisions[len(divisions)-1].Code
	for _, digits := range []int{2, 4, 6} {
		if part := code[:digits]; digits == 2 || !strings.HasSuffix(part, "00") {
			words = append(words, "division "+part)
		}
	}
	return words, rest
}

// appendPairs appends the pairs of neighbouring letters of a word.
func appendPairs(words []string, word string) []string {
	letters := []rune(word)
	if len(letters) == 1 {
		return append(words, word)
	}
	for i := range len(letters) - 1 {
		words = append(words, string(letters[i:i+2]))
	}
	return words
}

func hasHan(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai) }) >= 0
}

var bagLevels = []string{
	"the same", "the same words", "over 95 in 100 in common", "over 85 in 100 in common", "over 75 in 100 in common", "over 65 in 100 in common",
	"over 55 in 100 in common", "over 45 in 100 in common", "over 35 in 100 in common", "over 25 in 100 in common", "over 10 in 100 in common", "different",
}

var bagSteps = []float32{0.999, 0.95, 0.85, 0.75, 0.65, 0.55, 0.45, 0.35, 0.25, 0.1}

var textLevels = []string{
	"the same", "the same words", "alike to 90 in 100", "alike to 75 in 100", "alike to 60 in 100", "alike to 48 in 100", "alike to 38 in 100",
	"alike to 30 in 100", "alike to 22 in 100", "alike to 15 in 100", "alike to 10 in 100", "alike to 6 in 100", "different",
}

var textSteps = []float32{0.999, 0.9, 0.75, 0.6, 0.48, 0.38, 0.3, 0.22, 0.15, 0.1, 0.06}

func (b *bags) Levels() []string {
	if b.kind == Text {
		return textLevels
	}
	return bagLevels
}

func (b *bags) Compare(x, y uint32) uint8 { return b.compare(b.whole(x), b.whole(y)) }

func (b *bags) compare(x, y list) uint8 {
	steps := bagSteps
	if b.kind == Text {
		steps = textSteps
	}
	common := b.common(x, y)
	for i, step := range steps {
		if common >= step {
			return uint8(i) + 1
		}
	}
	return uint8(len(steps) + 1)
}

const (
	mostWords  = 64   // what of a longer text is aligned
	misspelt   = 0.85 // Jaro-Winkler from which two words may be one
	worthOf    = 0.8  // of a misspelt word
	ofInitial  = 0.5  // of an initial
	leastAlike = 4    // letters of a word that may be misspelt
)

// common is how much two lists have in common, 0 to 1: for texts the cosine of the angle between them, for other values the
// worth of the words in common over that of both.
func (b *bags) common(x, y list) float32 {
	both := x.weight + y.weight
	if b.kind == Text {
		both = x.weight * y.weight
	}
	return b.align(x, y).shared / both
}

// whole is a form as a list.
func (b *bags) whole(form uint32) list { return list{b.of(form), b.weight[form]} }

// alignment is which words of two lists stand for each other.
type alignment struct {
	u, v         []bagWord
	usedU, usedV uint64
	shared       float32
	slips        int // words that are not quite the same
}

// align finds for each word the one that it is the same as, and for those that are left the one that is most like it.
func (b *bags) align(x, y list) alignment {
	a := alignment{u: x.words[:min(len(x.words), mostWords)], v: y.words[:min(len(y.words), mostWords)]}
	for i, j := 0, 0; i < len(a.u) && j < len(a.v); { // both stand in the order of dearest
		switch order := b.dearest(a.u[i], a.v[j]); {
		case order == 0:
			b.pair(&a, i, j, 1)
			i++
			j++
		case order < 0:
			i++
		default:
			j++
		}
	}
	if b.kind == Text && a.shared < textSteps[len(textSteps)-1]*x.weight*y.weight {
		return a // texts without a word in common are not the same for a misspelt one
	}
	for i := range a.u {
		if a.usedU>>i&1 != 0 {
			continue
		}
		best, at := float32(0), -1
		for j := range a.v {
			if a.usedV>>j&1 == 0 {
				if s := b.alike(a.u[i].id, a.v[j].id); s > best {
					best, at = s, j
				}
			}
		}
		if at >= 0 {
			b.pair(&a, i, at, best)
			a.slips++
		}
	}
	return a
}

func (b *bags) pair(a *alignment, i, j int, alike float32) {
	a.usedU |= 1 << i
	a.usedV |= 1 << j
	if b.kind == Text {
		a.shared += alike * a.u[i].weight * a.v[j].weight
	} else {
		a.shared += alike * (a.u[i].weight + a.v[j].weight)
	}
}

// alike is what two different words are worth of one, 0 to 1.
func (b *bags) alike(i, j uint32) float32 {
	x, y := b.word[i], b.word[j]
	switch {
	case naming.IsForm(x), naming.IsForm(y):
		if naming.SameClass(x, y) {
			return worthOf
		}
		return 0
	case b.kind == Person && naming.Familiar(x, y):
		return worthOf
	case x[0] != y[0] && b.sound[i] != b.sound[j]:
		return 0
	case len(x) == 1 || len(y) == 1:
		if x[0] == y[0] {
			return ofInitial
		}
		return 0
	case min(len(x), len(y)) < leastAlike:
		return 0
	case hasDigit(x), hasDigit(y):
		if min(len(x), len(y)) > leastAlike && (strings.HasPrefix(x, y) || strings.HasPrefix(y, x)) {
			return worthOf // a code with and without its ending
		}
		return 0
	}
	if similar.JaroWinkler(x, y) >= misspelt {
		return worthOf
	}
	return 0
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

func (*bags) Keys() []Key {
	return []Key{{Name: "the same words", Agrees: 0.4}, {Name: "a word in common", Agrees: 0.9, Several: true}, {Name: "the two dearest words", Agrees: 0.6}}
}

// tells tells whether a word is one to find others by: a legal form is none.
func (b *bags) tells(id uint32) bool {
	return b.kind != Organisation && !b.style.Bodies || !isForm(b.word[id])
}

// keyWords is how many of a form's dearest words are keys.
const keyWords = 16

func (b *bags) AppendKeys(list []uint64, sort int, form uint32) []uint64 {
	return b.appendKeys(list, sort, b.of(form))
}

func (b *bags) appendKeys(list []uint64, sort int, words []bagWord) []uint64 {
	if len(words) == 0 {
		return list
	}
	if sort == 0 {
		whole := uint64(0)
		for _, w := range words {
			if b.tells(w.id) {
				whole += hash('b', b.word[w.id])
			}
		}
		return append(list, whole|1)
	}
	most := keyWords
	if sort == 2 {
		most = 2
	}
	shared := make([]uint64, 0, keyWords)
	for _, w := range words {
		// The dearest words are those that stand nowhere else, and they find nothing.
		if b.tells(w.id) && b.found(w.id, sort) {
			shared = append(shared, hash('w', b.word[w.id]))
		}
		if len(shared) == most {
			break
		}
	}
	switch {
	case sort == 1:
		list = append(list, shared...)
	case len(shared) == 2:
		list = append(list, shared[0]+shared[1])
	}
	return list
}

func (b *bags) Form(form uint32) string { return strings.ReplaceAll(b.form[form], among, " | ") }

// canonicalWord gives a word the form in which a kind writes it.
func canonicalWord(kind Kind, word string) string {
	switch kind {
	case Person:
		return naming.Particle(word)
	case Address:
		if short, ok := addressWords[word]; ok {
			return short
		}
	case Organisation:
		if short, ok := organisationWords[word]; ok {
			return short
		}
	}
	return word
}

var addressWords = map[string]string{
	"street": "st", "str": "st", "avenue": "ave", "av": "ave", "road": "rd", "drive": "dr", "place": "pl", "court": "ct", "lane": "ln",
	"boulevard": "blvd", "square": "sq", "terrace": "tce", "ter": "tce", "crescent": "cres", "cr": "cres", "circuit": "cct", "close": "cl",
	"parkway": "pkwy", "highway": "hwy", "north": "n", "south": "s", "east": "e", "west": "w", "apartment": "apt", "floor": "fl",
	"suite": "ste", "building": "bldg", "mount": "mt", "saint": "st", "fort": "ft", "strasse": "st",
}

var organisationWords = map[string]string{
	"company": "co", "corporation": "corp", "incorporated": "inc", "limited": "ltd", "centre": "ctr", "center": "ctr", "international": "intl",
	"association": "assn", "department": "dept", "university": "univ", "institute": "inst", "brothers": "bros", "aktiengesellschaft": "ag",
	"manufacturing": "mfg", "services": "svc", "service": "svc", "government": "govt", "saint": "st",
}
