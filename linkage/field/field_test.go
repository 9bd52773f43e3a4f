package field_test

import (
	"testing"
	"unicode/utf8"

	"probity/linkage/field"
)

// level is how two raw values of a column compare, in words: "missing" where one of them says nothing.
func level(kind field.Kind, a, b string, others ...string) string {
	raw := append([]string{"", a, b}, others...)
	counts := make([]uint32, len(raw))
	for i := range counts {
		counts[i] = 1
	}
	s := field.Read(kind, raw, counts)
	x, y := s.Of[1], s.Of[2]
	switch {
	case x == 0 || y == 0:
		return "missing"
	case x == y:
		return s.Levels()[0]
	}
	return s.Levels()[s.Compare(x, y)]
}

// TestLevels: near every line that a kind of field draws, a value on either side of it.
func TestLevels(t *testing.T) {
	t.Parallel()
	tests := []struct {
		kind field.Kind
		a, b string
		want string
	}{
		{field.Word, "Weber", "WEBER ", "the same"},
		{field.Word, "Müller", "Muller", "the same"},
		{field.Word, "Weber", "Webe", "one slip in a short word"},
		{field.Word, "Webern", "Wenern", "one slip"},
		{field.Word, "Jo", "J", "initial of the other"},
		{field.Word, "Meier", "Mayer", "the same sound"},
		{field.Word, "Weber", "Novak", "different"},
		{field.Word, "Weber", "n/a", "missing"},
		{field.Word, "王伟", "王芳", "different"},
		{field.Word, "王小明", "王晓明", "one slip in a short word"},
		{field.Word, "欧", "欧阳", "initial of the other"},
		{field.Date, "1971.06.24", "24 June 1971", "the same"},
		{field.Person, "Hans Friedrich", "Friedrich, Hans", "the same words"},
		{field.Person, "Hans Friedrich", "Olga Novak", "different"},
		{field.Person, "Hans Friedrich", "Hans Fredrich", "the same words with slips"},
		{field.Person, "Hans Friedrich", "H. Friedrich", "the same words with slips"},
		{field.Person, "William Weber", "Bill Weber", "the same words with slips"},
		{field.Person, "William Weber", "Bob Weber", "over 40 in 100 in common"},
		{field.Person, "HansFriedrich Weber", "Hans Friedrich Weber", "the same words"},
		{field.Person, "Hans Friedrich Weber", "Hans Weber", "one stands in the other"},
		{field.Person, "Usama bin Ladin", "Osama ibn Laden", "the same words with slips"},
		{field.Person, "Путин Владимир", "Vladimir Putin", "the same words"},
		{field.Person, "ბარაკ ობამა", "Barack Obama", "the same words with slips"},
		{field.Person, "李晓明", "Li Xiaoming", "the same words"},
		{field.Person, "李晓明", "LI Xiao-Ming", "the same words"},
		{field.Person, "李晓明", "Xiǎomíng Lǐ", "the same words"},
		{field.Person, "李晓明", "li3 xiao3ming2", "the same words"},
		{field.Person, "李晓明", "X. M. Li", "the same words with slips"},
		{field.Person, "李晓明", "Li Xiaohong", "over 55 in 100 in common"},
		{field.Person, "欧阳修", "Ouyang Xiu", "the same words"},
		{field.Organisation, "广州白云国际机场股份有限公司", "Guangzhou Baiyun International Airport Co., Ltd.", "the same words"},
		{field.Organisation, "广州白云国际机场股份有限公司", "Guangzhou Bai Yun International Airport Co Ltd", "the same words"},
		{field.Organisation, "陕西延长石油有限公司", "Shaanxi Yanchang Petroleum Company Limited", "words in common, 1.7 times what singles one out"},
		{field.Organisation, "Volkswagen Bank G.m.b.H.", "Volkswagen Bank GmbH", "the same"},
		{field.Organisation, "Weber Gesellschaft mit beschränkter Haftung", "Weber GmbH", "the same words"},
		{field.Organisation, "Общество с ограниченной ответственностью Весна", "ООО Весна", "the same words"},
		{field.Organisation, "Hangzhou Silk Limited", "Hangzhou Silk Ltd.", "the same words"},
		{field.Organisation, "Hangzhou Silk & Sons", "Hangzhou Silk and Sons", "the same"},
		{field.Organisation, "杭州丝绸有限责任公司", "杭州丝绸有限公司", "the same words"},
		{field.Organisation, "杭州丝绸股份公司", "杭州丝绸股份有限公司", "the same words"},
		{field.Organisation, "有限公司", "有限责任公司", "0.7 of what singles one out"},
		{field.Address, "12 North Street", "12 n st", "the same words"},
		{field.Date, "1971-06-24", "24.6.1971", "the same"},
		{field.Date, "1971-06-24", "1971年6月24日", "the same"},
		{field.Date, "1971-06-24", "", "missing"},
		{field.Code, "00123", "123", "the same"},
		{field.Code, "123456", "123465", "one slip"},
		{field.Code, "91000000MA0000031W", "91000000MA0000131W", "slips that a check digit reveals"},
		{field.Word, "王伟", "王维", "the same sound"},
		{field.Address, "广东省广州市白云区启航路900号", "广州市白云区启航路900号", "the same words"},
		{field.Address, "北京市崇文区天坛路1号", "北京市东城区天坛路1号", "the same words"},
		{field.Address, "北京市密云县溪翁庄镇3号", "北京市密云区溪翁庄镇3号", "the same words"},
		{field.Address, "北京市西城区天坛路1号", "北京市东城区天坛路1号", "over 75 in 100 in common"},
		{field.Code, "1234", "1235", "one slip in a short code"},
		{field.Code, "8612345678", "12345678", "one ends with the other"},
		{field.Code, "12345678", "12365679", "two slips"},
		{field.Code, "12345678", "98761234", "different"},
		{field.Phone, "+86 571 8796 1234", "0571-87961234", "the same"},
		{field.Phone, "00000000", "0571-87961234", "missing"},
		{field.Phone, "(312) 555-0142", "+1 312 555 0142", "one ends with the other"},
		{field.Phone, "312-555-0142 ext. 17", "312.555.0142", "the same"},
		{field.Phone, "0571-87961234转801", "0571 8796 1234", "the same"},
		{field.Phone, "0571-87961234、87961235", "0571 8796 1234", "the same"},
		{field.Phone, "87961234", "0571-87961234", "one ends with the other"},
		{field.Phone, "0571-87961234", "0571-87961243", "one slip"},
		{field.Phone, "0571-87961234", "0571-26150987", "different"},
		{field.Date, "1971-06-04", "1971-04-06", "day and month swapped"},
		{field.Date, "1971-06-24", "1971-06-25", "one slip"},
		{field.Date, "1971-06-24", "1917-06-24", "one slip"},
		{field.Date, "1971-06-24", "1971-06", "one part is not known"},
		{field.Date, "1971-06-24", "1971", "one part is not known"},
		{field.Date, "1971-06-24", "0000-06-24", "one part is not known"},
		{field.Date, "1971-06-24", "0000-06-25", "different"},
		{field.Date, "1971-06-24", "1985-06-24", "two of three parts the same"},
		{field.Date, "1971-06-24", "1971-07-15", "within a month"},
		{field.Date, "1971-06-24", "1971-11-15", "the same year"},
		{field.Date, "1971-06-24", "1972-11-15", "within two years"},
		{field.Date, "1971-06-24", "1983-11-15", "different"},
		{field.Person, "Robert Weber", "Bob Weber", "the same words with slips"},
		{field.Organisation, "West River Silk (formerly Blue Lantern Weaving)", "Blue Lantern Weaving", "the same words"},
		{field.Organisation, "West River Silk | Blue Lantern Weaving Ltd", "East Hill Tea | Blue Lantern Weaving Limited", "the same words"},
		{field.Organisation, "West River Silk | Blue Lantern Weaving", "East Hill Tea", "different"},
		{field.Organisation, "杭州西湖丝绸有限公司（曾用名：杭州蓝灯纺织厂）", "杭州蓝灯纺织厂", "the same words"},
		{field.Organisation, "Blue Lantern Weaving Mill Ltd", "BLWM", "over 65 in 100 in common"},
		{field.Organisation, "Blue Lantern Weaving Mill Ltd", "BLWN", "different"},
		{field.Organisation, "Bank of East Africa", "BEA Ltd", "over 65 in 100 in common"},
		{field.Person, "Olga Weber, formerly Olga Novak", "Olga Novak", "the same words"},
		{field.Email, "A.Weber@example.org", "a.weber@example.org", "the same"},
		{field.Email, "a.weber@example.org", "a.weber@other.net", "the same before the sign, other host"},
		{field.Website, "https://www.example.org/", "example.org", "the same"},
		{field.Number, "1,200.00", "1200", "the same"},
		{field.Number, "1.2亿元", "120000000", "the same"},
		{field.Number, "1970", "1971", "one apart"},
		{field.Number, "100", "109", "within 1 in 10"},
		{field.Number, "100", "300", "different"},
		{field.Category, "NSW", "nsw", "the same"},
		{field.Category, "NSW", "NS", "different"},
		{field.Text, "the red lamp", "Lamp, the red", "the same words"},
		{field.Text, "PS-LX350H turntable", "turntable pslx350h", "the same words"},
		{field.Text, "a red lamp", "water kettle", "different"},
	}
	for _, test := range tests {
		others := []string{"Olga Svoboda", "Suzhou Lantern House", "wooden chair", "5 South Road"}
		for _, pair := range [][2]string{{test.a, test.b}, {test.b, test.a}} {
			if got := level(test.kind, pair[0], pair[1], others...); got != test.want {
				t.Errorf("%s: %q and %q are %q, want %q", test.kind, pair[0], pair[1], got, test.want)
			}
		}
	}
}

// TestRareWordsCount: of two texts that share one word with a third each, the rarer word makes them more alike.
func TestRareWordsCount(t *testing.T) {
	t.Parallel()
	raw := []string{"", "lamp kx500", "chair kx500", "lamp zz900", "lamp a1", "lamp b2", "lamp c3", "lamp d4"}
	counts := []uint32{0, 1, 1, 1, 30, 30, 30, 30}
	for _, kind := range []field.Kind{field.Text, field.Organisation} {
		s := field.Read(kind, raw, counts)
		rare, common := s.Compare(s.Of[1], s.Of[2]), s.Compare(s.Of[1], s.Of[3])
		if rare >= common {
			t.Errorf("%s: sharing the rare word is %q, sharing the common one %q", kind, s.Levels()[rare], s.Levels()[common])
		}
	}
}

// TestKeysAreShared: values that a key promises to bring together have it in common.
func TestKeysAreShared(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		kind field.Kind
		a, b string
		sort int
	}{
		{field.Word, "Meier", "Mayer", 1},
		{field.Word, "Weber", "Webern", 2},
		{field.Code, "123456", "123999", 1},
		{field.Code, "999456", "123456", 2},
		{field.Email, "a.weber@example.org", "a.weber@other.net", 1},
		{field.Text, "red lamp kx500", "kx500 blue lamp", 1},
		{field.Organisation, "Blue Lantern Weaving Mill Ltd", "BLWM", 1},
		{field.Organisation, "West River Silk | Blue Lantern Weaving", "Blue Lantern Weaving", 0},
		{field.Text, "red lamp kx500", "kx500 blue lamp", 2},
	} {
		s := field.Read(test.kind, []string{"", test.a, test.b, "others"}, []uint32{0, 1, 1, 1})
		shared := false
		for _, x := range s.AppendKeys(nil, test.sort, s.Of[1]) {
			for _, y := range s.AppendKeys(nil, test.sort, s.Of[2]) {
				shared = shared || x == y
			}
		}
		if !shared {
			t.Errorf("%s: %q and %q have no %q in common", test.kind, test.a, test.b, s.Keys()[test.sort].Name)
		}
	}
}

// FuzzRead: any bytes are some value of any kind. Reading them does not fail, comparing them has a level that there is, in
// either order the same, and folding is idempotent.
func FuzzRead(f *testing.F) {
	for _, seed := range [][2]string{
		{"", " "}, {"a", "A"}, {"\xff\xfe\x00w", "w"}, {"王", "wang"}, {"1971-06-24", "24/6/71"}, {"&amp;", "and"}, {"-", "."}, {"a@", "@b"},
		{"00", "0000000000000000000000"}, {"1e999", "９９"}, {"\u0301", "é"}, {"x; y", "http://"}, {"the of and", "of"}, {"１２３－４５６", "ﬁ"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		folded := field.Fold(a)
		if !utf8.ValidString(folded) || field.Fold(folded) != folded {
			t.Errorf("folding %q gives %q, and that %q", a, folded, field.Fold(folded))
		}
		for _, kind := range field.Kinds() {
			s := field.Read(kind, []string{"", a, b}, []uint32{1, 1, 1})
			if s.Of[0] != 0 {
				t.Errorf("%s: nothing is form %d", kind, s.Of[0])
			}
			x, y := s.Of[1], s.Of[2]
			for sort := range s.Keys() {
				for form := range s.Forms {
					s.AppendKeys(nil, sort, uint32(form)+1)
				}
			}
			if x == 0 || y == 0 || x == y {
				continue
			}
			there, back := s.Compare(x, y), s.Compare(y, x)
			if int(there) >= len(s.Levels()) || there == 0 || there != back {
				t.Errorf("%s: %q and %q are level %d, and the other way round %d, of %d", kind, a, b, there, back, len(s.Levels()))
			}
		}
	})
}
