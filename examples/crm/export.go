package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/leadscore/leadscore"
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
	if err := out.Write(columns); err != nil {
		return err
	}
	err = s.all(r.Context(), model, func(l lead) error {
		return out.Write([]string{
			spreadsheet.Cell(l.ID), spreadsheet.Cell(l.FirstName), spreadsheet.Cell(l.LastName), spreadsheet.Cell(l.Company),
			strconv.FormatInt(l.Score, 10), spreadsheet.Cell(l.Grade), strconv.FormatBool(l.SalesReady), l.AsOf.Format(time.RFC3339Nano),
		})
	})
	if err != nil {
		return err // and the rest is not written
	}
	out.Flush()
	return out.Error()
}

var columns = []string{"lead", "first_name", "last_name", "company", "score", "grade", "sales_ready", "as_of"}

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
	head := make([]any, len(columns))
	for i, name := range columns {
		head[i] = excelize.Cell{StyleID: bold, Value: name}
	}
	err = errors.Join(
		out.SetColWidth(1, len(columns), 18),
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
		for i, text := range []string{l.ID, l.FirstName, l.LastName, l.Company, "", l.Grade} {
			if !spreadsheet.Fits(text) { // the library would cut it
				return &problem{Status: http.StatusUnprocessableEntity, Detail: fmt.Sprintf("The %s of lead %.100q does not fit into a cell of a sheet, which holds %d characters: export CSV instead.", columns[i], l.ID, spreadsheet.MaxLength)}
			}
		}
		return out.SetRow("A"+strconv.Itoa(row), []any{
			l.ID, l.FirstName, l.LastName, l.Company, l.Score, l.Grade, l.SalesReady, excelize.Cell{StyleID: dated, Value: l.AsOf},
		})
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
