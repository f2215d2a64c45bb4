package main

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/explain"
	"github.com/leadscore/leadscore/internal/shown"
)

// A printer prints results in one format.
type printer interface {
	print(leadscore.SetResult) error
	end() error
}

func newPrinter(format string, w io.Writer, explained bool) (printer, error) {
	switch {
	case format == "json":
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		return jsonPrinter{e}, nil
	case format == "csv":
		c := csv.NewWriter(w)
		header := []string{"lead", "model", "status", "score", "grade", "sales_ready"}
		if explained {
			header = append(header, "why")
		}
		return csvPrinter{c, explained}, c.Write(header)
	case format == "table" && explained:
		return explainPrinter{w}, nil
	case format == "table":
		return &tablePrinter{w: w}, nil
	}
	return nil, badUsage("--format %q is none of table, json and csv", format)
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
		row := []string{m.Lead, m.Model, m.Status.String(), "", "", ""}
		if m.Status == leadscore.Scored {
			row = append(row[:3], strconv.FormatInt(m.Score, 10), m.Grade, strconv.FormatBool(m.SalesReady))
		}
		if p.explained {
			row = append(row, explain.Of(m).Summary())
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

// tablePrinter aligns columns over some hundred rows at a time, as a table of
// millions does not fit into memory, or before anybody's eyes.
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

// explainPrinter prints a paragraph a result.
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
