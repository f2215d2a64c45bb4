package main

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/spreadsheet"
)

// A text that does not fit into a cell of a workbook is not cut: the export fails and
// says what to do. CSV has no such limit.
func TestExportOfLongText(t *testing.T) {
	forDatabases(t, func(t *testing.T, open func(*testing.T) []string) {
		flags := append(append(open(t), fixed...), "-seed", "3")
		start(t, flags...).stop(t)
		db := openStore(t, flags)
		for _, column := range []string{"first_name", "last_name", "company_name"} {
			if _, err := db.write.Exec(fmt.Sprintf("UPDATE lead SET %s = $1", column), strings.Repeat("x", spreadsheet.MaxLength)); err != nil {
				t.Fatal(err)
			}
		}
		s := start(t, flags...)
		if status, text := s.call(t, "GET", "/models/Buyers/leads.xlsx", ""); status != http.StatusOK {
			t.Fatalf("texts that just fit: %d, %.200s", status, text)
		}
		long := strings.Repeat("x", spreadsheet.MaxLength+1)
		if _, err := db.write.Exec("UPDATE lead SET company_name = $1", long); err != nil {
			t.Fatal(err)
		}
		status, text := s.call(t, "GET", "/models/Buyers/leads.xlsx", "")
		if status != http.StatusUnprocessableEntity || !strings.Contains(text, "The company of lead ") || !strings.Contains(text, "export CSV instead") {
			t.Errorf("a long company: %d, %.200s", status, text)
		}
		_, text = s.call(t, "GET", "/models/Buyers/leads.csv", "")
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil || len(rows) < 2 || rows[1][3] != long {
			t.Errorf("CSV: %d rows, %v", len(rows), err)
		}
	})
}
