// Package row holds the table in a form for programs: JSON, with one row of the
// table per line. It is below cmd/table and imports no other package of the module,
// so that the command can be built against the library of an older commit.
package row

import (
	"encoding/json"
	"fmt"
	"io"
)

// A Row is a row of the table. Times are in nanoseconds.
type Row struct {
	Section     string  `json:"section"` // its name for -rows
	Name        string  `json:"name"`
	What        string  `json:"what"`    // what is measured
	Against     string  `json:"against"` // what it is measured against
	Unit        string  `json:"unit"`    // what times and allocations are for
	Time        float64 `json:"time"`    // of What
	AgainstTime float64 `json:"againstTime"`
	Allocs      float64 `json:"allocs"` // of What
	Ratio       float64 `json:"ratio"`  // the median of Time / AgainstTime
	Least       float64 `json:"least"`  // of the ratios
	Most        float64 `json:"most"`
	// Scaling reports that the row is not about times: Ratio is how well What
	// scales relative to Against, so a greater one is better.
	Scaling bool `json:"scaling,omitempty"`
}

// ID returns a text that identifies a row in its table.
func (r Row) ID() string {
	return fmt.Sprintf("%s/%s: %s against %s", r.Section, r.Name, r.What, r.Against)
}

// Write writes a row as a line of JSON. It fails if w does, or if a number is not
// finite.
func Write(w io.Writer, r Row) error { return json.NewEncoder(w).Encode(r) }

// Read reads all rows. It fails if r does, and on what is not a row.
func Read(r io.Reader) ([]Row, error) {
	var rows []Row
	decoder := json.NewDecoder(r)
	for {
		var next Row
		err := decoder.Decode(&next)
		switch {
		case err == io.EOF:
			return rows, nil
		case err != nil:
			return nil, err
		case next.Section == "" || next.Name == "" || next.What == "" || next.Against == "":
			return nil, fmt.Errorf("row %d of the table has no section, name or side", len(rows)+1)
		}
		rows = append(rows, next)
	}
}
