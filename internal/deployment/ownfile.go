package deployment

import (
	"context"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/consent"
	"probity/internal/listing"
	"probity/internal/listing/criteria"
	"probity/internal/listing/entry"
	"probity/internal/measure"
	"probity/internal/notice"
	"probity/internal/ownfile"
	"probity/internal/rating"
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
	f, err := desk.Gather(ctx, scope)
	if err == nil && r.Counter != nil {
		f.Handed = parts.handed(&r)
	}
	return f, err
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
		section("candidates", "Files that may be yours too", "疑似同一主体的档案", "Which files were found to be perhaps of the same one as this, why, and what officials said. Nothing was joined by it.", "被发现可能与本档案属同一主体的档案、理由及核对结论；并未因此合并。", p.candidates),
		section("records", "Records", "记录", "What agencies reported, by whom and from which file, with every version.", "各机构报送的信息、来源文件及全部版本。", p.records),
		section("ratings", "Ratings", "信用评价", "What the models in force say today, with every point and the records behind it.", "现行模型的评价结果，列明每项得分及其所依据的记录。", p.rated),
		section("history", "Ratings before", "历史评价", "What the models said before.", "此前的评价结果。", p.history),
		section("trials", "Models on trial", "试评中的模型", "New versions of models that are tried beside those in force. A trial changes nothing for you.", "正在与现行模型并行试评的新版本。试评对您没有任何影响。", p.trials),
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
	list := []shown{}
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
	part := ownfile.Part{Data: list}
	item := ownfile.Item{}
	for _, i := range list {
		item.Facts = append(item.Facts, ownfile.Fact{Name: schemeOf(i.Scheme), Value: ownfile.Plain(i.Value)})
	}
	if len(item.Facts) > 0 {
		part.Items = []ownfile.Item{item}
	}
	return part, nil
}

func (p ownParts) orders(ctx context.Context, scope access.Scope) (ownfile.Part, error) {
	list, err := p.d.Measures(p.ratings).OrdersIn(ctx, scope)
	return described(p, "orders", list, err, "measure", "issuer")
}

// ownEntry is an entry of a list with the words of its criteria.
type ownEntry struct {
	entry.Entry
	Ground ownfile.Text `json:"ground"`
	Facts  []ownElement `json:"facts"`
}

type ownElement struct {
	Element ownfile.Text `json:"element"`
	Value   ownfile.Text `json:"value"`
}

func (p ownParts) listings(ctx context.Context, scope access.Scope) (ownfile.Part, error) {
	list, err := p.lists.In(ctx, scope)
	shown := make([]ownEntry, len(list))
	for i := range list {
		e := &list[i]
		shown[i] = ownEntry{Entry: *e, Ground: ownfile.Plain(e.Ground)}
		var ground *criteria.Ground
		if l := p.lists.Criteria(e.List, e.Drafted); l != nil {
			ground = l.Ground(e.Ground)
		}
		if ground != nil {
			shown[i].Ground = ownfile.Text(ground.Title)
		}
		for _, f := range e.Facts {
			name, value := ground.Said(f.Element, f.Value)
			shown[i].Facts = append(shown[i].Facts, ownElement{ownfile.Text(name), ownfile.Text(value)})
		}
	}
	part, err := described(p, "lists", shown, err, "list")
	if list == nil {
		list = []entry.Entry{}
	}
	part.Data = list
	return part, err
}

func (p ownParts) decisions(ctx context.Context, scope access.Scope) (ownfile.Part, error) {
	kept, err := rulings.In(p.d.Store).Decisions(ctx, scope)
	if err != nil {
		return ownfile.Part{}, err
	}
	type given struct {
		At     time.Time `json:"at"`
		Reader string    `json:"reader"`
		measure.Decision
	}
	type shown struct {
		given
		Reasons []ownReason `json:"reasons"`
	}
	measures := p.d.Measures(p.ratings)
	list, items := make([]given, 0, len(kept)), make([]shown, 0, len(kept))
	for i := range kept {
		d, err := measures.Reopen(scope, &kept[i])
		if err != nil {
			return ownfile.Part{}, err
		}
		g := given{kept[i].At, kept[i].Reader, d}
		one := shown{given: g}
		for _, r := range d.Reasons {
			one.Reasons = append(one.Reasons, p.reason(r))
		}
		list, items = append(list, g), append(items, one)
	}
	part, err := described(p, "decisions", items, nil, "measure", "outcome")
	part.Data = list
	return part, err
}

func (p ownParts) rulings(ctx context.Context, scope access.Scope) (ownfile.Part, error) {
	list, err := p.d.Rulings().Of(ctx, scope.Subject().ID)
	return described(p, "rulings", list, err, "measure", "outcome")
}

func (p ownParts) consents(ctx context.Context, scope access.Scope) (ownfile.Part, error) {
	all, err := p.d.Rights.Show(ctx, scope)
	list := make([]agreedText, len(all))
	for i := range all {
		list[i] = agreedText{all[i], all[i].Shown()}
	}
	return described(p, "consents", list, err, "method", "purpose")
}

// agreedText is a consent with the words that were agreed to, letter by letter.
type agreedText struct {
	consent.Consent
	Shown string `json:"notice_text"`
}

func (p ownParts) today() calendar.Day { return calendar.In(p.d.Now(), calendar.Shanghai) }

func (p ownParts) disputes(ctx context.Context, scope access.Scope) (ownfile.Part, error) {
	list, err := p.d.Disputes(p.ratings).List(ctx, scope)
	part, err := described(p, "disputes", list, err, "ground", "target")
	for i := range part.Items {
		p.disputeItem(&part.Items[i], &list[i], p.today())
	}
	return part, err
}

func (p ownParts) statements(ctx context.Context, scope access.Scope) (ownfile.Part, error) {
	list, err := p.d.Disputes(p.ratings).Statements(ctx, scope, nil)
	part, err := described(p, "statements", list, err)
	for i := range part.Items {
		statementItem(&part.Items[i], &list[i])
	}
	return part, err
}

func (p ownParts) repairs(ctx context.Context, scope access.Scope) (ownfile.Part, error) {
	list, err := p.d.Repairs(p.ratings).Of(ctx, scope.Subject().ID, 0)
	part, err := described(p, "repairs", list, err, "dataset", "record")
	for i := range part.Items {
		p.repairItem(&part.Items[i], &list[i], p.today())
	}
	return part, err
}

func (p ownParts) notices(ctx context.Context, scope access.Scope) (ownfile.Part, error) {
	list, err := p.d.Inbox(p.ratings).List(ctx, scope, p.lang, 0)
	part, err := described(p, "notices", list, err, "letter.headline")
	return part, err
}

func (p ownParts) recalls(ctx context.Context, scope access.Scope) (ownfile.Part, error) {
	list, err := p.d.Recalls().Told(ctx, scope)
	return described(p, "recalls", list, err, "recipient", "kind")
}

func described[T any](p ownParts, section string, list []T, err error, title ...string) (ownfile.Part, error) {
	if err != nil {
		return ownfile.Part{}, err
	}
	return ownfile.Describe(section, p.titles, list, title...)
}
