//go:build unix

package arrow_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/leadscore/leadscore"
	leadarrow "github.com/leadscore/leadscore/source/arrow"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/source/tables"
)

// BenchmarkLoad loads 10,000 leads with 480,000 clicks of the last two years from files, for
// rules that look at clicks of the last 90 days, and for rules that look at all. read is the
// floor: the same columns of all files are read, and nothing is done with them.
// The figure is cpu-ms/op, the processor time; the time depends on what else the machine does.
func BenchmarkLoad(b *testing.B) {
	dir := b.TempDir()
	benchFiles(b, dir)
	ctx := b.Context()
	for _, within := range []string{"90 days", "10 years"} {
		set := clicks(b, within)
		b.Run(within+"/parquet", func(b *testing.B) {
			measured(b, func() error {
				t, err := leadarrow.Open(ctx, os.DirFS(filepath.Join(dir, "parquet")), set.Schema(), sqldb.Options{Needs: set.Needs()})
				if err != nil {
					return err
				}
				store, err := t.Load(ctx, set.Queries(asOf), sqldb.LoadOptions{})
				if err == nil {
					b.ReportMetric(float64(store.Len("EmailClicked")), "clicks")
				}
				return err
			})
		})
		b.Run(within+"/parquet and scores", func(b *testing.B) {
			measured(b, func() error {
				t, err := leadarrow.Open(ctx, os.DirFS(filepath.Join(dir, "parquet")), set.Schema(), sqldb.Options{Needs: set.Needs()})
				if err != nil {
					return err
				}
				store, err := t.Load(ctx, set.Queries(asOf), sqldb.LoadOptions{})
				if err != nil {
					return err
				}
				for _, err := range set.ScoreAll(ctx, store.Leads(ctx), store, leadscore.AsOf(asOf)) {
					if err != nil {
						return err
					}
				}
				return nil
			})
		})
	}
	b.Run("read", func(b *testing.B) {
		measured(b, func() error { return readOnly(ctx, filepath.Join(dir, "parquet")) })
	})
	b.Run("csv", func(b *testing.B) {
		schema := leadscore.StandardSchema()
		measured(b, func() error {
			_, err := tables.Load(ctx, filepath.Join(dir, "csv"), schema, tables.Options{})
			return err
		})
	})
}

// measured runs a function again and again, and reports its processor time.
func measured(b *testing.B, f func() error) {
	before := processor(b)
	for b.Loop() {
		if err := f(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64((processor(b)-before).Milliseconds())/float64(b.N), "cpu-ms/op")
}

// processor returns the processor time of the process.
func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// readOnly reads the columns of the files that the rules need.
func readOnly(ctx context.Context, dir string) error {
	for name, columns := range map[string][]int{"lead": {0, 1, 2}, "contact": {0, 1, 2}, "email_clicked": {0, 1, 2}} {
		f, err := file.OpenParquetFile(filepath.Join(dir, name+".parquet"), false)
		if err != nil {
			return err
		}
		r, err := pqarrow.NewFileReader(f, pqarrow.ArrowReadProperties{BatchSize: 1 << 16}, memory.DefaultAllocator)
		if err != nil {
			return err
		}
		records, err := r.GetRecordReader(ctx, columns, nil)
		if err != nil {
			return err
		}
		for records.Next() {
		}
		if err := records.Err(); err != nil {
			return err
		}
		records.Release()
		if err := f.Close(); err != nil {
			return err
		}
	}
	return nil
}

// benchFiles writes the same records as Parquet and as CSV.
func benchFiles(b *testing.B, dir string) {
	b.Helper()
	const leads, each = 10_000, 48
	r := rand.New(rand.NewPCG(1, 1))
	people, contacts, events := [][]string{}, [][]string{}, [][]string{}
	for i := range leads {
		id := fmt.Sprintf("contact-%06d", i)
		people = append(people, []string{fmt.Sprintf("lead-%06d", i), id, ""})
		contacts = append(contacts, []string{id, "", []string{"Director", "Buyer", "Engineer", ""}[r.IntN(4)], id + "@example.com"})
	}
	for i := range leads * each { // in the order of time, as they happen
		at := asOf.Add(-time.Duration(leads*each-i) * (730 * 24 * time.Hour / (leads * each)))
		events = append(events, []string{fmt.Sprintf("click-%08d", i), contacts[r.IntN(leads)][0], at.Format(time.RFC3339),
			fmt.Sprintf("https://example.com/%d", r.IntN(500)), fmt.Sprintf("Campaign %d", r.IntN(40))})
	}
	for name, t := range map[string]struct {
		columns []string
		rows    [][]string
	}{
		"Lead":         {[]string{"id", "ParentContact", "ParentAccount"}, people},
		"Contact":      {[]string{"id", "ParentAccount", "JobTitle", "Email"}, contacts},
		"EmailClicked": {[]string{"id", "Contact", "Timestamp", "Url", "EmailName"}, events},
	} {
		var fields []arrow.Field
		for _, c := range t.columns {
			typ := arrow.DataType(arrow.BinaryTypes.String)
			if c == "Timestamp" {
				typ = arrow.FixedWidthTypes.Timestamp_us
			}
			fields = append(fields, arrow.Field{Name: c, Type: typ, Nullable: true})
		}
		rows := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema(fields, nil))
		for _, row := range t.rows {
			for i, cell := range row {
				if cell == "" {
					rows.Field(i).AppendNull()
				} else if err := rows.Field(i).AppendValueFromString(cell); err != nil {
					b.Fatal(err)
				}
			}
		}
		for folder, write := range map[string]func(name string) error{
			"parquet": func(name string) error {
				return os.WriteFile(name, parquetOf(b, 50_000, rows.NewRecordBatch()).Data, 0o644)
			},
			"csv": func(name string) error {
				f, err := os.Create(name)
				if err != nil {
					return err
				}
				defer f.Close()
				w := csv.NewWriter(f)
				if err := w.Write(t.columns); err != nil {
					return err
				}
				return w.WriteAll(t.rows)
			},
		} {
			if err := os.MkdirAll(filepath.Join(dir, folder), 0o755); err != nil {
				b.Fatal(err)
			}
			file := map[string]string{"Lead": "lead", "Contact": "contact", "EmailClicked": "email_clicked"}[name]
			if folder == "csv" {
				file = name
			}
			if err := write(filepath.Join(dir, folder, file+"."+folder)); err != nil {
				b.Fatal(err)
			}
		}
	}
}
