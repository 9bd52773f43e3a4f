package similar_test

import (
	"strings"
	"testing"

	"probity/linkage/similar"
)

func TestClosest(t *testing.T) {
	t.Parallel()
	have := []string{"samr.penalty", "samr.licence", "sta.penalty"}
	for _, c := range []struct{ name, want string }{
		{"samr.penalti", "samr.penalty"}, {"sta.penalt", "sta.penalty"}, {"samrlicence", "samr.licence"},
		{"samr.penalty", "samr.penalty"}, {"samr.penatly", "samr.penalty"}, {"weather", ""}, {"", ""}, {strings.Repeat("samr.penalty", 9), ""},
	} {
		if got := similar.Closest(c.name, have); got != c.want {
			t.Errorf("closest to %q is %q, want %q", c.name, got, c.want)
		}
	}
}
