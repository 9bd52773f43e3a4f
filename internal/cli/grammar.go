package cli

import (
	"errors"
	"io"

	"github.com/alecthomas/kong"

	"probity/internal/cli/acts"
	"probity/internal/cli/agreements"
	"probity/internal/cli/console"
	"probity/internal/cli/keys"
	"probity/internal/cli/lab"
	"probity/internal/cli/linking"
	"probity/internal/cli/own"
	"probity/internal/cli/population"
	"probity/internal/cli/reads"
	"probity/internal/cli/remedy"
	"probity/internal/cli/reviewing"
	"probity/internal/cli/rules"
	"probity/internal/cli/serving"
	"probity/internal/cli/telling"
	"probity/internal/cli/upkeep"
)

// everywhere are the flags that every command has.
type everywhere struct {
	console.Flags
	Help helpFlag `name:"help" short:"h" group:"everywhere" help:"Show what the command does, with examples."`
}

// grammar is every command there is. The order is the order of the help.
type grammar struct {
	everywhere

	Init         initCommand          `cmd:"" help:"Make a database and load the built-in catalogue."`
	Ingest       ingestCommand        `cmd:"" help:"Take agencies' files in."`
	Consume      consumeCommand       `cmd:"" help:"Take in what comes on a Kafka topic."`
	Quarantine   quarantineCommands   `cmd:"" help:"Rows that wait until somebody has mended them."`
	Submission   submissionCommands   `cmd:"" help:"The files that came in, and what became of their rows."`
	Subject      subjectCommands      `cmd:"" help:"Who records are about: find, show, join and part subjects."`
	Review       reviewing.Commands   `cmd:"" help:"Subjects that may be one: find them, lay them side by side, decide."`
	Record       recordCommands       `cmd:"" help:"What is recorded: one record with its versions and where they came from."`
	Rate         rateCommand          `cmd:"" help:"Say what a model says of a subject, or rate everybody."`
	Explain      explainCommand       `cmd:"" help:"Show how a rating came about, point by point."`
	History      historyCommand       `cmd:"" help:"List what a model said of a subject over time."`
	Decide       decideCommand        `cmd:"" help:"Say whether a benefit or a restriction applies to a subject, and why."`
	Model        rules.Models         `cmd:"" help:"Rating models and their life: check, register, approve, put in force."`
	Consent      own.Consents         `cmd:"" help:"What persons agreed to."`
	File         own.File             `cmd:"" help:"A subject's own file, whole and free."`
	Dispute      own.Disputes         `cmd:"" help:"What subjects contest on their files, and what came of it."`
	Statement    own.Statements       `cmd:"" help:"The subjects' own words beside their records."`
	Recall       own.Recalls          `cmd:"" help:"What was received and has to be taken back: who was told, and who is late."`
	Notice       own.Notices          `cmd:"" help:"What subjects are told: the inbox, and the ways on which notices reach them."`
	Order        acts.Orders          `cmd:"" help:"Orders of courts and authorities, from which restrictions come."`
	List         acts.Lists           `cmd:"" help:"Lists of serious dishonesty and of honour, and the procedure onto them and off them."`
	Repair       remedy.Repairs       `cmd:"" help:"The way back: what is shown until when, what repairs it, and who decides."`
	Ruling       remedy.Rulings       `cmd:"" help:"Decisions of named officials about persons, for reasons of their own, and their review."`
	Clock        remedy.Clocks        `cmd:"" help:"The time limits that law and Charter set, with their sources."`
	Credential   credentialCommands   `cmd:"" help:"Who may act here: officials, and subjects on their own file."`
	Key          keys.Commands        `cmd:"" help:"The keys by which agencies' systems sign and connect."`
	Role         keys.Roles           `cmd:"" help:"What officials are appointed to, for how long, and by whom."`
	Mandate      keys.Mandates        `cmd:"" help:"Who may act for whom, in what, and until when."`
	Account      keys.Accounts        `cmd:"" help:"Accounts of people at issuers of OpenID Connect, and to which credentials they lead."`
	Agreement    agreements.Commands  `cmd:"" help:"By which agreements agencies read what is not theirs by law."`
	Subscription telling.Commands     `cmd:"" help:"Which changes agencies' systems are told of, and how."`
	Reads        reads.Commands       `cmd:"" help:"Who looked: what subjects see of it, what a court keeps back for a time, and how often agencies read."`
	Ledger       upkeep.Ledger        `cmd:"" help:"The record of who looked and who acted."`
	Erase        upkeep.Erase         `cmd:"" help:"Erase a file or a record, for good."`
	Retention    upkeep.Retention     `cmd:"" help:"What has lapsed, and how long everything is kept."`
	Backup       upkeep.Backup        `cmd:"" help:"Write a copy of the database, without the keys."`
	Restore      upkeep.Restore       `cmd:"" help:"Put a backup back; what was erased since stays gone."`
	Move         upkeep.Move          `cmd:"" help:"Carry a database with all its history to another place, and prove it the same."`
	Rebuild      rebuildCommand       `cmd:"" help:"Compute again what is derived, and find no difference."`
	Snapshot     population.Snapshots `cmd:"" help:"Everybody's facts as columns in files: to rate whole populations, and for analysts."`
	Job          population.Jobs      `cmd:"" help:"Work on everybody, by plan or by order: make it, see how far it has come, pause, resume and cancel it."`
	Link         linking.Commands     `cmd:"" help:"Which records of files are about the same one, where no strong identifier says so."`
	Lab          lab.Commands         `cmd:"" help:"The policy laboratory: what a policy would do, tried on generated people who belong to nobody."`
	Demo         demoCommand          `cmd:"" help:"Make up the Yangtze delta, take its agencies' files in, rate everybody, and serve the page."`
	Serve        serving.Serve        `cmd:"" help:"Serve the pages and the API: search a company, see its rating; /v1 for programs."`
	Config       serving.Config       `cmd:"" help:"The settings of the server: find their faults, and see where each comes from."`
	Identifier   identifierCommands   `cmd:"" help:"Check identifiers: credit codes, organisation codes, LEIs, resident numbers."`
	Catalogue    rules.Catalogue      `cmd:"" help:"The closed list of what may be recorded: datasets, agencies, contexts, purposes, measures."`
	Completion   completionCommand    `cmd:"" help:"Print the completion script of a shell."`
	Version      versionCommand       `cmd:"" help:"Say which version this is."`
	Complete     completeCommand      `cmd:"" hidden:"" name:"complete" passthrough:"" help:"List what may follow the given words; the completion scripts call it."`
}

const summary = "Open credit-information platform: agencies' files in, explained ratings and reasoned answers out."

// newParser builds the parser over g. Defaults that come from the environment are read through p, never directly.
func newParser(g *grammar, p Process) (*kong.Kong, error) {
	return kong.New(g,
		kong.Name("probity"),
		kong.Description(summary),
		kong.NoDefaultHelp(),
		kong.Writers(p.Out, io.Discard),
		kong.Exit(func(int) {}), // nothing below Main ends the process
		kong.Vars{"db": console.Either(p.Env("PROBITY_DB"), "sqlite:probity.db"), "as": p.Env("PROBITY_AS")},
		kong.ExplicitGroups([]kong.Group{{Key: "everywhere", Title: "Everywhere:"}}),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
	)
}

// errHelpShown ends parsing once --help has been answered.
var errHelpShown = errors.New("help was shown")

// helpFlag answers --help before anything else is checked, so that it works on an incomplete command.
type helpFlag bool

// IgnoreDefault tells the parser that the flag has no default to apply.
func (helpFlag) IgnoreDefault() {}

// BeforeReset prints the help of the command typed so far.
func (helpFlag) BeforeReset(ctx *kong.Context) error {
	if err := ctx.PrintUsage(false); err != nil {
		return err
	}
	return errHelpShown
}

// showOverview is the answer to the bare program name: the help, and the exit code of wrong use.
func showOverview(parser *kong.Kong) error {
	if _, err := parser.Parse([]string{"--help"}); !errors.Is(err, errHelpShown) {
		return err
	}
	return console.Exit(console.ExitMisuse)
}
