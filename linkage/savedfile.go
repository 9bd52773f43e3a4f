package linkage

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"probity/linkage/field"
)

const (
	savedFormat = "probity linkage model"
	// savedVersion goes up when the file is written otherwise, or when values are read otherwise, so that what was learnt
	// does not fit any more.
	savedVersion = 3
	// mostSaved bounds the file: a model of a hundred million records is smaller.
	mostSaved = 1 << 30
)

// savedHead is the file's first line.
type savedHead struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
	SHA256  string `json:"sha256"` // of everything behind the line
}

// savedBody is what stands behind it, one line of JSON.
type savedBody struct {
	Config  Config           `json:"config"`
	Model   *Model           `json:"model"`
	Copied  float64          `json:"copied"`
	Rules   []savedRule      `json:"rules"`
	Columns []savedFrequency `json:"columns"`
}

// savedFrequency is a column's frequencies: marks with numbers, in the order of marks, 12 bytes each.
type savedFrequency struct {
	Filled float64     `json:"filled"`
	Shares int         `json:"shares"`
	Often  []byte      `json:"often"`
	Words  *savedWords `json:"words,omitempty"`
}

type savedWords struct {
	Once  float32     `json:"once"`
	Worth []byte      `json:"worth"`
	Style field.Style `json:"style"`
}

// body is the model as it is written. A model can always be written: it has no value that JSON has not.
func (s *Saved) body() []byte {
	b := savedBody{Config: s.config, Model: s.model, Copied: s.copied, Rules: s.rules}
	for _, c := range s.columns {
		f := savedFrequency{Filled: c.filled, Shares: c.shares, Often: packed(c.often, func(n uint32) uint32 { return n })}
		if c.words != nil {
			f.Words = &savedWords{c.words.Once, packed(c.words.Worth, math.Float32bits), c.words.Style}
		}
		b.Columns = append(b.Columns, f)
	}
	text, err := json.Marshal(b)
	if err != nil {
		panic("linkage: a model that cannot be written: " + err.Error())
	}
	return append(text, '\n')
}

func (s *Saved) sum() string {
	sum := sha256.Sum256(s.body())
	return hex.EncodeToString(sum[:])
}

// Write writes the model: a line of JSON that says what the file is, and one with what was learnt.
func (s *Saved) Write(w io.Writer) error {
	body := s.body()
	sum := sha256.Sum256(body)
	head, err := json.Marshal(savedHead{savedFormat, savedVersion, hex.EncodeToString(sum[:])})
	if err != nil {
		return err
	}
	_, err = w.Write(slices.Concat(head, []byte("\n"), body))
	return err
}

func foreign(name, cure, text string, about ...any) error {
	return &Error{name, fmt.Sprintf(text, about...), cure}
}

// ReadSaved reads what [Saved.Write] wrote; name is how errors call it. What is no such file, is damaged, or was
// written by a version that read values otherwise, is an [Error] that says so.
func ReadSaved(r io.Reader, name string) (*Saved, error) {
	const again, copyAgain = "save it again from a run of this program", "copy the file again from where it was saved, or save it again"
	all, err := io.ReadAll(io.LimitReader(r, mostSaved+1))
	switch {
	case err != nil:
		return nil, err
	case len(all) > mostSaved:
		return nil, foreign(name, again, "it is larger than a saved model can be")
	}
	line, body, _ := bytes.Cut(all, []byte("\n"))
	var head savedHead
	if err := strictly(line, &head); err != nil || head.Format != savedFormat {
		return nil, foreign(name, "give a file that probity link --save-model wrote", "it is no saved model")
	}
	if head.Version != savedVersion {
		return nil, foreign(name, again, "it is a saved model of version %d, and this program reads version %d", head.Version, savedVersion)
	}
	if sum := sha256.Sum256(body); head.SHA256 != hex.EncodeToString(sum[:]) {
		return nil, foreign(name, copyAgain, "it is damaged: its content is not what was saved")
	}
	var b savedBody
	if err := strictly(body, &b); err != nil {
		return nil, foreign(name, again, "it is no saved model that this program can read: %v", err)
	}
	s, err := b.saved()
	if err != nil {
		return nil, foreign(name, again, "it is no saved model that this program can read: %v", err)
	}
	s.digest = head.SHA256
	return s, nil
}

// strictly decodes one JSON value that has nothing unknown in it and nothing behind it.
func strictly(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something stands behind its end")
	}
	return nil
}

// saved puts a model together again, if it is whole.
func (b *savedBody) saved() (*Saved, error) {
	if err := b.check(); err != nil {
		return nil, err
	}
	s := &Saved{config: b.Config, model: b.Model, rules: b.Rules, copied: b.Copied}
	for i, f := range b.Columns {
		c := savedColumn{filled: f.Filled, shares: f.Shares}
		var err error
		if c.often, err = unpacked(f.Often, func(n uint32) uint32 { return n }); err != nil {
			return nil, fmt.Errorf("columns, entry %d: %w", i+1, err)
		}
		if f.Words != nil {
			c.words = &field.Vocabulary{Once: f.Words.Once, Style: f.Words.Style}
			if c.words.Worth, err = unpacked(f.Words.Worth, math.Float32frombits); err != nil {
				return nil, fmt.Errorf("columns, entry %d, words: %w", i+1, err)
			}
			for _, worth := range c.words.Worth {
				if !(worth >= 0 && worth < 64) {
					return nil, fmt.Errorf("columns, entry %d, words: no word is worth %v bits", i+1, worth)
				}
			}
		}
		s.columns = append(s.columns, c)
	}
	return s, nil
}

// check holds what package linkage relies on where it compares.
func (b *savedBody) check() error {
	t := &Table{}
	for _, f := range b.Config.Fields {
		for _, name := range append([]string{f.Column, f.Other}, f.With...) {
			t.Columns = append(t.Columns, Column{Name: name})
		}
	}
	if err := b.Config.Check(t); err != nil {
		return err
	}
	n := len(b.Config.Fields)
	if b.Model == nil || len(b.Model.Fields) != n || len(b.Columns) != n {
		return errors.New("it has not what was learnt of each field")
	}
	m := b.Model
	if !positive(m.Matches) || !positive(m.Pairs) || !(m.Most >= 0 && m.Most < math.Inf(1)) || m.Matches >= m.Pairs || math.IsNaN(b.Copied) || math.IsInf(b.Copied, 0) {
		return errors.New("its expected matches are no numbers of pairs")
	}
	for i := range m.Fields {
		if err := b.checkField(i); err != nil {
			return fmt.Errorf("fields, entry %d: %w", i+1, err)
		}
	}
	return b.checkRules()
}

func positive(x float64) bool { return x > 0 && x < math.Inf(1) }

func (b *savedBody) checkField(i int) error {
	f, said, c := &b.Model.Fields[i], b.Config.Fields[i], &b.Columns[i]
	var words *field.Vocabulary
	if c.Shares >= 0 && c.Shares <= i && b.Columns[c.Shares].Words != nil {
		words = &field.Vocabulary{Style: b.Columns[c.Shares].Words.Style}
	}
	space := field.Open(said.Kind, words)
	levels := append([]string{"missing"}, space.Levels()...)
	if said.Swaps != "" {
		levels = append(levels, strayed)
	}
	switch {
	case f.Name != said.Column || f.Kind != said.Kind || !slices.Equal(f.Levels, levels):
		return errors.New("its levels are not those of this program")
	case f.After < -1 || f.After >= len(b.Model.Fields) || f.After == i:
		return errors.New("it is weighed after a field that is not there")
	case f.And < -1 || f.And >= len(b.Model.Fields) || f.And == i || f.And >= 0 && (f.After < 0 || f.And == f.After):
		return errors.New("it is weighed after a second field that is not there")
	case c.Shares < 0 || c.Shares > i || b.Columns[c.Shares].Shares != c.Shares || b.Config.Fields[c.Shares].Kind != said.Kind:
		return errors.New("its values are numbered with those of another field")
	case (c.Words != nil) != (c.Shares == i && space.Vocabulary() != nil):
		return errors.New("its words are missing, or are not its own")
	case c.Words != nil && !(c.Words.Once >= 0 && c.Words.Once < 64):
		return errors.New("its words are worth nothing known")
	case c.Words != nil && !(c.Words.Style.Enough >= 0 && c.Words.Style.Enough < 64):
		return errors.New("what singles a record out is no number of bits")
	case !(c.Filled >= 0 && c.Filled < math.Inf(1)):
		return errors.New("it is not known how many records have it")
	}
	before := b.Model.rows(i)
	for _, table := range [][][]float64{f.M, f.U} {
		if len(table) != before {
			return errors.New("its table has not a row for every level")
		}
		for _, row := range table {
			if len(row) != len(levels) {
				return errors.New("its table has not a column for every level")
			}
			for _, p := range row[1:] {
				if !(p > 0 && p <= 1+1e-9) {
					return fmt.Errorf("%v is no probability", p)
				}
			}
		}
	}
	return nil
}

func (b *savedBody) checkRules() error {
	if len(b.Rules) == 0 || len(b.Rules) > 1024 {
		return errors.New("it has no rules by which others are found")
	}
	for i, rule := range b.Rules {
		if len(rule.Keys) == 0 || len(rule.Keys) > mostFields {
			return fmt.Errorf("rules, entry %d: it has no keys", i+1)
		}
		for _, k := range rule.Keys {
			if k.Field < 0 || k.Field >= len(b.Config.Fields) || k.Sort < 0 || k.Sort >= len(field.Read(b.Config.Fields[k.Field].Kind, nil, nil).Keys()) {
				return fmt.Errorf("rules, entry %d: there is no such key", i+1)
			}
		}
	}
	return nil
}

const entryBytes = 12

func packed[T any](entries map[uint64]T, number func(T) uint32) []byte {
	all := make([]byte, 0, entryBytes*len(entries))
	for _, mark := range slices.Sorted(maps.Keys(entries)) {
		all = binary.BigEndian.AppendUint64(all, mark)
		all = binary.BigEndian.AppendUint32(all, number(entries[mark]))
	}
	return all
}

func unpacked[T any](all []byte, value func(uint32) T) (map[uint64]T, error) {
	if len(all)%entryBytes != 0 {
		return nil, errors.New("its frequencies end in the middle of one")
	}
	entries := make(map[uint64]T, len(all)/entryBytes)
	last := uint64(0)
	for ; len(all) > 0; all = all[entryBytes:] {
		mark := binary.BigEndian.Uint64(all)
		if mark <= last {
			return nil, errors.New("its frequencies are not in order")
		}
		last = mark
		entries[mark] = value(binary.BigEndian.Uint32(all[8:]))
	}
	return entries, nil
}
