package arrow_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/leadscore/leadscore"
	leadarrow "github.com/leadscore/leadscore/source/arrow"
	"github.com/leadscore/leadscore/source/sqldb"
	"github.com/leadscore/leadscore/traverse"
	"github.com/leadscore/leadscore/traverse/columns"
)

// batchOf returns a record batch of columns: a name and a type, such as "id utf8", and the
// values as JSON.
func batchOf(t testing.TB, columns ...string) arrow.RecordBatch {
	t.Helper()
	types := map[string]arrow.DataType{"utf8": text, "dict": dictionary, "int": arrow.PrimitiveTypes.Int64, "float": arrow.PrimitiveTypes.Float64, "time": utc, "null": arrow.Null}
	var fields []arrow.Field
	var arrays []arrow.Array
	for i := 0; i < len(columns); i += 2 {
		name, typ, _ := strings.Cut(columns[i], " ")
		fields = append(fields, arrow.Field{Name: name, Type: types[typ], Nullable: true})
		arrays = append(arrays, column(t, types[typ], columns[i+1]))
	}
	return array.NewRecordBatch(arrow.NewSchema(fields, nil), arrays, int64(arrays[0].Len()))
}

// crm returns a lead, its contact, and one click for each of so many days.
func crm(t testing.TB, days int) fstest.MapFS {
	t.Helper()
	var at, who strings.Builder
	for i := range days {
		fmt.Fprintf(&at, "%q,", asOf.AddDate(0, 0, i-days).Format(time.RFC3339))
		fmt.Fprintf(&who, "%d,", 7)
	}
	array := func(b *strings.Builder) string { return "[" + strings.TrimSuffix(b.String(), ",") + "]" }
	clicks := batchOf(t, "click_id utf8", strings.ReplaceAll(array(&at), "Z", "x"), "contact_id int", array(&who), "timestamp time", array(&at), "unused utf8", array(&at))
	return fstest.MapFS{
		"leads.parquet":                             parquetOf(t, 10, batchOf(t, "lead_id utf8", `["ada"]`, "parent_contact int", `[7]`, "parent_account utf8", `[null]`)),
		"contact-000000000000.parquet":              parquetOf(t, 10, batchOf(t, "id int", `[7]`, "parent_account_id null", `[null]`, "job_title dict", `["Director"]`)),
		"contact-000000000001.parquet":              parquetOf(t, 10, batchOf(t, "id int", `[8]`, "parent_account_id utf8", `["a"]`, "job_title dict", `["Buyer"]`)),
		"email_clicked/year=2026/part-0001.parquet": parquetOf(t, 10, clicks),
		"notes.txt": &fstest.MapFile{Data: []byte("no table")},
	}
}

// mapping names what crm has under other names.
var mapping = sqldb.Mapping{Tables: map[string]sqldb.Table{"EmailClicked": {ID: "click_id"}}, Absent: []string{"Account"}}

func clicks(t testing.TB, within string) *leadscore.Set {
	t.Helper()
	set, err := leadscore.CompileSet(leadscore.StandardSchema(), []leadscore.File{{Name: "rules.score", Text: `model "Clicks" {
		target contact
		condition "Clicks" { each EmailClicked within last ` + within + ` score +1 }
		condition "Directs" { has Lead.ParentContact where JobTitle = "director" score +1000 }
	}`}})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestSkipsRowGroups makes row groups unreadable that no rule needs, and columns.
func TestSkipsRowGroups(t *testing.T) {
	files, set := crm(t, 95), clicks(t, "31 days")
	tables, err := leadarrow.Open(t.Context(), files, set.Schema(), sqldb.Options{Mapping: mapping, Needs: set.Needs()})
	if err != nil {
		t.Fatal(err)
	}
	read := &countingFS{FS: files}
	counted, err := leadarrow.Open(t.Context(), read, set.Schema(), sqldb.Options{Mapping: mapping})
	if err != nil {
		t.Fatal(err)
	}
	read.bytes = 0
	var said []sqldb.Progress
	store, err := counted.Load(t.Context(), set.Queries(asOf), sqldb.LoadOptions{Progress: func(p sqldb.Progress) { said = append(said, p) }})
	if err != nil {
		t.Fatal(err)
	}
	few := read.bytes
	if got := store.Len("EmailClicked"); got != 31 {
		t.Errorf("%d clicks were loaded; 31 count", got)
	}
	if last := said[len(said)-1]; !last.Done || last.Records != 31 || last.Entity != "EmailClicked" {
		t.Errorf("the last progress is %+v", last)
	}
	r, err := set.Score(t.Context(), "ada", store, leadscore.AsOf(asOf))
	if err != nil || r.Results[0].Score != 1031 {
		t.Errorf("%v, %v", r, err)
	}
	read.bytes = 0
	var all []traverse.Query
	for _, n := range set.Needs() {
		all = append(all, traverse.Query{Need: n})
	}
	if store, err = counted.Load(t.Context(), all, sqldb.LoadOptions{}); err != nil || store.Len("EmailClicked") != 95 {
		t.Errorf("%d of 95 clicks of any date, %v", store.Len("EmailClicked"), err)
	}
	if many := read.bytes; few*3 > many*2 {
		t.Errorf("%d bytes were read of row groups that count, %d of all", few, many)
	}
	total := len(files["email_clicked/year=2026/part-0001.parquet"].Data)
	if read.bytes > total*3/4 {
		t.Errorf("%d of %d bytes were read, though half of the columns are not used", read.bytes, total)
	}
	if _, err := tables.Load(t.Context(), set.Queries(asOf), sqldb.LoadOptions{MaxRecords: 34}); err != nil {
		t.Error(err)
	}
	if _, err := tables.Load(t.Context(), set.Queries(asOf), sqldb.LoadOptions{MaxRecords: 33}); !errors.Is(err, sqldb.ErrTooManyRecords) {
		t.Errorf("one too many: %v", err)
	}
	_, err = clicks(t, "32 days").Score(t.Context(), "ada", store, leadscore.AsOf(asOf))
	if err != nil {
		t.Errorf("from a store with records of any date: %v", err)
	}
}

// A countingFS counts the bytes that are read.
type countingFS struct {
	fs.FS
	bytes int
}

func (c *countingFS) Open(name string) (fs.File, error) {
	f, err := c.FS.Open(name)
	if at, ok := f.(readerAt); ok {
		return &countingFile{at, c}, err
	}
	return f, err
}

type readerAt interface {
	fs.File
	ReadAt([]byte, int64) (int, error)
	Seek(int64, int) (int64, error)
}

type countingFile struct {
	readerAt
	fs *countingFS
}

func (f *countingFile) ReadAt(b []byte, at int64) (int, error) {
	n, err := f.readerAt.ReadAt(b, at)
	f.fs.bytes += n
	return n, err
}

// sequential hides that files can be read at any place.
type sequential struct{ fs.FS }

func (s sequential) Open(name string) (fs.File, error) {
	f, err := s.FS.Open(name)
	if _, dir := f.(fs.ReadDirFile); dir || err != nil {
		return f, err
	}
	return struct{ fs.File }{f}, nil
}

func TestSequentialFileSystem(t *testing.T) {
	set := clicks(t, "31 days")
	tables, err := leadarrow.Open(t.Context(), sequential{crm(t, 40)}, set.Schema(), sqldb.Options{Mapping: mapping})
	if err != nil {
		t.Fatal(err)
	}
	if store, err := tables.Load(t.Context(), set.Queries(asOf), sqldb.LoadOptions{}); err != nil || store.Len("EmailClicked") != 31 {
		t.Errorf("%v", err)
	}
}

// TestOpenProblems opens files that lack what rules ask for.
func TestOpenProblems(t *testing.T) {
	set := clicks(t, "31 days")
	good := crm(t, 5)
	with := func(change func(fstest.MapFS)) fstest.MapFS {
		files := fstest.MapFS{}
		for name, f := range good {
			files[name] = f
		}
		change(files)
		return files
	}
	for _, test := range []struct {
		name    string
		files   fstest.MapFS
		mapping sqldb.Mapping
		want    []string
	}{
		{"no names", good, sqldb.Mapping{}, []string{
			"arrow: EmailClicked.id: the table email_clicked has no column id or email_clicked_id; name the one with the record's id as ID in Mapping.Tables"}},
		{"no file", with(func(f fstest.MapFS) { delete(f, "leads.parquet") }), mapping, []string{
			"arrow: Lead: there is no table for it, such as lead; name one in Mapping.Tables, or list Lead in Mapping.Absent", "arrow: there are the tables contact, email_clicked"}},
		{"a name in the mapping", good, sqldb.Mapping{Tables: map[string]sqldb.Table{"EmailClicked": {Name: "email_click"}, "Contact": {Name: "contact", Columns: map[string]sqldb.Column{"JobTitle": {Name: "job_titel"}}}}}, []string{
			"arrow: EmailClicked: there is no table email_click; did you mean email_clicked?",
			"arrow: Contact.JobTitle: the table contact has no column job_titel; did you mean job_title?"}},
		{"a schema", good, sqldb.Mapping{Tables: map[string]sqldb.Table{"EmailClicked": {Schema: "crm", Name: "email_clicked", ID: "click_id"}}}, []string{
			"the mapping names a schema of a database, and this is none"}},
		{"another column in a later file", with(func(f fstest.MapFS) {
			f["contact-000000000001.parquet"] = parquetOf(t, 10, batchOf(t, "id int", `[8]`, "parent_account_id utf8", `["a"]`, "job utf8", `["Buyer"]`))
		}), mapping, []string{
			"arrow: Contact.JobTitle: contact-000000000001.parquet has 0 columns job_title, and contact-000000000000.parquet has one; the files of a table must have the same columns"}},
		{"another type in a later file", with(func(f fstest.MapFS) {
			f["contact-000000000001.parquet"] = parquetOf(t, 10, batchOf(t, "id utf8", `["8"]`, "parent_account_id utf8", `["a"]`, "job_title utf8", `["Buyer"]`))
		}), mapping, []string{
			"arrow: Contact.id: the column id is utf8 in contact-000000000001.parquet and int64 in contact-000000000000.parquet"}},
		{"no Parquet", with(func(f fstest.MapFS) { f["leads.parquet"] = &fstest.MapFile{Data: []byte("id,ParentContact\nada,7\n")} }), mapping, []string{
			"arrow: Lead: the table leads cannot be read: leads.parquet: parquet: file is smaller than indicated"}},
		{"no Parquet in a later file", with(func(f fstest.MapFS) { f["contact-2.parquet"] = &fstest.MapFile{} }), mapping, []string{
			"arrow: Contact: contact-2.parquet cannot be read: parquet: file too small"}},
		{"a file and a folder of nearly the same name", with(func(f fstest.MapFS) { f["lead/a.parquet"] = f["leads.parquet"] }), mapping, []string{
			"arrow: Lead: several tables could be meant, lead and leads: name one in Mapping.Tables"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := leadarrow.Open(t.Context(), test.files, set.Schema(), sqldb.Options{Mapping: test.mapping, Needs: set.Needs()})
			if _, ok := errors.AsType[leadarrow.Problems](err); !ok {
				t.Fatalf("%v is not Problems", err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v\nlacks %q", err, want)
				}
			}
		})
	}
}

// TestMappedFiles names files by patterns and paths.
func TestMappedFiles(t *testing.T) {
	set := clicks(t, "31 days")
	files := crm(t, 40)
	files["raw/clicks/a.parquet"] = files["email_clicked/year=2026/part-0001.parquet"]
	delete(files, "email_clicked/year=2026/part-0001.parquet")
	for _, name := range []string{"raw/clicks", "raw/clicks/a.parquet", "raw/clicks/a", "raw/*/*.parquet", "raw/", "raw"} {
		mapping := mapping
		mapping.Tables = map[string]sqldb.Table{"EmailClicked": {Name: name, ID: "click_id"}}
		tables, err := leadarrow.Open(t.Context(), files, set.Schema(), sqldb.Options{Mapping: mapping, Needs: set.Needs()})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if store, err := tables.Load(t.Context(), set.Queries(asOf), sqldb.LoadOptions{}); err != nil || store.Len("EmailClicked") != 31 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestBadRows loads files with rows in which something is wrong.
func TestBadRows(t *testing.T) {
	set := clicks(t, "31 days")
	files := crm(t, 5)
	files["contact-000000000001.parquet"] = parquetOf(t, 2, batchOf(t, "id int", `[8,9,null,10]`, "parent_account_id utf8", `["a","b","c",null]`, "job_title dict", `["Buyer","Boss","Boss","Owner"]`))
	mapping := mapping
	mapping.Tables = map[string]sqldb.Table{"EmailClicked": {ID: "click_id"}, "Contact": {Columns: map[string]sqldb.Column{"JobTitle": {Codes: map[string]string{"Buyer": "Buyer", "Director": "Director", "Owner": "Owner"}}}}}
	tables, err := leadarrow.Open(t.Context(), files, set.Schema(), sqldb.Options{Mapping: mapping})
	if err != nil {
		t.Fatal(err)
	}
	_, err = tables.Load(t.Context(), set.Queries(asOf), sqldb.LoadOptions{})
	want := `arrow: loading Contact: contact-000000000001.parquet, row 2 (row group 0): Contact "9": JobTitle (column job_title): "Boss" is not among the codes of the column; with Options.SkipBad such a row is left out`
	if err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
	tables, err = leadarrow.Open(t.Context(), files, set.Schema(), sqldb.Options{Mapping: mapping, SkipBad: true})
	if err != nil {
		t.Fatal(err)
	}
	store, err := tables.Load(t.Context(), set.Queries(asOf), sqldb.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	// The row without an id cannot be found: rules ask for contacts by their ids alone.
	if skipped := tables.Skipped(); store.Len("Contact") != 3 || skipped.Rows() != 1 || !strings.Contains(skipped.Problems[0].Message, "contact-000000000001.parquet, row 2 (row group 0) was skipped (column job_title)") {
		t.Errorf("%d contacts, %+v", store.Len("Contact"), skipped)
	}
	files["contact-000000000001.parquet"] = parquetOf(t, 2, batchOf(t, "id int", `[8,7]`, "parent_account_id utf8", `["a","b"]`, "job_title dict", `["Buyer","Buyer"]`))
	_, err = tables.Load(t.Context(), set.Queries(asOf), sqldb.LoadOptions{})
	if err == nil || !strings.Contains(err.Error(), "it has changed since it was opened") {
		t.Errorf("a file that has changed: %v", err)
	}
	tables, err = leadarrow.Open(t.Context(), files, set.Schema(), sqldb.Options{Mapping: mapping})
	if err != nil {
		t.Fatal(err)
	}
	_, err = tables.Load(t.Context(), set.Queries(asOf), sqldb.LoadOptions{})
	if !errors.Is(err, columns.ErrDuplicate) || !strings.Contains(err.Error(), "contact-000000000001.parquet, rows 1 to 2 (row group 0)") {
		t.Errorf("an id that is there twice: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = tables.Load(ctx, set.Queries(asOf), sqldb.LoadOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("after ctx is done: %v", err)
	}
}

// TestReader scores what a reader of record batches reads.
func TestReader(t *testing.T) {
	set := clicks(t, "31 days")
	leads := batchOf(t, "lead_id utf8", `["ada"]`, "parent_contact int", `[7]`, "parent_account utf8", `[null]`)
	r, err := array.NewRecordReader(leads.Schema(), []arrow.RecordBatch{leads})
	if err != nil {
		t.Fatal(err)
	}
	contacts := batchOf(t, "id int", `[7]`, "parent_account_id null", `[null]`, "job_title dict", `["Director"]`)
	tables, err := leadarrow.Bind(set.Schema(), sqldb.Options{Mapping: sqldb.Mapping{Absent: []string{"EmailClicked", "Account"}}, Needs: set.Needs()},
		leadarrow.Reader("leads", r), leadarrow.Batches("Contact", contacts.Schema(), contacts))
	if err != nil {
		t.Fatal(err)
	}
	store, err := tables.Load(t.Context(), set.Queries(asOf), sqldb.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := set.Score(t.Context(), "ada", store, leadscore.AsOf(asOf)); err != nil || got.Results[0].Score != 1000 {
		t.Errorf("%v, %v", got, err)
	}
	broken := errors.New("broken")
	other := batchOf(t, "id utf8", `["7"]`, "parent_account_id null", `[null]`, "job_title dict", `["Director"]`)
	for want, yields := range map[string]func(yield func(arrow.RecordBatch, error) bool){
		"broken": func(yield func(arrow.RecordBatch, error) bool) { yield(nil, broken) },
		"batch 0 has other columns than the schema": func(yield func(arrow.RecordBatch, error) bool) { yield(other, nil) },
	} {
		tables, err := leadarrow.Bind(set.Schema(), sqldb.Options{Mapping: sqldb.Mapping{Absent: []string{"EmailClicked", "Account"}}},
			leadarrow.Batches("leads", leads.Schema(), leads), leadarrow.Table{Name: "Contact", Schema: contacts.Schema(), Batches: yields})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tables.Load(t.Context(), set.Queries(asOf), sqldb.LoadOptions{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v lacks %q", err, want)
		}
	}
}
