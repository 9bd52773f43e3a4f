package api

import (
	"encoding/base64"
	"encoding/json"

	"probity/internal/fault"
)

// Page chooses a part of a list that may be long.
type Page struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"At most so many."`
	Cursor string `query:"cursor" maxLength:"200" doc:"The next of the page before. It stays good while the list grows."`
}

// place is what a cursor holds: the list it is of, and the last thing that was shown.
type place struct {
	List string `json:"l"`
	Last int64  `json:"n"`
}

// last reads the cursor of a list; ok is false on the first page.
func (p Page) last(list string) (n int64, ok bool, err error) {
	if p.Cursor == "" {
		return 0, false, nil
	}
	var at place
	text, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if err == nil {
		err = json.Unmarshal(text, &at)
	}
	if err != nil || at.List != list {
		return 0, false, fault.New(fault.Invalid, "api.cursor", "the cursor is none of this list").At("query.cursor").
			With("send the next of the page before as it is, or leave it out to begin anew")
	}
	return at.Last, true, nil
}

// cursor is the cursor behind the thing of the number.
func cursor(list string, last int64) string {
	b, err := json.Marshal(place{list, last})
	if err != nil {
		panic(err) // it cannot fail: a text and a number
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// cut takes a page out of a list whose numbers ascend.
func cut[T any](p Page, list string, all []T, number func(*T) int64) (page []T, next string, err error) {
	last, after, err := p.last(list)
	if err != nil {
		return nil, "", err
	}
	page = []T{}
	for i := range all {
		n := number(&all[i])
		if after && n <= last {
			continue
		}
		if len(page) == p.Limit {
			return page, cursor(list, number(&page[len(page)-1])), nil
		}
		page = append(page, all[i])
	}
	return page, "", nil
}
