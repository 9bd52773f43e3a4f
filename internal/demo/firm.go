package demo

import (
	"math"
	"strings"

	"probity/calendar"
	"probity/identifier"
)

// party is an organisation that rows are about.
type party struct {
	uscc, name string
	region     *region
	// quality is how well it keeps its duties, about -3 to 3, and drives all its records; size is 1 for a median firm.
	quality, size float64
	// sole: a human being stands behind it. since is the first day on which anything can be recorded of it.
	sole  bool
	since calendar.Day
	until calendar.Day // the last such day
}

// firm is an enterprise.
type firm struct {
	party
	section     string // of industry
	kind        string // of entity, as the registration has it
	status      string
	capital     int64 // in ten thousand yuan
	employees   int
	established calendar.Day
	ended       calendar.Day // None while it lives
}

// sections are where firms work, with the words their names are made of.
var sections = []struct {
	code   string
	weight float64
	words  []string
}{
	{"F", 30, []string{"商贸", "贸易", "供应链管理", "百货", "进出口", "建材销售", "电子商务"}},
	{"C", 21, []string{"机械", "电子科技", "纺织", "化工", "食品", "汽车零部件", "新材料", "精密制造", "医疗器械", "塑料制品"}},
	{"L", 10, []string{"企业管理", "商务服务", "广告", "设备租赁", "人力资源", "物业管理"}},
	{"M", 9, []string{"环保科技", "工程技术", "检测技术", "生物科技", "设计咨询"}},
	{"E", 8, []string{"建设工程", "建筑装饰", "市政工程", "安装工程", "园林工程"}},
	{"I", 6, []string{"软件", "信息技术", "网络科技", "数据服务", "智能科技"}},
	{"H", 4, []string{"餐饮管理", "酒店管理", "餐饮服务"}},
	{"G", 4, []string{"物流", "货运", "国际货运代理", "仓储"}},
	{"K", 2.5, []string{"房地产开发", "房地产经纪", "置业"}},
	{"A", 2, []string{"农业发展", "水产养殖", "粮油", "生态农业"}},
	{"R", 1.5, []string{"文化传媒", "体育发展", "旅游开发"}},
	{"O", 1.5, []string{"汽车维修", "家政服务"}},
	{"N", 1, []string{"水务", "环境服务"}},
	{"P", 0.8, []string{"教育培训", "教育科技"}},
	{"D", 0.7, []string{"新能源", "燃气", "电力"}},
	{"Q", 0.6, []string{"医院管理", "健康服务"}},
	{"J", 0.6, []string{"融资租赁", "小额贷款"}},
	{"B", 0.3, []string{"矿业"}},
}

// fancy are the characters that firms' own names are made of.
var fancy = []rune("恒瑞华信德宏泰安远兴隆盛达丰源通利和诚嘉博凯鑫润佳康宇天海东方新晨明光正中联创汇众宝金银星辰云峰江苏浦长三角越")

var forms = map[string]string{
	"company": "有限公司", "partnership": "合伙企业（有限合伙）", "sole_enterprise": "厂", "sole_trader": "经营部",
	"cooperative": "专业合作社", "branch": "分公司", socialOrganisation: "协会", lawFirm: "律师事务所", notary: "公证处",
}

// Organisations that are not in the register of firms: what they are here, and not codes of a contract.
const (
	socialOrganisation = "social_organisation"
	lawFirm            = "law_firm"
	notary             = "notary"
)

var entities = bag{
	{"company", 76}, {"sole_trader", 12}, {"partnership", 3}, {"sole_enterprise", 4}, {"branch", 3}, {"cooperative", 2},
	{socialOrganisation, 1.2}, {lawFirm, 0.6}, {notary, 0.2},
}

// classes are the first two characters of the unified code.
func classOf(kind string) string {
	switch kind {
	case "sole_trader":
		return "92"
	case "cooperative":
		return "93"
	case socialOrganisation:
		return "51"
	case lawFirm:
		return "31"
	case notary:
		return "32"
	}
	return "91"
}

// uscc gives the n-th unified code of this world. Codes of all classes share one count, since the organisation code
// inside is an identifier of its own.
func (w *World) uscc(class string, n int) string {
	code, err := identifier.SyntheticUSCC(class, w.Seed%1_000_003+uint64(n)*20_000_003)
	if err != nil {
		panic("demo: " + err.Error()) // n is bounded by the size of the world
	}
	return code
}

func (w *World) makeFirms() []firm {
	d := w.dice("firms")
	places := make([]float64, len(w.regions))
	for i := range w.regions {
		places[i] = w.regions[i].weight
	}
	trades := make([]float64, len(sections))
	for i := range sections {
		trades[i] = sections[i].weight
	}
	where, what := weigh(places), weigh(trades)
	firms := make([]firm, w.Size.Enterprises)
	for i := range firms {
		f := &firms[i]
		f.kind = entities.draw(d)
		f.sole = f.kind == "sole_trader"
		f.uscc = w.uscc(classOf(f.kind), i+1)
		f.region = &w.regions[where.choose(d)]
		trade := &sections[what.choose(d)]
		f.section = trade.code
		words := one(d, trade.words)
		if f.kind == lawFirm || f.kind == notary {
			words, f.section = "", "L"
		}
		f.name = firmName(d, f.region.short, words, f.kind)
		f.quality = d.NormFloat64()
		f.size = d.lognormal(1, 1.2)
		if f.sole {
			f.size = d.lognormal(0.15, 0.6)
		}
		f.capital = roundTo(d.lognormal(200, 1.3)*math.Sqrt(f.size), f.sole)
		f.employees = max(1, int(9*f.size))
		w.live(d, f)
	}
	return firms
}

// live gives a firm its days. Half of all firms are younger than seven years.
func (w *World) live(d *dice, f *firm) {
	age := int(math.Min(d.lognormal(2600, 0.8), 11_000))
	f.established = w.On - calendar.Day(max(age, 20))
	f.ended, f.status, f.until = calendar.None, "active", w.On
	switch u := d.Float64() + 0.006*f.quality; {
	case u < 0.012:
		f.status = "revoked"
	case u < 0.04 && age > 400:
		f.status = "deregistered"
	case u > 0.995:
		f.status = "suspended"
	}
	if f.status == "revoked" || f.status == "deregistered" {
		f.ended = d.day(w.On-calendar.Day(min(age-10, 900)), w.On-3)
		f.until = f.ended
	}
	f.since = max(f.established, calendar.MustParse("2019-01-01"))
	f.until = max(f.until, f.since)
}

func firmName(d *dice, city, trade, kind string) string {
	var b strings.Builder
	b.WriteString(city)
	if d.chance(0.35) {
		b.WriteString("市")
	}
	for range 2 + d.IntN(2) {
		b.WriteRune(one(d, fancy))
	}
	b.WriteString(trade)
	form := forms[kind]
	if kind == "company" && d.chance(0.06) {
		form = "股份有限公司"
	}
	if kind == "branch" {
		form = "有限公司" + form
	}
	b.WriteString(form)
	return b.String()
}

// roundTo makes a capital look like one: people write round numbers.
func roundTo(x float64, small bool) int64 {
	switch {
	case small:
		return max(1, min(int64(x/20), 50))
	case x < 100:
		return max(1, int64(x/10)*10)
	case x < 1000:
		return int64(x/50) * 50
	default:
		return int64(x/500) * 500
	}
}
