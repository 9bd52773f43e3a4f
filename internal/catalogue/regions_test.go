package catalogue_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"probity/calendar"
	"probity/internal/catalogue"
)

// edition reads rows of code and name as an edition of the day.
func edition(t *testing.T, on string, rows ...string) catalogue.RegionEdition {
	t.Helper()
	e, faults := catalogue.ReadRegions(strings.NewReader("code,name\n"+strings.Join(rows, "\n")+"\n"), on+".csv", calendar.MustParse(on), "test")
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	return e
}

func find(t *testing.T, regions []catalogue.Region, code, name string) catalogue.Region {
	t.Helper()
	i := slices.IndexFunc(regions, func(r catalogue.Region) bool { return r.Code == code && r.Title.ZH == name })
	if i < 0 {
		t.Fatalf("there is no %s %s", code, name)
	}
	return regions[i]
}

func TestEditionsBecomeIntervals(t *testing.T) {
	t.Parallel()
	m := catalogue.MergeRegions(nil,
		edition(t, "2018-10-01", "31,上海市", "310000,上海市", "3101,市辖区", "310151,崇明区", "310115,浦东新区"),
		edition(t, "2002-12-01", "31,上海市", "3101,市辖区", "310230,崇明县", "310119,南汇区", "310115,浦东新区"),
	)
	chongming := find(t, m.Regions, "310230", "崇明县")
	if chongming.From != calendar.None || chongming.To.String() != "2018-10-01" {
		t.Errorf("the county holds from %s to %s", chongming.From, chongming.To)
	}
	if !slices.Equal(chongming.Successors, []string{"310151"}) {
		t.Errorf("its successors are %v", chongming.Successors)
	}
	if d := find(t, m.Regions, "310151", "崇明区"); d.From.String() != "2018-10-01" || d.To != calendar.None || d.Level != 3 || d.Parent != "310100" {
		t.Errorf("the district is %+v", d)
	}
	if p := find(t, m.Regions, "310115", "浦东新区"); p.From != calendar.None || p.To != calendar.None {
		t.Errorf("what both editions have holds from %s to %s", p.From, p.To)
	}
	if len(m.Open) != 1 || m.Open[0].Code != "310119" {
		t.Errorf("open successions are %+v, want Nanhui alone", m.Open)
	}
}

func TestAnEditionSaysNothingOfWhatItDoesNotCover(t *testing.T) {
	t.Parallel()
	m := catalogue.MergeRegions(nil,
		edition(t, "2002-12-01", "31,上海市", "32,江苏省", "3201,南京市", "320102,玄武区"),
		edition(t, "2018-10-01", "31,上海市", "32,江苏省"),
	)
	if r := find(t, m.Regions, "320102", "玄武区"); r.To != calendar.None {
		t.Errorf("a list of provinces ended a district on %s", r.To)
	}
}

func TestKnownDaysAreBetterThanThoseOfEditions(t *testing.T) {
	t.Parallel()
	known := catalogue.BuiltIn().Regions
	m := catalogue.MergeRegions(known,
		edition(t, "2002-12-01", "34,安徽省", "3401,合肥市", "3414,巢湖市"),
		edition(t, "2018-10-01", "34,安徽省", "3401,合肥市"),
	)
	r := find(t, m.Regions, "341400", "巢湖市")
	if r.To.String() != "2011-08-22" || len(r.Successors) != 3 {
		t.Errorf("Chaohu ended on %s with the successors %v", r.To, r.Successors)
	}
	if hefei := find(t, m.Regions, "340100", "合肥市"); hefei.Title.EN != "Hefei" {
		t.Errorf("the English name is lost: %q", hefei.Title.EN)
	}
}

func TestBadRowsOfDivisionsAreSaid(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"code,name\n31x,上海\n":               `a.csv:2: "31x" is not the code of a division`,
		"code,name\n310000,上海\n310000,北京\n": "a.csv:3: 310000 is called 上海 and 北京",
		"code,name\n310000,\n":              `a.csv:2: "" is not the name`,
		"number,title\n1,2\n":               "there is no heading with code and name",
		"":                                  "the file is empty",
		"{\"香港\": 3}":                       "cannot be read",
	} {
		_, faults := catalogue.ReadRegions(strings.NewReader(text), "a.csv", calendar.MustParse("2020-01-01"), "test")
		if len(faults) == 0 || !strings.Contains(faults[0].String(), want) {
			t.Errorf("%q: %v, want %q", text, faults, want)
		}
	}
}

// TestPublishedEditions merges the editions of 2002, 2018 and 2023 as they were published.
func TestPublishedEditions(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("PROBITY_DATA")
	if dir == "" {
		t.Skip("PROBITY_DATA is not set: the published editions of GB/T 2260 were NOT tested")
	}
	var editions []catalogue.RegionEdition
	for _, e := range []struct {
		on    string
		files []string
	}{
		{"", []string{"stats-200212.tsv.gz"}},
		{"", []string{"stats-201810.tsv.gz"}},
		{"2023-06-30", []string{"provinces.csv", "cities.csv", "areas.csv", "hk-mo-tw.json"}},
	} {
		on := calendar.None
		if e.on != "" {
			on = calendar.MustParse(e.on)
		}
		var whole catalogue.RegionEdition
		for i, name := range e.files {
			part := readEdition(t, filepath.Join(dir, "gbt2260", name), on)
			if i == 0 {
				whole = part
				continue
			}
			whole.Add(part)
		}
		editions = append(editions, whole)
	}
	builtIn := catalogue.BuiltIn()
	m := catalogue.MergeRegions(builtIn.Regions, editions...)
	var file bytes.Buffer
	if err := m.WriteYAML(&file, builtIn); err != nil {
		t.Fatal(err)
	}
	c, faults := catalogue.Extend(builtIn, one("regions.yaml", file.Bytes()))
	for _, f := range faults {
		t.Errorf("%s", f)
	}
	if r := c.Region("310230", calendar.MustParse("2010-01-01")); r == nil || r.Title.ZH != "崇明县" || !slices.Equal(r.Successors, []string{"310151"}) {
		t.Errorf("Chongming in 2010 was %+v", r)
	}
	if r := c.Region("310230", calendar.MustParse("2024-01-01")); r != nil {
		t.Errorf("Chongming county is still there in 2024: %+v", r)
	}
	if r := c.Region("810000", calendar.MustParse("2024-01-01")); r == nil || r.ISO != "CN-HK" {
		t.Errorf("Hong Kong is %+v", r)
	}
	if len(c.Regions) != len(m.Regions) {
		t.Errorf("%d divisions were merged, %d came back from the file", len(m.Regions), len(c.Regions))
	}
	ended, succeeded := 0, 0
	for _, r := range m.Regions {
		if r.To != calendar.None {
			ended++
			if len(r.Successors) > 0 {
				succeeded++
			}
		}
	}
	t.Logf("%d entries, %d ended, %d with a successor, %d left open, %d names without code", len(m.Regions), ended, succeeded, len(m.Open), len(m.Uncoded))
	if ended != succeeded+len(m.Open) {
		t.Errorf("%d divisions ended, but %d succeeded and %d are open", ended, succeeded, len(m.Open))
	}
	if len(m.Regions) < 3300 || succeeded < 400 {
		t.Errorf("there are only %d entries and %d successions", len(m.Regions), succeeded)
	}
}

func readEdition(t *testing.T, path string, on calendar.Day) catalogue.RegionEdition {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	e, faults := catalogue.ReadRegions(f, filepath.Base(path), on, filepath.Base(path))
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	return e
}
