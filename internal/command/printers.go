package command

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/explain"
	"github.com/leadscore/leadscore/internal/answer"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/spreadsheet"
)

// An outcome is one line of score: the result of a model for a lead, or the error of
// a lead that could not be scored.
type outcome struct {
	leadscore.Result
	failed error // then only Lead of the result is set
}

// failedStatus is the status of a lead that could not be scored.
const failedStatus = "failed"

// status returns the status of a result, or failedStatus.
func (o *outcome) status() string {
	if o.failed != nil {
		return failedStatus
	}
	return o.Status.String()
}

// A printer prints outcomes in one format. All formats print the same outcomes in the
// same order.
type printer interface {
	print(outcome) error
	end() error
}

// newPrinter returns a printer of the results of models for the format of score, which
// prints on w, or as JSON.
func (inv *invocation) newPrinter(ctx context.Context, w io.Writer, models []*leadscore.Model, explained bool) (printer, error) {
	labeled := slices.ContainsFunc(models, func(m *leadscore.Model) bool { return len(m.Checked().Label) > 0 })
	if format := inv.program.Formats[*inv.format]; format != nil {
		results, err := format(w)
		return resultPrinter{results}, err
	}
	switch {
	case inv.json != nil:
		return jsonPrinter{inv.json}, nil
	case *inv.format == "csv":
		c := csv.NewWriter(w)
		header := []string{"lead", "model", "status", "score", "grade", "sales_ready"}
		if labeled {
			header = append(header, "label")
		}
		if explained {
			header = append(header, "why")
		}
		return csvPrinter{c, ctx, labeled, explained}, c.Write(header)
	case explained:
		return explainPrinter{w, ctx}, nil
	}
	return &tablePrinter{w: w, labeled: labeled}, nil
}

// A resultPrinter prints in a format of the program.
type resultPrinter struct{ ResultWriter }

func (p resultPrinter) print(o outcome) error {
	if bad, ok := errors.AsType[*leadscore.LeadError](o.failed); ok {
		return p.WriteError(bad)
	}
	return p.Write(o.Result)
}

func (p resultPrinter) end() error { return p.Close() }

type jsonPrinter struct{ *answer.Lines }

func (p jsonPrinter) print(o outcome) error {
	if o.failed != nil {
		return p.Line(answer.KeyFailure, answer.Failure{Lead: o.Lead, Error: o.failed.Error()})
	}
	return p.Line(answer.KeyResult, o.Result)
}

func (jsonPrinter) end() error { return nil } // the last line comes with the exit status

type csvPrinter struct {
	*csv.Writer
	ctx       context.Context
	labeled   bool // some model has a label
	explained bool
}

func (p csvPrinter) print(o outcome) error {
	row := []string{spreadsheet.Cell(o.Lead), spreadsheet.Cell(o.Model), o.status(), "", "", ""}
	if o.failed == nil && o.Status == leadscore.Scored {
		row = append(row[:3], strconv.FormatInt(o.Score, 10), spreadsheet.Cell(o.Grade), strconv.FormatBool(o.SalesReady))
	}
	if p.labeled {
		label, _ := o.Label()
		row = append(row, spreadsheet.Cell(label))
	}
	if p.explained {
		ledger, err := explain.Of(p.ctx, o.Result)
		if err != nil {
			return err
		}
		why := ledger.Summary()
		if o.failed != nil {
			why = o.failed.Error()
		}
		row = append(row, spreadsheet.Cell(why))
	}
	return p.Write(row)
}

func (p csvPrinter) end() error {
	p.Flush()
	return p.Error()
}

// tablePrinter aligns the columns of tableRows rows at a time, so that a table of
// millions of rows need not fit into memory.
type tablePrinter struct {
	w       io.Writer
	labeled bool // some model has a label
	rows    [][]string
	printed bool
}

const tableRows = 500

var tableHeader = []string{"LEAD", "MODEL", "STATUS", "SCORE", "GRADE", "SALES READY"}

func (p *tablePrinter) print(o outcome) error {
	row := []string{shown.Printable(o.Lead), shown.Printable(o.Model), o.status()}
	if o.failed == nil && o.Status == leadscore.Scored {
		ready := "no"
		if o.SalesReady {
			ready = "yes"
		}
		row = append(row, strconv.FormatInt(o.Score, 10), shown.Printable(o.Grade), ready)
		if label, ok := o.Label(); ok {
			row = append(row, shown.Printable(label))
		}
	}
	p.rows = append(p.rows, row)
	if len(p.rows) < tableRows {
		return nil
	}
	return p.flush()
}

func (p *tablePrinter) end() error {
	if len(p.rows) == 0 && p.printed {
		return nil
	}
	return p.flush()
}

func (p *tablePrinter) flush() error {
	header := tableHeader
	if p.labeled {
		header = append(slices.Clip(header), "LABEL")
	}
	rows := slices.Concat([][]string{header}, p.rows)
	p.rows, p.printed = p.rows[:0], true
	_, err := io.WriteString(p.w, aligned(rows))
	return err
}

// aligned returns rows of cells as lines, with columns that are two blanks apart.
func aligned(rows [][]string) string {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
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
	return b.String()
}

// explainPrinter prints a paragraph for each result.
type explainPrinter struct {
	io.Writer
	ctx context.Context
}

func (p explainPrinter) print(o outcome) error {
	if o.failed != nil {
		_, err := fmt.Fprintf(p, "%s: %s: %s\n", shown.Printable(o.Lead), failedStatus, shown.Printable(o.failed.Error()))
		return err
	}
	ledger, err := explain.Of(p.ctx, o.Result)
	if err != nil {
		return err
	}
	_, err = io.WriteString(p, ledger.String())
	return err
}

func (explainPrinter) end() error { return nil }
