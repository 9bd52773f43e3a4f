package record_test

import (
	"testing"

	"probity/internal/record"
)

func TestOnlyTheNamedFields(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		payload string
		names   []string
		want    string
	}{
		{`{"amount":5,"day":"2026-01-01","text":"a, \"b\""}`, []string{"text", "amount"}, `{"amount":5,"text":"a, \"b\""}`},
		{`{"amount":5}`, []string{"other"}, `{}`},
		{`{}`, []string{"amount"}, `{}`},
		{`{"amount":5`, []string{"amount"}, `{}`},
	} {
		v := record.Version{Payload: []byte(c.payload), Sealed: []byte("secret")}
		v.Only(c.names)
		if string(v.Payload) != c.want || v.Sealed != nil {
			t.Errorf("%s, only %v: %s and %q sealed, want %s and nothing", c.payload, c.names, v.Payload, v.Sealed, c.want)
		}
	}
}
