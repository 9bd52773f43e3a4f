package linkage_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"probity/linkage"
	"probity/linkage/field"
)

// bodies is a table of organisations with a name, an address and a phone, of which some stand in it twice.
func bodies(t interface{ Fatal(...any) }, n int) *linkage.Table {
	b := linkage.NewBuilder()
	if err := b.File("bodies", []string{"name", "address", "phone"}); err != nil {
		t.Fatal(err)
	}
	first := []string{"恒达", "瑞丰", "宏远", "Blue River", "Northern Light", "Sunrise", "華興", "盛世", "金桥", "Delta"}
	trade := []string{"机械", "贸易", "食品", "Textile", "Logistics", "Paper", "建材", "科技"}
	for i := range n {
		row := []string{
			fmt.Sprintf("%s%s%s有限公司", []string{"杭州", "宁波", "苏州"}[i%3], first[i*7%len(first)], trade[i*3%len(trade)]),
			fmt.Sprintf("%d %s Road, Hangzhou", i*13%997, first[i%len(first)]), fmt.Sprintf("0571-%07d", i*7919%9999999),
		}
		b.Add(fmt.Sprint("a", i), row)
		if i%3 == 0 {
			row[0] = strings.Replace(row[0], "有限公司", "有限责任公司", 1)
			if i%2 == 0 {
				row[2] = ""
			} else {
				row[1] = strings.Replace(row[1], "Road", "Rd", 1) + " 2F"
			}
			b.Add(fmt.Sprint("b", i), row)
		}
	}
	return b.Table()
}

func saved(t interface{ Fatal(...any) }, table *linkage.Table, c linkage.Config) (*linkage.Result, *linkage.Saved) {
	r := linkage.Run(table, c, linkage.Options{Workers: 2})
	var file bytes.Buffer
	if err := r.Save().Write(&file); err != nil {
		t.Fatal(err)
	}
	s, err := linkage.ReadSaved(&file, "a.model")
	if err != nil {
		t.Fatal(err)
	}
	if s.Digest() != r.Save().Digest() {
		t.Fatal("the model that was read has another name than the one that was written")
	}
	return r, s
}

// values are what a record of a table says in the columns that a model wants.
func values(table *linkage.Table, s *linkage.Saved, record int) []string {
	var list []string
	for _, name := range s.Columns() {
		c := table.Column(name)
		list = append(list, c.Values[c.Cells[record]])
	}
	return list
}

// equalEvidence holds that the pairs of a run weigh the same in a pool, to a millionth of a bit, whatever order they come in.
func equalEvidence(t interface {
	Fatal(...any)
	Fatalf(string, ...any)
}, table *linkage.Table, r *linkage.Result, s *linkage.Saved, pairs int) {
	pool := s.Pool()
	number := make([]uint32, table.Len())
	for i := table.Len() - 1; i >= 0; i-- {
		number[i] = pool.Add(values(table, s, i))
	}
	for k := range pairs {
		a, b := uint32(k*31%table.Len()), uint32((k*17+1)%table.Len())
		if k < len(r.Links) {
			a, b = r.Links[k].A, r.Links[k].B
		}
		if a == b {
			continue
		}
		there, here := r.Compare(a, b), pool.Compare(number[a], number[b])
		if math.Abs(float64(there.Bits-here.Bits)) > 1e-4 {
			t.Fatalf("%v and %v: %v bits in the run, %v under the saved model\n%v\n%v", values(table, s, int(a)), values(table, s, int(b)), there.Bits, here.Bits, r.Explain(there), pool.Explain(here))
		}
		said, says := r.Explain(there), pool.Explain(here)
		for i := range said {
			said[i].Bits, says[i].Bits = math.Round(said[i].Bits*1e4), math.Round(says[i].Bits*1e4)
		}
		if diff := cmp.Diff(said, says); diff != "" {
			t.Fatal("other evidence under the saved model:\n" + diff)
		}
	}
}

// TestASavedModelWeighsAsTheRunDid: a pair compared outside the table, from a file, has the same evidence as in the run.
func TestASavedModelWeighsAsTheRunDid(t *testing.T) {
	t.Parallel()
	table := bodies(t, 300)
	c := linkage.Config{Fields: []linkage.Field{
		{Column: "name", Kind: field.Organisation}, {Column: "address", Kind: field.Address}, {Column: "phone", Kind: field.Phone},
	}, Threshold: 0.5}
	r, s := saved(t, table, c)
	if len(r.Links) < 50 {
		t.Fatal("only few links to look at: ", len(r.Links))
	}
	equalEvidence(t, table, r, s, 20000)
	rapid.Check(t, func(t *rapid.T) {
		table := crowd(t, rapid.IntRange(2, 60).Draw(t, "entities"))
		c, _ := linkage.Suggest(table)
		if len(c.Fields) == 0 {
			return
		}
		r, s := saved(t, table, c)
		equalEvidence(t, table, r, s, 300)
	})
}

// TestAPoolForgets: what was looked up and forgotten leaves nothing behind.
func TestAPoolForgets(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		table := crowd(t, 40)
		c, _ := linkage.Suggest(table)
		_, s := saved(t, table, c)
		once, often := s.Pool(), s.Pool()
		for i := range table.Len() {
			once.Add(values(table, s, i))
			forms := often.Forms()
			often.Add(values(table, s, table.Len()-1-i))
			if n := often.Len(); n > 1 {
				often.Compare(uint32(n-1), uint32(n-2))
			}
			often.Drop()
			often.Shrink(forms)
			often.Add(values(table, s, i))
		}
		if diff := cmp.Diff(once.Forms(), often.Forms()); diff != "" {
			t.Fatal(diff)
		}
		for a := range uint32(table.Len()) {
			if diff := cmp.Diff(once.AppendKeys(nil, a), often.AppendKeys(nil, a)); diff != "" {
				t.Fatal(diff)
			}
			for b := range a {
				if x, y := once.Compare(a, b), often.Compare(a, b); x != y {
					t.Fatalf("%v and %v", x, y)
				}
			}
		}
	})
}

// TestWhatIsNoModelIsRefused: by name, with what is wrong and what to do.
func TestWhatIsNoModelIsRefused(t *testing.T) {
	t.Parallel()
	table := bodies(t, 60)
	c, _ := linkage.Suggest(table)
	_, s := saved(t, table, c)
	var file bytes.Buffer
	if err := s.Write(&file); err != nil {
		t.Fatal(err)
	}
	whole := file.String()
	for name, one := range map[string]struct{ text, says string }{
		"nothing":        {"", "no saved model"},
		"another file":   {"id,name\n1,a\n", "no saved model"},
		"cut off":        {whole[:len(whole)-100], "damaged"},
		"a byte changed": {strings.Replace(whole, `"filled":`, `"Filled":`, 1), "damaged"},
		"newer":          {strings.Replace(whole, `"version":3`, `"version":4`, 1), "version 4"},
		"more behind it": {whole + "{}\n", "damaged"},
	} {
		_, err := linkage.ReadSaved(strings.NewReader(one.text), "some.model")
		var wrong *linkage.Error
		if !errors.As(err, &wrong) || wrong.Place != "some.model" || !strings.Contains(wrong.Text, one.says) || wrong.Cure == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzReadSaved: whatever the bytes, they are a model that compares, or an error.
func FuzzReadSaved(f *testing.F) {
	table := bodies(f, 40)
	c, _ := linkage.Suggest(table)
	_, s := saved(f, table, c)
	var file bytes.Buffer
	if err := s.Write(&file); err != nil {
		f.Fatal(err)
	}
	_, body, _ := strings.Cut(file.String(), "\n")
	f.Add(body)
	f.Add(strings.Replace(body, `"shares":0`, `"shares":2`, 1))
	f.Add(strings.Replace(body, `"after":-1`, `"after":9`, 1))
	f.Add(strings.Replace(body, `"and":-1`, `"and":2`, 1))
	f.Add(strings.Replace(body, `"sort":`, `"sort":7`, 1))
	f.Add("{}\n")
	f.Add("null")
	f.Fuzz(func(t *testing.T, body string) {
		s, err := linkage.ReadSaved(strings.NewReader(linkage.Sealed(body)), "x")
		if err != nil {
			return
		}
		p := s.Pool()
		p.Add([]string{"杭州恒达机械有限公司", "1 Blue Road", "0571-1234567"})
		p.Add([]string{"杭州恒达机械公司", "", "0571-1234568"})
		p.Explain(p.Compare(0, 1))
		p.AppendKeys(nil, 0)
	})
}
