package naming

import (
	_ "embed"
	"strings"
	"sync"
	"unicode/utf8"
)

//go:embed trades.tsv
var tradeTable string

// tradeList are the words of trades: of the English ones the one that stands for all, and the English one for the Chinese.
type tradeList struct {
	english map[string]string
	chinese map[string]string
	longest int // characters
}

var trades = sync.OnceValue(func() *tradeList {
	list := &tradeList{english: map[string]string{}, chinese: map[string]string{}}
	for _, columns := range lines(tradeTable) {
		words := strings.Fields(columns[0])
		for _, word := range words {
			if _, ok := list.english[word]; !ok {
				list.english[word] = words[0]
			}
		}
		for _, word := range strings.Fields(columns[1]) {
			if _, ok := list.chinese[word]; !ok {
				list.chinese[word] = words[0]
				list.longest = max(list.longest, utf8.RuneCountInString(word))
			}
		}
	}
	return list
})

// Trade is the one English word for a trade, "" for a word that is no trade: technologies is technology, 科技 is technology.
func Trade(word string) string {
	list := trades()
	if t, ok := list.english[word]; ok {
		return t
	}
	return list.chinese[word]
}
