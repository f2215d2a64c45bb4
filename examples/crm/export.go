package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/spreadsheet"
)

// getCSV exports a model's leads, highest scores first, as they are read.
func (s *service) getCSV(w http.ResponseWriter, r *http.Request) error {
	model, err := s.exported(r)
	if err != nil {
		return err
	}
	download(w, "text/csv; charset=utf-8", model.Name()+".csv")
	out := csv.NewWriter(w)
	x := extrasOf(model)
	header := slices.Clone(columns)
	for _, name := range x.columns() {
		header = append(header, spreadsheet.Cell(name))
	}
	if err := out.Write(header); err != nil {
		return err
	}
	err = s.all(r.Context(), model, func(l lead) error {
		row := []string{
			spreadsheet.Cell(l.ID), spreadsheet.Cell(l.FirstName), spreadsheet.Cell(l.LastName), spreadsheet.Cell(l.Company),
			strconv.FormatInt(l.Score, 10), spreadsheet.Cell(l.Grade), strconv.FormatBool(l.SalesReady), l.AsOf.Format(time.RFC3339Nano),
		}
		for _, v := range x.values(l) {
			if text, ok := v.(string); ok {
				v = spreadsheet.Cell(text)
			}
			row = append(row, fmt.Sprint(v))
		}
		return out.Write(row)
	})
	if err != nil {
		return err // and the rest is not written
	}
	out.Flush()
	return out.Error()
}

var columns = []string{"lead", "first_name", "last_name", "company", "score", "grade", "sales_ready", "as_of"}

// extras are the columns that come after the others: the label, if the model has one,
// then the score and the grade of each dimension.
type extras struct {
	label      bool
	dimensions []string
}

func extrasOf(model *leadscore.Model) extras {
	m := model.Checked()
	x := extras{label: len(m.Label) > 0}
	for _, part := range m.Parts {
		if d, ok := part.(*check.Dimension); ok {
			x.dimensions = append(x.dimensions, d.Name)
		}
	}
	return x
}

func (x extras) columns() []string {
	var names []string
	if x.label {
		names = append(names, "label")
	}
	for _, d := range x.dimensions {
		names = append(names, d, d+" grade")
	}
	return names
}

// values returns what a lead has in the columns. A score is "" if the stored score is
// of rules without the dimension.
func (x extras) values(l lead) []any {
	var values []any
	if x.label {
		values = append(values, l.Label)
	}
	for _, name := range x.dimensions {
		i := slices.IndexFunc(l.Dimensions, func(d leadscore.Dimension) bool { return d.Name == name })
		if i < 0 {
			values = append(values, "", "")
			continue
		}
		values = append(values, l.Dimensions[i].Score, l.Dimensions[i].Grade)
	}
	return values
}

// getXLSX exports the same as a workbook. If there are many rows, they go to a
// temporary file. A cell of text is never a formula in a workbook.
func (s *service) getXLSX(w http.ResponseWriter, r *http.Request) error {
	model, err := s.exported(r)
	if err != nil {
		return err
	}
	book := excelize.NewFile()
	defer book.Close() // removes the temporary file
	if err := s.fill(r.Context(), book, model); err != nil {
		return err
	}
	download(w, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", model.Name()+".xlsx")
	return book.Write(w)
}

func (s *service) fill(ctx context.Context, book *excelize.File, model *leadscore.Model) error {
	const sheet = "Leads"
	if err := book.SetSheetName("Sheet1", sheet); err != nil {
		return err
	}
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	dated, err := book.NewStyle(&excelize.Style{NumFmt: 22}) // date and time
	if err != nil {
		return err
	}
	out, err := book.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	x := extrasOf(model)
	names := slices.Concat(columns, x.columns())
	head := make([]any, len(names))
	for i, name := range names {
		head[i] = excelize.Cell{StyleID: bold, Value: name}
	}
	err = errors.Join(
		out.SetColWidth(1, len(names), 18),
		out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}),
		out.SetRow("A1", head))
	if err != nil {
		return err
	}
	row := 1
	err = s.all(ctx, model, func(l lead) error {
		if row++; row > excelize.TotalRows {
			return &problem{Status: http.StatusUnprocessableEntity, Detail: fmt.Sprintf("A sheet has %d rows: export CSV instead.", excelize.TotalRows)}
		}
		cells := slices.Concat([]any{
			l.ID, l.FirstName, l.LastName, l.Company, l.Score, l.Grade, l.SalesReady, excelize.Cell{StyleID: dated, Value: l.AsOf},
		}, x.values(l))
		for i, cell := range cells {
			if text, ok := cell.(string); ok && !spreadsheet.Fits(text) { // the library would cut it
				return &problem{Status: http.StatusUnprocessableEntity, Detail: fmt.Sprintf("The %s of lead %.100q does not fit into a cell of a sheet, which holds %d characters: export CSV instead.", names[i], l.ID, spreadsheet.MaxLength)}
			}
		}
		return out.SetRow("A"+strconv.Itoa(row), cells)
	})
	return errors.Join(err, out.Flush())
}

// all yields all leads of a model, highest scores first.
func (s *service) all(ctx context.Context, model *leadscore.Model, yield func(lead) error) error {
	sorted := sortings["-score"]
	return s.store.leads(ctx, model.Name(), sorted, cursor{score: sorted.first}, math.MaxInt32, yield)
}

func (s *service) exported(r *http.Request) (*leadscore.Model, error) {
	if _, err := parameters(r); err != nil {
		return nil, err
	}
	return s.modelOf(r)
}

func download(w http.ResponseWriter, contentType, name string) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
}
