package demo

import (
	"strconv"
	"strings"

	"probity/calendar"
	"probity/identifier"
	"probity/internal/catalogue"
)

// body is a public body.
type body struct {
	party
	class string // the class of its offices
}

// bureaus are what every city has; the class says which offices there are in it.
var bureaus = []struct{ name, class string }{
	{"财政局", "government"}, {"住房和城乡建设局", "government"}, {"交通运输局", "government"}, {"自然资源和规划局", "government"},
	{"教育局", "government"}, {"卫生健康委员会", "government"}, {"水务局", "government"}, {"城市管理局", "government"},
	{"应急管理局", "government"}, {"文化和旅游局", "government"}, {"人力资源和社会保障局", "government"}, {"税务局", "regulator"},
	{"公安局", "regulator"}, {"公共资源交易中心", "institution"}, {"公共信用信息中心", "institution"}, {"人民医院", "institution"},
	{"第一中学", "institution"}, {"图书馆", "institution"}, {"住房公积金管理中心", "institution"}, {"人民检察院", "procuratorate"},
}

// makeBodies takes the public bodies among the delta's agencies first, and then bureaus of its cities.
func (w *World) makeBodies() []body {
	d := w.dice("bodies")
	var all []body
	add := func(uscc, name, class string, at *region) {
		all = append(all, body{
			party: party{
				uscc: uscc, name: name, region: at, quality: d.NormFloat64(), size: d.lognormal(1, 0.9),
				since: calendar.MustParse("2019-01-01"), until: w.On,
			},
			class: class,
		})
	}
	for i := range w.catalogue.Agencies {
		a := &w.catalogue.Agencies[i]
		if at := w.seat(a); at != nil && publicBody(a) && len(all) < w.Size.Bodies {
			add(a.USCC, a.Title.ZH, officeClass(a), at)
		}
	}
	for n := 0; len(all) < w.Size.Bodies; n++ {
		at := &w.regions[n%len(w.regions)]
		b := bureaus[n/len(w.regions)%len(bureaus)]
		class := "11"
		if b.class == "institution" {
			class = "12"
		}
		add(w.uscc(class, w.Size.Enterprises+1+n), at.name+b.name, b.class, at)
	}
	return all
}

// seat is the region where an agency of the delta sits; nil for others.
func (w *World) seat(a *catalogue.Agency) *region {
	if a.Region == "" || !inDelta(a.Region) {
		return nil
	}
	for i := range w.regions {
		if covers(a.Region, w.regions[i].code) {
			return &w.regions[i]
		}
	}
	return nil
}

func publicBody(a *catalogue.Agency) bool {
	return strings.HasPrefix(a.USCC, "11") || strings.HasPrefix(a.USCC, "12")
}

func officeClass(a *catalogue.Agency) string {
	switch {
	case a.Kind == "court", a.Kind == "procuratorate", a.Kind == "institution":
		return a.Kind
	case strings.HasSuffix(a.Code, "-gov"):
		return "government"
	default:
		return "regulator"
	}
}

// person is a human being. It has no name: nothing here needs one.
type person struct {
	id       string
	quality  float64
	consents bool
	minor    bool
	region   *region
	// lends, drives, hires, serves: in which areas of life there are records.
	lends, drives, hires, serves bool
}

// resident gives the n-th resident number of this world.
func (w *World) resident(d *dice, birth calendar.Day, n int) string {
	id, err := identifier.SyntheticResidentID(birth, (w.Seed%9973+uint64(n)*13)%identifier.SyntheticResidentIDs, d.chance(0.5))
	if err != nil {
		panic("demo: " + err.Error()) // n is bounded by the size of the world
	}
	return id
}

func (w *World) makePersons() []person {
	d := w.dice("persons")
	places := make([]float64, len(w.regions))
	for i := range w.regions {
		places[i] = w.regions[i].weight
	}
	where := weigh(places)
	all := make([]person, w.Size.Consenting+w.Size.Silent)
	for i := range all {
		p := &all[i]
		p.consents = i < w.Size.Consenting
		p.quality = d.NormFloat64() + 0.4
		p.region = &w.regions[where.choose(d)]
		years := d.between(19, 70)
		if !p.consents && d.chance(0.02) {
			years, p.minor = d.between(14, 16), true
		}
		birth := w.On - calendar.Day(years*366+d.between(0, 300))
		p.id = w.resident(d, birth, i)
		p.serves = p.minor || d.chance(0.16)
		if !p.minor {
			p.lends, p.drives, p.hires = d.chance(0.32), d.chance(0.34), d.chance(0.14)
			if !p.lends && !p.hires && !p.serves {
				p.drives = true
			}
		}
	}
	return all
}

// holder is an appointment to a public office.
type holder struct {
	number, id string
	office     *catalogue.Office
	body       *body
	from, to   calendar.Day // to is None while the term lasts
	quality    float64
}

func (w *World) makeHolders() []holder {
	d := w.dice("holders")
	offices := map[string][]*catalogue.Office{}
	for i := range w.catalogue.Offices {
		if o := &w.catalogue.Offices[i]; inCity(o.Code) {
			offices[o.Class] = append(offices[o.Class], o)
		}
	}
	all := make([]holder, w.Size.Holders)
	for i := range all {
		h := &all[i]
		h.body = &w.bodies[d.IntN(len(w.bodies))]
		h.office = one(d, offices[h.body.class])
		h.from = d.day(w.On-2400, w.On-40)
		h.to = calendar.None
		if d.chance(0.15) {
			h.to = d.day(h.from+30, w.On)
		}
		year, _, _ := h.from.Date()
		h.number = "任字〔" + strconv.Itoa(year) + "〕" + strconv.Itoa(10_000+i) + "号"
		h.id = w.resident(d, w.On-calendar.Day(d.between(31*366, 59*366)), len(w.persons)+i)
		h.quality = d.NormFloat64()
		// A few hold a second office: an appointment, and so a subject, of its own.
		if i > 0 && d.chance(0.04) && all[i-1].office != h.office {
			h.id = all[i-1].id
		}
	}
	return all
}

// inCity leaves out the offices that only provinces and ministries have.
func inCity(office string) bool {
	for _, above := range []string{"governor", "province", "minister", "bureau-director", "department", "central-bank", "customs"} {
		if strings.Contains(office, above) && !strings.HasPrefix(office, "city") {
			return false
		}
	}
	return true
}
