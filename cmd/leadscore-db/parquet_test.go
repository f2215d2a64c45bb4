package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// writeParquet writes a table, as CSV has it, to a file.
func writeParquet(t *testing.T, name, text string) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var fields []arrow.Field
	for _, c := range rows[0] {
		typ := map[string]arrow.DataType{"integer": arrow.PrimitiveTypes.Int64, "timestamp": arrow.FixedWidthTypes.Timestamp_ms, "": arrow.BinaryTypes.String}[types[c]]
		fields = append(fields, arrow.Field{Name: snake(c), Type: typ, Nullable: true})
	}
	b := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema(fields, nil))
	for _, row := range rows[1:] {
		for i, cell := range row {
			if cell == "" {
				b.Field(i).AppendNull()
			} else if err := b.Field(i).AppendValueFromString(cell); err != nil {
				t.Fatal(err)
			}
		}
	}
	var out bytes.Buffer
	w, err := pqarrow.NewFileWriter(b.Schema(), &out, parquet.NewWriterProperties(), pqarrow.DefaultWriterProps())
	if err == nil {
		err = errors.Join(w.Write(b.NewRecordBatch()), w.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	write(t, name, out.String())
}

// lake is setUp with the same records in Parquet files.
func lake(t *testing.T) {
	t.Helper()
	setUp(t)
	for name, text := range tables {
		file := filepath.Join("lake", snake(name)+".parquet")
		if name == "EmailOpened" {
			file = filepath.Join("lake", snake(name), "year=2026", "part-0.parquet")
		}
		writeParquet(t, file, text)
	}
}

// TestParquetLikeFiles: what commands print about Parquet files is what they print about the same
// records in files of CSV.
func TestParquetLikeFiles(t *testing.T) {
	lake(t)
	for _, args := range []string{
		"score DATA --as-of 2026-06-01 coffee.score",
		"score DATA --as-of 2026-06-01 --format json --explain coffee.score",
		"score DATA --as-of 2026-06-01 --lead a --lead nobody coffee.score",
		"score DATA --as-of 2026-06-01 --sort score --top 2 coffee.score",
		"explain DATA --as-of 2026-06-01 --lead a coffee.score",
		"history DATA --from 2026-05-01 --to 2026-09-01 --lead a coffee.score",
		"next DATA --as-of 2026-06-01 --to 2027-01-01 coffee.score",
		"changes DATA --from 2026-05-01 --to 2026-09-01 coffee.score",
		"diff DATA --as-of 2026-06-01 coffee.score new.version",
		"check DATA coffee.score",
	} {
		out, errs, status := call(t, strings.Replace(args, "DATA", "--database parquet:lake", 1))
		wantOut, wantErrs, wantStatus := call(t, strings.Replace(args, "DATA", "--data data", 1))
		errs = strings.ReplaceAll(errs, "lake", "data")
		wantErrs = strings.ReplaceAll(wantErrs, "note: Lead.csv: ignored columns Shoe\n", "")
		if out != wantOut || errs != wantErrs || status != wantStatus || status > 1 || out == "" && !strings.HasPrefix(args, "check") {
			t.Errorf("%s: status %d, want %d\n%s%swant\n%s%s", args, status, wantStatus, errs, out, wantErrs, wantOut)
		}
	}
}

// TestParquetResults writes results to a file of Parquet.
func TestParquetResults(t *testing.T) {
	lake(t)
	if out, errs, status := call(t, "score --database parquet:lake --as-of 2026-06-01 --format parquet -o results.parquet coffee.score"); out+errs != "" || status != 0 {
		t.Fatalf("status %d, %s%s", status, out, errs)
	}
	data, err := os.ReadFile("results.parquet")
	if err != nil {
		t.Fatal(err)
	}
	r, err := file.NewParquetReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	want, _, _ := call(t, "score --data data --as-of 2026-06-01 --format csv coffee.score")
	if rows := strings.Count(want, "\n") - 1; r.NumRows() != int64(rows) {
		t.Errorf("%d rows, want %d", r.NumRows(), rows)
	}
	scores, err := r.RowGroup(0).Column(r.MetaData().Schema.ColumnIndexByName("score"))
	if err != nil {
		t.Fatal(err)
	}
	values := make([]int64, 100)
	_, n, err := scores.(*file.Int64ColumnChunkReader).ReadBatch(100, values, make([]int16, 100), nil)
	if err != nil {
		t.Fatal(err)
	}
	var got, wantScores []string
	for _, v := range values[:n] {
		got = append(got, strconv.FormatInt(v, 10))
	}
	rows, err := csv.NewReader(strings.NewReader(want)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		if row[3] != "" {
			wantScores = append(wantScores, row[3])
		}
	}
	if strings.Join(got, ",") != strings.Join(wantScores, ",") || n == 0 {
		t.Errorf("scores %v, want %v", got, wantScores)
	}
	if as := r.MetaData().KeyValueMetadata().FindValue("leadscore.as_of"); as == nil || *as != time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC).Format(time.RFC3339) {
		t.Errorf("as of %v", as)
	}
	_, errs, status := call(t, "score --database parquet:lake --format parquet --explain coffee.score")
	if want := "leadscore-db score: --format parquet has no explanations; choose json or csv for them\n"; status != 2 || !strings.HasPrefix(errs, want) {
		t.Errorf("status %d, %s", status, errs)
	}
}

// TestParquetErrors reads folders that cannot be read, or lack something.
func TestParquetErrors(t *testing.T) {
	lake(t)
	write(t, "lake/contact.parquet", "no Parquet, though it is called so")
	writeParquet(t, "bad/lead.parquet", "id,ParentContact,ParentAccount\na,ada,\n,ben,\n")
	writeParquet(t, "bad/contact.parquet", tables["Contact"])
	writeParquet(t, "bad/account.parquet", tables["Account"])
	writeParquet(t, "bad/email_opened.parquet", "id,Contact,Timestamp\n,ada,2026-05-01T10:00:00Z\nx,ada,2026-05-01T10:00:00Z\n")
	for args, want := range map[string]string{
		"score --database parquet: coffee.score":                                       "leadscore-db score: --database: parquet: lacks the name of a folder; want a URL such as parquet:lake\n",
		"score --database lake coffee.score":                                           "leadscore-db score: --database: want a URL, such as postgres://crm@localhost/crm, sqlite:crm.db or parquet:lake; for a folder of Parquet files, write parquet:lake\n",
		"score --database parquet:nowhere coffee.score":                                "leadscore-db score: stat nowhere: no such file or directory\n",
		"score --database parquet:coffee.score coffee.score":                           "leadscore-db score: coffee.score is not a folder; want the folder of the Parquet files\n",
		"score --database parquet:lake coffee.score":                                   "leadscore-db score: Contact: the table contact cannot be read: contact.parquet: parquet: ",
		"mapping init --database parquet:lake":                                         "leadscore-db mapping: no mapping is drafted for Parquet files; write it by hand, as for a database\n",
		"score --database parquet:data coffee.score":                                   "leadscore-db score: Lead: there is no table for it, such as lead; name one in the tables of the mapping, or list Lead as absent in the mapping\n",
		"score --database parquet:bad --as-of 2026-06-01 coffee.score":                 `leadscore-db score: loading EmailOpened: email_opened.parquet, row 1 (row group 0): EmailOpened a record without an id: id (column id): it has no id; with --skip-bad such a row is left out`,
		"score --database parquet:bad --as-of 2026-06-01 --max-records 2 coffee.score": `leadscore-db score: loading Contact: there are too many records to load: there are more than --max-records`,
	} {
		out, errs, status := call(t, args)
		if status == 0 || out != "" || !strings.HasPrefix(errs, want) {
			t.Errorf("%s: status %d\n%s%swant %s", args, status, errs, out, want)
		}
	}
	_, errs, status := call(t, "score --database parquet:bad --as-of 2026-06-01 --skip-bad coffee.score")
	if want := "bad: EmailOpened.id: email_opened.parquet, row 1 (row group 0) was skipped (column id): it has no id\nskipped 1 EmailOpened records\n"; status != 0 || !strings.HasSuffix(errs, want) {
		t.Errorf("status %d\n%swant %s", status, errs, want)
	}
}
