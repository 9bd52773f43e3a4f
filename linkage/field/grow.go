package field

import "slices"

// Vocabulary is what the words of a column were found to be worth when it was learnt from, without the words themselves:
// what stays when the column is gone, so that a value that comes later is weighed as it would have been then.
type Vocabulary struct {
	// Once is what a word is worth, in bits, that stood in one record only, or in none.
	Once float32
	// Worth is what the others are worth, by [Mark].
	Worth map[uint64]float32
	// Style is what the names of the column were like.
	Style Style
}

// Mark stands for a word or a form where it is not kept in the clear.
func Mark(text string) uint64 { return hash('m', text) }

// knownMark stands for a word of a name, into which the syllables of Chinese ones may be put together.
func knownMark(word string) uint64 { return hash('k', word) }

// bag is a space's words, nil where its values are not compared by words.
func (s *Space) bag() *bags {
	switch c := s.Comparer.(type) {
	case *bags:
		return c
	case names:
		return c.bags
	}
	return nil
}

// Vocabulary is what the words of a space are worth; nil where its values are not compared by words.
func (s *Space) Vocabulary() *Vocabulary {
	b := s.bag()
	if b == nil {
		return nil
	}
	v := &Vocabulary{Worth: map[uint64]float32{}, Style: b.style}
	if b.frozen != nil {
		return b.frozen
	}
	v.Once = b.once
	for id, worth := range b.worth {
		if worth != b.once {
			v.Worth[Mark(b.word[id])] = worth
		}
		if b.style.Chinese && id < b.own {
			v.Worth[knownMark(b.word[id])] = worth
		}
	}
	return v
}

// Open is an empty space of a kind, for [Space.Grow]: its values are weighed by a vocabulary that does not change as it
// grows. The vocabulary may be nil for kinds that are not compared by words.
func Open(kind Kind, v *Vocabulary) *Space {
	s := Read(kind, []string{""}, []uint32{1})
	s.known = map[string]uint32{}
	if b := s.bag(); b != nil && v != nil {
		b.frozen, b.ids, b.style = v, map[string]uint32{}, v.Style
		if b.style.several() {
			b.reading = make([]list, 1)
		}
	}
	return s
}

// grower is a comparer that takes in forms one by one.
type grower interface {
	Comparer
	// grow takes in a form behind those that are there.
	grow(form string) Comparer
	// shrink forgets the forms from n on.
	shrink(n int) Comparer
	// key is what a form was taken in as.
	key(form uint32) string
}

// Grow is the form of a value in a space that [Open] made, a new one where it is the first of its form; 0 where it says
// nothing.
func (s *Space) Grow(raw string) uint32 {
	key := s.key(cut(raw))
	if key == "" {
		return 0
	}
	if form, ok := s.known[key]; ok {
		return form
	}
	s.Forms++
	form := uint32(s.Forms)
	s.known[key] = form
	s.Comparer = s.Comparer.(grower).grow(key)
	return form
}

// Shrink forgets the forms above n, of a space that [Open] made.
func (s *Space) Shrink(n int) {
	if n >= s.Forms {
		return
	}
	for form := n + 1; form <= s.Forms; form++ {
		delete(s.known, s.Comparer.(grower).key(uint32(form)))
	}
	s.Comparer = s.Comparer.(grower).shrink(n + 1)
	s.Forms = n
}

func (c category) grow(form string) Comparer { return category{append(c.form, form)} }
func (c category) shrink(n int) Comparer     { return category{c.form[:n]} }

func (w words) grow(form string) Comparer { return words{append(w.form, wordOf(form))} }
func (w words) shrink(n int) Comparer     { return words{w.form[:n]} }

func (c codes) grow(form string) Comparer { return codes{append(c.form, codeOf(form))} }
func (c codes) shrink(n int) Comparer     { return codes{c.form[:n]} }

func (m mails) grow(form string) Comparer { return mails{append(m.form, m.read(form)), m.sign} }
func (m mails) shrink(n int) Comparer     { return mails{m.form[:n], m.sign} }

func (d dates) grow(form string) Comparer { return dates{append(d.form, dateOf(form))} }
func (d dates) shrink(n int) Comparer     { return dates{d.form[:n]} }

func (n numbers) grow(form string) Comparer {
	return numbers{append(n.form, form), append(n.value, valueOf(form))}
}
func (n numbers) shrink(to int) Comparer { return numbers{n.form[:to], n.value[:to]} }

func (b *bags) grow(form string) Comparer {
	from := len(b.words)
	b.words = b.take(b.words, b.split(form))
	b.form = append(b.form, form)
	b.first = append(b.first, uint32(len(b.words)))
	b.weight = append(b.weight, b.weigh(b.words[from:]))
	return b
}

// take appends words to a list, each once.
func (b *bags) take(to []bagWord, words []string) []bagWord {
	from := len(to)
	for _, word := range words {
		id := b.learn(word)
		if !slices.ContainsFunc(to[from:], func(w bagWord) bool { return w.id == id }) {
			to = append(to, bagWord{id, b.worth[id]})
			b.forms[id]++
		}
	}
	return to
}

func (n names) grow(form string) Comparer {
	n.bags.grow(form)
	n.script = append(n.script, alphabetOf(form))
	n.squash = append(n.squash, n.squashed(form))
	if n.kind == Organisation {
		mark, letters := n.shortened(form)
		n.short = append(n.short, short{mark, letters})
	}
	known := func(word string) bool {
		_, ok := n.frozen.Worth[knownMark(word)]
		return ok
	}
	if n.reading != nil {
		words := n.take(nil, n.reads(form, alphabetOf(form), known))
		n.reading = append(n.reading, list{words, n.weigh(words)})
	}
	if parts := n.parts(form, func(words []string) []bagWord { return n.take(nil, words) }, known); parts != nil {
		for i := range parts {
			parts[i].words.weight, parts[i].reading.weight = n.weigh(parts[i].words.words), n.weigh(parts[i].reading.words)
		}
		n.several[uint32(len(n.form)-1)] = parts
	}
	return n
}

func (n names) shrink(to int) Comparer {
	for form := to; form < len(n.form); form++ {
		for _, part := range n.several[uint32(form)] {
			n.drop(part.words.words)
			n.drop(part.reading.words)
		}
		delete(n.several, uint32(form))
	}
	n.script, n.squash = n.script[:to], n.squash[:to]
	if n.kind == Organisation {
		n.short = n.short[:to]
	}
	if n.reading != nil {
		for _, r := range n.reading[to:] {
			n.drop(r.words)
		}
		n.reading = n.reading[:to]
	}
	n.bags.shrink(to)
	return n
}

// learn is the number of a word of a space that grows.
func (b *bags) learn(word string) uint32 {
	id, ok := b.ids[word]
	if ok {
		return id
	}
	id = uint32(len(b.word))
	worth, ok := b.frozen.Worth[Mark(word)]
	if !ok {
		worth = b.frozen.Once
	}
	b.ids[word] = id
	b.word, b.sound = append(b.word, word), append(b.sound, soundKey(word))
	b.worth, b.forms = append(b.worth, worth), append(b.forms, 0)
	return id
}

func (b *bags) shrink(n int) Comparer {
	from := b.first[n]
	b.drop(b.words[from:])
	b.words, b.form, b.first, b.weight = b.words[:from], b.form[:n], b.first[:n+1], b.weight[:n]
	// Words come with forms, the newest last: those that none has any more stand at the end.
	for id := len(b.word) - 1; id >= 0 && b.forms[id] == 0; id-- {
		delete(b.ids, b.word[id])
		b.word, b.sound, b.worth, b.forms = b.word[:id], b.sound[:id], b.worth[:id], b.forms[:id]
	}
	return b
}

func (b *bags) drop(words []bagWord) {
	for _, w := range words {
		b.forms[w.id]--
	}
}

// found tells whether a word is worth looking others up by. The dearest words are those that stand nowhere else, and they
// find nothing; in a space that grows, the next value may have them.
func (b *bags) found(id uint32, sort int) bool {
	if b.frozen == nil {
		return b.forms[id] > 1
	}
	return sort == 1 || b.worth[id] != b.frozen.Once
}

func (c category) key(form uint32) string { return c.form[form] }
func (w words) key(form uint32) string    { return w.form[form].form }
func (c codes) key(form uint32) string    { return c.form[form].form }
func (m mails) key(form uint32) string    { return m.form[form].form }
func (d dates) key(form uint32) string    { return d.form[form].form }
func (n numbers) key(form uint32) string  { return n.form[form] }
func (b *bags) key(form uint32) string    { return b.form[form] }
