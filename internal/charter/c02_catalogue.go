package charter

import (
	"strings"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/fault"
	"probity/internal/subject"
)

// AdmitContract holds C2, C3, C7 and C10 for one data contract as of a day: its category stands in the edition in force,
// its context in the closed list; no field of it, and nothing a field was derived from, is of a banned kind; nothing
// that anybody computed about a person passes for a record of that person; and what can tell against somebody says
// when it lapses. The fault carries the place in the catalogue's file.
func AdmitContract(c *catalogue.Contract, cat *catalogue.Catalogue, today calendar.Day) error {
	for _, check := range []func() error{
		func() error { return contractListed(c, cat, today) },
		func() error { return contractUnbanned(c) },
		func() error { return contractScores(c) },
		func() error { return lineage(c, cat) },
		func() error { return contractOffices(c) },
		func() error { return contractNotices(c) },
		func() error { return contractForgets(c) },
	} {
		if err := check(); err != nil {
			if f, ok := err.(*fault.Error); ok && c.At.File != "" { //nolint:errorlint // made a line above, wrapped by nobody
				return f.At(c.At.String())
			}
			return err
		}
	}
	return nil
}

func contractListed(c *catalogue.Contract, cat *catalogue.Catalogue, today calendar.Day) error {
	e := cat.Edition(today)
	switch {
	case e == nil:
		return Refuse("C2", "edition in force", "load a catalogue with an edition for that day", "no edition of the basic catalogue is in force on %s", today)
	case e.Category(c.Category) == nil:
		return Refuse("C2", "category of the edition in force", "see the categories with: probity catalogue list categories",
			"the dataset %s is of the category %q, which the edition %s does not have", c.Code, c.Category, e.Code)
	case cat.Context(c.Context) == nil:
		return Refuse("C3", "context of the closed list", "see the contexts with: probity catalogue list contexts", "the dataset %s is of the context %q, which does not exist", c.Code, c.Context)
	case len(c.Kinds) == 0:
		return Refuse("C2", "kinds of subject", "name the kinds its records are about", "the dataset %s does not say whom its records are about", c.Code)
	}
	for _, k := range c.Kinds {
		if !k.Known() {
			return Refuse("C3", "kind of subject", "name enterprises, public bodies, office holders or persons", "%q is no kind of subject; groups of persons have no records", k)
		}
	}
	return nil
}

func contractUnbanned(c *catalogue.Contract) error {
	if matter := bannedMatter(c.Code, c.Title); matter != "" {
		return Refuse("C2", "dataset without banned matter", "leave the dataset out", "the dataset %s is about %s, which nobody may record", c.Code, matter)
	}
	for i := range c.Fields {
		f := &c.Fields[i]
		if matter := bannedMatter(f.Name, f.Title); matter != "" {
			return Refuse("C2", "fields without banned matter", "leave the field out of the contract and of the file", "the field %s of %s is about %s, which nobody may record", f.Name, c.Code, matter)
		}
	}
	return nil
}

// contractScores holds that no score, grade, rank or list membership computed by anybody is a record of a person.
func contractScores(c *catalogue.Contract) error {
	if !bearsNatural(c) {
		return nil
	}
	return noScoreOfPersons(c)
}

func bearsNatural(c *catalogue.Contract) bool {
	return c.Bears(subject.Person) || c.Bears(subject.OfficeHolder)
}

// computedCategories are the categories of the basic catalogue whose records are themselves judgements.
var computedCategories = map[string]string{
	"evaluation": "results of evaluations", "serious": "membership of lists", "abnormal": "membership of lists",
}

func noScoreOfPersons(c *catalogue.Contract) error {
	const cure = "record the facts beneath it under a contract of their own; the platform computes, and explains, its own ratings"
	if what := computedCategories[c.Category]; what != "" {
		return Refuse("C2", "records of facts", cure, "the dataset %s holds %s, and no such thing is a record of a person", c.Code, what)
	}
	for i := range c.Fields {
		f := &c.Fields[i]
		if word := matched(f.Name, f.Title, scoreWords); word != "" {
			return Refuse("C2", "records of facts", cure, "the field %s of %s is a score, grade, rank or list entry (%s) and no record of a person", f.Name, c.Code, word)
		}
	}
	return nil
}

// lineage follows each derived field to all it was made from, through any number of datasets: every source exists, is
// not banned, and, where human beings are recorded, is of the same context and no score.
func lineage(c *catalogue.Contract, cat *catalogue.Catalogue) error {
	seen := map[[2]string]bool{}
	var follow func(from *catalogue.Contract, field string) error
	follow = func(from *catalogue.Contract, field string) error {
		for _, l := range from.Derived {
			if l.Field != field || seen[[2]string{l.Source, l.Of}] {
				continue
			}
			seen[[2]string{l.Source, l.Of}] = true
			src := cat.Dataset(l.Source)
			if src == nil || src.Field(l.Of) == nil {
				return Refuse("C2", "known origin", "name a field of a dataset of the catalogue", "%s.%s is derived from %s.%s, which does not exist", from.Code, field, l.Source, l.Of)
			}
			of := src.Field(l.Of)
			if matter := bannedMatter(of.Name, of.Title); matter != "" {
				return Refuse("C2", "origin without banned matter", "leave the field out", "%s.%s is derived from %s.%s, which is about %s", from.Code, field, l.Source, l.Of, matter)
			}
			if bearsNatural(c) {
				if src.Context != c.Context {
					return Refuse("C3", "origin of the same context", "leave the field out", "%s.%s is derived from %s, which is of the context %s", from.Code, field, l.Source, src.Context)
				}
				if word := matched(of.Name, of.Title, scoreWords); word != "" || computedCategories[src.Category] != "" {
					return Refuse("C2", "origin in facts", "leave the field out", "%s.%s is derived from %s.%s, which was computed by somebody", from.Code, field, l.Source, l.Of)
				}
			}
			if err := follow(src, l.Of); err != nil {
				return err
			}
		}
		return nil
	}
	for i := range c.Fields {
		if err := follow(c, c.Fields[i].Name); err != nil {
			return err
		}
	}
	return nil
}

// banned are the matters that nobody may record about anybody, with the words that show them: tokens of a field's name
// or English title in sequence, or any part of its Chinese title. They stand here and not in the catalogue's files,
// since no file may switch them off.
var banned = []matterWords{
	{"religion or belief", []string{"religion", "religious", "faith", "belief", "beliefs"}, []string{"宗教", "信仰"}},
	{"ethnicity", []string{"ethnicity", "ethnic", "race", "racial"}, []string{"民族", "种族"}},
	{"political opinion", []string{"political", "party member", "party membership", "communist party"}, []string{"政治面貌", "政治观点", "党员", "党派"}},
	{"speech or communications", []string{"speech", "chat", "chats", "messages", "call log", "call records", "sms", "communications", "social media", "posts"}, []string{"言论", "聊天", "通话", "短信", "通信内容", "社交媒体", "发帖"}},
	{"union membership", []string{"union member", "union membership"}, []string{"工会会员"}},
	{"health or genetics", []string{"health status", "diagnosis", "disease", "illness", "disability", "blood", "medical history", "medical record", "genetic", "genetics", "gene", "dna", "pregnancy", "vaccination"}, []string{"健康状况", "疾病", "病史", "诊断", "血型", "基因", "遗传", "残疾", "怀孕"}},
	{"biometrics", []string{"biometric", "biometrics", "fingerprint", "fingerprints", "face image", "facial", "iris", "voiceprint", "gait"}, []string{"指纹", "人脸", "虹膜", "声纹", "生物识别"}},
	{"sexual life", []string{"sexual", "sexuality", "sex life"}, []string{"性取向", "性生活"}},
	{"location", []string{"gps", "trajectory", "geolocation", "location track", "location tracks", "location history", "whereabouts", "itinerary"}, []string{"行踪", "轨迹", "定位"}},
	{"browsing", []string{"browsing", "browser", "search history", "web history"}, []string{"浏览记录", "搜索记录", "上网记录"}},
	{"purchases", []string{"purchases", "purchase history", "shopping", "shopping basket"}, []string{"购物", "消费记录"}},
	{"relatives, friends or other associates", []string{"relative", "relatives", "spouse", "family", "kinship", "friend", "friends", "associates", "address book", "contact list", "household", "classmates", "colleagues"}, []string{"亲属", "配偶", "家庭成员", "好友", "通讯录", "社会关系"}},
}

// scoreWords show that somebody computed a judgement.
var scoreWords = []matterWords{
	{"score", []string{"score", "scores", "credit points", "rating"}, []string{"评分", "信用分", "得分", "评级"}},
	{"grade", []string{"grade", "credit level"}, []string{"信用等级", "评价等级", "信用评价"}},
	{"rank", []string{"rank", "ranking"}, []string{"排名", "名次"}},
	{"list", []string{"blacklist", "black list", "redlist", "red list", "watch list", "watchlist"}, []string{"黑名单", "红名单", "重点关注名单"}},
}

// matterWords are the words that show one matter: phrases of lower-case tokens, and parts of Chinese text.
type matterWords struct {
	matter  string
	phrases []string
	parts   []string
}

func bannedMatter(name string, title catalogue.Text) string { return matched(name, title, banned) }

// matched finds the first matter whose words stand in a name or title.
func matched(name string, title catalogue.Text, list []matterWords) string {
	inName, inTitle := " "+tokens(name)+" ", " "+tokens(title.EN)+" "
	for _, m := range list {
		for _, p := range m.phrases {
			if strings.Contains(inName, " "+p+" ") || strings.Contains(inTitle, " "+p+" ") {
				return m.matter
			}
		}
		for _, p := range m.parts {
			if strings.Contains(title.ZH, p) || strings.Contains(name, p) || strings.Contains(title.EN, p) {
				return m.matter
			}
		}
	}
	return ""
}

// tokens is a name or title in lower case with one space between its words, camel case taken apart.
func tokens(s string) string {
	var b strings.Builder
	var before rune
	for _, c := range s {
		upper := c >= 'A' && c <= 'Z'
		switch {
		case upper && before >= 'a' && before <= 'z':
			b.WriteByte(' ')
			b.WriteRune(c - 'A' + 'a')
		case upper:
			b.WriteRune(c - 'A' + 'a')
		case (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80:
			b.WriteRune(c)
		default:
			b.WriteByte(' ')
		}
		before = c
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
