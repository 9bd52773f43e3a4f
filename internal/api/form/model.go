package form

import (
	"encoding/hex"
	"slices"
	"strconv"

	"probity/calendar"
	"probity/internal/store/impacts"
	"probity/internal/store/rulebooks"
)

// Model is a registered version of a model.
type Model struct {
	Model    string          `json:"model"`
	Version  int             `json:"version"`
	State    rulebooks.State `json:"state" doc:"draft, approved, active or retired."`
	Digest   string          `json:"digest" doc:"The SHA-256 of its file."`
	Author   string          `json:"author"`
	Approver string          `json:"approver,omitempty"`
}

// ModelOf is a version as it is answered.
func ModelOf(m *rulebooks.Model) Model {
	return Model{m.Code, m.Version, m.State, hex.EncodeToString(m.Digest), m.Author, m.Approver}
}

// Models is the register of models.
type Models struct {
	Models []Model `json:"models" nullable:"false"`
}

// ModelFile is a version with its file.
type ModelFile struct {
	Model
	File string `json:"file" doc:"The model's YAML as it was registered."`
}

// ImpactReport is a report on what a version would do to everybody.
type ImpactReport struct {
	Report   string       `json:"report" doc:"The SHA-256 by which approvals name it."`
	Version  int          `json:"version"`
	Against  string       `json:"against" doc:"The model and version that it compares with; empty where there was none."`
	Made     calendar.Day `json:"made"`
	By       string       `json:"by"`
	Ledger   int64        `json:"ledger"`
	Snapshot string       `json:"snapshot"`
}

// ImpactReports are those of one model, the newest first.
type ImpactReports struct {
	Reports []ImpactReport `json:"reports" nullable:"false"`
}

// ReportsOf are those of the reports that are about versions of the model.
func ReportsOf(model string, models []rulebooks.Model, reports []impacts.Report) []ImpactReport {
	list := []ImpactReport{}
	for _, r := range reports {
		of := slices.IndexFunc(models, func(m rulebooks.Model) bool { return m.Code == model && slices.Equal(m.Digest, r.Candidate) })
		if of < 0 {
			continue
		}
		one := ImpactReport{
			Report: hex.EncodeToString(r.Digest), Version: models[of].Version, Made: calendar.In(r.MadeAt, calendar.Shanghai), By: r.MadeBy, Ledger: r.Ledger, Snapshot: r.Snapshot,
		}
		if i := slices.IndexFunc(models, func(m rulebooks.Model) bool { return len(r.Current) > 0 && slices.Equal(m.Digest, r.Current) }); i >= 0 {
			one.Against = models[i].Code + "@" + strconv.Itoa(models[i].Version)
		}
		list = append(list, one)
	}
	return list
}
