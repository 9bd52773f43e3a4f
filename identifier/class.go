package identifier

import "slices"

// Body is the kind of body that an entity class stands for, across authorities.
type Body string

// The kinds of body that the classes of GB 32100-2015 tell apart.
const (
	Organ                Body = "organ"                 // an organ of state or party
	PublicInstitution    Body = "public_institution"    // shiye danwei
	MassOrganisation     Body = "mass_organisation"     // under the central staffing office itself
	ForeignOffice        Body = "foreign_office"        // resident office of a foreign or outside body
	LegalService         Body = "legal_service"         // law firm, notary, forensic or arbitration body
	SocialOrganisation   Body = "social_organisation"   // association
	PrivateNonEnterprise Body = "private_nonenterprise" // private non-enterprise unit
	Foundation           Body = "foundation"
	ReligiousBody        Body = "religious_body" // site or school; never rated on belief
	Union                Body = "union"          // never rated on membership
	Company              Body = "company"
	SoleTrader           Body = "sole_trader" // individual business: behind it stands a person
	Cooperative          Body = "cooperative" // farmers' specialised co-operative
	Military             Body = "military"
	Collective           Body = "collective" // rural collective economic organisation
	OtherBody            Body = "other"
)

// Class is a registration authority and entity class: the first two characters of a USCC.
type Class struct {
	Code        string `json:"code"` // two characters, such as 91
	Body        Body   `json:"body"`
	Name        string `json:"name"`
	NameZH      string `json:"name_zh"`
	Authority   string `json:"authority"`
	AuthorityZH string `json:"authority_zh"`
}

// authority is one registration authority with its classes.
type authority struct {
	code     byte
	name, zh string
	classes  []class
}

type class struct {
	code     byte
	body     Body
	name, zh string
}

// authorities is the table of GB 32100-2015 (tables 1 and 2, in force from 1 October 2015) with the authorities A and
// N of its amendment. The authority names are those of the table; the reforms of 2018 renamed several (9 is now
// market regulation, 4 and 6 are one ministry) without changing a code.
var authorities = []authority{
	{'1', "staffing office", "机构编制", []class{
		{'1', Organ, "organ of state", "机关"},
		{'2', PublicInstitution, "public institution", "事业单位"},
		{'3', MassOrganisation, "mass organisation under the central staffing office", "中央编办直接管理机构编制的群众团体"},
		{'9', OtherBody, "other", "其他"},
	}},
	{'2', "foreign affairs", "外交", []class{
		{'1', ForeignOffice, "resident foreign news organisation", "外国常驻新闻机构"},
		{'9', OtherBody, "other", "其他"},
	}},
	{'3', "justice administration", "司法行政", []class{
		{'1', LegalService, "law firm", "律师执业机构"},
		{'2', LegalService, "notary office", "公证处"},
		{'3', LegalService, "grassroots legal service", "基层法律服务所"},
		{'4', LegalService, "forensic institution", "司法鉴定机构"},
		{'5', LegalService, "arbitration commission", "仲裁委员会"},
		{'9', OtherBody, "other", "其他"},
	}},
	{'4', "culture", "文化", []class{
		{'1', ForeignOffice, "foreign cultural centre in China", "外国在华文化中心"},
		{'9', OtherBody, "other", "其他"},
	}},
	{'5', "civil affairs", "民政", []class{
		{'1', SocialOrganisation, "association", "社会团体"},
		{'2', PrivateNonEnterprise, "private non-enterprise unit", "民办非企业单位"},
		{'3', Foundation, "foundation", "基金会"},
		{'9', OtherBody, "other", "其他"},
	}},
	{'6', "tourism", "旅游", []class{
		{'1', ForeignOffice, "resident office of a foreign tourism department", "外国旅游部门常驻代表机构"},
		{'2', ForeignOffice, "resident mainland office of a Hong Kong, Macao or Taiwan tourism department",
			"港澳台地区旅游部门常驻内地（大陆）代表机构"},
		{'9', OtherBody, "other", "其他"},
	}},
	{'7', "religious affairs", "宗教", []class{
		{'1', ReligiousBody, "site of religious activity", "宗教活动场所"},
		{'2', ReligiousBody, "religious school", "宗教院校"},
		{'9', OtherBody, "other", "其他"},
	}},
	{'8', "trade unions", "工会", []class{
		{'1', Union, "grassroots trade union", "基层工会"},
		{'9', OtherBody, "other", "其他"},
	}},
	{'9', "industry and commerce", "工商", []class{
		{'1', Company, "enterprise", "企业"},
		{'2', SoleTrader, "individual business", "个体工商户"},
		{'3', Cooperative, "farmers' specialised co-operative", "农民专业合作社"},
	}},
	{'A', "military staffing office", "中央军委改革和编制办公室", []class{
		{'1', Military, "military institution", "军队事业单位"},
		{'9', OtherBody, "other", "其他"},
	}},
	{'N', "agriculture", "农业", []class{
		{'1', Collective, "collective economic organisation of a villagers' group", "组级集体经济组织"},
		{'2', Collective, "collective economic organisation of a village", "村级集体经济组织"},
		{'3', Collective, "collective economic organisation of a township", "乡镇级集体经济组织"},
		{'9', OtherBody, "other", "其他"},
	}},
	{'Y', "other", "其他", []class{
		{'1', OtherBody, "other", "其他"},
	}},
}

// classTable is authorities by the values of the two characters.
var classTable = func() (t [31][31]Class) {
	for _, a := range authorities {
		for _, c := range a.classes {
			t[usccValues[a.code]][usccValues[c.code]] = Class{
				Code: string([]byte{a.code, c.code}), Body: c.body,
				Name: c.name, NameZH: c.zh, Authority: a.name, AuthorityZH: a.zh,
			}
		}
	}
	return t
}()

// Classes lists every class of the standard's table, by code.
func Classes() []Class {
	var list []Class
	for _, row := range classTable {
		for _, c := range row {
			if c.Code != "" {
				list = append(list, c)
			}
		}
	}
	return list
}

// ClassOf is the class with the two-character code; ok is false where the standard's table has none.
func ClassOf(code string) (c Class, ok bool) {
	if len(code) != 2 {
		return Class{}, false
	}
	c = classOf(code[0], code[1])
	return c, c.Code != ""
}

func classOf(authority, entity byte) Class {
	a, e := usccValues[authority], usccValues[entity]
	if a == absent || e == absent {
		return Class{}
	}
	return classTable[a][e]
}

func authorityKnown(code byte) bool {
	return slices.ContainsFunc(authorities, func(a authority) bool { return a.code == code })
}
