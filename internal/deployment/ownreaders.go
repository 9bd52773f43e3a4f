package deployment

import (
	"context"
	"strconv"
	"time"

	"probity/internal/access"
	"probity/internal/access/plain"
	"probity/internal/catalogue"
	"probity/internal/ledger"
	"probity/internal/ownfile"
	"probity/internal/subject"
)

// readers says of every entry in a sentence what it records, the newest first. What a court keeps back for a time is
// counted, and stands in its place without its contents.
func (p ownParts) readers(ctx context.Context, scope access.Scope) (ownfile.Part, error) {
	list, err := p.d.Access.Log(ctx, scope)
	if err != nil {
		return ownfile.Part{}, err
	}
	part := ownfile.Part{Data: list, Items: make([]ownfile.Item, 0, len(list))}
	models := func(code string) catalogue.Text { return catalogue.Text(p.titles("model", code)) }
	en, zh := plain.In(plain.English, p.d.Catalogue).Naming(models), plain.In(plain.Chinese, p.d.Catalogue).Naming(models)
	for i := len(list) - 1; i >= 0; i-- {
		e := &list[i]
		item := ownfile.Item{ID: e.Subject.String() + "/" + strconv.FormatInt(e.Seq, 10), Title: ownfile.Text{EN: en.Sentence(e), ZH: zh.Sentence(e)}}
		if e.Act == ledger.Withheld {
			part.Withheld++
			item.Facts = []ownfile.Fact{ownfile.Of("Hash", "校验值", e.Hash.String())}
		}
		part.Items = append(part.Items, item)
	}
	return part, nil
}

// ownLink is a joining or parting of files as its subject sees it.
type ownLink struct {
	With     subject.ID `json:"with"`
	At       time.Time  `json:"at"`
	By       string     `json:"by"`
	Reason   string     `json:"reason"`
	Evidence string     `json:"evidence,omitempty"`
	UndoneAt time.Time  `json:"undone_at,omitzero"`
	UndoneBy string     `json:"undone_by,omitempty"`
	Why      string     `json:"undone_reason,omitempty"`
}

func (p ownParts) links(ctx context.Context, scope access.Scope) (ownfile.Part, error) {
	found, err := p.d.Store.Links(ctx, scope)
	if err != nil {
		return ownfile.Part{}, err
	}
	list := make([]ownLink, 0, len(found))
	for i := range found {
		l := &found[i]
		one := ownLink{With: l.Merged, At: l.At, By: l.By, Reason: l.Reason, Evidence: l.Evidence, UndoneAt: l.UndoneAt, UndoneBy: l.UndoneBy, Why: l.UndoneReason}
		if one.With == scope.Subject().ID {
			one.With = l.Kept
		}
		list = append(list, one)
	}
	return described(p, "links", list, nil, "with")
}

func (p ownParts) channels(ctx context.Context, scope access.Scope) (ownfile.Part, error) {
	list, err := p.d.Counter().Ways(ctx, scope)
	return described(p, "channels", list, err, "kind", "address")
}

// handed says by whom an own file was handed out at a counter, and on what document.
func (p ownParts) handed(r *access.Request) ownfile.Text {
	e := &ledger.Entry{
		Act: ledger.Read, Reader: r.As.Agency(), Official: r.As.Official(),
		Detail: "counter=" + string(r.Counter.Proof) + " " + access.SecondOfficial + "=" + r.Counter.With.Actor().Title(),
	}
	return ownfile.Text{EN: plain.In(plain.English, p.d.Catalogue).Handed(e), ZH: plain.In(plain.Chinese, p.d.Catalogue).Handed(e)}
}
