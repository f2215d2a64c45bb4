// Package conformance reads the cases of testdata/conformance and runs them with an
// evaluator: the library or another implementation of the language.
//
// A case is a txtar archive that reads like a page of documentation:
//
//	A text that says what the case shows.
//
//	covers: A sentence of the language reference that the case shows.
//	covers: The beginning of another …
//	-- schema.score --      optional: replaces the standard schema
//	-- coffee.score --      one or more rule files
//	-- Lead.csv --          data: <Entity>.csv or <Entity>.ndjson files,
//	-- EmailOpened.ndjson --   or one data.json
//	-- leads --             optional: the ids to score, one per line; by default all leads
//	-- stopped --           optional: the models that are stopped, one name per line
//	-- as_of --             the instant for which leads are scored, RFC 3339
//	-- want --              one line for each lead and model
//	lead-1  Coffee  scored  53  Warm  ready
//	lead-1  Tea     scored  0   -     not ready
//	lead-1  Fit     scored  40  -     ready      label A1  Size 30 A  Visits 10 1
//	lead-2  Coffee  no parent
//	lead-9  error   lead "lead-9": no such lead
//	-- explain --           optional: the contributions of the conditions
//	lead-1  Coffee  "Opened an email"  3 x +10 = 30
//	    3 holds: each EmailOpened
//	        2026-05-01T09:00:00Z EmailOpened open-1 x1
//	lead-1  Tea     "Clicked"          0 x +5 = 0
//	    0 fails: each EmailClicked
//	        missing: no EmailClicked has "ada" as its Contact
//	-- ledger --            optional: the account of each score, without lines of 0
//	lead-1  Fit  40
//	    +30  Size / Company / from 100: 1 x +30
//	    +25  Size / Director: 1 x +25
//	    -15  Size / limit up to 40
//	-- before --            optional: the stages of leads before
//	lead-1  "Life cycle"  Engaged
//	-- stages --            optional: the stages of leads, and from which one they have come
//	lead-1  "Life cycle"  Won      from Engaged  then "tell the owner"
//	lead-2  "Life cycle"  Inquiry
//	-- moves --             optional: the moves of leads after as_of, by history alone
//	to 2026-06-30T00:00:00Z
//	lead-1  2026-06-01T10:00:00.000001Z  "Life cycle"  Inquiry  from Won
//	-- changes --           optional: when results change after as_of, and what they are then
//	to 2026-08-01T00:00:00Z
//	lead-1  2026-07-30T09:00:00.000001Z  Coffee  scored  43  Warm  not ready
//	-- contacts --          optional: the contacts for which leads are created, one id per line
//	-- create --            the leads that are to be created for these
//	contact ada  Woodworking  Campaign spring  because of FormSubmitted form-1  id f00d…  Topic = Wood
//	-- assign --            optional: what assignments give to the leads
//	lead-1  Sales  "Small accounts"  Owner = seat-1, Priority = Normal
//	-- tests --             optional: the results of the tests in the rule files
//	-- formatted --         optional: the last rule file in canonical form
//
// Names with spaces are quoted; a dash means no grade or an empty label. After ready are
// the label, if the model has one, and each dimension's name, score and grade. If the rules have errors, the
// file errors, with the text of the diagnostics, replaces want. A case without
// either shows how rules are formatted; these compile. White space at the ends of
// lines, and the amount of it between columns, does not matter.
package conformance

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing/fstest"
	"time"

	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/source/tables"
	"github.com/leadscore/leadscore/traverse"
)

// Names of files in a case that are neither rules nor data.
const (
	schemaFile    = "schema.score"
	dataFile      = "data.json"
	leadsFile     = "leads"
	stoppedFile   = "stopped"
	asOfFile      = "as_of"
	wantFile      = "want"
	explainFile   = "explain"
	ledgerFile    = "ledger"
	errorsFile    = "errors"
	changesFile   = "changes"
	beforeFile    = "before"
	stagesFile    = "stages"
	movesFile     = "moves"
	testsFile     = "tests"
	contactsFile  = "contacts"
	createFile    = "create"
	assignFile    = "assign"
	formattedFile = "formatted"
)

// A Case is one conformance case.
type Case struct {
	Name string // the path below the root, without .txtar
	Doc  string // says what the case shows
	// Covers quotes the sentences of the language reference that the case covers.
	Covers []string
	// Base is the schema that the files extend: the standard schema, or nil if the
	// case has a schema of its own.
	Base  *traverse.Schema
	Files []File // the schema file, if there is one, and the rule files
	AsOf  time.Time
	// Stopped names the models that are stopped.
	Stopped []string

	// Before are the stages of leads before, by lead and block; without one it is "".
	Before map[string]map[string]string
	// Contacts are those for which leads are created.
	Contacts []string

	leads   []string
	data    fs.FS // nil if there is none
	archive *archive
}

// A File is a schema or rule file of a case.
type File struct{ Name, Text string }

// A Row is the result of an evaluator for one lead and model, or for a lead that
// could not be scored.
type Row struct {
	Lead, Model string
	Err         error // why the lead could not be scored; the fields below are not set
	Status      string
	Score       int64
	Grade       string // "" means no grade
	Ready       bool
	Labeled     bool   // the model has a label
	Label       string // "" if it is empty
	Dimensions  []Dimension
	// Contributions are compared with those of the case unless they are nil.
	Contributions []Contribution
	// Ledger is compared with that of the case unless it is nil.
	Ledger []Line
}

// A Line is a line of the account of a score.
type Line struct {
	Amount string // with its sign
	Text   string // what adds it, after the places that hold it
}

// A Dimension is the result of one dimension of a model.
type Dimension struct {
	Name  string
	Score int64  // before its weight
	Grade string // "" means no grade
}

// A Contribution is the contribution of one condition, or of one row of a table.
type Contribution struct {
	Condition  string
	Row        string // of a table, without its points; or ""
	Multiplier string // a whole number, or a fraction in lowest terms
	Points     int64
	Score      int64
	Children   []Child
}

// A Child is the count of one child of a condition.
type Child struct {
	Rule        string // with its display name
	Count       uint64
	Weight      string // of a child with a decay, as a number or a fraction in lowest terms; or ""
	Holds       bool
	Occurrences []Occurrence
	Missing     []string // what is missing where its path leads, as sentences
}

// An Occurrence is a record that a child counted.
type Occurrence struct {
	Entity, ID string
	Time       time.Time
	Routes     uint64
}

// An Evaluator evaluates a case. It returns one row for each lead and model: leads
// in the order of [Case.Leads], models in the order of the files. If the rules have
// errors, its error is a [dsl.Diagnostics].
type Evaluator func(ctx context.Context, c *Case) ([]Row, error)

// Read parses every case below the root of fsys.
func Read(fsys fs.FS) ([]*Case, error) {
	var cases []*Case
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".txtar" {
			return err
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		c, err := Parse(strings.TrimSuffix(name, ".txtar"), string(text))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		cases = append(cases, c)
		return nil
	})
	return cases, err
}

// Parse parses one case.
func Parse(name, text string) (*Case, error) {
	a := parseArchive(text)
	c := &Case{Name: name, Base: traverse.Standard(), archive: a}
	var doc strings.Builder
	for line := range strings.Lines(a.comment) {
		if sentence, ok := strings.CutPrefix(line, "covers: "); ok {
			c.Covers = append(c.Covers, strings.TrimSpace(sentence))
			continue
		}
		doc.WriteString(line)
	}
	c.Doc = strings.TrimSpace(doc.String())
	if c.Doc == "" {
		return nil, errors.New("the case has no text that says what it shows")
	}
	data := fstest.MapFS{}
	var rules []File
	for i, f := range a.files {
		switch ext := path.Ext(f.name); {
		case slices.ContainsFunc(a.files[:i], func(g file) bool { return g.name == f.name }):
			return nil, fmt.Errorf("there are two files %s", f.name)
		case f.name == schemaFile:
			c.Base = nil
			c.Files = append(c.Files, File{f.name, f.text})
		case ext == ".score":
			rules = append(rules, File{f.name, f.text})
		case f.name == dataFile, ext == ".csv", ext == ".ndjson":
			data[f.name] = &fstest.MapFile{Data: []byte(f.text)}
		case f.name == asOfFile:
			asOf, err := time.Parse(time.RFC3339Nano, strings.TrimSpace(f.text))
			if err != nil {
				return nil, fmt.Errorf("as_of: %w", err)
			}
			c.AsOf = asOf
		case f.name == leadsFile:
			c.leads = strings.Fields(f.text)
		case f.name == contactsFile:
			c.Contacts = strings.Fields(f.text)
		case f.name == stoppedFile:
			for name := range strings.Lines(f.text) {
				c.Stopped = append(c.Stopped, strings.TrimSpace(name))
			}
		case f.name == beforeFile:
			if err := c.readBefore(f.text); err != nil {
				return nil, err
			}
		case slices.Contains([]string{wantFile, explainFile, ledgerFile, changesFile, stagesFile, movesFile, errorsFile, testsFile, formattedFile, createFile, assignFile}, f.name):
		default:
			return nil, fmt.Errorf("unknown file %s", f.name)
		}
	}
	c.Files = append(c.Files, rules...)
	if len(data) > 0 {
		c.data = data
	}
	wrong := a.get(errorsFile) != nil
	switch {
	case len(rules) == 0 && c.Base != nil:
		return nil, errors.New("the case has no rules")
	case wrong && (a.get(wantFile) != nil || a.get(explainFile) != nil):
		return nil, errors.New("the case has both want and errors")
	case !c.Scores() && a.get(explainFile) != nil:
		return nil, errors.New("the case has explain, but not want")
	case !c.Scores() && a.get(ledgerFile) != nil:
		return nil, errors.New("the case has ledger, but not want")
	case !c.Scores() && a.get(changesFile) != nil:
		return nil, errors.New("the case has changes, but not want")
	case !c.Scores() && (a.get(stagesFile) != nil || a.get(movesFile) != nil):
		return nil, errors.New("the case has stages, but not want")
	case a.get(assignFile) != nil && (c.data == nil || c.AsOf.IsZero()):
		return nil, errors.New("the case has assign, but not data and as_of")
	case a.get(createFile) != nil && (c.data == nil || c.AsOf.IsZero() || c.Contacts == nil):
		return nil, errors.New("the case has create, but not data, contacts and as_of")
	case !wrong && !c.Scores() && a.get(formattedFile) == nil && a.get(testsFile) == nil && a.get(createFile) == nil && a.get(assignFile) == nil:
		return nil, errors.New("the case has neither want nor errors")
	case c.Scores() && (c.data == nil || c.AsOf.IsZero()):
		return nil, errors.New("the case has want, but not data and as_of")
	}
	return c, nil
}

// Scores reports whether the case has the scores of leads.
func (c *Case) Scores() bool { return c.archive.get(wantFile) != nil }

// Wrong reports whether the rules of the case have errors.
func (c *Case) Wrong() bool { return c.archive.get(errorsFile) != nil }

// Formatted returns the canonical form of the last rule file, if the case has it.
func (c *Case) Formatted() (string, bool) {
	f := c.archive.get(formattedFile)
	if f == nil {
		return "", false
	}
	return f.text, true
}

// Tests returns the results of the tests in the rule files, if the case has them.
func (c *Case) Tests() (string, bool) {
	f := c.archive.get(testsFile)
	if f == nil {
		return "", false
	}
	return f.text, true
}

// SetTests sets the results of the tests in the rule files.
func (c *Case) SetTests(text string) { c.archive.set(testsFile, text) }

// Changes returns when results change after the instant of the case, up to another, if the
// case has that.
func (c *Case) Changes() (to time.Time, text string, ok bool, err error) {
	f := c.archive.get(changesFile)
	if f == nil {
		return time.Time{}, "", false, nil
	}
	first, _, _ := strings.Cut(f.text, "\n")
	to, err = time.Parse("to "+time.RFC3339Nano, first)
	return to, f.text, true, err
}

// SetChanges sets when results change.
func (c *Case) SetChanges(text string) { c.archive.set(changesFile, text) }

// ChangesText returns the changes of a case up to an instant as it has them. after are the
// results as of each.
func ChangesText(to time.Time, at []time.Time, after []Row) string {
	var b strings.Builder
	fmt.Fprintln(&b, to.Format("to "+time.RFC3339Nano))
	for i, r := range after {
		line := columns(r)
		line = slices.Insert(line, 1, at[i].UTC().Format(time.RFC3339Nano))
		fmt.Fprintln(&b, strings.Join(line, "  "))
	}
	return b.String()
}

// Explains reports whether the case has the contributions of conditions.
func (c *Case) Explains() bool { return c.archive.get(explainFile) != nil }

// Data returns the files of the case's data, or nil if it has none.
func (c *Case) Data() fs.FS { return c.data }

// Load loads the case's data. The schema must be the one that the rules were
// compiled with. Load fails if it would ignore a part of the data.
func (c *Case) Load(schema *traverse.Schema) (*tables.Data, error) {
	if c.data == nil {
		return nil, errors.New("the case has no data")
	}
	name := "."
	if _, err := fs.Stat(c.data, dataFile); err == nil {
		name = dataFile
	}
	data, err := tables.LoadFS(context.Background(), c.data, name, schema, tables.Options{})
	if err != nil {
		return nil, err
	}
	if notes := data.Report.Notes; len(notes) > 0 {
		return nil, errors.New(strings.Join(notes, "; "))
	}
	return data, nil
}

// Leads returns the ids of the leads to score: those that the case lists, or else
// all leads in the data.
func (c *Case) Leads(ctx context.Context, data *tables.Data) ([]string, error) {
	if c.leads != nil {
		return c.leads, nil
	}
	var ids []string
	for id, err := range data.Leads(ctx) {
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// Run evaluates the case. It fails if the result is not what the case wants.
func (c *Case) Run(ctx context.Context, evaluate Evaluator) error {
	got, err := c.answer(ctx, evaluate)
	if err != nil {
		return err
	}
	var bad []error
	for _, name := range []string{errorsFile, wantFile, explainFile, ledgerFile} {
		want, text := c.archive.get(name), got[name]
		optional := name == explainFile || name == ledgerFile
		switch {
		case want == nil && (text == "" || optional):
		case want == nil:
			bad = append(bad, fmt.Errorf("the case has no %s, but got:\n%s", name, text))
		case optional && text == "": // the evaluator does not explain
		case !same(name, want.text, text):
			bad = append(bad, fmt.Errorf("%s differs\n--- want\n%s--- got\n%s", name, want.text, text))
		}
	}
	return errors.Join(bad...)
}

// Update evaluates the case and returns the text of the case with the new result.
func (c *Case) Update(ctx context.Context, evaluate Evaluator) (string, error) {
	got, err := c.answer(ctx, evaluate)
	if err != nil {
		return "", err
	}
	a := *c.archive
	a.files = slices.DeleteFunc(slices.Clone(a.files), func(f file) bool {
		return f.name == wantFile && got[wantFile] == "" || f.name == errorsFile && got[errorsFile] == ""
	})
	for _, name := range []string{errorsFile, wantFile, explainFile, ledgerFile} {
		f := a.get(name)
		optional := name == explainFile || name == ledgerFile
		if text := got[name]; text != "" && (f == nil && !optional || f != nil && !same(name, f.text, text)) {
			a.set(name, text)
		}
	}
	return a.String(), nil
}

// answer evaluates the case and returns the files of the result, by name.
func (c *Case) answer(ctx context.Context, evaluate Evaluator) (map[string]string, error) {
	rows, err := evaluate(ctx, c)
	if diags, ok := errors.AsType[dsl.Diagnostics](err); ok {
		return map[string]string{errorsFile: diags.Error() + "\n"}, nil
	}
	if err != nil {
		return nil, err
	}
	return map[string]string{wantFile: table(rows), explainFile: explanation(rows), ledgerFile: ledger(rows)}, nil
}

// same reports whether two texts are equal. In messages, white space at the ends of
// lines is ignored; tables are compared by columns.
func same(name, a, b string) bool {
	lines := func(s string) []string {
		var out []string
		for line := range strings.Lines(strings.TrimRight(s, "\n")) {
			if name == errorsFile {
				line = strings.TrimRight(line, " \t\n")
			} else if line = strings.Join(strings.Fields(line), " "); line == "" {
				continue
			}
			out = append(out, line)
		}
		return out
	}
	return slices.Equal(lines(a), lines(b))
}

// table returns rows as text in aligned columns.
func table(rows []Row) string {
	cells := make([][]string, len(rows))
	for i, r := range rows {
		cells[i] = columns(r)
	}
	return aligned(cells)
}

// aligned returns lines of cells as text in columns.
func aligned(cells [][]string) string {
	var widths []int
	for i := range cells {
		for j, cell := range cells[i] {
			if j == len(widths) {
				widths = append(widths, 0)
			}
			if j < len(cells[i])-1 {
				widths[j] = max(widths[j], len([]rune(cell)))
			}
		}
	}
	var b strings.Builder
	for _, line := range cells {
		for j, cell := range line {
			b.WriteString(cell)
			if j < len(line)-1 {
				b.WriteString(strings.Repeat(" ", widths[j]-len([]rune(cell))+2))
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func columns(r Row) []string {
	if r.Err != nil {
		return []string{quoted(r.Lead), "error", r.Err.Error()}
	}
	line := []string{quoted(r.Lead), quoted(r.Model), r.Status}
	if r.Status != "scored" {
		return line
	}
	grade, ready := orDash(r.Grade), "not ready"
	if r.Ready {
		ready = "ready"
	}
	line = append(line, strconv.FormatInt(r.Score, 10), grade, ready)
	if r.Labeled {
		line = append(line, "label "+orDash(r.Label))
	}
	for _, d := range r.Dimensions {
		line = append(line, fmt.Sprintf("%s %d %s", quoted(d.Name), d.Score, orDash(d.Grade)))
	}
	return line
}

// orDash returns the name of a grade or label, or a dash if there is none.
func orDash(name string) string {
	if name == "" {
		return "-"
	}
	return quoted(name)
}

// quoted quotes a name that could be mistaken for something else.
func quoted(s string) string {
	if s == "" || s == "-" || s == "error" || strings.ContainsAny(s, " \t\n\"\\") {
		return strconv.Quote(s)
	}
	return s
}

func ledger(rows []Row) string {
	var b strings.Builder
	for _, r := range rows {
		if r.Ledger == nil {
			continue
		}
		fmt.Fprintf(&b, "%s  %s  %d\n", quoted(r.Lead), quoted(r.Model), r.Score)
		for _, l := range r.Ledger {
			fmt.Fprintf(&b, "    %s  %s\n", l.Amount, l.Text)
		}
	}
	return b.String()
}

func explanation(rows []Row) string {
	var b strings.Builder
	for _, r := range rows {
		for _, c := range r.Contributions {
			name := strconv.Quote(c.Condition)
			if c.Row != "" {
				name += "  " + c.Row
			}
			fmt.Fprintf(&b, "%s  %s  %s  %s x %+d = %d\n", quoted(r.Lead), quoted(r.Model), name, c.Multiplier, c.Points, c.Score)
			for _, ch := range c.Children {
				holds := "holds"
				if !ch.Holds {
					holds = "fails"
				}
				if ch.Weight != "" {
					holds = "weighing " + ch.Weight + " " + holds
				}
				fmt.Fprintf(&b, "    %d %s: %s\n", ch.Count, holds, ch.Rule)
				for _, o := range ch.Occurrences {
					at := "undated"
					if !o.Time.IsZero() {
						at = o.Time.UTC().Format(time.RFC3339Nano)
					}
					fmt.Fprintf(&b, "        %s %s %s x%d\n", at, o.Entity, o.ID, o.Routes)
				}
				for _, m := range ch.Missing {
					fmt.Fprintf(&b, "        missing: %s\n", m)
				}
			}
		}
	}
	return b.String()
}
