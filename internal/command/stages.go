package command

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/answer"
	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/spreadsheet"
)

func runStages(ctx context.Context, inv *invocation) error {
	rules, data := inv.ruleFlags(), inv.dataFlags()
	var leads list
	inv.list(&leads, "lead", "look only at the lead with this `ID`; may be given several times")
	name := inv.flags.String("before", "", "read the stages before from `FILE`, which an earlier run printed as json; without it all leads begin in the first stage")
	inv.formatFlag("table", "print the stages as `FORMAT`: table, json (one object per line) or csv", "json", "csv")
	why := inv.flags.Bool("why", false, "say why a lead moved to another stage; json always does")
	set, names, err := rules.compileFor(ctx, data)
	if err != nil {
		return err
	}
	if len(set.Stages()) == 0 {
		return fmt.Errorf("there are no stages in %s", strings.Join(names, ", "))
	}
	before := stagesBefore{}
	if *name != "" {
		if before, err = readStages(*name, set); err != nil {
			return err
		}
	}
	p := startProgress(inv.streams)
	defer p.stop()
	data.resolve(set)
	wanted := allScores
	if len(leads) > 0 {
		wanted = someLeads
	}
	loaded, err := data.loadAndAudit(ctx, inv, p, wanted, set)
	if err != nil {
		return err
	}
	out := &stageTable{inv: inv, why: *why, rows: [][]string{{"LEAD", "STAGES", "STAGE", "FROM", "THEN"}}}
	if err := out.begin(); err != nil {
		return err
	}
	opts := append(data.options(loaded), leadscore.StagesBefore(before.of))
	run := &scoring{inv: inv, progress: p, set: set, data: loaded, leads: leads, said: "looked at"}
	// A lead that cannot be scored keeps its stages, for the next run to begin with.
	run.failed = func(lead string) error {
		for _, s := range set.Stages() {
			if stage := before.of(lead, s.Name()); stage != "" {
				if err := out.stage(lead, leadscore.StageResult{Stages: s.Name(), Stage: stage}); err != nil {
					return err
				}
			}
		}
		return nil
	}
	err = run.each(ctx, opts, func(r leadscore.SetResult) error {
		for _, s := range r.Stages() {
			if err := out.stage(r.Lead, s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := out.end(); err != nil {
		return err
	}
	return inv.failures(run.failures, run.count)
}

// stagesBefore are stages by lead and block.
type stagesBefore map[leadAndBlock]string

type leadAndBlock struct{ lead, stages string }

// of returns the stage of a lead in a block, or "".
func (b stagesBefore) of(lead, stages string) string { return b[leadAndBlock{lead, stages}] }

// readStages reads what an earlier run printed as JSON lines.
func readStages(name string, set *leadscore.Set) (stagesBefore, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	b := stagesBefore{}
	in := json.NewDecoder(bufio.NewReader(file))
	began, ended := false, false
	for n := 1; ; n++ {
		var line map[string]json.RawMessage
		err := in.Decode(&line)
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil && ended {
			err = errors.New("it follows the end")
		}
		if text, ok := line[answer.KeyStage]; ok && err == nil {
			err = b.add(text, set)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: object %d: %w", name, n, err)
		}
		began = began || line[answer.KeyBegin] != nil
		ended = ended || line[answer.KeyEnd] != nil
	}
	switch {
	case began && !ended:
		return nil, fmt.Errorf("%s: the run that printed it did not end: its last line is missing", name)
	case len(b) == 0 && !began:
		return nil, fmt.Errorf("%s: it has no stages; print them with --format json", name)
	}
	return b, nil
}

// add adds the stage in a line.
func (b stagesBefore) add(text json.RawMessage, set *leadscore.Set) error {
	var s answer.LeadStage
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	var blocks []string
	for _, block := range set.Stages() {
		blocks = append(blocks, block.Name())
	}
	key := leadAndBlock{s.Lead, s.Stages}
	switch _, again := b[key]; {
	case s.Lead == "" || s.Stages == "" || s.Stage == "":
		return errors.New("lead, stages or stage is missing")
	case again:
		return fmt.Errorf("lead %s has two stages of %s", shown.Quote(s.Lead), shown.Quote(s.Stages))
	case !slices.Contains(blocks, s.Stages):
		near := nearest.Name(s.Stages, slices.Values(blocks))
		if near != "" {
			near = shown.Quote(near)
		}
		return fmt.Errorf("the rules have no stages %s%s", shown.Quote(s.Stages), nearest.Hint(near))
	}
	b[key] = s.Stage
	return nil
}

// A stageTable prints stages.
type stageTable struct {
	inv  *invocation
	why  bool
	rows [][]string
	csv  *csv.Writer
}

// begin writes the head of CSV.
func (t *stageTable) begin() error {
	if *t.inv.format != "csv" {
		return nil
	}
	t.csv = csv.NewWriter(t.inv.out)
	return t.csv.Write([]string{"lead", "stages", "stage", "from", "as_of", "then"})
}

// stage prints the stage of a lead.
func (t *stageTable) stage(lead string, s leadscore.StageResult) error {
	if t.inv.json != nil {
		return t.inv.json.Line(answer.KeyStage, answer.LeadStage{Lead: lead, StageResult: s})
	}
	from, then, asOf := "", "", ""
	if s.Move != nil {
		from, then, asOf = s.Move.From, s.Move.Then, s.Move.AsOf.Format(time.RFC3339Nano)
	}
	if t.csv != nil {
		return t.csv.Write([]string{spreadsheet.Cell(lead), spreadsheet.Cell(s.Stages), spreadsheet.Cell(s.Stage), spreadsheet.Cell(from), asOf, spreadsheet.Cell(then)})
	}
	row := []string{lead, s.Stages, s.Stage, from, then}
	switch {
	case from == "":
		row = row[:3] // lines end without blanks
	case then == "":
		row = row[:4]
	}
	for i, cell := range row {
		row[i] = shown.Printable(cell)
	}
	t.rows = append(t.rows, row)
	if t.why && s.Move != nil {
		for _, r := range s.Move.Reasons {
			t.rows = append(t.rows, []string{"", "", "  " + r.String()})
		}
	}
	return nil
}

// end prints the table, or what is left of CSV.
func (t *stageTable) end() error {
	switch {
	case t.inv.json != nil:
		return nil
	case t.csv != nil:
		t.csv.Flush()
		return t.csv.Error()
	}
	_, err := fmt.Fprint(t.inv.out, aligned(t.rows))
	return err
}
