package demo

import (
	"strings"

	"probity/calendar"
	"probity/internal/catalogue"
)

// region is a prefecture of the delta, or a district of Shanghai.
type region struct {
	code, name string // the six digits and the full Chinese name: 320500, 苏州市
	short      string // as firms' names begin with it: 苏州
	weight     float64
}

// provinces are the first two digits of the delta's codes.
var provinces = []string{"31", "32", "33", "34"}

// weights say where firms are: roughly by the size of each city's economy, 1 where nothing is said.
var weights = map[string]float64{
	"310115": 9, "310112": 5, "310114": 4, "310104": 4, "310101": 3, "310106": 3, "310117": 3,
	"320100": 8, "320200": 7, "320400": 4, "320500": 12, "320600": 5, "320300": 3, "321000": 3,
	"330100": 11, "330200": 8, "330300": 5, "330400": 4, "330600": 4, "330700": 4, "331000": 3,
	"340100": 6, "340200": 3, "341100": 2,
}

func deltaRegions(cat *catalogue.Catalogue, on calendar.Day) []region {
	var all []region
	for i := range cat.Regions {
		r := &cat.Regions[i]
		if r.To != calendar.None && r.To <= on || r.From != calendar.None && r.From > on || !inDelta(r.Code) {
			continue
		}
		// Shanghai has districts where the provinces have prefectures.
		if shanghai := r.Code[:2] == "31"; shanghai && r.Level != 3 || !shanghai && r.Level != 2 {
			continue
		}
		g := region{code: r.Code, name: r.Title.ZH, short: strings.TrimSuffix(r.Title.ZH, "市"), weight: weights[r.Code]}
		if r.Code[:2] == "31" {
			g.name, g.short = "上海市"+r.Title.ZH, "上海"
		}
		if g.weight == 0 {
			g.weight = 1
		}
		all = append(all, g)
	}
	return all
}

func inDelta(code string) bool {
	for _, p := range provinces {
		if strings.HasPrefix(code, p) {
			return true
		}
	}
	return false
}

// covers tells whether an agency of the region ("" for a central one) has to do with a place.
func covers(agencyRegion, place string) bool {
	switch {
	case agencyRegion == "":
		return true
	case strings.HasSuffix(agencyRegion, "0000"):
		return agencyRegion[:2] == place[:2]
	default:
		return agencyRegion[:4] == place[:4]
	}
}
