package arrow_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"strings"
	"testing/fstest"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/leadscore/leadscore"
	leadarrow "github.com/leadscore/leadscore/source/arrow"
	"github.com/leadscore/leadscore/source/sqldb"
)

// Score a folder of Parquet files, such as DuckDB and BigQuery export, and write the results to
// another file.
func Example() {
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "coffee.score", Text: `
model "Coffee geeks" {
    target contact
    condition "Opened an email" {
        each EmailOpened within last 90 days
        score +10
    }
    condition "Decides" {
        has Lead.ParentContact
            where JobTitle contains "director"
        score +5
    }
    grade "Hot" from 20
}`}})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	asOf := time.Date(2026, 5, 31, 12, 0, 0, 0, time.UTC)
	lake := exported() // or os.DirFS("lake")

	tables, err := leadarrow.Open(ctx, lake, set.Schema(), sqldb.Options{
		Needs:   set.Needs(),
		Mapping: sqldb.Mapping{Absent: []string{"Lead.ParentAccount", "Contact.ParentAccount"}},
	})
	if err != nil {
		log.Fatal(err) // all that the rules need and the files lack
	}
	store, err := tables.Load(ctx, set.Queries(asOf), sqldb.LoadOptions{})
	if err != nil {
		log.Fatal(err)
	}
	var results bytes.Buffer // or a file
	w, err := leadarrow.NewWriter(&results)
	if err != nil {
		log.Fatal(err)
	}
	for r, err := range set.ScoreAll(ctx, store.Leads(ctx), store, leadscore.AsOf(asOf)) {
		if bad, ok := errors.AsType[*leadscore.LeadError](err); ok {
			err = w.WriteError(bad)
		} else if err == nil {
			fmt.Println(r)
			err = w.Write(r.Results...)
		}
		if err != nil {
			log.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}
	f, err := file.NewParquetReader(bytes.NewReader(results.Bytes()))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(f.NumRows(), "rows as of", *f.MetaData().KeyValueMetadata().FindValue(leadarrow.AsOfKey))
	// Output:
	// "lead-ada", Coffee geeks: score 25, Hot
	// "lead-ben", Coffee geeks: score 0
	// 2 rows as of 2026-05-31T12:00:00Z
}

// exported returns a folder of Parquet files.
func exported() fs.FS {
	lake := fstest.MapFS{}
	for name, rows := range map[string]string{
		"leads.parquet":                       `[{"id": "lead-ada", "parent_contact_id": "ada"}, {"id": "lead-ben", "parent_contact_id": "ben"}]`,
		"contacts.parquet":                    `[{"id": "ada", "job_title": "Director of coffee"}, {"id": "ben", "job_title": "Buyer"}]`,
		"email_opened/month=5/part-0.parquet": `[{"id": "1", "contact_id": "ada", "timestamp": "2026-05-11T08:00:00Z"}, {"id": "2", "contact_id": "ada", "timestamp": "2026-05-18T08:00:00Z"}]`,
	} {
		var fields []arrow.Field
		for _, column := range []string{"id", "parent_contact_id", "job_title", "contact_id", "timestamp"} {
			typ := arrow.DataType(arrow.BinaryTypes.String)
			if column == "timestamp" {
				typ = arrow.FixedWidthTypes.Timestamp_us
			}
			if strings.Contains(rows, `"`+column+`"`) {
				fields = append(fields, arrow.Field{Name: column, Type: typ, Nullable: true})
			}
		}
		schema := arrow.NewSchema(fields, nil)
		batch, _, err := array.RecordFromJSON(memory.DefaultAllocator, schema, strings.NewReader(rows))
		if err != nil {
			log.Fatal(err)
		}
		var out bytes.Buffer
		w, err := pqarrow.NewFileWriter(schema, &out, parquet.NewWriterProperties(), pqarrow.DefaultWriterProps())
		if err != nil {
			log.Fatal(err)
		}
		if err := errors.Join(w.Write(batch), w.Close()); err != nil {
			log.Fatal(err)
		}
		lake[name] = &fstest.MapFile{Data: out.Bytes()}
	}
	return lake
}
