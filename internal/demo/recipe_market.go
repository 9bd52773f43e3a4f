package demo

import (
	"strconv"

	"probity/calendar"
)

// registrations: the register of firms has all of them; other registers have those they are about.
func registrations(s *sheet) {
	wanted := map[string]string{
		"mca.registration-social": socialOrganisation, "moj.registration-law-firm": lawFirm, "moj.registration-notary": notary,
	}[s.contract.Code]
	switch {
	case s.contract.Code == register:
		for i := range s.firms {
			if registered(s.firms[i].kind) {
				s.registration(&s.firms[i], s.firms[i].kind)
			}
		}
	case wanted != "":
		for i := range s.firms {
			if s.firms[i].kind == wanted {
				s.registration(&s.firms[i], map[string]string{socialOrganisation: socialOrganisation, lawFirm: "partnership", notary: "institution"}[wanted])
			}
		}
	default:
		list := s.dice.Perm(len(s.firms))
		trade := trades[s.contract.Context]
		for _, i := range list {
			f := &s.firms[i]
			if len(s.rows) >= s.quota {
				return
			}
			if registered(f.kind) && !f.sole && (trade == "" || contains(trade, f.section)) {
				s.registration(f, f.kind)
			}
		}
	}
}

func (s *sheet) registration(f *firm, kind string) {
	s.begin()
	s.about(&f.party)
	s.set("entity_type", kind)
	s.amount("capital", float64(f.capital)*10_000)
	s.date("established_on", f.established)
	s.date("ended_on", f.ended)
	s.set("status", f.status)
	s.set("section", f.section)
	s.set("region", f.region.code)
	s.set("authority", f.region.name+"市场监督管理局")
}

// annualReports: firms report every year, from January to June for the year before; the careless late or not at all.
func annualReports(s *sheet) {
	list := s.dice.Perm(len(s.firms))
	for _, i := range list {
		f := &s.firms[i]
		if f.sole || (s.contract.Code != "samr.annual-report" && len(s.rows) >= s.quota) {
			continue
		}
		founded, _, _ := f.established.Date()
		last, _, _ := s.On.Date()
		for year := max(founded, last-3); year < last; year++ {
			if s.dice.chance(bad(&f.party, 0.04)) {
				continue
			}
			due, _ := calendar.Date(year+1, 6, 30)
			filed, late := due-calendar.Day(s.dice.between(1, 170)), false
			if s.dice.chance(bad(&f.party, 0.05)) {
				filed, late = due+calendar.Day(s.dice.between(1, 200)), true
			}
			if filed < f.established || filed > f.until {
				continue
			}
			s.begin()
			s.about(&f.party)
			s.number("year", year)
			s.date("filed_on", filed)
			s.yes("on_time", !late)
			s.number("employees", f.employees)
			s.number("insured", f.employees*9/10)
			revenue := s.dice.lognormal(400, 0.5) * f.size * 10_000
			s.amount("revenue", revenue)
			s.amount("assets", revenue*1.3)
			s.amount("liabilities", revenue*0.6)
		}
	}
}

func qualification(s *sheet, p *party) {
	day := s.event(p)
	s.about(p)
	s.set("certificate_no", s.serial("Z"))
	s.set("kind", one(s.dice, []string{"质量管理体系认证", "施工总承包资质", "高新技术企业", "安全生产标准化", "检验检测机构资质", "道路运输经营资质"}))
	s.set("level", bag{{"special", 1}, {"first", 10}, {"second", 25}, {"third", 30}, {"none", 34}}.draw(s.dice))
	s.date("granted_on", day)
	until := s.open(day, 3+2*s.dice.IntN(2))
	s.date("expires_on", until)
	s.set("status", "valid")
	if until < s.On {
		s.set("status", "expired")
	}
	s.set("authority", s.agency.Title.ZH)
}

func ipRight(s *sheet, p *party) {
	day := s.event(p)
	s.about(p)
	s.set("right_no", s.serial("ZL"))
	s.set("kind", map[string]string{"patent": one(s.dice, []string{"invention", "utility_model", "utility_model", "design"}), "software": "software"}[afterDash(s.contract.Code)])
	if s.row[s.columns["kind"]] == "" {
		s.set("kind", "trademark")
	}
	s.date("granted_on", day)
	if s.dice.chance(0.05) {
		s.date("ended_on", s.after(day, 30, 900))
	}
}

func afterDash(code string) string {
	for i := len(code) - 1; i >= 0; i-- {
		if code[i] == '-' {
			return code[i+1:]
		}
	}
	return ""
}

func ipPledge(s *sheet, p *party) {
	day := s.event(p)
	s.about(p)
	s.set("pledge_no", s.serial("Y"))
	s.set("right_no", s.serial("ZL"))
	s.amount("amount", s.dice.lognormal(3_000_000, 0.8))
	s.date("registered_on", day)
	if s.dice.chance(0.4) {
		s.date("released_on", s.after(day, 200, 1000))
	}
}

func selfDeclared(s *sheet, p *party) {
	day := s.event(p)
	s.about(p)
	s.set("declaration_no", s.serial("SB"))
	s.set("kind", one(s.dice, []string{"qualification", "operation", "contract", "management", "social"}))
	s.set("text", "本单位经营正常，所填内容真实")
	s.yes("commitment", true)
	s.date("declared_on", day)
	s.date("expires_on", s.open(day, 2))
}

// licence fills the standard's XK_ columns.
func licence(s *sheet, p *party) {
	day := s.event(p)
	name, uscc := s.authority()
	s.set("xk_xdr_mc", p.name)
	s.set("xk_xdr_lb", counterparty(p))
	s.set("xk_xdr_shxym", p.uscc)
	s.set("xk_xkws", "准予行政许可决定书")
	s.set("xk_wsh", s.document("许准", day))
	s.set("xk_xklb", bag{{"ordinary", 70}, {"verification", 12}, {"registration", 10}, {"accreditation", 5}, {"franchise", 2}, {"other", 1}}.draw(s.dice))
	s.set("xk_xkzs", s.contract.Title.ZH)
	s.set("xk_xkbh", s.serial("XK"))
	s.set("xk_nr", "准予"+p.name+"从事许可范围内的活动")
	s.date("xk_jdrq", day)
	s.date("xk_yxqz", day)
	until := s.open(day, []int{1, 3, 3, 5, 5, 0}[s.dice.IntN(6)])
	s.date("xk_yxqzi", until)
	s.set("xk_xkjg", name)
	s.set("xk_xkjgdm", uscc)
	if until < s.On {
		s.set("xk_zt", "2")
	} else if s.dice.chance(0.8) {
		s.set("xk_zt", "1")
	}
	s.date("xk_sbrq", s.after(day, 0, 7))
}

func counterparty(p *party) string {
	if p.sole {
		return "sole"
	}
	return "legal"
}

// wrongs are what firms are punished for, by context; "" is for contexts that are not here.
var wrongs = map[string][]string{
	"":             {"未按规定报送信息", "提供虚假材料", "违反行业管理规定"},
	"market":       {"虚假宣传", "销售不合格产品", "无照经营", "侵犯商标专用权"},
	"food-drugs":   {"经营超过保质期的食品", "未按规定查验进货", "标签不符合规定"},
	"environment":  {"超标排放水污染物", "未批先建", "危险废物贮存不规范"},
	"work-safety":  {"未对从业人员进行安全教育培训", "特种设备未经检验使用"},
	"construction": {"违法分包", "未取得施工许可证擅自施工", "施工现场扬尘"},
	"tax":          {"未按规定期限申报", "未按规定开具发票"},
	"transport":    {"超限运输", "未取得道路运输经营许可"},
	"labour":       {"拖欠劳动者工资", "违法延长工作时间"},
	"pricing":      {"未明码标价", "价格欺诈"},
}

func wrongOf(s *sheet) string {
	list := wrongs[s.contract.Context]
	if list == nil {
		list = wrongs[""]
	}
	return one(s.dice, list)
}

var penaltyClasses = bag{
	{"warning", 16}, {"fine", 48}, {"warning_fine", 14}, {"confiscation", 4}, {"fine_confiscation", 12}, {"suspension", 1.2},
	{"suspension_fine", 1.6}, {"revocation", 0.5}, {"revocation_fine", 0.6}, {"other", 2},
}

// penalty fills the standard's CF_ columns.
func penalty(s *sheet, p *party) {
	day := s.event(p)
	name, uscc := s.authority()
	class := penaltyClasses.draw(s.dice)
	wrong := wrongOf(s)
	s.set("cf_xdr_mc", p.name)
	s.set("cf_xdr_lb", counterparty(p))
	s.set("cf_xdr_shxym", p.uscc)
	s.set("cf_wsh", s.document("罚", day))
	s.set("cf_wfxw", wrong)
	s.set("cf_sy", "经查，当事人"+wrong)
	s.set("cf_yj", lawOf(s))
	s.set("cf_cflb", class)
	fine := 0.0
	switch class {
	case "fine", "warning_fine", "fine_confiscation", "suspension_fine", "revocation_fine":
		fine = max(200, float64(int(s.dice.lognormal(9_000, 1.3)/100)*100))
		s.amount("cf_nr_fk", fine)
	}
	content := s.contract.Field("cf_cflb").Codes
	for i := range content {
		if content[i].Code == class {
			s.set("cf_nr", content[i].Title.ZH)
		}
	}
	if fine > 0 {
		s.set("cf_nr", "罚款"+strconv.Itoa(int(fine))+"元")
	}
	if class == "confiscation" || class == "fine_confiscation" {
		s.amount("cf_nr_wfff", s.dice.lognormal(6_000, 1.2))
	}
	if class == "revocation" || class == "revocation_fine" {
		s.set("cf_nr_zkdx", "许可证 "+s.serial("XK"))
	}
	s.date("cf_jdrq", day)
	if s.dice.chance(0.6) {
		s.date("cf_gsjzq", publishedUntil(class, day))
	}
	s.set("cf_cfjg", name)
	s.set("cf_cfjgdm", uscc)
	s.date("cf_sbrq", s.after(day, 0, 7))
}

// publishedUntil keeps to the maximum of each tier: three months, a year, three years.
func publishedUntil(class string, day calendar.Day) calendar.Day {
	switch class {
	case "warning":
		return day.Add(calendar.Period{Months: 3})
	case "suspension", "suspension_fine", "revocation", "revocation_fine":
		return day.Add(calendar.Period{Years: 3})
	}
	return day.Add(calendar.Period{Years: 1})
}

func lawOf(s *sheet) string {
	if len(s.contract.Basis) > 0 && s.contract.Basis[0].Title.ZH != "" {
		return "《" + s.contract.Basis[0].Title.ZH + "》"
	}
	return "有关法律法规"
}

func coercion(s *sheet, p *party) {
	day := s.event(p)
	name, uscc := s.authority()
	s.about(p)
	s.set("decision_no", s.document("强", day))
	s.set("kind", one(s.dice, []string{"seal", "seize", "freeze", "surcharge", "performance"}))
	s.amount("amount", s.dice.lognormal(30_000, 1))
	s.date("decided_on", day)
	if s.dice.chance(0.85) {
		s.date("ended_on", s.after(day, 5, 120))
	}
	s.set("authority", name)
	s.set("authority_uscc", uscc)
}

func inspection(s *sheet, p *party) {
	day := s.event(p)
	s.about(p)
	s.set("inspection_no", s.serial("JC"))
	s.set("kind", bag{{"random", 60}, {"routine", 25}, {"special", 12}, {"follow_up", 3}}.draw(s.dice))
	result := "clean"
	switch {
	// What tells against a sole trader tells against a human being, and needs a notice that this dataset has no room for.
	case !p.sole && s.dice.chance(bad(p, 0.07)):
		result = bag{{"to_correct", 88}, {"unreachable", 9}, {"refused", 3}}.draw(s.dice)
	case s.dice.chance(0.08):
		result = "corrected"
	case s.dice.chance(0.02):
		result = "not_carried_on"
	}
	s.set("result", result)
	s.date("inspected_on", day)
	if result == "to_correct" || result == "corrected" {
		s.date("corrected_on", s.after(day, 0, 40))
	}
	s.set("authority", s.agency.Title.ZH)
}

func productCheck(s *sheet, p *party) {
	s.about(p)
	s.set("check_no", s.serial("CC"))
	s.set("product", one(s.dice, []string{"电线电缆", "儿童服装", "预包装食品", "安全帽", "家用燃气灶", "润滑油", "水泥"}))
	result, items := "passed", 0
	if s.dice.chance(bad(p, 0.05)) {
		result, items = "failed", s.dice.between(1, 4)
		if s.dice.chance(0.15) {
			result = "failed_serious"
		}
	}
	s.set("result", result)
	s.number("items_failed", items)
	s.date("checked_on", s.event(p))
}

func abnormalListing(s *sheet, p *party) {
	day := s.event(p)
	s.about(p)
	s.set("decision_no", s.document("异", day))
	s.set("ground", bag{{"no_report", 45}, {"unreachable", 45}, {"not_disclosed", 7}, {"false_information", 3}}.draw(s.dice))
	s.date("listed_on", day)
	if s.dice.chance(0.62) {
		s.date("removed_on", s.after(day, 20, 500))
	}
	s.set("authority", p.region.name+"市场监督管理局")
}

func seriousListing(s *sheet, p *party) {
	day := s.event(p)
	name, uscc := s.authority()
	s.about(p)
	s.set("decision_no", s.document("列严", day))
	s.set("ground", bag{{"life_safety", 45}, {"market_order", 40}, {"refusal", 15}}.draw(s.dice))
	s.set("notice_no", s.document("列告", day))
	s.date("notice_on", max(day-calendar.Day(s.dice.between(15, 60)), p.since))
	s.set("penalty_no", s.document("罚", day))
	s.date("listed_on", day)
	until := s.open(day, 3)
	s.date("until_on", until)
	switch {
	case until < s.On:
		s.date("removed_on", until)
		s.set("removal", "expired")
	case s.dice.chance(0.45):
		if removed := s.after(day, 366, 900); removed != calendar.None {
			s.date("removed_on", removed)
			s.set("removal", "repaired")
		}
	}
	s.set("authority", name)
	s.set("authority_uscc", uscc)
}

func honour(s *sheet, p *party) {
	day := s.event(p)
	s.about(p)
	s.set("honour_no", s.document("表", day))
	s.set("honour", one(s.dice, []string{"守合同重信用企业", "质量奖", "诚信示范企业", "专精特新企业", "和谐劳动关系企业"}))
	s.set("level", bag{{"national", 3}, {"provincial", 22}, {"prefecture", 45}, {"county", 30}}.draw(s.dice))
	s.date("granted_on", day)
	s.date("expires_on", s.open(day, []int{2, 3, 3, 0}[s.dice.IntN(4)]))
	s.set("authority", s.agency.Title.ZH)
}

func commitment(s *sheet, p *party) {
	day := s.event(p)
	s.about(p)
	s.set("commitment_no", s.serial("CN"))
	s.set("kind", bag{{"licence", 45}, {"self_discipline", 30}, {"tolerance", 12}, {"proof", 10}, {"repair", 3}}.draw(s.dice))
	s.date("made_on", day)
	due := day + calendar.Day(s.dice.between(30, 400))
	s.date("due_on", due)
	checked := s.after(day, 30, 300)
	switch {
	case checked == calendar.None:
		s.set("state", "pending")
	case s.dice.chance(bad(p, 0.025)):
		s.set("state", "broken")
		s.date("checked_on", checked)
	default:
		s.set("state", "kept")
		s.date("checked_on", checked)
	}
	s.set("receiver", s.agency.Title.ZH)
}

func evaluationGrade(s *sheet, p *party) {
	year, _, _ := s.On.Date()
	s.about(p)
	s.set("period", strconv.Itoa(year-1))
	s.set("grade", gradeOf(s.dice, p, s.grades()))
	day, _ := calendar.Date(year, 3, 1+s.dice.IntN(28))
	day = min(max(day, p.since), s.On)
	s.date("evaluated_on", day)
	s.date("expires_on", s.open(day, 1))
	s.set("authority", s.agency.Title.ZH)
}

// grades are the best, the usual, a weak and the worst grade that the contract knows; it lists them from the best down.
func (s *sheet) grades() []string {
	codes := s.contract.Field("grade").Codes
	last := len(codes) - 1
	return []string{codes[0].Code, codes[min(1, last)].Code, codes[max(0, last-1)].Code, codes[last].Code}
}

// gradeOf grades by quality, with the noise that graders have.
func gradeOf(d *dice, p *party, grades []string) string {
	switch x := p.quality + 0.6*d.NormFloat64(); {
	case x > 0.55:
		return grades[0]
	case x > -1.1:
		return grades[1]
	case x > -2.2:
		return grades[2]
	}
	return grades[3]
}
