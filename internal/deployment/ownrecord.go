package deployment

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/catalogue"
	"probity/internal/ownfile"
	"probity/internal/record"
	"probity/internal/store"
)

// ownRecord is a record as its subject sees it.
type ownRecord struct {
	ID       record.ID       `json:"id"`
	Dataset  string          `json:"dataset"`
	Title    string          `json:"title"`
	Agency   string          `json:"agency"`
	Key      string          `json:"key"`
	File     string          `json:"file"`
	Occurred calendar.Day    `json:"occurred"`
	Adverse  bool            `json:"adverse,omitempty"`
	Tier     record.Tier     `json:"tier,omitempty"`
	Lapses   calendar.Day    `json:"lapses,omitzero"`
	Contest  *record.Contest `json:"contest,omitempty"`
	Versions []ownVersion    `json:"versions"`
	contract *catalogue.Contract
}

type ownVersion struct {
	RecordedAt time.Time       `json:"recorded_at"`
	Status     record.Status   `json:"status"`
	Line       int             `json:"line"`
	Fields     json.RawMessage `json:"fields"`
	Sealed     json.RawMessage `json:"personal_fields,omitempty"`
}

func (p ownParts) records(ctx context.Context, scope access.Scope) (ownfile.Part, error) {
	entries, err := p.d.Store.File(ctx, scope, p.d.Contracts)
	if err != nil {
		return ownfile.Part{}, err
	}
	newestFirst(entries)
	part := ownfile.Part{}
	list := make([]ownRecord, 0, len(entries))
	for i := range entries {
		r, err := p.record(&entries[i])
		if err != nil {
			return part, err
		}
		list = append(list, r)
		item, err := p.recordItem(&r)
		if err != nil {
			return part, err
		}
		part.Items = append(part.Items, item)
		if r.Lapses != calendar.None && (part.Until == 0 || r.Lapses < part.Until) {
			part.Until = r.Lapses
		}
	}
	part.Data = list
	return part, nil
}

// newestFirst puts the records of each dataset together, the newest event first.
func newestFirst(entries []store.Entry) {
	slices.SortStableFunc(entries, func(a, b store.Entry) int {
		x, y := a.Newest(), b.Newest()
		return cmp.Or(cmp.Compare(x.Dataset, y.Dataset), cmp.Compare(y.Occurred, x.Occurred))
	})
}

func (p ownParts) record(e *store.Entry) (ownRecord, error) {
	v := e.Newest()
	r := ownRecord{
		ID: v.Record, Dataset: v.Dataset, Agency: v.Agency, Key: v.SourceKey, File: e.File, Occurred: v.Occurred,
		Adverse: v.Adverse, Tier: v.Tier, Lapses: v.Lapse, Title: p.titled("dataset", v.Dataset).In(ownfile.Language(p.lang)),
		contract: p.d.Catalogue.Dataset(v.Dataset),
	}
	if v.Contest.State != record.Uncontested {
		contest := v.Contest
		r.Contest = &contest
	}
	for i := range e.Versions {
		one := &e.Versions[i]
		shown := ownVersion{RecordedAt: one.RecordedAt, Status: one.Status, Line: one.Line, Fields: json.RawMessage(one.Payload)}
		if len(one.Sealed) > 0 {
			plain, err := p.d.Vault.Open(one.Subject, record.SealedPlace, one.Sealed)
			if err != nil {
				return r, err
			}
			if json.Valid(plain) {
				shown.Sealed = plain
			}
		}
		r.Versions = append(r.Versions, shown)
	}
	return r, nil
}

// recordItem shows what the newest version says field by field, and of the earlier ones what was otherwise.
func (p ownParts) recordItem(r *ownRecord) (ownfile.Item, error) {
	title := p.titled("dataset", r.Dataset)
	item := ownfile.Item{
		Title: ownfile.Text{EN: title.EN + " · " + r.Occurred.String(), ZH: title.ZH + " · " + r.Occurred.String()}, ID: r.ID.String(),
		Facts: []ownfile.Fact{{Name: ownfile.Text{EN: "Reported by", ZH: "报送机构"}, Value: p.titled("agency", r.Agency)}},
	}
	add := func(en, zh string, value ownfile.Text) {
		item.Facts = append(item.Facts, ownfile.Fact{Name: ownfile.Text{EN: en, ZH: zh}, Value: value})
	}
	if r.Adverse {
		add("Counts against you", "不利信息", againstYou(r.Tier))
	}
	if r.Lapses != calendar.None {
		add("Lapses on", "失效日", ownfile.Plain(r.Lapses.String()))
	}
	if r.Contest != nil {
		item.Note = contestNote(r.Contest)
	}
	newest := &r.Versions[len(r.Versions)-1]
	facts, err := newest.facts(r.contract)
	if err != nil {
		return item, err
	}
	item.Facts = append(item.Facts, facts...)
	add("Known here since", "知悉时间", ownfile.Minute(r.Versions[0].RecordedAt))
	add("From the file", "来源文件", ownfile.Text{
		EN: r.File + ", line " + strconv.Itoa(newest.Line), ZH: r.File + "，第" + strconv.Itoa(newest.Line) + "行",
	})
	if len(r.Versions) == 1 && newest.Status == record.Reported {
		return item, nil
	}
	versions, err := r.versions(facts)
	item.Tables = append(item.Tables, versions)
	return item, err
}

func againstYou(t record.Tier) ownfile.Text {
	if t == record.NoTier {
		return ownfile.YesNo(true)
	}
	tier := ownfile.Word("tier", t.String())
	return ownfile.Text{EN: "yes; its gravity is " + tier.EN, ZH: "是，严重程度：" + tier.In(ownfile.ZH)}
}

// versions is what the record said when, the newest first: of an earlier version the fields that were otherwise.
func (r *ownRecord) versions(newest []ownfile.Fact) (ownfile.Table, error) {
	t := ownfile.Table{
		Title:   ownfile.Text{EN: "Every version", ZH: "全部版本"},
		Columns: []ownfile.Text{{EN: "Known since", ZH: "知悉时间"}, {EN: "State", ZH: "状态"}, {EN: "What it said otherwise", ZH: "不同内容"}},
	}
	now := map[string]ownfile.Text{}
	for _, f := range newest {
		now[f.Name.EN] = f.Value
	}
	for i := len(r.Versions) - 1; i >= 0; i-- {
		v := &r.Versions[i]
		facts, err := v.facts(r.contract)
		if err != nil {
			return t, err
		}
		var said ownfile.Text
		for _, f := range facts {
			if now[f.Name.EN] == f.Value {
				continue
			}
			if said.EN != "" {
				said.EN, said.ZH = said.EN+"; ", said.ZH+"；"
			}
			said.EN += f.Name.EN + ": " + f.Value.EN
			said.ZH += f.Name.In(ownfile.ZH) + "：" + f.Value.In(ownfile.ZH)
		}
		t.Rows = append(t.Rows, []ownfile.Text{ownfile.Minute(v.RecordedAt), ownfile.Word("record_state", v.Status.String()), said})
	}
	return t, nil
}

// facts are the fields of a version, personal ones among them, named by the dataset's contract.
func (v *ownVersion) facts(c *catalogue.Contract) ([]ownfile.Fact, error) {
	var facts []ownfile.Fact
	for _, part := range []json.RawMessage{v.Fields, v.Sealed} {
		fields, err := ownfile.Fields(part)
		if err != nil {
			return nil, err
		}
		for _, f := range fields {
			if fact := fieldFact(c, f.Name, f.Value); fact.Value.EN != "" {
				facts = append(facts, fact)
			}
		}
	}
	return facts, nil
}

// fieldFact is a field with its title, and its value as its type is read. What the contract of today does not know any
// more stands as it was reported.
func fieldFact(c *catalogue.Contract, name, value string) ownfile.Fact {
	var f *catalogue.Field
	if c != nil {
		f = c.Field(name)
	}
	if f == nil {
		return ownfile.Fact{Name: ownfile.Plain(name), Value: ownfile.Plain(value)}
	}
	fact := ownfile.Fact{Name: ownfile.Text(f.Title), Value: ownfile.Plain(value)}
	switch f.Type {
	case catalogue.CodeField:
		for i := range f.Codes {
			if f.Codes[i].Code == value {
				fact.Value = ownfile.Text(f.Codes[i].Title)
			}
		}
	case catalogue.AmountField:
		if n, err := strconv.ParseInt(value, 10, 64); err == nil {
			fact.Name, fact.Value = ownfile.Unitless(fact.Name), ownfile.Money(n)
		}
	case catalogue.IntField:
		if n, err := strconv.ParseInt(value, 10, 64); err == nil && f.Unit != "" {
			fact.Value = ownfile.Counted(n, f.Unit)
		}
	case catalogue.BoolField:
		if is, err := strconv.ParseBool(value); err == nil {
			fact.Value = ownfile.YesNo(is)
		}
	case catalogue.TextField, catalogue.DateField, catalogue.IdentifierField:
	}
	return fact
}

// contestNote says in a sentence what a contest does to a record.
func contestNote(c *record.Contest) ownfile.Text {
	if c.State == record.Barred {
		return ownfile.Text{
			EN: "Out of use since it was contested: nobody else sees it, and it comes back only if it is certified; you would be told.",
			ZH: "经异议已停止使用：他人不可见，仅在核证后方可恢复，届时将另行通知。",
		}
	}
	return ownfile.Text{
		EN: "Contested (" + c.Dispute + "): out of use until it is settled, at the latest " + c.Due.String(),
		ZH: "已提出异议（" + c.Dispute + "），处理完毕前停止使用，最迟 " + c.Due.String(),
	}
}
