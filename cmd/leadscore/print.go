package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/internal/shown"
)

// A printer prints results in one format.
type printer interface {
	print(leadscore.SetResult) error
	end() error
}

func newPrinter(format string, w io.Writer, explain bool) (printer, error) {
	switch {
	case format == "json":
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		return jsonPrinter{e}, nil
	case format == "csv":
		c := csv.NewWriter(w)
		header := []string{"lead", "model", "status", "score", "grade", "sales_ready"}
		if explain {
			header = append(header, "why")
		}
		return csvPrinter{c, explain}, c.Write(header)
	case format == "table" && explain:
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
	explain bool
}

func (p csvPrinter) print(r leadscore.SetResult) error {
	for _, m := range r.Results {
		row := []string{m.Lead, m.Model, m.Status.String(), "", "", ""}
		if m.Status == leadscore.Scored {
			row = append(row[:3], strconv.FormatInt(m.Score, 10), m.Grade, strconv.FormatBool(m.SalesReady))
		}
		if p.explain {
			row = append(row, why(m))
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

// why lists on one line what contributed.
func why(r leadscore.Result) string {
	var parts []string
	for c := range r.Contributions() {
		if c.Multiplier > 0 {
			parts = append(parts, fmt.Sprintf("%s: %s", c.Condition, sum(c)))
		}
	}
	return strings.Join(parts, "; ")
}

// sum spells a contribution, such as "2 x +10 = +20".
func sum(c leadscore.Contribution) string {
	if c.Score == 0 {
		return fmt.Sprintf("%d x %+d = 0", c.Multiplier, c.Points)
	}
	return fmt.Sprintf("%d x %+d = %+d", c.Multiplier, c.Points, c.Score)
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
		if _, err := io.WriteString(p, explanation(m)); err != nil {
			return err
		}
	}
	return nil
}

func (explainPrinter) end() error { return nil }

func explanation(r leadscore.Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s: ", shown.Printable(r.Lead), shown.Printable(r.Model))
	if r.Status != leadscore.Scored {
		fmt.Fprintln(&b, r.Status)
		return b.String()
	}
	fmt.Fprintf(&b, "score %d", r.Score)
	if r.Grade != "" {
		fmt.Fprintf(&b, ", %s", shown.Printable(r.Grade))
	}
	if r.SalesReady {
		b.WriteString(", sales ready")
	}
	b.WriteByte('\n')
	for c := range r.Contributions() {
		fmt.Fprintf(&b, "  %s: %s\n", shown.Printable(c.Condition), sum(c))
		for _, ch := range c.Children {
			verdict := "holds"
			if !ch.Holds {
				verdict = "does not hold"
			}
			fmt.Fprintf(&b, "    %s: %d, %s\n", shown.Printable(ch.Rule), ch.Count, verdict)
			for _, u := range ch.Nearest {
				fmt.Fprintf(&b, "      but for %s\n", shown.Printable(u.String()))
			}
			for _, o := range ch.Occurrences {
				when := ""
				if !o.Time.IsZero() {
					when = o.Time.UTC().Format(time.RFC3339Nano) + " "
				}
				fmt.Fprintf(&b, "      %s%s %s", when, o.Entity, shown.Printable(o.ID))
				if o.Routes > 1 {
					fmt.Fprintf(&b, ", %d routes", o.Routes)
				}
				b.WriteByte('\n')
			}
		}
	}
	return b.String()
}
