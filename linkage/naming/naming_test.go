package naming_test

import (
	"strings"
	"testing"

	"probity/linkage/naming"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"北京超图软件股份有限公司":      "110000 | 超图 | 软件 | 股份有限公司",
		"广东省深圳市兆新能源有限责任公司":  "440000 440300 | 兆 | 新能源 | 有限公司",
		"苏州东山精密制造股份公司":      "320500 | 东山 | 精密 制造 | 股份有限公司",
		"优德精密工业 昆山 股份有限公司":  " | 优德 昆山 | 精密 工业 | 股份有限公司",
		"中国石油化工股份有限公司":      " |  | 中国 石油化工 | 股份有限公司",
		"酒鬼酒股份有限公司":         " | 酒鬼 | 酒 | 股份有限公司",
		"有限公司":              " | 有限公司 |  | ",
		"上海股份有限公司":          " | 上海 |  | 股份有限公司",
		"":                  " |  |  | ",
		"北京超图软件有限公司 上海分公司":  "110000 | 超图 上海 | 软件 分公司 | 有限公司",
		"北京超图软件有限公司分公司":     "110000 | 超图 | 软件 分公司 | 有限公司",
		"中华人民共和国北京市东城区清风小学": "110000 110101 | 清风小学 |  | ",
	} {
		p := naming.Split(name)
		var codes []string
		for _, d := range p.Divisions {
			codes = append(codes, d.Code)
		}
		got := strings.Join([]string{strings.Join(codes, " "), strings.Join(p.Firm, " "), strings.Join(p.Trades, " "), p.Form}, " | ")
		if got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestCutForms(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"volkswagen bank g m b h":                     "volkswagen bank, llc/gmbh",
		"limited liability company iskusstvo krasoty": "iskusstvo krasoty, llc/llc",
		"nanshan group co ltd":                        "nanshan group, llc/coltd",
		"societate cu raspundere limitata pro":        "pro, llc/srl",
		"ооо баи":                                     "баи, llc/ooo",
		"limited":                                     "limited, ",
		"":                                            ", ",
	} {
		rest, forms := naming.CutForms(strings.Fields(name))
		var found []string
		for _, f := range forms {
			found = append(found, f.String())
		}
		if got := strings.Join(rest, " ") + ", " + strings.Join(found, " "); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if !naming.SameClass("llc/gmbh", "llc/ooo") || naming.SameClass("jsc/ag", "llc/ooo") || naming.SameClass("-/x", "-/y") || naming.SameClass("llc", "llc") {
		t.Error("classes of forms are mixed up")
	}
}

// TestDivisions: a division is found under its name of any edition, and one that is no more under what has taken it up.
func TestDivisions(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"广东省广州市白云区启航路900号": "440000 440100 440111, 启航路900号",
		"北京市崇文区天坛路1号":      "110000 110101, 天坛路1号", // taken up by 东城区 in 2010
		"上海市闸北区":           "310000 310106, ",
		"北京密云县溪翁庄":         "110000 110118, 溪翁庄", // 密云区 since 2015
		"北京市密云区溪翁庄":        "110000 110118, 溪翁庄",
		"杭州市临安市锦城街道":       "330100 330112, 锦城街道", // of the edition of 2002
		"浙江省杭州市临安区":        "330000 330100 330112, ",
		"浙江省杭州市临平区藕花洲大街":   "330000 330100 330113, 藕花洲大街", // of that of 2023 alone
		"河南省开封县朱仙镇":        "410000 410224, 朱仙镇",          // 祥符区 since 2014, by another name
		"启航路900号":          ", 启航路900号",
		"南山路5号":            ", 南山路5号",
	} {
		found, rest := naming.CutDivisions(value)
		var codes []string
		for _, d := range found {
			codes = append(codes, d.Code)
		}
		if got := strings.Join(codes, " ") + ", " + rest; got != want {
			t.Errorf("%s is %q, want %q", value, got, want)
		}
	}
	if d, _ := naming.CutDivisions("内蒙古自治区呼和浩特市"); naming.English(d[0]) != "inner mongolia" || naming.English(d[1]) != "hohhot" {
		t.Errorf("in English: %v", d)
	}
	if d, _ := naming.CutDivisions("陕西省西安市"); naming.English(d[0]) != "shaanxi" || naming.English(d[1]) != "xian" {
		t.Errorf("in English: %v", d)
	}
}

func TestFamiliar(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{{"bill", "william"}, {"hans", "johannes"}, {"theodore", "ted"}} {
		if !naming.Familiar(pair[0], pair[1]) || !naming.Familiar(pair[1], pair[0]) {
			t.Errorf("%s and %s are not familiar", pair[0], pair[1])
		}
	}
	for _, pair := range [][2]string{{"bill", "billy"}, {"bill", "bill"}, {"ted", "bob"}, {"", ""}} {
		if naming.Familiar(pair[0], pair[1]) {
			t.Errorf("%s and %s are familiar", pair[0], pair[1])
		}
	}
}

// FuzzNames holds that any name is taken apart without a crash, and that no letter of a Chinese one is lost or invented.
func FuzzNames(f *testing.F) {
	for _, seed := range []string{"北京超图软件股份有限公司", "有限公司", "\xff\xfe", "省", "co ltd", "中华人民共和国", "酒", "a/b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		naming.CutForms(strings.Fields(name))
		p := naming.Split(name)
		for _, part := range append(p.Firm, p.Trades...) {
			if part == "" || !strings.Contains(strings.ReplaceAll(name, " ", ""), part) {
				t.Errorf("%q has the part %q", name, part)
			}
		}
	})
}
