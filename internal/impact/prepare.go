package impact

import (
	"context"
	"slices"
	"strings"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/rating"
	"probity/internal/subject"
	"probity/scorecard"
)

// side is a model as the comparison needs it.
type side struct {
	of    *rating.Model
	plan  *scorecard.Plan
	model *scorecard.Model
	asOf  calendar.Day
	// rates tells, by place in subject.Kinds, which kinds the model rates; may, by ordinal, who may be rated by it; nil is
	// everybody.
	rates []bool
	may   []bool
	// scale holds every score that the model can give.
	scale scale
	cuts  []cut
}

// cut is the lower end of an ordered band, and the band below it.
type cut struct {
	band, below int
	from        int64
}

func newSide(s Side) *side {
	x := &side{of: s.Model, plan: s.Model.Plan, model: s.Model.Plan.Model(), asOf: s.AsOf}
	for _, k := range subject.Kinds {
		x.rates = append(x.rates, s.Model.Rates(k))
	}
	x.scale = newScale(x.plan.Range())
	above := -1
	for i := range x.model.Bands {
		if x.model.Bands[i].Unordered {
			continue
		}
		if above >= 0 {
			x.cuts = append(x.cuts, cut{above, i, *x.model.Bands[above].From})
		}
		above = i
	}
	return x
}

// rate gives the state of subject i of a block: the place of its band, or the number of bands where it has no rating.
func (s *side) state(res *scorecard.Results, ordinal, i int, kind uint16) int {
	if !s.rated(ordinal, kind) {
		return len(s.model.Bands)
	}
	if b := res.Band(i); b >= 0 {
		return b
	}
	return len(s.model.Bands)
}

func (s *side) rated(ordinal int, kind uint16) bool {
	return int(kind) < len(s.rates) && s.rates[kind] && (s.may == nil || s.may[ordinal])
}

// comparison is a question ready to be answered. It is read-only while the blocks are rated, but for the workers.
type comparison struct {
	q     *Question
	facts *scorecard.Facts
	// sides are the current model, where there is one, and the candidate.
	sides     []*side
	current   *side
	candidate *side
	terms     []term
	// ways tells where each pair of states leads: see way.
	ways       []way
	dimensions []dimension
	indices    []indexed
	workers    []*worker
	out        outbox
}

// states is how many states the current model has: its bands, and that of no rating.
func (c *comparison) states() int {
	if c.current == nil {
		return 1
	}
	return len(c.current.model.Bands) + 1
}

func (c *comparison) newStates() int { return len(c.candidate.model.Bands) + 1 }

// first are the numbers of the sides among the results of a block; the current one is -1 where there is none.
func (c *comparison) places() (current, candidate int) { return len(c.sides) - 2, len(c.sides) - 1 }

func (q *Question) prepare(ctx context.Context) (*comparison, error) {
	c := &comparison{q: q, candidate: newSide(q.Candidate)}
	if q.Current.Model != nil {
		c.current = newSide(q.Current)
		c.sides = append(c.sides, c.current)
	}
	c.sides = append(c.sides, c.candidate)
	plans := make([]*scorecard.Plan, len(c.sides))
	for i, s := range c.sides {
		plans[i] = s.plan
	}
	layout, err := scorecard.Merge(plans...)
	if err != nil {
		return nil, err
	}
	if c.facts, err = q.Facts(layout); err != nil {
		return nil, err
	}
	if err := c.consents(ctx); err != nil {
		return nil, err
	}
	c.terms, c.ways, c.dimensions = terms(c.current, c.candidate), c.allWays(), c.allDimensions()
	c.indices = c.allIndices()
	c.out = newOutbox(q.Moved)
	return c, nil
}

// pageSubjects is how many subjects are asked about together.
const pageSubjects = 2048

// consents asks for everybody who has to consent whether that covers the models.
func (c *comparison) consents(ctx context.Context) error {
	p := &c.q.People
	var page []subject.Subject
	var ordinals []int
	ask := func() error {
		for _, s := range c.sides {
			may, err := c.q.Consents.May(ctx, s.of, page, c.q.Seen)
			if err != nil {
				return err
			}
			for i, o := range ordinals {
				s.may[o] = may[i]
			}
		}
		page, ordinals = page[:0], ordinals[:0]
		return nil
	}
	for i, id := range p.IDs {
		s := subject.Subject{ID: id, Kind: kindAt(p.Kinds[i]), Sole: p.Soles[i] != 0}
		if !charter.NeedsConsent(s) {
			continue
		}
		if len(page) == 0 && c.candidate.may == nil {
			for _, s := range c.sides {
				s.may = slices.Repeat([]bool{true}, len(p.IDs))
			}
		}
		page, ordinals = append(page, s), append(ordinals, i)
		if c.q.Consents == nil || len(c.q.NotHeld) > 0 {
			for _, s := range c.sides {
				s.may[i] = false
			}
			page, ordinals = page[:0], ordinals[:0]
		} else if len(page) == pageSubjects {
			if err := ask(); err != nil {
				return err
			}
		}
	}
	if len(page) == 0 {
		return nil
	}
	return ask()
}

func kindAt(place uint16) subject.Kind {
	if int(place) < len(subject.Kinds) {
		return subject.Kinds[place]
	}
	return ""
}

// way is where a pair of states leads.
type way struct {
	flow  uint8
	steps int // upwards; below 0 downwards
}

// allWays is the way of each pair of states, row by row.
func (c *comparison) allWays() []way {
	ways := make([]way, 0, c.states()*c.newStates())
	for a := range c.states() {
		for b := range c.newStates() {
			ways = append(ways, c.way(a, b))
		}
	}
	return ways
}

func (c *comparison) way(a, b int) way {
	was, is := a < c.states()-1, b < c.newStates()-1
	switch {
	case !was && !is:
		return way{flow: flowNever}
	case !was:
		return way{flow: flowGained}
	case !is:
		return way{flow: flowLost}
	}
	from, to := c.current.model.Bands[a].Name.Text, c.candidate.model.Bands[b].Name.Text
	if from == to {
		return way{flow: flowSame}
	}
	for _, s := range []*side{c.candidate, c.current} {
		x, y := s.rank(from), s.rank(to)
		switch {
		case x < 0 || y < 0:
			continue
		case y < x:
			return way{flowUp, x - y}
		}
		return way{flowDown, x - y}
	}
	return way{flow: flowOther}
}

// rank counts ordered bands from the best; -1 where the model has no ordered band of the name.
func (s *side) rank(name string) int {
	n := 0
	for i := range s.model.Bands {
		switch b := &s.model.Bands[i]; {
		case b.Unordered:
		case b.Name.Text == name:
			return n
		default:
			n++
		}
	}
	return -1
}

// dimension parts the subjects into groups. The last group is that of subjects of whom it is not known.
type dimension struct {
	name   string
	groups []groupRef
	// of is the group of each subject; human tells that human beings are parted by it too.
	of    func(ordinal int) int
	human bool
}

type groupRef struct {
	code  string
	title catalogue.Text
}

var unknownGroup = groupRef{"", catalogue.Text{EN: "not known", ZH: "不详"}}

func (c *comparison) allDimensions() []dimension {
	p := &c.q.People
	province, byProvince := c.regions(2)
	prefecture, byPrefecture := c.regions(4)
	sizes := c.q.Limits.Sizes.Classes
	list := []dimension{
		{name: "kind", groups: kindGroups(), of: func(i int) int { return kindGroup(p.Kinds[i], p.Soles[i] != 0) }, human: true},
		{name: "province", groups: province, of: func(i int) int { return at(byProvince, p.Regions[i]) }, human: true},
		{name: "prefecture", groups: prefecture, of: func(i int) int { return at(byPrefecture, p.Regions[i]) }},
		{name: "industry", groups: c.sections(), of: func(i int) int { return min(int(p.Sections[i]), len(p.SectionList)) }},
		{name: "size", groups: sizeGroups(sizes), of: func(i int) int { return sizeGroup(sizes, p.Employees[i]) }},
	}
	return list
}

// soleTraders is the group of sole traders' businesses, which are enterprises with a human being behind them.
var soleTraders = groupRef{"sole_trader", catalogue.Text{EN: "sole traders' businesses", ZH: "个体工商户"}}

var kindTitles = map[subject.Kind]catalogue.Text{
	subject.Enterprise: {EN: "enterprises", ZH: "企业"}, subject.PublicBody: {EN: "public bodies", ZH: "公共机构"},
	subject.OfficeHolder: {EN: "office holders", ZH: "公职人员"}, subject.Person: {EN: "persons", ZH: "自然人"},
}

func kindGroups() []groupRef {
	list := make([]groupRef, 0, len(subject.Kinds)+2)
	for _, k := range subject.Kinds {
		list = append(list, groupRef{string(k), kindTitles[k]})
	}
	return append(list, soleTraders, unknownGroup)
}

func kindGroup(kind uint16, sole bool) int {
	if kindAt(kind) == subject.Enterprise && sole {
		return len(subject.Kinds)
	}
	return min(int(kind), len(subject.Kinds)+1)
}

// regions are the divisions that the first digits of the subjects' codes name, and the group of each place in the list.
func (c *comparison) regions(digits int) (groups []groupRef, of []int) {
	p := &c.q.People
	seen := map[string]int{}
	of = make([]int, len(p.RegionList))
	var unknown []int
	for i, code := range p.RegionList {
		if len(code) < digits || strings.HasPrefix(code, "00") { // made up, or not of a division
			unknown = append(unknown, i)
			continue
		}
		short := (code[:digits] + "000000")[:6]
		n, ok := seen[short]
		if !ok {
			n = len(groups)
			seen[short] = n
			title := catalogue.Text{EN: short, ZH: short}
			if r := c.q.Catalogue.Region(short, c.q.Seen); r != nil {
				title = r.Title
			}
			groups = append(groups, groupRef{short, title})
		}
		of[i] = n
	}
	for _, i := range unknown {
		of[i] = len(groups)
	}
	of = append(of, len(groups)) //nolint:makezero // one more than there are regions: whose region is not known at all
	return append(groups, unknownGroup), of
}

// at is the group of a place in a list; the last one where there is none.
func at(of []int, place uint16) int { return of[min(int(place), len(of)-1)] }

func (c *comparison) sections() []groupRef {
	p := &c.q.People
	list := make([]groupRef, 0, len(p.SectionList)+1)
	for i, code := range p.SectionList {
		title := catalogue.Text{EN: code, ZH: code}
		if i < len(p.SectionTitles) && p.SectionTitles[i] != (catalogue.Text{}) {
			title = p.SectionTitles[i]
		}
		list = append(list, groupRef{code, title})
	}
	return append(list, unknownGroup)
}

func sizeGroups(classes []SizeClass) []groupRef {
	list := make([]groupRef, 0, len(classes)+1)
	for _, s := range classes {
		list = append(list, groupRef{s.Code, s.Title})
	}
	return append(list, unknownGroup)
}

func sizeGroup(classes []SizeClass, employees int64) int {
	if employees == scorecard.Missing {
		return len(classes)
	}
	for i := range classes {
		if classes[i].Below == 0 || employees < classes[i].Below {
			return i
		}
	}
	return len(classes)
}
