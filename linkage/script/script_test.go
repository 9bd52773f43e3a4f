package script_test

import (
	"slices"
	"strings"
	"testing"

	"probity/linkage/script"
)

func TestLatin(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"путин": "putin", "обама": "obama", "овама": "ovama", "օբամա": "obama", "ობამა": "obama", "παπαδοπουλος": "papadopoylos",
		"バラク": "baraku", "シャープ": "shapu", "ファミリー": "famiri", "トヨタ": "toyota", "ソニー": "soni", "とよた": "toyota", "정은": "jeongeun",
		"重庆": "chongqing", "长安": "changan", "银行": "yinhang", "plain": "plain", "محمد": "mhmd", "": "", "ប៉ុល": "ប៉ុល",
	} {
		if got := script.Latin(word); got != want {
			t.Errorf("%s reads %q, want %q", word, got, want)
		}
	}
}

func TestPerson(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"王伟": "wang, wei", "欧阳修": "ou yang, xiu", "曾国藩": "zeng, guo fan", "单田芳": "shan, tian fang", "阿卜杜拉江": ", a bo du la jiang",
		"尉迟恭": "yu chi, gong", "王": ", wang", "": ", ",
	} {
		surname, given := script.Person(name)
		if got := strings.Join(surname, " ") + ", " + strings.Join(given, " "); got != want {
			t.Errorf("%s reads %q, want %q", name, got, want)
		}
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"xiaoming": "xiao ming", "wang2": "wang", "xiao3ming2": "xiao ming", "baiyun": "bai yun", "lv": "lu", "smith": "", "": "",
		"zhong": "zhong", "fangan": "fang an", "gelingulu": "ge lin gu lu", "abababababa": "",
	} {
		if got := strings.Join(script.Split(word), " "); got != want {
			t.Errorf("%s is %q, want %q", word, got, want)
		}
	}
}

// FuzzLatin holds that any bytes are read without a crash, and that what is read twice is read the same.
func FuzzLatin(f *testing.F) {
	for _, seed := range []string{"王伟", "Путин", "\xff\xfe", "ャ", "xャ", "重", "정", "lü:", "12345"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, word string) {
		latin, parts := script.Latin(word), script.Split(word)
		if script.Latin(word) != latin || !slices.Equal(script.Split(word), parts) {
			t.Error("read otherwise the second time")
		}
		script.Person(word)
	})
}
