package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/dsl"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/modeldiff"
	"github.com/leadscore/leadscore/internal/shown"
)

func runDiff(ctx context.Context, s streams, args []string) error {
	f := newFlags("diff")
	schemaFile := f.String("schema", "", "use the schema in `FILE` instead of the standard schema")
	dataName := f.String("data", "", "say what the change does to the leads of `DIR`, with one <Entity>.csv or <Entity>.ndjson an entity, or of FILE, a .json file")
	mapping := mappingFlag(f)
	asOfText := f.String("as-of", "", "score as of `TIME`, in RFC 3339 or as a date, which is that day's start in UTC (default now)")
	format := f.String("format", "text", "print a `FORMAT`: text or json (one object a line)")
	most := f.Int("limit", 20, "list at most `N` leads that change; 0 lists all")
	color := colorFlag(f)
	names, err := parseFlags(s, f, args)
	switch {
	case err != nil:
		return err
	case len(names) != 2:
		return badUsage("two versions are wanted: a file or folder each")
	case *format != "text" && *format != "json":
		return badUsage("--format %q is none of text and json", *format)
	case *mapping != "" && *dataName == "":
		return badUsage("--mapping means nothing without --data")
	case *asOfText != "" && *dataName == "":
		return badUsage("--as-of means nothing without --data")
	}
	tell, err := newTeller(s, *color)
	if err != nil {
		return err
	}
	asOf, err := parseAsOf(*asOfText)
	if err != nil {
		return err
	}
	older, err := readVersion(*schemaFile, names[0])
	if err != nil {
		return tell.told(err)
	}
	newer, err := readVersion(*schemaFile, names[1])
	if err != nil {
		return tell.told(err)
	}
	out := bufio.NewWriter(s.out)
	d := diffPrinter{w: out, json: *format == "json"}
	d.changes(append(modeldiff.Schemas(older.set.Schema(), newer.set.Schema()), modeldiff.Compare(older.models, newer.models)...))
	if *dataName == "" || d.err != nil {
		return errors.Join(d.err, out.Flush())
	}
	p := startProgress(s)
	defer p.stop()
	effect, err := compareLeads(ctx, p, older, newer, *dataName, *mapping, asOf)
	p.stop()
	if err != nil {
		return errors.Join(err, out.Flush())
	}
	d.effect(effect, *most)
	return errors.Join(d.err, out.Flush())
}

// A version is the rule files of one side.
type version struct {
	set    *leadscore.Set
	models []*check.Model
	trees  []*dsl.File
}

// readVersion compiles rule files, for models and for what they are made of.
func readVersion(schemaFile string, names ...string) (version, error) {
	schema, files, err := readFiles(schemaFile, names)
	if err != nil {
		return version{}, err
	}
	set, err := leadscore.CompileSet(schema, files)
	if err != nil {
		return version{}, err
	}
	var trees []*dsl.File
	for _, f := range files {
		tree, _ := dsl.Parse(f.Name, f.Text, dsl.Limits{})
		trees = append(trees, tree)
	}
	_, models, _ := check.Files(schema, trees...)
	return version{set, models, trees}, nil
}

// A leadChange is a lead whose grade or sales-ready state differs.
type leadChange struct {
	Lead       string            `json:"lead"`
	Model      string            `json:"model"`
	From       leadState         `json:"from"`
	To         leadState         `json:"to"`
	Conditions []conditionChange `json:"conditions"` // those that contribute something else, most first
}

type leadState struct {
	Status     string `json:"status"`
	Score      int64  `json:"score"`
	Grade      string `json:"grade"`
	SalesReady bool   `json:"sales_ready"`
}

// String returns the state as a table has it.
func (s leadState) String() string {
	if s.Status != leadscore.Scored.String() {
		return s.Status
	}
	text := fmt.Sprint(s.Score)
	if s.Grade != "" {
		text += " " + shown.Printable(s.Grade)
	}
	if s.SalesReady {
		text += ", sales ready"
	}
	return text
}

type conditionChange struct {
	Condition string `json:"condition"`
	From      int64  `json:"from"`
	To        int64  `json:"to"`
}

// An effect is what a change does to a population.
type effect struct {
	leads, scores int // all leads, and those of which some score differs
	gained, lost  int // results that become sales ready, and that no longer are
	grades        map[[2]string]int
	changes       []leadChange
}

// compareLeads scores all leads with both versions.
func compareLeads(ctx context.Context, p *progress, older, newer version, dataName, mapping string, asOf time.Time) (*effect, error) {
	p.say("loading the data")
	before, err := loadData(dataName, mapping, older.set.Schema(), false)
	if err != nil {
		return nil, err
	}
	after := before
	if older.set.Schema() != newer.set.Schema() {
		if after, err = loadData(dataName, mapping, newer.set.Schema(), false); err != nil {
			return nil, err
		}
	}
	// Before and now, by the names of now.
	was, renamed := map[string]string{}, map[string]map[string]string{}
	for now, old := range modeldiff.Models(older.models, newer.models) {
		was[now.Name], renamed[now.Name] = old.Name, modeldiff.Renamed(old, now)
	}
	opts := []leadscore.Option{leadscore.AsOf(asOf), leadscore.MaxRecords(math.MaxInt), leadscore.Explain(0)}
	next, stop := iter.Pull2(older.set.ScoreAll(ctx, before.Leads(ctx), before, opts...))
	defer stop()
	e := &effect{grades: map[[2]string]int{}}
	for now, err := range newer.set.ScoreAll(ctx, after.Leads(ctx), after, opts...) {
		old, oldErr, ok := next()
		if err = cmp.Or(err, oldErr); err != nil {
			return nil, err
		}
		if !ok || old.Lead != now.Lead {
			return nil, fmt.Errorf("the versions do not see the same leads: %q and %q", old.Lead, now.Lead)
		}
		e.leads++
		p.sayf("compared %d of %d leads", e.leads, after.Len("Lead"))
		results := map[string]leadscore.Result{}
		for _, r := range old.Results {
			results[r.Model] = r
		}
		differs := false
		for _, r := range now.Results {
			if name, ok := was[r.Model]; ok {
				differs = e.compare(results[name], r, renamed[r.Model]) || differs
			}
		}
		if differs {
			e.scores++
		}
	}
	return e, nil
}

func stateOf(r leadscore.Result) leadState {
	return leadState{r.Status.String(), r.Score, r.Grade, r.SalesReady}
}

// compare takes down how two results of a lead differ, and reports whether they do.
func (e *effect) compare(old, now leadscore.Result, renamed map[string]string) bool {
	from, to := stateOf(old), stateOf(now)
	if from == to {
		return false
	}
	switch {
	case from.SalesReady && !to.SalesReady:
		e.lost++
	case !from.SalesReady && to.SalesReady:
		e.gained++
	case from.Grade == to.Grade && from.Status == to.Status:
		return true
	}
	if from.Grade != to.Grade {
		e.grades[[2]string{from.Grade, to.Grade}]++
	}
	change := leadChange{Lead: now.Lead, Model: now.Model, From: from, To: to, Conditions: []conditionChange{}}
	before := map[string]int64{}
	for c := range old.Contributions() {
		before[c.Condition] = c.Score
	}
	for c := range now.Contributions() {
		name := c.Condition
		if was, ok := renamed[name]; ok {
			name = was
		} else if _, ok := before[name]; ok {
			name = "" // another condition of that name, which is gone
		}
		if before[name] != c.Score {
			change.Conditions = append(change.Conditions, conditionChange{c.Condition, before[name], c.Score})
		}
		delete(before, name)
	}
	for name, score := range before {
		if score != 0 {
			change.Conditions = append(change.Conditions, conditionChange{name, score, 0})
		}
	}
	slices.SortFunc(change.Conditions, func(a, b conditionChange) int {
		return cmp.Or(cmp.Compare(b.size(), a.size()), cmp.Compare(a.Condition, b.Condition))
	})
	e.changes = append(e.changes, change)
	return true
}

// size is how much a condition has changed, whatever the sign.
func (c conditionChange) size() uint64 {
	if c.To > c.From {
		return uint64(c.To) - uint64(c.From)
	}
	return uint64(c.From) - uint64(c.To)
}

// diffPrinter prints differences. It keeps the first error.
type diffPrinter struct {
	w    io.Writer
	json bool
	err  error
}

func (d *diffPrinter) printf(format string, args ...any) {
	if d.err == nil {
		_, d.err = fmt.Fprintf(d.w, format, args...)
	}
}

func (d *diffPrinter) object(v any) {
	if d.err == nil {
		e := json.NewEncoder(d.w)
		e.SetEscapeHTML(false)
		d.err = e.Encode(v)
	}
}

func (d *diffPrinter) changes(changes []modeldiff.Change) {
	model := ""
	for i, c := range changes {
		if d.json {
			d.object(c)
			continue
		}
		if i == 0 || c.Model != model {
			model = c.Model
			d.printf("%s\n", cmp.Or(shown.Printable(model), "the schema"))
		}
		d.printf("  %s\n", shown.Printable(c.String()))
	}
	if len(changes) == 0 && !d.json {
		d.printf("models and schema are the same\n")
	}
}

func (d *diffPrinter) effect(e *effect, most int) {
	listed := e.changes
	if most > 0 && len(listed) > most {
		listed = listed[:most]
	}
	if d.json {
		for _, c := range listed {
			d.object(c)
		}
		d.object(struct {
			Leads   int `json:"leads"`
			Differ  int `json:"differ"`
			Gained  int `json:"sales_ready_gained"`
			Lost    int `json:"sales_ready_lost"`
			Changed int `json:"changed"`
		}{e.leads, e.scores, e.gained, e.lost, len(e.changes)})
		return
	}
	d.printf("\n%d of %d leads score differently\n", e.scores, e.leads)
	d.printf("  sales ready: %d more, %d no longer\n", e.gained, e.lost)
	moves := make([][2]string, 0, len(e.grades))
	for move := range e.grades {
		moves = append(moves, move)
	}
	slices.SortFunc(moves, func(a, b [2]string) int {
		return cmp.Or(cmp.Compare(e.grades[b], e.grades[a]), cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
	for _, move := range moves {
		d.printf("  grade %s to %s: %d\n", gradeName(move[0]), gradeName(move[1]), e.grades[move])
	}
	for i, c := range listed {
		if i == 0 {
			d.printf("\n")
		}
		d.printf("%s, %s: %s -> %s\n", shown.Printable(c.Lead), shown.Printable(c.Model), c.From, c.To)
		for _, x := range c.Conditions {
			d.printf("  %s: %+d -> %+d\n", shown.Printable(x.Condition), x.From, x.To)
		}
	}
	if more := len(e.changes) - len(listed); more > 0 {
		d.printf("and %d more; --limit 0 lists all\n", more)
	}
}

func gradeName(name string) string {
	if name == "" {
		return "none"
	}
	return shown.Printable(name)
}
