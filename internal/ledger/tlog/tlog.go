// Package tlog checks the signed log over all ledgers: what stands in it, who signed it and when, whether it was ever
// taken back, and whether the entries somebody holds are those it commits to. It reads the folder of a log, or one
// receipt, and needs neither the database nor the network; it writes nothing and imports nothing that does.
//
// A log is a row of trees, one a period, each a folder in the layout of C2SP tlog-tiles. Leaf 0 of a tree is its
// [Anchor], which names the checkpoint on which the tree before it ended; every other leaf is the [ledger.Hash] of one
// entry, in the order of the entries' positions. Those hashes are salted: whoever reads the log learns how many entries
// were made and when, and nothing else. A checkpoint is a signed note (C2SP tlog-checkpoint) with two signatures of the
// log's key: the plain one, and a cosignature/v1, which carries the instant.
package tlog

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"

	"probity/internal/fault"
)

// Where things stand in the folder of a log.
const (
	AboutFile     = "about.json"  // an [About]
	KeysFile      = "keys"        // the public keys, see [ParseKeys]
	WitnessesFile = "witnesses"   // the policy on witnesses, where there is one, see [ParsePolicy]
	SegmentsDir   = "segments"    // a folder for each tree
	DroppedDir    = "dropped"     // the last checkpoint of each tree that was dropped
	HistoryFile   = "checkpoints" // in a tree's folder: earlier checkpoints, one a line as JSON
	Format        = 1             // the version of this layout
)

// About is what a log says of itself.
type About struct {
	Version int    `json:"version"`
	ID      string `json:"id"`
}

// Origin is the name of a tree, under which its checkpoints are signed.
func (a About) Origin(segment string) string { return "probity/" + a.ID + "/" + segment }

// Log is the folder of a log.
type Log struct {
	files fs.FS
	About About
	Keys  Keys
	// Policy is nil where the log has no witnesses.
	Policy *Policy
	// Segments are the names of the trees that are there, oldest first; Dropped those of which only the last checkpoint
	// was kept.
	Segments, Dropped []string
}

var segmentNames = regexp.MustCompile(`^\d{4,}-\d{4}-\d{2}$`)

// SegmentName is that of the tree with the number that begins in the period ("2026-11").
func SegmentName(number int64, period string) string { return fmt.Sprintf("%04d-%s", number, period) }

// NumberOf is the number of the tree of the name; 0 where it is no name of one.
func NumberOf(segment string) int64 {
	if !segmentNames.MatchString(segment) {
		return 0
	}
	n, err := strconv.ParseInt(segment[:len(segment)-len("-2026-11")], 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// PeriodOf is the period in which the tree of the name began.
func PeriodOf(segment string) string { return segment[len(segment)-len("2026-11"):] }

// Open reads what a log says of itself. A folder without a log is NotFound.
func Open(files fs.FS) (*Log, error) {
	l := &Log{files: files}
	b, err := fs.ReadFile(files, AboutFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "tlog.none", "there is no log: %s is missing", AboutFile).
			With("name the folder of the log: FILE.log beside the database")
	}
	if err != nil {
		return nil, unreadable(AboutFile, err)
	}
	if err := json.Unmarshal(b, &l.About); err != nil {
		return nil, Broken("about", "it cannot be read: %v", err).At(AboutFile)
	}
	if l.About.Version != Format {
		return nil, fault.New(fault.Invalid, "tlog.version", "the log has layout %d, this program reads %d", l.About.Version, Format).
			With("use the program that matches it")
	}
	if b, err = fs.ReadFile(files, KeysFile); err != nil {
		return nil, unreadable(KeysFile, err)
	}
	if l.Keys, err = ParseKeys(string(b)); err != nil {
		return nil, err
	}
	switch b, err = fs.ReadFile(files, WitnessesFile); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, unreadable(WitnessesFile, err)
	default:
		if l.Policy, err = ParsePolicy(string(b)); err != nil {
			return nil, err
		}
	}
	if l.Segments, err = names(files, SegmentsDir); err != nil {
		return nil, err
	}
	if l.Dropped, err = names(files, DroppedDir); err != nil {
		return nil, err
	}
	// One whose dropping was cut off is still there.
	l.Dropped = slices.DeleteFunc(l.Dropped, func(name string) bool { return slices.Contains(l.Segments, name) })
	return l, nil
}

// names are those of the trees in a folder, in the order of their numbers.
func names(files fs.FS, dir string) ([]string, error) {
	list, err := fs.ReadDir(files, dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, unreadable(dir, err)
	}
	var found []string
	for _, e := range list {
		if NumberOf(e.Name()) > 0 {
			found = append(found, e.Name())
		}
	}
	slices.SortFunc(found, func(a, b string) int { return int(NumberOf(a) - NumberOf(b)) })
	return found, nil
}

// Newest is the name of the last tree there ever was here, kept or dropped; "" where there was none.
func (l *Log) Newest() string {
	if n := len(l.Segments); n > 0 {
		return l.Segments[n-1]
	}
	if n := len(l.Dropped); n > 0 {
		return l.Dropped[n-1]
	}
	return ""
}

// Tree is the tree of the name.
func (l *Log) Tree(segment string) (*Tree, error) {
	sub, err := fs.Sub(l.files, path.Join(SegmentsDir, segment))
	if err != nil {
		return nil, unreadable(segment, err)
	}
	return &Tree{files: sub, Name: segment, origin: l.About.Origin(segment), keys: l.Keys}, nil
}

// Broken is a fault that the log or what is held against it shows. Anything else that a check returns means that we
// could not look.
func Broken(rule, format string, args ...any) *fault.Error {
	return fault.New(fault.Conflict, "tlog."+rule, format, args...).
		With("treat the log and the database as tampered with: keep a copy of both, and compare them with a backup")
}

func unreadable(name string, err error) error {
	return fault.New(fault.Unavailable, "tlog.read", "it cannot be read: %v", err).By(err).At(name).
		With("check that the folder of the log is whole and that you may read it")
}
