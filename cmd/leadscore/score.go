package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/explain"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/source/tables"
	"github.com/leadscore/leadscore/spreadsheet"
)

func runScore(ctx context.Context, inv *invocation) error {
	rules, data := inv.ruleFlags(), inv.dataFlags()
	format := inv.choice("format", "table", "print results as `FORMAT`: table, json (one object per line) or csv", "json", "csv")
	explained := inv.flags.Bool("explain", false, "explain what each condition contributed")
	names, err := inv.parse()
	if err != nil {
		return err
	}
	if err := data.required(); err != nil {
		return err
	}
	if len(names) == 0 {
		return badUsage("name at least one rule file or folder")
	}
	set, err := rules.compileModels(ctx, names...)
	if err != nil {
		return inv.report(err)
	}

	p := startProgress(inv.streams)
	defer p.stop()
	data.resolve(set)
	loaded, err := data.load(ctx, p, set.Schema())
	if err != nil {
		return err
	}

	if err := data.audit(ctx, p, set, loaded); err != nil {
		return err
	}
	opts := data.options()
	if *explained {
		opts = append(opts, leadscore.Explain(explain.Occurrences))
	}
	out := bufio.NewWriter(inv.out)
	printer, err := newPrinter(*format, out, *explained)
	if err != nil {
		return err
	}
	failed, err := scoreAll(ctx, inv, p, set, loaded, printer, opts)
	p.stop()
	if err == nil {
		err = printer.end()
	}
	if err = errors.Join(err, out.Flush()); err != nil {
		return err
	}
	return inv.failures(failed, loaded.Len("Lead"))
}

// scoreAll scores and prints all leads. It reports those that cannot be scored, and
// returns how many there are.
func scoreAll(ctx context.Context, inv *invocation, p *progress, set *leadscore.Set, data *tables.Data, out printer, opts []leadscore.Option) (failed int, err error) {
	leads, scored := data.Len("Lead"), 0
	for r, err := range set.ScoreAll(ctx, data.Leads(ctx), data, opts...) {
		if bad, ok := errors.AsType[*leadscore.LeadError](err); ok {
			failed++
			p.printf("leadscore %s: %v\n", inv.command.name, bad)
			continue
		}
		if err == nil {
			scored++
			p.sayf("scored %d of %d leads", scored, leads)
			err = out.print(r)
		}
		if err != nil {
			return failed, err
		}
	}
	return failed, nil
}

// A printer prints results in one format.
type printer interface {
	print(leadscore.SetResult) error
	end() error
}

func newPrinter(format string, w io.Writer, explained bool) (printer, error) {
	switch {
	case format == "json":
		return jsonPrinter{jsonLines(w)}, nil
	case format == "csv":
		c := csv.NewWriter(w)
		header := []string{"lead", "model", "status", "score", "grade", "sales_ready"}
		if explained {
			header = append(header, "why")
		}
		return csvPrinter{c, explained}, c.Write(header)
	case explained:
		return explainPrinter{w}, nil
	}
	return &tablePrinter{w: w}, nil
}

type jsonPrinter struct{ *json.Encoder }

func (p jsonPrinter) print(r leadscore.SetResult) error {
	for _, m := range r.Results {
		if err := p.Encode(m); err != nil {
			return err
		}
	}
	return nil
}

func (jsonPrinter) end() error { return nil }

type csvPrinter struct {
	*csv.Writer
	explained bool
}

func (p csvPrinter) print(r leadscore.SetResult) error {
	for _, m := range r.Results {
		row := []string{spreadsheet.Cell(m.Lead), spreadsheet.Cell(m.Model), m.Status.String(), "", "", ""}
		if m.Status == leadscore.Scored {
			row = append(row[:3], strconv.FormatInt(m.Score, 10), spreadsheet.Cell(m.Grade), strconv.FormatBool(m.SalesReady))
		}
		if p.explained {
			row = append(row, spreadsheet.Cell(explain.Of(m).Summary()))
		}
		if err := p.Write(row); err != nil {
			return err
		}
	}
	return nil
}

func (p csvPrinter) end() error {
	p.Flush()
	return p.Error()
}

// tablePrinter aligns the columns of tableRows rows at a time, so that a table of
// millions of rows need not fit into memory.
type tablePrinter struct {
	w    io.Writer
	rows [][]string
}

const tableRows = 500

var tableHeader = []string{"LEAD", "MODEL", "STATUS", "SCORE", "GRADE", "SALES READY"}

func (p *tablePrinter) print(r leadscore.SetResult) error {
	for _, m := range r.Results {
		row := []string{shown.Printable(m.Lead), shown.Printable(m.Model), m.Status.String()}
		if m.Status == leadscore.Scored {
			ready := "no"
			if m.SalesReady {
				ready = "yes"
			}
			row = append(row, strconv.FormatInt(m.Score, 10), shown.Printable(m.Grade), ready)
		}
		p.rows = append(p.rows, row)
	}
	if len(p.rows) < tableRows {
		return nil
	}
	return p.end()
}

func (p *tablePrinter) end() error {
	if len(p.rows) == 0 {
		return nil
	}
	rows := append([][]string{tableHeader}, p.rows...)
	p.rows = nil
	widths := make([]int, len(tableHeader))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		for i, cell := range row {
			b.WriteString(cell)
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", widths[i]+2-utf8.RuneCountInString(cell)))
			}
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(p.w, b.String())
	return err
}

// explainPrinter prints a paragraph for each result.
type explainPrinter struct{ io.Writer }

func (p explainPrinter) print(r leadscore.SetResult) error {
	for _, m := range r.Results {
		if _, err := io.WriteString(p, explain.Of(m).String()); err != nil {
			return err
		}
	}
	return nil
}

func (explainPrinter) end() error { return nil }
