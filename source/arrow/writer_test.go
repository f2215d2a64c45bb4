package arrow_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/leadscore/leadscore"
	"github.com/leadscore/leadscore/source/arrow"
	leadmemory "github.com/leadscore/leadscore/source/memory"
	"github.com/leadscore/leadscore/traverse"
)

const dimensions = `
model "B2B" {
    target contact
    dimension "Fit" {
        condition "Director" { has Lead.ParentContact where JobTitle contains "director" score +40 }
        grade "A" from 30
    }
    dimension "Engagement" {
        condition "Opened" { each EmailOpened score +10 }
        grade "1" from 20
        grade "2" below 20
    }
    label "Fit", "Engagement"
    grade "Hot" from 50
    sales ready at 60
}
model "Firms" {
    target account
    condition "Any" { has Lead score +1 }
}
`

// failing fails for one contact.
type failing struct{ traverse.Source }

func (f failing) Fetch(ctx context.Context, q *traverse.Query, out *traverse.Rows) error {
	for _, k := range q.Keys {
		if q.Entity == traverse.Contact && k == "broken" {
			return errors.New("out of order")
		}
	}
	return f.Source.Fetch(ctx, q, out)
}

func people(t *testing.T) (*leadscore.Set, traverse.Source, iter.Seq2[string, error]) {
	t.Helper()
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "b2b.score", Text: dimensions}})
	if err != nil {
		t.Fatal(err)
	}
	data := leadmemory.New(set.Schema())
	add := func(entity, id string, r leadmemory.Record) {
		if err := data.Add(entity, id, r); err != nil {
			t.Fatal(err)
		}
	}
	add("Lead", "ada", leadmemory.Record{"ParentContact": "a"})
	add("Lead", "ben", leadmemory.Record{"ParentContact": "b"})
	add("Lead", "bad", leadmemory.Record{"ParentContact": "broken"})
	add("Contact", "a", leadmemory.Record{"JobTitle": "Director"})
	add("Contact", "b", leadmemory.Record{})
	for i := range 3 {
		add("EmailOpened", fmt.Sprint(i), leadmemory.Record{"Contact": "a", "Timestamp": asOf.AddDate(0, 0, -1)})
	}
	return set, failing{data}, data.Leads(t.Context())
}

// read returns the rows of a file as JSON, and what its metadata has under the key.
func read(t *testing.T, data []byte, key string) (string, string) {
	t.Helper()
	r, err := file.NewParquetReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	arrows, err := pqarrow.NewFileReader(r, pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	table, err := arrows.ReadTable(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	rows := array.NewTableReader(table, 1)
	for rows.Next() {
		text, err := json.Marshal(rows.RecordBatch())
		if err != nil {
			t.Fatal(err)
		}
		out.Write(bytes.Trim(text, "[]"))
		out.WriteByte('\n')
	}
	value := r.MetaData().KeyValueMetadata().FindValue(key)
	if value == nil {
		return out.String(), ""
	}
	return out.String(), *value
}

const wantRows = `{"dimensions":[{"grade":"A","name":"Fit","score":40},{"grade":"1","name":"Engagement","score":30}],"error":null,"grade":"Hot","label":"A1","lead":"ada","model":"B2B","sales_ready":true,"score":70,"status":"scored"}
{"dimensions":null,"error":null,"grade":null,"label":null,"lead":"ada","model":"Firms","sales_ready":null,"score":null,"status":"not targeted"}
{"dimensions":[{"grade":null,"name":"Fit","score":0},{"grade":"2","name":"Engagement","score":0}],"error":null,"grade":null,"label":null,"lead":"ben","model":"B2B","sales_ready":false,"score":0,"status":"scored"}
{"dimensions":null,"error":null,"grade":null,"label":null,"lead":"ben","model":"Firms","sales_ready":null,"score":null,"status":"not targeted"}
{"dimensions":null,"error":"lead \"bad\": Lead.ParentContact (Contact): out of order","grade":null,"label":null,"lead":"bad","model":null,"sales_ready":null,"score":null,"status":"failed"}
`

func TestWriter(t *testing.T) {
	set, data, leads := people(t)
	for name, write := range map[string]func(w *arrow.Writer) error{
		"results": func(w *arrow.Writer) error {
			for r, err := range set.ScoreAll(t.Context(), leads, data, leadscore.AsOf(asOf)) {
				if bad, ok := errors.AsType[*leadscore.LeadError](err); ok {
					err = w.WriteError(bad)
				} else if err == nil {
					err = w.Write(r.Results...)
				}
				if err != nil {
					return err
				}
			}
			return nil
		},
		"scores": func(w *arrow.Writer) error {
			var scores leadscore.Scores
			if err := set.ScoreInto(t.Context(), []string{"ada", "ben", "bad"}, data, &scores, leadscore.AsOf(asOf)); err != nil {
				return err
			}
			return w.WriteScores(set, &scores)
		},
	} {
		var out bytes.Buffer
		w, err := arrow.NewWriter(&out)
		if err != nil {
			t.Fatal(err)
		}
		if err := write(w); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(w.Close(), w.Close()); err != nil {
			t.Fatal(err)
		}
		rows, as := read(t, out.Bytes(), arrow.AsOfKey)
		if rows != wantRows {
			t.Errorf("%s:\n%swant\n%s", name, rows, wantRows)
		}
		if want := "2026-05-31T12:00:00Z"; as != want {
			t.Errorf("%s: as of %q, want %s", name, as, want)
		}
	}
}

// TestWriterRows writes more rows than are held in memory, and none.
func TestWriterRows(t *testing.T) {
	set, data, _ := people(t)
	r, err := set.Score(t.Context(), "ada", data, leadscore.AsOf(asOf))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 1, 20_000} {
		var out bytes.Buffer
		w, err := arrow.NewWriter(&out)
		if err != nil {
			t.Fatal(err)
		}
		for range n {
			if err := w.Write(r.Results...); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		f, err := file.NewParquetReader(bytes.NewReader(out.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if f.NumRows() != int64(2*n) {
			t.Errorf("%d rows, want %d", f.NumRows(), 2*n)
		}
	}
}

// A full writer takes a few bytes.
type full struct{ left int }

var errFull = errors.New("the disk is full")

func (f *full) Write(b []byte) (int, error) {
	if f.left -= len(b); f.left < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestWriterErrors(t *testing.T) {
	set, data, _ := people(t)
	r, err := set.Score(t.Context(), "ada", data, leadscore.AsOf(asOf))
	if err != nil {
		t.Fatal(err)
	}
	earlier, err := set.Score(t.Context(), "ada", data, leadscore.AsOf(asOf.AddDate(0, 0, -1)))
	if err != nil {
		t.Fatal(err)
	}
	w, err := arrow.NewWriter(&full{100})
	if err == nil {
		err = errors.Join(w.Write(r.Results...), w.Close())
	}
	if !errors.Is(err, errFull) {
		t.Errorf("on a full disk: %v", err)
	}
	w, err = arrow.NewWriter(new(bytes.Buffer))
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(w.Write(r.Results...), w.Write(earlier.Results...))
	if want := `arrow: writing results: the result for "ada" is as of 2026-05-30T12:00:00Z, and those before are as of 2026-05-31T12:00:00Z`; err == nil || err.Error() != want {
		t.Errorf("another as of: %v", err)
	}
	if w.Close() == nil {
		t.Error("a file that lacks results is complete")
	}
	if w, err = arrow.NewWriter(new(bytes.Buffer)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if w.Write(r.Results...) == nil {
		t.Error("a closed writer takes results")
	}
}
