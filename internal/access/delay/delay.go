// Package delay keeps reads from their subject for a time, where a court has ordered it: only those of a named reader in a
// named case, only from the order on, and only until a day that the order names. After that day the subject sees them by
// itself and is told; how many such orders each court gives is public (Charter C11).
package delay

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/access/role"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/notice"
	"probity/internal/subject"
)

// ID numbers an order.
type ID int64

// String is the id as people and JSON see it: y and 13 characters.
func (id ID) String() string { return subject.Encode('y', int64(id)) }

// MarshalText writes the form of String.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// Order is a court's order as it is entered.
type Order struct {
	Subject subject.ID
	// Reader is the agency whose reads are meant, Purpose and Case as it states them.
	Reader, Purpose, Case string
	// Document is the order's number, Digest the SHA-256 of its text in hexadecimal, Basis its law with the article.
	Document, Digest, Basis string
	// End is the first day on which the reads are shown.
	End calendar.Day
}

// Sealed is a text as it is kept: sealed under the subject's key where the subject is a human being.
type Sealed struct {
	Body   []byte
	Sealed bool
}

// Over is an order whose end has come and whose reads the subject has not been told of.
type Over struct {
	ID                            ID
	Subject                       subject.ID
	Reader, Purpose, Court, Basis string
	End                           calendar.Day
	Particulars                   Sealed
	Entries                       []ledger.Entry
}

// Count is how many orders a court gave in a month, and how many of them still run. It is public, and says no more.
type Count struct {
	Court   string `json:"court"`
	Month   string `json:"month"`
	Orders  int64  `json:"orders"`
	Running int64  `json:"running"`
}

// Book keeps the orders. Package store implements it.
type Book interface {
	// Subject reads the register, following redirects.
	Subject(context.Context, subject.ID) (subject.Subject, error)
	// AddDelay keeps a permitted order with its digest, together with its line in the subject's ledger, which gets its id.
	AddDelay(context.Context, charter.DelayPermit, Sealed, *ledger.Entry) (ID, error)
	// DelaysOver are the orders whose end is the day or before and whose reads were not told, with the entries they kept.
	DelaysOver(ctx context.Context, today calendar.Day) ([]Over, error)
	// Told notes that the subject was told of the reads, together with the notices that tell it.
	Told(ctx context.Context, o *Over, at time.Time, notices []notice.Written) error
	// DelayCounts counts the orders by court and month of the day on which they were entered.
	DelayCounts(ctx context.Context, today calendar.Day) ([]Count, error)
}

// Vault seals what is kept about human beings under a key of the subject's own.
type Vault interface {
	Ensure(...subject.ID) error
	Seal(id subject.ID, place string, plain []byte) ([]byte, error)
	Open(id subject.ID, place string, sealed []byte) ([]byte, error)
}

// Desk enters orders and shows what they kept when they end.
type Desk struct {
	Book      Book
	Catalogue *catalogue.Catalogue
	Vault     Vault
	Clerk     *notice.Clerk
	Now       func() time.Time
}

func (d *Desk) today() calendar.Day { return calendar.In(d.Now(), calendar.Shanghai) }

// place is where the texts of an order are sealed.
const place = "read.delay"

type particulars struct {
	Document string `json:"document"`
}

// Enter enters an order under the credential of an official of the court. Nothing that the subject could see before is
// taken from it.
func (d *Desk) Enter(ctx context.Context, by access.Credential, o Order) (ID, error) {
	if err := by.As(role.Authority); err != nil {
		return 0, err
	}
	sub, err := d.Book.Subject(ctx, o.Subject)
	if err != nil {
		return 0, err
	}
	permit, err := charter.PermitDelay(charter.DelayTerms{
		By: by.Actor(), Subject: sub, Reader: o.Reader, Purpose: o.Purpose, Case: o.Case,
		Document: o.Document, Digest: o.Digest, Basis: o.Basis, End: o.End, Today: d.today(), Catalogue: d.Catalogue,
	})
	if err != nil {
		return 0, err
	}
	text, err := d.seal(sub, particulars{o.Document})
	if err != nil {
		return 0, err
	}
	e := &ledger.Entry{
		Subject: sub.ID, At: d.Now(), Act: ledger.Delay, What: "ordered", Reader: by.Agency(), Official: by.Official(),
		Purpose: o.Purpose, Basis: o.Basis, Case: o.Case,
	}
	if _, err := hex.Decode(e.Commitment[:], []byte(o.Digest)); err != nil {
		return 0, fault.New(fault.Invalid, "delay.digest", "%q is no SHA-256 in hexadecimal", o.Digest)
	}
	return d.Book.AddDelay(ctx, permit, text, e)
}

func (d *Desk) seal(sub subject.Subject, p particulars) (Sealed, error) {
	body, err := json.Marshal(p)
	if err != nil || !sub.Natural() {
		return Sealed{Body: body}, err
	}
	if err := d.Vault.Ensure(sub.ID); err != nil {
		return Sealed{}, err
	}
	body, err = d.Vault.Seal(sub.ID, place, body)
	return Sealed{body, true}, err
}

// Reveal tells the subjects of all reads whose time to be kept has ended, one notice a read, and gives their number. The
// ledger shows them from that day on without it; doing it twice tells nobody twice.
func (d *Desk) Reveal(ctx context.Context) (told int, err error) {
	over, err := d.Book.DelaysOver(ctx, d.today())
	if err != nil {
		return 0, err
	}
	for i := range over {
		n, err := d.reveal(ctx, &over[i])
		told += n
		if err != nil {
			return told, err
		}
	}
	return told, nil
}

func (d *Desk) reveal(ctx context.Context, o *Over) (int, error) {
	sub, err := d.Book.Subject(ctx, o.Subject)
	if err != nil {
		return 0, err
	}
	document, err := d.document(o)
	if err != nil {
		return 0, err
	}
	at := d.Now()
	notices := make([]notice.Written, 0, len(o.Entries))
	for i := range o.Entries {
		e := &o.Entries[i]
		facts := []notice.Fact{
			{Name: "asker", Value: e.Reader}, {Name: "instant", Value: e.At.UTC().Format(time.RFC3339)},
			{Name: "official", Value: e.Official}, {Name: "purpose", Value: e.Purpose}, {Name: "case", Value: e.Case},
			{Name: "issuer", Value: o.Court}, {Name: "delayed-until", Value: o.End.String()},
		}
		if document != "" {
			facts = append(facts, notice.Fact{Name: "document", Value: document})
		}
		w, err := d.Clerk.Write(sub, notice.Notice{
			Subject: sub.ID, Occasion: notice.ReadRevealed, At: at, About: o.ID.String(), By: o.Court, Facts: facts, Law: o.Basis, Contest: "complaint", Until: calendar.None,
		})
		if err != nil {
			return 0, err
		}
		notices = append(notices, w)
	}
	return len(notices), d.Book.Told(ctx, o, at, notices)
}

// document is the number of the order; "" where its text was erased meanwhile.
func (d *Desk) document(o *Over) (string, error) {
	body := o.Particulars.Body
	if o.Particulars.Sealed {
		var err error
		if body, err = d.Vault.Open(o.Subject, place, body); fault.Is(err, fault.NotFound) {
			return "", nil
		} else if err != nil {
			return "", err
		}
	}
	var p particulars
	if err := json.Unmarshal(body, &p); err != nil {
		return "", fault.New(fault.Internal, "delay.body", "the texts of the order %s cannot be read", o.ID).By(err)
	}
	return p.Document, nil
}

// Counts are the public counts by court and month.
func (d *Desk) Counts(ctx context.Context) ([]Count, error) {
	return d.Book.DelayCounts(ctx, d.today())
}
