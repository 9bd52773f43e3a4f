package linkage

import (
	"regexp"
	"slices"
	"strings"

	"probity/linkage/field"
	"probity/linkage/naming"
)

// Reason says why a column was taken as a field, or left out.
type Reason struct {
	Column string     `json:"column"`
	Kind   field.Kind `json:"kind,omitempty"` // "" where it was left out
	Why    string     `json:"why"`
}

// header are the words by which columns are commonly called, with what stands in them. The first that is found counts.
var headers = []struct {
	words string
	kind  field.Kind
}{
	{`e[ _-]?mail|邮箱`, field.Email},
	{`website|url|homepage|web|网址`, field.Website},
	{`phone|tel|telephone|mobile|fax|cell|电话|手机|传真`, field.Phone},
	{`dob|birth|born|date|day of birth|birthday|日期|生日|出生`, field.Date},
	{`zip|post ?code|postcode|postal|plz|邮编`, field.Code},
	{`street number|house number|house no|street no`, field.Code},
	{`address|addr|street|location|地址|住所`, field.Address},
	{`given|first|forename|fname|surname|last|lname|family|middle|city|suburb|town|village|neighbou?rhood|locality|place|姓|名|城市`, field.Word},
	{`company|organi[sz]ation|org|firm|business|institution|employer|agency|site|school|公司|企业|单位|机构`, field.Organisation},
	{`authors?|people|persons?|creators?|directors?`, field.Person},
	{`title|description|abstract|product|text|subject`, field.Text},
	{`price|amount|cost|value|total|capital|quantity|金额|价格`, field.Number},
	{`state|province|country|sex|gender|region|省`, field.Category},
	{`id|code|number|no|nr|ssn|sec|uscc|lei|licence|license|permit|registration|证号|代码|编号`, field.Code},
}

var headerPatterns = compileHeaders()

func compileHeaders() []*regexp.Regexp {
	var all []*regexp.Regexp
	for _, h := range headers {
		all = append(all, regexp.MustCompile(`(^| )(`+h.words+`)( |$)|`+chineseOf(h.words)))
	}
	return all
}

// chineseOf are the words that are found inside a header without spaces around them.
func chineseOf(words string) string {
	var found []string
	for w := range strings.SplitSeq(words, "|") {
		if w[0] >= 0x80 {
			found = append(found, w)
		}
	}
	if len(found) == 0 {
		return `^$`
	}
	return strings.Join(found, "|")
}

var camel = regexp.MustCompile(`([a-z])([A-Z])`)

// headerKind is what a column's name says is in it.
func headerKind(name string) field.Kind {
	f := field.Fold(camel.ReplaceAllString(name, "$1 $2"))
	f = strings.TrimRight(f, "0123456789 ")
	for i, p := range headerPatterns {
		if p.MatchString(f) {
			return headers[i].kind
		}
	}
	return ""
}

// isName are headers of columns with whole names, of whomever.
var isName = regexp.MustCompile(`^(full |legal |party |customer |client |debtor |subject )?names?$|^(姓名|名称|当事人|名字)$`)

// mostlyBodies is the share of values with a legal form from which a column has the names of bodies.
const mostlyBodies = 0.3

// provenance are headers of columns that say where a record comes from, and not whom it is about.
var provenance = regexp.MustCompile(`(^| )(source|origin|file|dataset|data set|cluster|entity id|true id|row|index|record id|rec id|unique id|timestamp|created|updated|modified)( |$)`)

// profile is what the values of a column look like.
type profile struct {
	filled, distinct  float64 // share of records with a value; distinct values a filled record
	digits, at, words float64 // share of letters that are digits, of values with @, words a value
	letters           float64 // a value
	dated             float64 // share of values that are eight digits or a date in parts
	legal             float64 // share of values with the legal form of a body
	numeric           float64 // share of values that are a number with or without point
	values            int
}

var (
	dateLike   = regexp.MustCompile(`^\s*(\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}.*|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|(19|20)\d{2}[01]\d[0-3]\d)\s*$`)
	numberLike = regexp.MustCompile(`^\s*[$€£¥]?\s*-?\d[\d,]*(\.\d+)?\s*(元|万元|亿元)?\s*$`)
)

// hasForm tells whether a value ends or begins with a legal form.
func hasForm(value string) bool {
	f := field.Fold(value)
	if _, form := naming.CutChineseForm(strings.ReplaceAll(f, " ", "")); form != "" {
		return true
	}
	_, forms := naming.CutForms(strings.Fields(f))
	return len(forms) > 0
}

// sampled is how many values of a column are looked at.
const sampled = 2000

func look(c *Column, records int) profile {
	var p profile
	counts := c.counts()
	filled := records - int(counts[0])
	step := max(len(c.Values)/sampled, 1)
	var runes, seen float64
	for i := 1; i < len(c.Values); i += step {
		v := c.Values[i]
		if field.SaysNothing(field.Fold(v)) {
			filled -= int(counts[i])
			continue
		}
		seen++
		p.words += float64(len(strings.Fields(v)))
		for _, r := range v {
			runes++
			if r >= '0' && r <= '9' {
				p.digits++
			}
		}
		p.legal += one(hasForm(v))
		p.at += one(strings.Contains(v, "@"))
		p.dated += one(dateLike.MatchString(v))
		p.numeric += one(numberLike.MatchString(v))
	}
	if filled <= 0 || seen == 0 || runes == 0 {
		return p
	}
	p.values = len(c.Values) - 1
	p.filled, p.distinct = float64(filled)/float64(records), float64(p.values)/float64(filled)
	p.digits /= runes
	p.letters = runes / seen
	for _, share := range []*float64{&p.words, &p.at, &p.legal, &p.dated, &p.numeric} {
		*share /= seen
	}
	return p
}

func one(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// counts says how often each value occurs.
func (c *Column) counts() []uint32 {
	counts := make([]uint32, len(c.Values))
	for _, v := range c.Cells {
		counts[v]++
	}
	return counts
}

// Suggest makes a configuration for a table from what its columns are called and what stands in them, and says for each
// column why. ignore names columns that are not about the record, such as one that holds the truth.
func Suggest(t *Table, ignore ...string) (Config, []Reason) {
	c := Config{Threshold: DefaultThreshold, OneToOne: len(t.Files) == 2}
	var reasons []Reason
	for i := range t.Columns {
		column := &t.Columns[i]
		r := Reason{Column: column.Name}
		p := look(column, t.Len())
		switch {
		case slices.Contains(ignore, column.Name):
			r.Why = "left out as asked"
		case provenance.MatchString(field.Fold(camel.ReplaceAllString(column.Name, "$1 $2"))):
			r.Why = "says where a record comes from, not whom it is about"
		case p.filled < 0.02:
			r.Why = "is nearly always empty"
		case p.values < 2:
			r.Why = "has the same value everywhere"
		default:
			r.Kind, r.Why = kindOf(column.Name, p)
		}
		if r.Kind != "" && len(c.Fields) < mostFields {
			c.Fields = append(c.Fields, Field{Column: column.Name, Kind: r.Kind})
		}
		reasons = append(reasons, r)
	}
	c.pairSwaps()
	c.dated(t, reasons)
	c.called(reasons)
	c.together(t, reasons)
	return c, reasons
}

func kindOf(name string, p profile) (field.Kind, string) {
	said := headerKind(name)
	few := p.values <= 30 && p.distinct < 0.05
	switch {
	case p.legal > mostlyBodies && p.words < 12:
		return field.Organisation, "values have legal forms"
	case p.at > 0.8:
		return field.Email, "values have an @"
	case p.dated > 0.8 && p.letters >= 6:
		return field.Date, "values are dates"
	case said == field.Date && p.digits > 0.5 && p.letters >= 6:
		return field.Date, "is called a date"
	case said == field.Phone || said == field.Website || said == field.Address && !few:
		return said, "is called so"
	case few && said != field.Code && p.digits < 0.5:
		return field.Category, "has few values"
	case p.numeric > 0.9 && (said == field.Number || said == ""):
		return field.Number, "values are numbers"
	case said == field.Number && p.digits > 0.3:
		return field.Number, "is called so"
	case p.digits > 0.4:
		return field.Code, "values are mostly digits"
	case said == field.Text || said == "" && p.words > 4:
		return field.Text, "values are text of several words"
	case said == field.Person && p.words > 1.2:
		return field.Person, "is called so and has several words"
	case said == field.Organisation:
		return field.Organisation, "is called so"
	case isName.MatchString(field.Fold(name)) && p.digits < 0.02 && p.words > 1.2 && p.words < 8:
		return field.Person, "is called a name and has several words"
	case said == field.Address:
		return field.Word, "is short"
	case said == field.Word && p.words < 2.5:
		return field.Word, "is called a name and is short"
	case said == field.Category && p.words < 2.5:
		return field.Word, "has many values for a category"
	case p.words >= 1.7 && p.letters > 10:
		return field.Text, "values are several words"
	case said == field.Code:
		return field.Code, "is called so"
	}
	return field.Word, "values are short"
}

// pairs of headers whose values are often written into each other's column.
var swapped = regexp.MustCompile(`given|first|forename|fname|surname|last|lname|family`)

func (c *Config) pairSwaps() {
	var names []int
	for i, f := range c.Fields {
		if f.Kind == field.Word && swapped.MatchString(field.Fold(f.Column)) {
			names = append(names, i)
		}
	}
	if len(names) == 2 {
		c.Fields[names[0]].Swaps, c.Fields[names[1]].Swaps = c.Fields[names[1]].Column, c.Fields[names[0]].Column
	}
}
