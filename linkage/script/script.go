// Package script writes names of other scripts in Latin letters, so that 王伟 can be compared with Wang Wei and Путин with
// Putin.
//
// What comes out is for comparing and never for showing: no tones, no accents, no marks, one usual reading for each letter.
// Two names that read alike need not be the same. Words are expected folded: lower case, without accents. Every
// function is total and deterministic, and safe for use by several goroutines.
package script

import (
	"strings"
	"unicode"
)

// Latin writes a folded word in Latin letters. Chinese characters are read as in the names of places and bodies, in one
// word; a letter without a reading stays as it is.
func Latin(word string) string {
	if isASCII(word) {
		return word
	}
	if HasHan(word) {
		return strings.Join(Syllables(word), "")
	}
	var b strings.Builder
	for _, r := range kana(hangul(word)) {
		if latin, ok := letters[r]; ok {
			b.WriteString(latin)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// IsLatin tells that all letters of a word are Latin.
func IsLatin(word string) bool {
	for _, r := range word {
		if unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) {
			return false
		}
	}
	return true
}

// HasHan tells that a word has Chinese characters.
func HasHan(word string) bool {
	for _, r := range word {
		if unicode.Is(unicode.Han, r) {
			return true
		}
	}
	return false
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// letters are the Latin letters for those of other alphabets, after what passports and libraries commonly write: Cyrillic
// (ICAO Doc 9303), Greek (ISO 843), Armenian, Georgian (their national systems), Arabic and Hebrew (consonants alone).
var letters = table(
	"а a б b в v г g д d е e ж zh з z и i й i к k л l м m н n о o п p р r с s т t у u ф f х kh ц ts ч ch ш sh щ shch ъ - ы y ь - э e ю yu я ya",
	"і i ї i є ye ґ g ў u ј j љ lj њ nj ћ c ђ dj џ dz ќ k ѓ g ѕ z ә a ғ g қ k ң n ө o ұ u ү u һ h",
	"α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ y φ f χ ch ψ ps ω o",
	"ա a բ b գ g դ d ե e զ z է e ը y թ t ժ zh ի i լ l խ kh ծ ts կ k հ h ձ dz ղ gh ճ ch մ m յ y ն n շ sh ո o չ ch պ p ջ j ռ r ս s վ v տ t ր r ց ts ւ u փ p ք k օ o ֆ f և ev",
	"ა a ბ b გ g დ d ე e ვ v ზ z თ t ი i კ k ლ l მ m ნ n ო o პ p ჟ zh რ r ს s ტ t უ u ფ p ქ k ღ gh ყ q შ sh ჩ ch ც ts ძ dz წ ts ჭ ch ხ kh ჯ j ჰ h",
	"ا a ب b ت t ث th ج j ح h خ kh د d ذ dh ر r ز z س s ش sh ص s ض d ط t ظ z ع a غ gh ف f ق q ك k ک k ل l م m ن n ه h و w ي y ی y ى a ة a ء - پ p چ ch ژ zh گ g",
	"א a ב b ג g ד d ה h ו v ז z ח ch ט t י y כ k ך k ל l מ m ם m נ n ן n ס s ע a פ p ף p צ ts ץ ts ק k ר r ש sh ת t",
)

// table reads pairs of a letter and its reading; "-" is no reading.
func table(lines ...string) map[rune]string {
	all := map[rune]string{}
	for _, line := range lines {
		words := strings.Fields(line)
		for i := 0; i+1 < len(words); i += 2 {
			for _, r := range words[i] {
				all[r] = strings.Trim(words[i+1], "-")
			}
		}
	}
	return all
}

// The parts of a Korean syllable in the order of Unicode, in the Revised Romanisation of 2000.
var (
	initials = strings.Split("g kk n d tt r m b pp s ss - j jj ch k t p h", " ")
	vowels   = strings.Split("a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i", " ")
	finals   = strings.Split("- k k ks n nj nh t l lk lm lb ls lt lp lh m p ps t t ng t t k t p t", " ")
)

const (
	firstHangul = 0xAC00
	lastHangul  = 0xD7A3
)

// hangul writes Korean syllables in Latin letters and leaves the rest.
func hangul(word string) string {
	var b strings.Builder
	for _, r := range word {
		if r < firstHangul || r > lastHangul {
			b.WriteRune(r)
			continue
		}
		n := int(r - firstHangul)
		for _, part := range []string{
			initials[n/(len(vowels)*len(finals))], vowels[n/len(finals)%len(vowels)], finals[n%len(finals)],
		} {
			b.WriteString(strings.Trim(part, "-"))
		}
	}
	return b.String()
}

// kanaSounds are the katakana from ァ on, in the order of Unicode; "x" before a vowel marks the small ones, which take the vowel's
// place in the sound before.
var kanaSounds = strings.Fields("xa a xi i xu u xe e xo o ka ga ki gi ku gu ke ge ko go sa za shi ji su zu se ze so zo ta da chi ji " +
	"- tsu zu te de to do na ni nu ne no ha ba pa hi bi pi fu bu pu he be pe ho bo po ma mi mu me mo xya ya xyu yu xyo yo ra ri ru re ro xwa wa i e wo n vu")

const (
	firstHiragana, lastHiragana = 'ぁ', 'ゖ'
	firstKatakana, longVowel    = 'ァ', 'ー'
)

// kana writes Japanese syllables in Latin letters (Hepburn, without long vowels) and leaves the rest.
func kana(word string) string {
	var b []byte
	for _, r := range word {
		if r >= firstHiragana && r <= lastHiragana {
			r += firstKatakana - firstHiragana
		}
		at := int(r - firstKatakana)
		switch {
		case r == longVowel:
		case at < 0 || at >= len(kanaSounds):
			b = append(b, string(r)...)
		case kanaSounds[at] == "-":
		case kanaSounds[at][0] == 'x':
			b = small(b, kanaSounds[at][1:])
		default:
			b = append(b, kanaSounds[at]...)
		}
	}
	return string(b)
}

// small puts a small vowel in the place of the one before: フ and ァ are fa, シ and ャ are sha.
func small(b []byte, sound string) []byte {
	if n := len(b); n > 1 && strings.IndexByte("aiueo", b[n-1]) >= 0 {
		b = b[:n-1]
		if c := b[n-2]; sound[0] == 'y' && (c == 'h' || c == 'j') {
			sound = sound[1:]
		}
	}
	return append(b, sound...)
}
