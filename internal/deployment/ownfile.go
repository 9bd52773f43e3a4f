package deployment

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/consent"
	"probity/internal/fault"
	"probity/internal/listing"
	"probity/internal/measure"
	"probity/internal/notice"
	"probity/internal/ownfile"
	"probity/internal/rating"
	"probity/internal/record"
	"probity/internal/store"
	"probity/internal/store/rulings"
	"probity/internal/subject"
)

// OwnFile gathers everything that is held on the subject of the credential, which must be its own. It is free, and the
// reading is recorded.
func (d *Deployment) OwnFile(ctx context.Context, as access.Credential, of subject.ID, l ownfile.Language) (*ownfile.File, error) {
	return d.ownFile(ctx, access.Request{As: as, Subject: of, What: access.OwnFile}, l)
}

// OwnFileAtCounter is OwnFile for a subject that stands at a counter of the official whose credential it is: two officials
// identified it by a document, and the entry names both.
func (d *Deployment) OwnFileAtCounter(ctx context.Context, as access.Credential, c access.Counter, of subject.ID, l ownfile.Language) (*ownfile.File, error) {
	return d.ownFile(ctx, access.Request{As: as, Subject: of, What: access.OwnFile, Counter: &c}, l)
}

func (d *Deployment) ownFile(ctx context.Context, r access.Request, l ownfile.Language) (*ownfile.File, error) {
	scope, err := d.Access.Open(ctx, r)
	if err != nil {
		return nil, err
	}
	ratings, err := d.Ratings(ctx)
	if err != nil {
		return nil, err
	}
	lists, err := d.Lists()
	if err != nil {
		return nil, err
	}
	parts := ownParts{d, ratings, lists, notice.Language(l)}
	desk, err := ownfile.New(parts.sections(), d.Now)
	if err != nil {
		return nil, err
	}
	return desk.Gather(ctx, scope)
}

// ownParts are the rooms' contributions to one own file.
type ownParts struct {
	d       *Deployment
	ratings *rating.Desk
	lists   *listing.Service
	lang    notice.Language
}

func (p ownParts) sections() []ownfile.Section {
	section := func(key, en, zh, aboutEN, aboutZH string, gather func(context.Context, access.Scope) (ownfile.Part, error)) ownfile.Section {
		return ownfile.Section{Key: key, Title: ownfile.Text{EN: en, ZH: zh}, About: ownfile.Text{EN: aboutEN, ZH: aboutZH}, Gather: gather}
	}
	return []ownfile.Section{
		section("identifiers", "How you are known here", "身份标识", "The identifiers and names that lead to this file.", "指向本档案的标识和名称。", p.identifiers),
		section("links", "Joined files", "档案合并", "Which files were joined with this one or parted from it, by whom and why.", "与本档案合并或分离的档案、经办人及理由。", p.links),
		section("records", "Records", "记录", "What agencies reported, by whom and from which file, with every version.", "各机构报送的信息、来源文件及全部版本。", p.records),
		section("ratings", "Ratings", "信用评价", "What the models in force say today, with every point and the records behind it.", "现行模型的评价结果，列明每项得分及其所依据的记录。", p.rated),
		section("history", "Ratings before", "历史评价", "What the models said before.", "此前的评价结果。", p.history),
		section("orders", "Orders", "限制令", "Orders of courts and authorities, with who ordered them, until when, and how to contest them.", "法院和主管机关的限制令、期限及救济途径。", p.orders),
		section("lists", "Lists", "名单", "Entries of lists, with every step.", "列入名单的情况及各步骤。", p.listings),
		section("decisions", "Decisions", "决定", "What was asked about you and answered, by whom, and why.", "有关您的询问、答复、作出者及理由。", p.decisions),
		section("rulings", "Decided by officials", "人工决定", "What officials decided about you, with their own reasons, and how it was reviewed.", "经办人员作出的决定、其理由及复核情况。", p.rulings),
		section("consents", "Consents", "授权同意", "What you agreed to. You can withdraw each at any time, and nothing else changes.", "您所作的授权，可随时撤回，且不影响其他服务。", p.consents),
		section("readers", "Who looked and who acted", "查阅与操作记录", "Every reading of this file and every act on it.", "对本档案的每次查阅和操作。", p.readers),
		section("disputes", "Disputes", "异议", "What you contest, who answers it, and until when.", "您提出的异议、答复机关及期限。", p.disputes),
		section("statements", "Your own words", "本人声明", "They travel with what they are about.", "随有关记录一并展示。", p.statements),
		section("repairs", "Repair", "信用修复", "Applications for repair, with their state.", "信用修复申请及进度。", p.repairs),
		section("notices", "What you were told", "通知", "Everything that was told to you.", "向您发出的全部通知。", p.notices),
		section("channels", "How you are told", "告知渠道", "The ways on which notices reach you, and who set them.", "通知送达的渠道及设定人。", p.channels),
		section("recalls", "What others must take back", "撤回与更正通知", "Who was ordered to delete or correct what they got, and who has.", "已要求删除或更正的接收方及其确认情况。", p.recalls),
	}
}

func (p ownParts) identifiers(ctx context.Context, scope access.Scope) (ownfile.Part, error) {
	id := scope.Subject().ID
	known, err := p.d.Store.StrongIdentifiers(ctx, id)
	if err != nil {
		return ownfile.Part{}, err
	}
	type shown struct {
		Scheme string `json:"scheme"`
		Value  string `json:"value"`
	}
	var list []shown
	for _, i := range known {
		if !i.Scheme.Personal() {
			list = append(list, shown{string(i.Scheme), i.Value})
		}
	}
	sealed, err := p.d.Store.SealedIdentifiers(ctx, []subject.ID{id})
	if err != nil {
		return ownfile.Part{}, err
	}
	for _, i := range sealed {
		value, err := p.d.Vault.Open(i.Subject, subject.SealedIdentifier, i.Value)
		if err != nil {
			return ownfile.Part{}, err
		}
		list = append(list, shown{string(i.Scheme), string(value)})
	}
	names, err := p.d.Store.Names(ctx, id)
	if err != nil {
		return ownfile.Part{}, err
	}
	for _, n := range names {
		list = append(list, shown{"name", n})
	}
	return ownfile.Describe(list, "scheme")
}

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
	part := ownfile.Part{}
	list := make([]ownRecord, 0, len(entries))
	for i := range entries {
		r, err := p.record(&entries[i])
		if err != nil {
			return part, err
		}
		list = append(list, r)
		part.Items = append(part.Items, p.recordItem(&r))
		if r.Lapses != calendar.None && (part.Until == 0 || r.Lapses < part.Until) {
			part.Until = r.Lapses
		}
	}
	part.Data = list
	return part, nil
}

func (p ownParts) record(e *store.Entry) (ownRecord, error) {
	v := e.Newest()
	r := ownRecord{
		ID: v.Record, Dataset: v.Dataset, Agency: v.Agency, Key: v.SourceKey, File: e.File, Occurred: v.Occurred,
		Adverse: v.Adverse, Tier: v.Tier, Lapses: v.Lapse, Title: v.Dataset,
	}
	if c := p.d.Catalogue.Dataset(v.Dataset); c != nil {
		r.Title = ownfile.Text{EN: c.Title.EN, ZH: c.Title.ZH}.In(ownfile.Language(p.lang))
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

func (p ownParts) recordItem(r *ownRecord) ownfile.Item {
	item := ownfile.Item{
		Title: ownfile.Plain(r.Title + " · " + r.Occurred.String()), ID: r.ID.String(),
		Facts: []ownfile.Fact{
			ownfile.Of("Reported by", "报送机构", r.Agency), ownfile.Of("Dataset", "数据集", r.Dataset), ownfile.Of("From the file", "来源文件", r.File),
		},
		Table: ownfile.Table{Columns: []ownfile.Text{{EN: "Known since", ZH: "知悉时间"}, {EN: "State", ZH: "状态"}, {EN: "What it says", ZH: "内容"}}},
	}
	if r.Adverse {
		item.Facts = append(item.Facts, ownfile.Of("Counts against you", "不利信息", r.Tier.String()))
	}
	if r.Lapses != calendar.None {
		item.Facts = append(item.Facts, ownfile.Of("Lapses on", "失效日", r.Lapses.String()))
	}
	if r.Contest != nil {
		item.Note = contestNote(r.Contest)
	}
	for i := range r.Versions {
		v := &r.Versions[i]
		says := ownfile.Said(v.Fields)
		if sealed := ownfile.Said(v.Sealed); sealed != "" {
			says += ", " + sealed
		}
		item.Table.Rows = append(item.Table.Rows, []ownfile.Text{
			ownfile.Plain(v.RecordedAt.In(calendar.Shanghai).Format("2006-01-02 15:04")), ownfile.Plain(v.Status.String()), ownfile.Plain(says),
		})
	}
	return item
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

// rated explains every rating that the Charter lets be given of the subject.
func (p ownParts) rated(ctx context.Context, scope access.Scope) (ownfile.Part, error) {
	part := ownfile.Part{}
	views := []rating.View{}
	for _, m := range p.ratings.Book.For(scope.Subject().Kind) {
		x, err := p.ratings.Explain(ctx, scope, m.Facts.Code, rating.Moment{})
		if fault.Is(err, fault.Refused) {
			continue // not consented to, and so not rated
		}
		if err != nil {
			return part, err
		}
		views = append(views, x.View)
		part.Items = append(part.Items, ratingItem(&x.View))
		if g := x.View.GoodUntil; g != nil && (part.Until == 0 || *g < part.Until) {
			part.Until = *g
		}
	}
	part.Data = views
	return part, nil
}

func ratingItem(v *rating.View) ownfile.Item {
	score := "—"
	if v.Score != nil {
		score = strconv.FormatInt(*v.Score, 10)
	}
	item := ownfile.Item{
		Title: ownfile.Plain(v.Model + " " + strconv.Itoa(v.Version) + " · " + v.Band),
		Facts: []ownfile.Fact{
			ownfile.Of("Score", "分数", score), ownfile.Of("Band", "等级", v.Band), ownfile.Of("Base", "基础分", strconv.FormatInt(v.Base, 10)),
			ownfile.Of("As of", "评价日", v.AsOf.String()),
		},
		Table: ownfile.Table{Columns: []ownfile.Text{{EN: "What counts", ZH: "指标"}, {EN: "Value", ZH: "取值"}, {EN: "Points", ZH: "得分"}, {EN: "Records", ZH: "依据记录"}}},
	}
	for _, r := range v.WhyNot {
		item.Facts = append(item.Facts, ownfile.Fact{Name: ownfile.Text{EN: "Not rated because", ZH: "未评价原因"}, Value: ownfile.Text{EN: r.Text.EN, ZH: r.Text.ZH}})
	}
	for i := range v.Characteristics {
		c := &v.Characteristics[i]
		records := ""
		for n, e := range c.Records {
			if n > 0 {
				records += ", "
			}
			records += e.Record.String()
		}
		item.Table.Rows = append(item.Table.Rows, []ownfile.Text{
			{EN: c.Title.EN, ZH: c.Title.ZH}, ownfile.Plain(c.Value), ownfile.Plain(strconv.FormatInt(c.Points, 10)), ownfile.Plain(records),
		})
	}
	for _, a := range v.Adjustments {
		item.Table.Rows = append(item.Table.Rows, []ownfile.Text{ownfile.Plain(a.Name), ownfile.Plain(""), ownfile.Plain(strconv.FormatInt(a.Points, 10)), ownfile.Plain("")})
	}
	return item
}

func (p ownParts) history(ctx context.Context, scope access.Scope) (ownfile.Part, error) {
	type past struct {
		Model   string        `json:"model"`
		Version int           `json:"version"`
		AsOf    calendar.Day  `json:"as_of"`
		Known   time.Time     `json:"known_at"`
		Status  rating.Status `json:"status"`
		Score   int64         `json:"score"`
		Band    string        `json:"band"`
	}
	var list []past
	for _, m := range p.ratings.Book.For(scope.Subject().Kind) {
		before, err := p.ratings.Past(ctx, scope, m.Facts.Code)
		if fault.Is(err, fault.Refused) {
			continue
		}
		if err != nil {
			return ownfile.Part{}, err
		}
		for i := range before {
			r := &before[i]
			list = append(list, past{r.Model, r.Version, r.AsOf, r.KnownAt, r.Status, r.Score, r.Band})
		}
	}
	return ownfile.Describe(list, "model", "as_of", "band")
}

func (p ownParts) orders(ctx context.Context, scope access.Scope) (ownfile.Part, error) {
	list, err := p.d.Measures(p.ratings).OrdersIn(ctx, scope)
	return described(list, err, "issuer", "measure", "start")
}

func (p ownParts) listings(ctx context.Context, scope access.Scope) (ownfile.Part, error) {
	list, err := p.lists.In(ctx, scope)
	return described(list, err, "list", "state")
}

func (p ownParts) decisions(ctx context.Context, scope access.Scope) (ownfile.Part, error) {
	kept, err := rulings.In(p.d.Store).Decisions(ctx, scope)
	if err != nil {
		return ownfile.Part{}, err
	}
	type shown struct {
		At     time.Time `json:"at"`
		Reader string    `json:"reader"`
		measure.Decision
	}
	measures := p.d.Measures(p.ratings)
	list := make([]shown, 0, len(kept))
	for i := range kept {
		d, err := measures.Reopen(scope, &kept[i])
		if err != nil {
			return ownfile.Part{}, err
		}
		list = append(list, shown{kept[i].At, kept[i].Reader, d})
	}
	return ownfile.Describe(list, "at", "measure", "outcome")
}

func (p ownParts) rulings(ctx context.Context, scope access.Scope) (ownfile.Part, error) {
	list, err := p.d.Rulings().Of(ctx, scope.Subject().ID)
	return described(list, err, "measure", "outcome")
}

func (p ownParts) consents(ctx context.Context, scope access.Scope) (ownfile.Part, error) {
	all, err := p.d.Rights.Show(ctx, scope)
	list := make([]agreement, len(all))
	for i := range all {
		list[i] = agreement{all[i], all[i].Shown()}
	}
	return described(list, err, "method", "purpose", "from", "to")
}

// agreement is a consent with the words that were agreed to, letter by letter.
type agreement struct {
	consent.Consent
	Shown string `json:"notice_text"`
}

func (p ownParts) today() calendar.Day { return calendar.In(p.d.Now(), calendar.Shanghai) }

func (p ownParts) disputes(ctx context.Context, scope access.Scope) (ownfile.Part, error) {
	list, err := p.d.Disputes(p.ratings).List(ctx, scope)
	part, err := described(list, err, "ground", "target")
	for i := range part.Items {
		disputeItem(&part.Items[i], &list[i], p.today())
	}
	return part, err
}

func (p ownParts) statements(ctx context.Context, scope access.Scope) (ownfile.Part, error) {
	list, err := p.d.Disputes(p.ratings).Statements(ctx, scope, nil)
	part, err := described(list, err, "at")
	for i := range part.Items {
		statementItem(&part.Items[i], &list[i])
	}
	return part, err
}

func (p ownParts) repairs(ctx context.Context, scope access.Scope) (ownfile.Part, error) {
	list, err := p.d.Repairs(p.ratings).Of(ctx, scope.Subject().ID, 0)
	part, err := described(list, err, "record")
	for i := range part.Items {
		repairItem(&part.Items[i], &list[i], p.today())
	}
	return part, err
}

func (p ownParts) notices(ctx context.Context, scope access.Scope) (ownfile.Part, error) {
	list, err := p.d.Inbox(p.ratings).List(ctx, scope, p.lang, 0)
	return described(list, err, "at", "occasion")
}

func (p ownParts) recalls(ctx context.Context, scope access.Scope) (ownfile.Part, error) {
	list, err := p.d.Recalls().Told(ctx, scope)
	return described(list, err, "recipient", "kind", "about")
}

func described[T any](list []T, err error, title ...string) (ownfile.Part, error) {
	if err != nil {
		return ownfile.Part{}, err
	}
	return ownfile.Describe(list, title...)
}
