package row_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/leadscore/leadscore/bench/cmd/table/row"
)

func TestRowsComeBack(t *testing.T) {
	rows := []row.Row{
		{Section: "memory", Name: "20/cold", What: "leadscore", Against: "hand-written", Unit: "lead", Time: 593.25, AgainstTime: 682, Allocs: 0.031, Ratio: 0.87, Least: 0.85, Most: 0.9},
		{Section: "cores", Name: "scaling", What: "leadscore", Against: "hand-written", Unit: "lead", Ratio: 0.82, Least: 0.72, Most: 0.86, Scaling: true},
	}
	var b bytes.Buffer
	for _, r := range rows {
		if err := row.Write(&b, r); err != nil {
			t.Fatal(err)
		}
	}
	if lines := strings.Count(b.String(), "\n"); lines != len(rows) {
		t.Errorf("%d lines", lines)
	}
	got, err := row.Read(&b)
	if err != nil || !slices.Equal(got, rows) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestWhatIsNotARow(t *testing.T) {
	for _, text := range []string{"| 20/cold |", `{"section":"memory"}`, `{"section":"memory","name":"20/cold","what":"a","against":"b"}{`} {
		if rows, err := row.Read(strings.NewReader(text)); err == nil {
			t.Errorf("%q: %v and no error", text, rows)
		}
	}
	if rows, err := row.Read(strings.NewReader("")); err != nil || len(rows) != 0 {
		t.Errorf("nothing: %v, %v", rows, err)
	}
}
