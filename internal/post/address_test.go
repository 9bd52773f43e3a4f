package post

import (
	"strings"
	"testing"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/store"
)

// TestDeemed holds the days from the table of service by publication.
func TestDeemed(t *testing.T) {
	t.Parallel()
	for day, want := range map[string]string{"2021-12-31": "2022-03-01", "2022-01-01": "2022-01-31", "2026-03-02": "2026-04-01"} {
		if got, law := deemed(calendar.MustParse(day)); got.String() != want || law == "" {
			t.Errorf("published on %s it is served on %s (%s)", day, got, law)
		}
	}
	if got, law := deemed(calendar.MustParse("1980-01-01")); got != calendar.None || law != "" {
		t.Errorf("before the law: %s, %s", got, law)
	}
}

// FuzzAddress holds that an address is refused or comes out in a form that is taken again unchanged, stands on one line,
// and is of the kind it was given for.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{
		"a@example.org", "https://example.org/x?y=1", "https://127.0.0.1/", "https://[::1]:8443/", "\"a b\"@example.org",
		"a@example.org\r\nBcc: b@c", "https://example.org\r\nX: y", "a@[127.0.0.1]", "https://u@h/", "a@b@c", "", "https://%zz",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, kind := range []charter.ChannelKind{charter.MailChannel, charter.HookChannel, charter.FileChannel} {
			got, err := address(kind, text, store.Live)
			if err != nil {
				if !fault.Is(err, fault.Invalid) {
					t.Fatal(err)
				}
				continue
			}
			if again, err := address(kind, got, store.Live); err != nil || again != got {
				t.Errorf("%q became %q and then %q, %v", text, got, again, err)
			}
			if strings.ContainsAny(got, "\r\n<> \x00") && kind == charter.MailChannel || strings.ContainsAny(got, "\r\n") {
				t.Errorf("%q was taken as %q", text, got)
			}
			if kind == charter.HookChannel && !strings.HasPrefix(strings.ToLower(got), "https://") {
				t.Errorf("%q was taken as %q", text, got)
			}
		}
	})
}
