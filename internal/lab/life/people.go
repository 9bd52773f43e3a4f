package life

import (
	"math"

	"probity/calendar"
	"probity/internal/lab/chance"
	"probity/internal/lab/observe"
	"probity/internal/lab/policy"
	"probity/internal/lab/population"
)

// The draws of this package.
const (
	drawWork chance.Stream = iota + 16
	drawLoan
	drawConduct
	drawDebt
	drawOnce
	drawConsent
	drawHistory
	drawOld
	drawList
	drawStale
	drawService
)

// People is the state of the people of one panel, as columns.
type People struct {
	rules *Rules
	panel *population.Panel
	desk  *observe.Desk

	character, biased []uint8
	workless          []uint8
	borrower, consent []bool
	left              []uint8 // months of the loan still to run
	hazard            []chance.Chance
	rate              []float32
	principal         []int64
	owed              []int64
	owedFor           []uint8
	sued, judged      []bool
	listed, mistaken  []bool
	linger            []uint8
	inPilot           []bool
	// Band is 0 for people without a rating, otherwise one more than the place of the band; Score is what the last rating gave.
	Band  []uint8
	Score []int32
	Mask  []policy.Mask
	low   []uint8
	// what was counted of each
	count []Count
	// Sum is what happened to the panel as a whole.
	Sum Sums
	now Now
	// before is the start of the run, a month before it, two months before, and so on.
	before []calendar.Day
}

// Now is the month that people live in.
type Now struct {
	Month int
	Today calendar.Day
}

// Count is what one person lived through in a run.
type Count struct {
	Rated, Owing, Restricted, Wrong, Low, Spill uint16
	Applied, Approved, Loans, Defaults          uint8
	Harm                                        uint32
	// cause is how many months a restriction has outlived the debt behind it.
	after  uint16
	Income int64
}

// Sums are what happened to a panel as a whole, beyond what is counted of each person.
type Sums struct {
	Profit, Lent, Benefits            int64
	Debts, Performed, Judged, Listed  int64
	MeasureMonths, LawlessMonths      int64
	LowAtRisk, LowLeft                int64
	Recoveries, RecoveryMonths        int64
	ListMonths, MistakenMonths        int64
	Found, Lost, Offences, ServiceDid int64
}

// Begin puts the people of a panel at the start of a run: their characters, loans, debts and what is on file of them.
func (p *People) Begin(r *Rules, orders *observe.Rules, panel *population.Panel, desk *observe.Desk, regions []string, start calendar.Day, months int) {
	n := panel.N
	p.rules, p.panel, p.desk, p.Sum = r, panel, desk, Sums{}
	p.grow(n)
	for i := range n {
		once := panel.Key[i].Draw(chance.Once, drawOnce)
		fifth := int(panel.Column[population.Income][i])
		p.character[i] = uint8(min(characters-1, int(characters*math.Pow(unit(once), 1+r.income*float64(fifth-2)))))
		p.biased[i] = panel.Column[population.People][i] | panel.Column[population.Area][i]
		p.borrower[i] = r.borrowers.Hit(chance.Mix(once))
		p.consent[i] = r.consent.Hit(panel.Key[i].Draw(chance.Once, drawConsent))
		p.inPilot[i] = r.pilot == nil || r.pilot[regions[panel.Column[population.Region][i]]]
	}
	desk.Begin(orders, panel.Key, p.Rated, months)
	if desk.Ring != nil {
		desk.Ring.Begin(n, func(i int) bool { return p.borrower[i] && p.consent[i] }, desk.Ordinal)
	}
	p.before = p.before[:0]
	for back := range max(r.retention, 25) {
		p.before = append(p.before, start.Add(calendar.Period{Months: -back}))
	}
	for i := range n {
		p.past(i, start)
	}
}

func unit(draw uint64) float64 { return (float64(draw>>11) + 0.5) / (1 << 53) }

func (p *People) grow(n int) {
	if cap(p.character) < n {
		*p = People{
			rules: p.rules, panel: p.panel, desk: p.desk,
			character: make([]uint8, n), biased: make([]uint8, n), workless: make([]uint8, n), borrower: make([]bool, n), consent: make([]bool, n),
			left: make([]uint8, n), hazard: make([]chance.Chance, n), rate: make([]float32, n), principal: make([]int64, n), owed: make([]int64, n),
			owedFor: make([]uint8, n), sued: make([]bool, n), judged: make([]bool, n), listed: make([]bool, n), mistaken: make([]bool, n),
			linger: make([]uint8, n), inPilot: make([]bool, n), Band: make([]uint8, n), Score: make([]int32, n), Mask: make([]policy.Mask, n),
			low: make([]uint8, n), count: make([]Count, n),
		}
	}
	p.Band, p.Score, p.Mask, p.count = p.Band[:n], p.Score[:n], p.Mask[:n], p.count[:n]
	for _, c := range [][]uint8{p.workless, p.left, p.owedFor, p.linger, p.low, p.Band} {
		clear(c)
	}
	for _, c := range [][]bool{p.sued, p.judged, p.listed, p.mistaken} {
		clear(c)
	}
	clear(p.hazard)
	clear(p.rate)
	clear(p.principal)
	clear(p.owed)
	clear(p.Score)
	clear(p.Mask)
	clear(p.count)
}

// past gives a person the two years before the run: a loan that is being paid, old offences still on file, wrong records.
func (p *People) past(i int, start calendar.Day) {
	r, key := p.rules, p.panel.Key[i]
	draw := key.Draw(chance.Once, drawHistory)
	months := func(back int) calendar.Day { return p.before[back] }
	if p.borrower[i] && unit(draw) < 0.7 {
		p.lend(i, r.effects.Terms[1], chance.Mix(draw))
		p.left[i] = uint8(1 + chance.Below(chance.Mix(draw+1), r.months))
		p.Sum.Lent = 0
		p.count[i].Loans = 1
		if p.desk.Ring != nil && p.desk.Ring.Has(i) {
			for back := min(24, r.months-int(p.left[i])+6); back > 0; back-- {
				late := r.late[p.character[i]].Hit(key.Draw(back, drawOld))
				p.desk.Ring.Write(i, -back, months(back), p.month(i, late, key.Draw(back, drawOld)))
			}
		}
	}
	h := &r.conduct[p.character[i]][p.biased[i]&1]
	for back := r.retention - 1; back > 0; back-- {
		old := key.Draw(-back&0xffff|1<<20, drawOld)
		if h.any.Hit(old) {
			p.desk.Old(p.conductRow(i, h, old, months(back)))
		}
	}
	if p.borrower[i] {
		p.desk.Stock(uint32(i), start)
		p.oldDebt(i, start)
	}
}

// oldDebt gives some of those who borrow the debt by judgment that they stand on the list with when the run begins.
func (p *People) oldDebt(i int, start calendar.Day) {
	r := p.rules
	draw := p.panel.Key[i].Draw(chance.Once, drawDebt)
	if !r.firstListed.Times(uint32(scale256 * float64(p.character[i]+1) / 4.5)).Hit(draw) {
		return
	}
	age := 6 + chance.Below(chance.Mix(draw), 36)
	on := start.Add(calendar.Period{Months: -age})
	p.left[i], p.owed[i], p.owedFor[i] = 0, int64(float64(p.panel.Income[i])*r.incomes/2), math.MaxUint8
	p.sued[i], p.judged[i], p.listed[i] = true, true, r.court
	p.desk.Old(observe.Row{Kind: observe.Defaulted, Subject: uint32(i), Occurred: on, Days: writtenOffDays, Amount: p.owed[i]})
	p.desk.Old(observe.Row{Kind: observe.Judged, Subject: uint32(i), Occurred: on.Add(calendar.Period{Months: r.toJudgment}), Amount: p.owed[i]})
	p.Sum.Debts++
}

// month is the state of a loan in a month.
func (p *People) month(i int, late bool, draw uint64) observe.State {
	due := p.principal[i] / int64(p.rules.months)
	s := observe.State{Due: due, Paid: due, Balance: due * int64(p.left[i]), Lent: p.principal[i]}
	if late {
		s.Days, s.Paid = 15, 0
		if p.rules.lateLong.HitLow(chance.Mix(draw)) {
			s.Days = 45
		}
	}
	return s
}

func (p *People) conductRow(i int, h *happening, draw uint64, on calendar.Day) observe.Row {
	k := observe.Kind(0)
	for k < observe.Kinds-1 && !h.what[k].HitLow(draw) {
		k++
	}
	row := observe.Row{Kind: k, Subject: uint32(i), Occurred: on, Amount: 20_000}
	if k == observe.Served {
		more := p.panel.Key[i].Draw(int(on), drawService)
		row.Days, row.Code = int32(2+more&7), uint16(chance.Below(chance.Mix(more), 8))
	}
	return row
}

// lend gives a person a loan on the offer's terms.
func (p *People) lend(i int, o policy.Offer, draw uint64) {
	r := p.rules
	amount := float64(p.panel.Income[i]) * r.incomes * (0.5 + unit(draw))
	if o.Small {
		amount /= 5
	}
	p.principal[i], p.rate[i], p.left[i] = int64(amount), float32(o.Rate), uint8(r.months)
	p.hazard[i] = r.price(p.character[i], o.Rate)
	p.Sum.Lent += int64(amount)
}

// Live takes everybody through a month.
func (p *People) Live(now Now) {
	p.now = now
	r := p.rules
	for i := range p.panel.N {
		key := p.panel.Key[i]
		mask := p.Mask[i]
		c := &p.count[i]
		work := key.Draw(now.Month, drawWork)
		income := p.panel.Income[i]
		if p.workless[i] != 0 {
			if r.found[mask>>1&1].Hit(work) {
				p.workless[i] = 0
				p.Sum.Found++
			}
			income = int64(float64(income) * r.replacement)
		} else if r.lost[p.panel.Column[population.Income][i]].Hit(work) {
			p.workless[i] = 1
			p.Sum.Lost++
		}
		if mask&policy.Travel != 0 {
			income = int64(float64(income) * r.travel)
		}
		c.Income += income
		if p.borrower[i] {
			p.borrow(i, key)
		}
		if p.owed[i] > 0 {
			p.owe(i, key)
		}
		h := &r.conduct[p.character[i]][p.biased[i]&1]
		if draw := key.Draw(now.Month, drawConduct); h.any.Hit(draw) {
			row := p.conductRow(i, h, draw, now.Today)
			if row.Kind == observe.Served {
				p.Sum.ServiceDid++
			} else {
				p.Sum.Offences++
			}
			p.desk.Report(now.Month, key, row)
		}
	}
}

// borrow is the month of somebody who borrows: the loan that runs, or the next one.
func (p *People) borrow(i int, key chance.Key) {
	r, now := p.rules, p.now
	p.desk.Invent(now.Month, uint32(i), now.Today)
	draw := key.Draw(now.Month, drawLoan)
	if p.left[i] == 0 {
		if p.desk.Ring != nil {
			p.desk.Ring.Skip(i, now.Month)
		}
		if p.owed[i] == 0 && r.applies.Hit(draw) {
			p.apply(i, draw)
		}
		return
	}
	h := p.hazard[i]
	if p.workless[i] != 0 {
		h = h.Times(r.withoutWork)
	}
	if int(p.low[i]) >= r.givesUpAfter {
		h = h.Times(r.givesUp)
	}
	balance := p.principal[i] / int64(r.months) * int64(p.left[i])
	if h.Hit(draw) {
		p.fail(i, key, balance)
		return
	}
	late := r.late[p.character[i]].HitLow(draw)
	if p.desk.Ring != nil {
		p.desk.Ring.Write(i, now.Month, now.Today, p.month(i, late, draw))
	}
	p.Sum.Profit += int64(float64(balance) * (float64(p.rate[i]) - r.funds) / 1200)
	if late && r.lateLong.HitLow(chance.Mix(draw)) {
		p.desk.Report(now.Month, key, observe.Row{Kind: observe.Defaulted, Subject: uint32(i), Occurred: now.Today, Days: 45, Amount: balance / 20})
	}
	p.left[i]--
}

// apply is an application for a loan: the lender answers by the band of the last rating.
func (p *People) apply(i int, draw uint64) {
	r, c := p.rules, &p.count[i]
	c.Applied++
	o := r.effects.Terms[p.Band[i]]
	barred := p.Mask[i]&policy.Loan != 0
	if (o.Rate == 0 || barred) && r.explore.HitLow(draw) {
		o, barred = policy.Offer{Rate: 24, Small: true}, false
	}
	if o.Rate == 0 || barred {
		return
	}
	c.Approved++
	c.Loans++
	p.lend(i, o, chance.Mix(draw))
}

// fail is a default: what is still owed becomes a debt, and the lender writes most of it off.
func (p *People) fail(i int, key chance.Key, balance int64) {
	r := p.rules
	p.left[i] = 0
	p.owed[i], p.owedFor[i] = max(balance, 1), 0
	p.sued[i], p.judged[i] = r.sued.Hit(key.Draw(p.now.Month, drawDebt)), false
	p.count[i].Defaults++
	p.Sum.Profit -= int64(float64(balance) * r.loss)
	p.Sum.Debts++
	if p.desk.Ring != nil {
		p.desk.Ring.Skip(i, p.now.Month)
	}
	p.desk.Report(p.now.Month, key, observe.Row{Kind: observe.Defaulted, Subject: uint32(i), Occurred: p.now.Today, Days: writtenOffDays, Amount: balance})
}

const writtenOffDays = 180

// owe is a month with a debt in default: it may be settled, judged, listed.
func (p *People) owe(i int, key chance.Key) {
	r := p.rules
	listed := 0
	if p.listed[i] {
		listed = 1
	}
	if r.performed[listed][p.workless[i]].Hit(key.Draw(p.now.Month, drawDebt)) {
		p.Sum.Performed++
		p.owed[i] = 0
		p.desk.Settle(p.now.Month, uint32(i), p.now.Today)
		if p.listed[i] && r.stale > 0 {
			p.linger[i] = uint8(1 + chance.Wait(key.Draw(p.now.Month, drawStale), 1/max(r.stale, 1), 100))
		}
		p.listed[i] = false
		return
	}
	if p.owedFor[i] < math.MaxUint8 {
		p.owedFor[i]++
	}
	switch int(p.owedFor[i]) {
	case r.toJudgment:
		if p.sued[i] {
			p.judged[i] = true
			p.Sum.Judged++
			p.desk.Report(p.now.Month, key, observe.Row{Kind: observe.Judged, Subject: uint32(i), Occurred: p.now.Today, Amount: p.owed[i]})
		}
	case r.toJudgment + r.toList:
		if p.judged[i] && r.court {
			p.enter(i, key)
		}
	}
}

// enter puts a debtor on the list, or by a wrong link somebody else.
func (p *People) enter(i int, key chance.Key) {
	draw := key.Draw(p.now.Month, drawList)
	p.Sum.Listed++
	if p.rules.link.Hit(draw) {
		p.mistaken[chance.Below(chance.Mix(draw), p.panel.N)] = true
		return
	}
	p.listed[i] = true
}
