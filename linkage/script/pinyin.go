package script

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

//go:embed pinyin.tsv
var pinyinTable string

const (
	firstHan = 0x4E00
	lastHan  = 0x9FFF
)

// readings is the usual reading of every Chinese character, and the syllables there are.
type readings struct {
	syllable [lastHan - firstHan + 1]uint16 // a place in names
	names    []string
	known    map[string]bool
}

// pinyin is the table, read when the first Chinese name is.
var pinyin = sync.OnceValue(func() *readings {
	p := &readings{names: []string{""}, known: map[string]bool{}}
	for line := range strings.Lines(pinyinTable) {
		name, characters, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok || name[0] == '#' {
			continue
		}
		name = plainSyllable(name)
		if strings.ContainsAny(name, "aeiou") {
			p.known[name] = true
		}
		p.names = append(p.names, name)
		for _, r := range characters {
			p.syllable[r-firstHan] = uint16(len(p.names) - 1)
		}
	}
	return p
})

// plainSyllable writes ü, which is typed v, u and yu, as u.
func plainSyllable(s string) string { return strings.ReplaceAll(s, "v", "u") }

// inNames are characters and words that names of places and bodies read otherwise than the table.
var inNames = map[string]string{
	"长": "chang", "都": "du", "调": "tiao", "什": "shi", "厦": "xia", "重庆": "chong qing", "西藏": "xi zang", "银行": "yin hang",
	"商行": "shang hang", "音乐": "yin yue", "大厦": "da sha", "会计": "kuai ji", "成长": "cheng zhang", "六安": "lu an", "六合": "lu he",
	"蚌埠": "beng bu", "乐清": "yue qing", "番禺": "pan yu", "荥阳": "xing yang", "浚县": "xun xian", "泌阳": "bi yang", "莘县": "shen xian",
	"洪洞": "hong tong", "铅山": "yan shan", "尉犁": "yu li", "黄陂": "huang pi", "牟平": "mu ping", "中牟": "zhong mu", "乐亭": "lao ting",
	"井陉": "jing xing", "蔚县": "yu xian", "东阿": "dong e", "大埔": "da bu", "燕山": "yan shan", "天长": "tian chang",
}

// ofSurnames are surnames that are read otherwise than the characters are elsewhere.
var ofSurnames = map[string]string{
	"单": "shan", "仇": "qiu", "曾": "zeng", "解": "xie", "翟": "zhai", "覃": "qin", "查": "zha", "朴": "piao", "区": "ou", "缪": "miao",
	"盖": "ge", "乐": "yue", "种": "chong", "繁": "po", "折": "she", "召": "shao", "员": "yun", "洗": "xian", "尉迟": "yu chi",
	"万俟": "mo qi", "长孙": "zhang sun", "单于": "chan yu", "澹台": "tan tai",
}

// compound are the surnames of two characters that are met with today.
var compound = strings.Fields("欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 夏侯 长孙 宇文 独孤 南宫 端木 百里 呼延 闻人 赫连 澹台 公冶 宗政 濮阳 淳于 单于 申屠 轩辕 钟离 鲜于 司空 拓跋 万俟 歐陽 司馬 諸葛 東方 尉遲 公孫 夏侯 長孫 獨孤 南宮 淳于 鍾離 鮮于")

// Syllables reads Chinese characters, one syllable each, as in the names of places and bodies. What has no reading stands as it is.
func Syllables(word string) []string {
	p := pinyin()
	var all []string
	for word != "" {
		_, first := utf8.DecodeRuneInString(word)
		_, second := utf8.DecodeRuneInString(word[first:])
		if special, ok := inNames[word[:first+second]]; ok {
			all = append(all, strings.Fields(special)...)
			word = word[first+second:]
			continue
		}
		reading, ok := inNames[word[:first]]
		if !ok {
			reading = p.of(word[:first])
		}
		all = append(all, reading)
		word = word[first:]
	}
	return all
}

func (p *readings) of(character string) string {
	r, _ := utf8.DecodeRuneInString(character)
	if r < firstHan || r > lastHan || p.syllable[r-firstHan] == 0 {
		return character
	}
	return p.names[p.syllable[r-firstHan]]
}

// Person reads the name of a person in Chinese characters: the syllables of the surname, and those of the given name. Of a
// name of more than four characters, which is hardly Han Chinese, everything is the given name.
func Person(name string) (surname, given []string) {
	letters := []rune(name)
	if len(letters) < 2 || len(letters) > 4 {
		return nil, Syllables(name)
	}
	n := 1
	if len(letters) > 2 && slices.Contains(compound, string(letters[:2])) {
		n = 2
	}
	family := string(letters[:n])
	if special, ok := ofSurnames[family]; ok {
		surname = strings.Fields(special)
	} else {
		surname = Syllables(family)
	}
	return surname, Syllables(string(letters[n:]))
}

const (
	longestSyllable = 6
	mostSyllables   = 4
)

// Split takes a Latin word apart into the syllables of pinyin, the longest first; nil where it is not made of up to four of them.
// A tone written as a digit behind a syllable is dropped: wang2 is wang.
func Split(word string) []string {
	known := pinyin().known
	word = strings.ReplaceAll(plainSyllable(word), "yu:", "yu")
	var split func(rest string, depth int) []string
	split = func(rest string, depth int) []string {
		if rest == "" {
			return []string{}
		}
		if depth == mostSyllables {
			return nil
		}
		for n := min(longestSyllable, len(rest)); n > 0; n-- {
			if !known[rest[:n]] {
				continue
			}
			next := rest[n:]
			if next != "" && next[0] >= '1' && next[0] <= '5' {
				next = next[1:]
			}
			if tail := split(next, depth+1); tail != nil {
				return append([]string{rest[:n]}, tail...)
			}
		}
		return nil
	}
	if parts := split(word, 0); len(parts) > 0 {
		return parts
	}
	return nil
}
