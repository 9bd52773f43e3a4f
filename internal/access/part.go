package access

// Part is the part of a file that a read shows, where it shows less than the whole; the entry names it, so that the
// subject learns what was looked at and what was not.
type Part string

// The parts. A read of one record names the record beside its part.
const (
	Records    Part = "records"
	Orders     Part = "orders"
	Lists      Part = "lists"
	Decisions  Part = "decisions"
	Rulings    Part = "rulings"
	Repairs    Part = "repairs"
	Disputes   Part = "disputes"
	Statements Part = "statements"
	Consents   Part = "consents"
	Notices    Part = "notices"
	Channels   Part = "channels"
	Recalls    Part = "recalls"
	Receipt    Part = "receipt"
	Events     Part = "events" // that something has changed, and nothing of what
)

// Parts are all of them.
func Parts() []Part {
	return []Part{
		Records, Orders, Lists, Decisions, Rulings, Repairs, Disputes, Statements, Consents, Notices, Channels, Recalls, Receipt, Events,
	}
}
