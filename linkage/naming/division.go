package naming

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"probity/linkage/script"
)

//go:embed divisions.tsv
var divisionTable string

// Division is one administrative division of China in one of its writings.
type Division struct {
	// Code is that of GB/T 2260: of the division itself, or of the one that has taken it up.
	Code string
	// Stem is its name without what kind of division it is: 白云 of 白云区.
	Stem string
	// First and Last are the editions, 2002, 2018 and 2023, between which it is so called.
	First, Last string
}

// Level is 1 for a province, 2 for a prefecture, 3 for a county.
func (d Division) Level() int {
	switch {
	case strings.HasSuffix(d.Code, "0000"):
		return 1
	case strings.HasSuffix(d.Code, "00"):
		return 2
	}
	return 3
}

// Within tells that a division is the other one, or lies in it.
func (d Division) Within(other Division) bool {
	return strings.HasPrefix(d.Code, strings.TrimSuffix(strings.TrimSuffix(other.Code, "00"), "00"))
}

type divisionList struct {
	byName  map[string][]Division // by the whole name and, of provinces and prefectures and where it has two characters, by the stem
	longest int                   // bytes
}

// kindsOfDivision are the ends of names that say what kind of division it is, longest first.
var kindsOfDivision = []string{
	"维吾尔自治区", "壮族自治区", "回族自治区", "特别行政区", "自治区", "自治州", "自治县", "自治旗", "地区", "新区", "林区", "特区", "矿区", "省", "市", "县", "区", "盟", "州", "旗",
}

// peoples stand between the stem and the kind of autonomous divisions.
var peoples = []string{
	"柯尔克孜", "哈萨克", "塔吉克", "达斡尔", "鄂温克", "鄂伦春", "土家族", "布依族", "哈尼族", "朝鲜族", "蒙古族", "景颇族", "傈僳族", "仡佬族", "拉祜族", "纳西族",
	"羌族", "藏族", "彝族", "苗族", "侗族", "白族", "傣族", "回族", "壮族", "满族", "瑶族", "畲族", "黎族", "土族", "佤族", "蒙古", "各族",
}

const (
	stemLetters = 2
	codeDigits  = 6
)

var divisions = sync.OnceValue(func() *divisionList {
	list := &divisionList{byName: map[string][]Division{}}
	all := lines(divisionTable)
	renewed := renewals(all)
	for _, c := range all {
		d := Division{Code: c[0], Stem: stem(c[1]), First: c[2], Last: c[3]}
		if len(c) > 4 {
			d.Code = c[4]
		} else if now := renewed[c[0]+c[1]]; now != "" {
			d.Code = now
		}
		list.add(c[1], d)
		if d.Stem != c[1] {
			list.add(d.Stem, d)
		}
	}
	return list
})

// renewals are the codes of counties that were given another kind, and with it another code: 密云县 (110228) is 密云区 (110118)
// since 2015. Such a one has its stem and its province, and stands in editions from after its own; where there are several,
// nobody knows which. They are by the code and the name of what is no more.
func renewals(all [][]string) map[string]string {
	byStem := map[string][]Division{} // by province and stem
	of := func(c []string) (string, Division) {
		d := Division{Code: c[0], Stem: stem(c[1]), First: c[2], Last: c[3]}
		return c[0][:2] + d.Stem, d
	}
	for _, c := range all {
		if place, d := of(c); d.Level() == 3 {
			byStem[place] = append(byStem[place], d)
		}
	}
	now := map[string]string{}
	for _, c := range all {
		place, d := of(c)
		later := slices.DeleteFunc(slices.Clone(byStem[place]), func(x Division) bool { return x.First <= d.Last })
		if d.Level() == 3 && len(c) == 4 && len(later) == 1 && later[0].Code != d.Code {
			now[c[0]+c[1]] = later[0].Code
		}
	}
	return now
}

func (l *divisionList) add(name string, d Division) {
	if utf8.RuneCountInString(name) < stemLetters {
		return
	}
	if !slices.Contains(l.byName[name], d) {
		l.byName[name] = append(l.byName[name], d)
	}
	l.longest = max(l.longest, len(name))
}

// stem is a division's name without its kind, of at least two characters.
func stem(name string) string {
	cut := func(name string, ends []string) string {
		for _, end := range ends {
			if before, found := strings.CutSuffix(name, end); found && utf8.RuneCountInString(before) >= stemLetters {
				return before
			}
		}
		return name
	}
	whole := name
	name = cut(name, kindsOfDivision)
	if strings.Contains(whole, "自治") {
		for before := ""; before != name; {
			before, name = name, cut(name, peoples)
		}
	}
	return name
}

// cutDivision takes the longest name of a division from the beginning of a value. Of several of one name those within the
// division above are meant; the newest name counts first.
func cutDivision(value string, above *Division) (d Division, rest string, ok bool) {
	list := divisions()
	for n := min(list.longest, len(value)); n > 0; n-- {
		if n < len(value) && !utf8.RuneStart(value[n]) {
			continue
		}
		var fits []Division
		for _, d := range list.byName[value[:n]] {
			whole := d.Stem != value[:n]
			switch {
			case above != nil && (!d.Within(*above) || d.Level() <= above.Level()):
			case above == nil && !whole && d.Level() == 3: // 南山 may be a hill
			default:
				fits = append(fits, d)
			}
		}
		if len(fits) == 0 {
			continue
		}
		best := slices.MinFunc(fits, func(a, b Division) int {
			if a.Last != b.Last {
				return strings.Compare(b.Last, a.Last)
			}
			return strings.Compare(a.Code, b.Code)
		})
		return best, value[n:], true
	}
	return Division{}, value, false
}

// CutDivisions takes the divisions from the beginning of a Chinese name or address, the largest first: 广东省广州市白云区 of
// 广东省广州市白云区启航路900号, and 北京 of 北京超图软件.
func CutDivisions(value string) (found []Division, rest string) {
	rest = strings.TrimPrefix(value, "中华人民共和国")
	var above *Division
	for len(found) < 3 {
		d, after, ok := cutDivision(rest, above)
		if !ok {
			break
		}
		found, rest = append(found, d), after
		above = &found[len(found)-1]
	}
	return found, rest
}

// english are the English names of divisions that are not their pinyin.
var english = map[string]string{
	"内蒙古": "inner mongolia", "西藏": "tibet", "陕西": "shaanxi", "香港": "hong kong", "澳门": "macao", "哈尔滨": "harbin", "齐齐哈尔": "qiqihar",
	"呼和浩特": "hohhot", "鄂尔多斯": "ordos", "呼伦贝尔": "hulunbuir", "巴彦淖尔": "bayannur", "乌兰察布": "ulanqab", "锡林郭勒": "xilingol",
	"乌鲁木齐": "urumqi", "克拉玛依": "karamay", "吐鲁番": "turpan", "哈密": "hami", "喀什": "kashgar", "和田": "hotan", "阿克苏": "aksu", "伊犁": "ili",
	"阿勒泰": "altay", "塔城": "tacheng", "石河子": "shihezi", "库尔勒": "korla", "拉萨": "lhasa", "日喀则": "shigatse", "林芝": "nyingchi",
	"昌都": "qamdo", "那曲": "nagqu", "山南": "shannan", "格尔木": "golmud", "佳木斯": "jiamusi", "延边": "yanbian", "台湾": "taiwan",
}

// English is the English name of a division, folded: its pinyin, but for those that have another.
func English(d Division) string {
	if name, ok := english[d.Stem]; ok {
		return name
	}
	return strings.Join(script.Syllables(d.Stem), "")
}
