// Package arrow reads Parquet files and Arrow record batches into the columns that leads are
// scored from, and writes results to Parquet files. So the data of DuckDB, Spark, BigQuery and
// data lakes is scored without a database. From files to scores:
//
//	tables, err := arrow.Open(ctx, os.DirFS("lake"), set.Schema(), sqldb.Options{Needs: set.Needs()})
//	if err != nil {
//		log.Fatal(err) // all that the rules need and the files lack
//	}
//	store, err := tables.Load(ctx, set.Queries(asOf), sqldb.LoadOptions{})
//	…
//	for result, err := range set.ScoreAll(ctx, store.Leads(ctx), store, leadscore.AsOf(asOf)) {
//
// [Tables.Load] reads what the rules of the set need as of an instant, and nothing else: columns
// that no rule asks for are not read, and row groups are skipped whose statistics say that all
// their records are too old to count. Texts that a file keeps in a dictionary are decoded once
// for each text, and not for each row.
//
// [Bind] is [Open] for record batches, such as those that an ADBC driver, a Flight client or a
// program of your own has. A [Writer] writes results.
//
// # Files
//
// The files of a folder are tables, by their names: contact.parquet is the table contact. So
// are contact-000000000000.parquet, contact-000000000001.parquet and so on, which are one
// table, and all .parquet files in a folder contact and in the folders below it, such as
// contact/year=2026/part-0.snappy.parquet. What a folder is called below that means nothing:
// year=2026 makes no column. Names that begin with a dot or an underscore are left out, as are
// other files. The files of a table must have the same columns, as far as rules need them,
// though a text may be in a dictionary in one and not in another, and a column without values
// may have no type.
//
// Entities and fields are found in tables and columns as package [sqldb] finds them in those of
// a database, and by the same [sqldb.Mapping]. The name of a table in a mapping may also be a
// path, with or without .parquet, or a pattern of [fs.Glob], such as raw/*/clicks.parquet.
// Parquet files and record batches have no schemas as databases do, so a mapping must name none.
//
// A file is opened to read its footer, and again to read records. If it has changed in between,
// that is an error. Files are not held open. [fs.FS] may be any: those whose files
// can be read at any offset, as those of [os.DirFS] can, are read in parts, and others as a
// whole.
//
// # Values
//
//	field          column
//	text, choice   utf8, large_utf8, utf8_view, binary that is UTF-8, integers, uuid
//	number         integers, floats, decimals; text with the format DecimalText
//	bool           bool, integers 0 and 1; text if the mapping gives the texts for true and false
//	time           timestamp of any unit, date32, date64, text; numbers with a Unix format
//	date           date32, date64, text; timestamps and numbers with a Unix format, as the day in UTC
//	choices        lists of text, text separated by semicolons or the mapping's Separator, text
//	               with the format JSONArray
//	id, reference  text, integers, decimals without a fraction, uuid
//
// Each may be in a dictionary, and an extension type is what it is stored as, except uuid.
// Structs, maps, unions, durations, times of day, bytes of a fixed width and lists of anything
// but text can hold no field: write a column for each value, or a view that does. A timestamp
// without a zone is in UTC; one with a zone is an instant, whatever the zone. Otherwise values
// mean what package [sqldb] says: NULL and the empty text are null, times are cut to
// microseconds, days where a time is wanted begin in the zone of the options.
//
// Damaged files are errors. What the reader of Parquet files panics on is an error that wraps
// [ErrDamaged].
package arrow
