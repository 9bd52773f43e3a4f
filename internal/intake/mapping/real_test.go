package mapping_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRealFiles maps published files that nobody here made, found in the folder that PROBITY_DATA names. The mappings
// are as short as the language's parts need; those in use stand under examples/.
func TestRealFiles(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("PROBITY_DATA")
	if dir == "" {
		t.Skip("PROBITY_DATA is not set: the real files are not mapped")
	}
	tests := []struct {
		name, file, mapping string
		rows                int
		first               map[string]string
		where               func(map[string]string) bool // finds the row compared with first; nil for the first
	}{
		{
			name: "LEI", file: "gleif-sample/lei-cdf-2.1-10-records.xml", rows: 10,
			mapping: `
mapping: 1
file: {format: xml, record: LEIData/LEIRecords/LEIRecord}
fields:
  lei: LEI
  name: Entity/LegalName
  language: Entity/LegalName/@lang
  country: Entity/LegalAddress/Country
  form: Entity/LegalForm/EntityLegalFormCode
  status: {from: Entity/EntityStatus, map: {ACTIVE: active, INACTIVE: ceased}}
  registration: {from: Registration/RegistrationStatus, case: lower}
  registered: Registration/InitialRegistrationDate
  names: {from: Entity/OtherEntityNames/OtherEntityName, join: "; "}
`,
			first: map[string]string{
				"lei": "029200013A5N6ZD0F605", "name": "AFRINVEST SECURITIES LIMITED", "language": "en", "country": "NG", "form": "8888",
				"status": "active", "registration": "issued", "registered": "2014-11-06T00:00:00Z", "names": "AFRINVEST SECURITIES LIMITED",
			},
		},
		{
			name: "Donations", file: "ftm-party-donations/donations_orgs.ftm.jsonl", mapping: ftmMapping, rows: 242,
			first: map[string]string{
				"id": "3b0f55460ac010625c09861f2e8fdda02cf75049", "payer": "Verband der Bayerischen Metall- und Elektroindustrie e.V.",
				"kind": "association", "city": "80333 München", "beneficiary": "FDP", "amount": "80000", "day": "2011-12-22",
				"names": "Verband der Bayerischen Metall- und Elektroindustrie e.V. / FDP",
			},
			where: func(r map[string]string) bool { return r["id"] == "3b0f55460ac010625c09861f2e8fdda02cf75049" },
		},
		{
			name: "FailedBanks", file: "fdic-failed-banks/banklist_2023.csv", rows: 567,
			mapping: `
mapping: 1
fields:
  cert: Cert
  name: Bank Name
  place: {concat: [{from: City}, {value: ", "}, {from: State}]}
  acquirer: Acquiring Institution
  closed: {from: Closing Date, date: D-Mon-YY, century: 1950}
`,
			first: map[string]string{
				"cert": "25851", "name": "Heartland Tri-State Bank", "place": "Elkhart, KS",
				"acquirer": "Dream First Bank, N.A.", "closed": "2023-07-28",
			},
		},
		{
			name: "MilitaryCompanies", file: "us-1260h-companies/sanctions.csv", rows: 397,
			mapping: `
mapping: 1
fields:
  name: {from: Clean Name, strip: "*"}
  listed: Start date
  ended: End date
  status: {from: {from: End date, default: listed}, map: {listed: listed}, else: delisted}
`,
			first: map[string]string{"name": "360 Security Technology Inc.", "listed": "2022-10-05", "status": "listed"},
		},
		{
			name: "Loans", file: "sba-loans/sba_case_ca_realestate.csv.gz", rows: 2101,
			mapping: `
mapping: 1
fields:
  loan: LoanNr_ChkDgt
  approved: {from: ApprovalDate, date: days since 1960-01-01}
  charged_off: {from: ChgOffDate, date: days since 1960-01-01}
  amount: DisbursementGross
  new: {from: NewExist, map: {"1": no, "2": yes}, others: keep}
  outcome: {from: MIS_Status, map: {P I F: paid, CHGOFF: charged_off}, others: keep}
`,
			first: map[string]string{"loan": "1004285007", "approved": "2001-04-09", "amount": "32812", "new": "no", "outcome": "paid"},
		},
		{
			name: "Penalties", file: "epa-echo-penalties/penalties.csv.gz", rows: 9047,
			mapping: `
mapping: 1
fields:
  key: {concat: [{from: registry_id}, {value: "/"}, {from: primary_law}]}
  registry: registry_id
  count: penalty_frequency
  federal: fed_penalty_assessed_amt
  state: {from: state, case: upper}
`,
			first: map[string]string{"key": "110000308131/CAA", "registry": "110000308131", "count": "4", "federal": "10960.0", "state": "MA"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, err := os.Open(filepath.Join(dir, tt.file))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = f.Close() }() // it was only read
			rows, problems := mapped(t, parse(t, tt.mapping), f, tt.file)
			if len(problems) > 0 {
				t.Errorf("%d problems, first: %s", len(problems), problems[0])
			}
			if len(rows) != tt.rows {
				t.Fatalf("%d rows, want %d", len(rows), tt.rows)
			}
			at := 0
			if tt.where != nil {
				at = slices.IndexFunc(rows, tt.where)
			}
			if diff := cmp.Diff(tt.first, rows[at]); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
