// Package sqldb is a [traverse.Source] over the tables and views of a relational
// database, through database/sql and a driver of your choice. From a database to a
// score:
//
//	db, err := sql.Open("pgx", "postgres://crm@localhost/crm") // or another driver
//	…
//	model, err := leadscore.Compile("coffee.score", rules, leadscore.StandardSchema())
//	…
//	data, err := sqldb.Open(ctx, db, sqldb.PostgreSQL(), model.Schema(), sqldb.Options{Needs: model.Needs()})
//	if err != nil {
//		log.Fatal(err) // all that the model needs and the database lacks
//	}
//	result, err := model.Score(ctx, "lead-ada", data)
//
// or, for all leads as of one state of the database, from whole tables:
//
//	loaded, err := data.Load(ctx, set.Queries(asOf), sqldb.LoadOptions{})
//	…
//	for result, err := range set.ScoreAll(ctx, loaded.Leads(ctx), loaded, leadscore.AsOf(asOf)) {
//
// # By keys, or whole tables
//
// A source answers queries by keys, and so scores one lead, or some, without reading
// what others need. To score most of the leads, [Source.Load] reads the tables as a
// whole: the database looks nothing up, and sends each record once. That takes less
// processor time, above all of the server, and memory for all records that the rules can
// count. If there are more than [LoadOptions.MaxRecords], [Snapshot.Parts] loads what some
// leads need, and then what the next ones need, all of one state of the database:
//
//	snapshot, err := data.Snapshot(ctx)
//	…
//	defer snapshot.Close()
//	for part, err := range snapshot.Parts(ctx, set.Queries(asOf), sqldb.LoadOptions{MaxRecords: 5_000_000}) {
//		…
//		for result, err := range set.ScoreAll(ctx, leadscore.IDs(part.Leads...), part.Store, leadscore.AsOf(asOf)) {
//
// To score by keys takes the least memory. A Snapshot is one state for that, too:
//
//	for result, err := range set.ScoreAll(ctx, snapshot.Leads(ctx), snapshot) {
//
// For queries by keys nothing is copied: records are read when leads are scored, only the columns that
// rules use, and no older records than rules need. A batch of leads takes one
// statement for each of the model's Needs, and more only where it leads to more
// keys than the option Batch allows.
//
// # Names
//
// An entity is a table or view, a field or a reference is a column. Unless the
// [Mapping] names it, it is found by the name of the entity, field or reference:
// only letters and digits are compared, without regard to letter case; the name of
// a table may be plural, and the name of a reference's column may end with id. So
// EmailOpened may be email_opened or emailopeneds, and ParentContact may be
// parent_contact_id. If several names match, the mapping must say which is meant.
// The id of a record is the column id, or else the column named after the entity
// and id, such as lead_id.
//
// Names in the mapping, which [ReadMapping] reads from a file, must be exact. [Open]
// looks up all names, and checks that the type of each column suits its field. The
// database may lack what no rule asks for. If rules ask for something that it lacks,
// that is an error of Open, if it is given their Needs, or else of the query; unless
// the mapping lists it in [Mapping.Absent]: then it is null. Calculated and rollup
// fields, which rules cannot use, need no column. A view can provide what columns do
// not: several entities in one table of events, an id of two columns, a time in a zone
// other than UTC.
//
//	CREATE VIEW email_opened AS
//	SELECT id, contact_id, happened_at AT TIME ZONE 'Europe/Berlin' AS timestamp, email_name
//	FROM events WHERE kind = 'opened'
//
// # Values
//
//	field          column
//	text, choice   text, integers, UUIDs, enumerations
//	number         integers, decimals, floats; text with the format DecimalText
//	bool           booleans, integers 0 and 1; text if the mapping gives the texts for true and false
//	time           timestamps, dates, text; numbers with a Unix format
//	date           dates, text; timestamps and numbers with a Unix format, as the day in UTC
//	choices        PostgreSQL arrays of text, JSON arrays of text, text separated by semicolons or
//	               the mapping's Separator, text with the format JSONArray
//	id, reference  text, integers, UUIDs
//
// NULL and the empty text are null; so are a list without choices, and the first
// instant of the year 1, which is Go's zero time. A time without an offset is in
// UTC, in timestamps and in text; a day where a time is wanted begins in
// [Options.Zone]. A time in text is a day, or a day and a time in
// the form of ISO 8601 or [time.Time.String]: 2026-05-31T14:30:00+02:00, perhaps
// with a space for the T, a fraction, and Z or no offset. Times are truncated to
// microseconds. Numbers, years and text must be as [traverse.Value.Check] says. In a
// column of SQLite without a type, or with a type that SQLite does not
// know, such as DATETIME, each value has its own type. Choices in a column of an
// unknown type, such as an array of an enumeration, need a Separator or a Format in
// the mapping, or a view that converts them to text[].
//
// A value that does not suit its field is an error of the leads that reach its
// record. The error names entity, id and column. With [Options.SkipBad] such a
// record is left out instead, and [Source.Skipped] counts it.
//
// Ids are compared byte by byte, whatever the collation: the id 7 of an integer
// column is 7 and not 007, and a UUID is written in small letters with dashes. Ids
// must be unique, also under the collation of their column, or leads are left out
// of the list. Bytes in SQLite are not ids. A field called id is the record's id,
// unless the mapping names another column for it.
//
// # Indexes
//
// Records are queried by id or by one of their references, so besides the primary
// keys there should be an index for each reference that rules follow backwards: from
// contacts to their interactions and leads, from accounts to their contacts. With
// the time as its second column, an index also covers the ranges of rules:
//
//	CREATE INDEX ON email_opened (contact_id, timestamp);
//	CREATE INDEX ON orders (lead_id, placed_on);
//	CREATE INDEX ON contact (parent_account_id);
//
// In a table that is written day by day, the interactions of one contact are spread out.
// PostgreSQL's CLUSTER by such an index puts them together, which saves the server a
// quarter of the processor time for queries by keys, until new rows are spread out again.
//
// Times in text are compared by their days, as an offset may follow them, and only
// if they are written as times; the engine ignores records outside the range. This
// comparison is made for each row that the index finds for a key, whereas timestamps
// and numbers are searched for in the index.
//
// A database with statistics may scan a table of a few thousand rows for a batch of
// leads, which is less work. A statement asks for no more rows than the engine's
// limit for one lead, MaxRecords, rounded up to a power of two.
//
// # Statements
//
// Every value is a parameter, every name is quoted, and nothing is written. A
// source keeps the text of its statements by the pointer of their [traverse.Need],
// but does not prepare them: drivers that keep prepared statements, as pgx does, get
// equal texts. The database user needs only the right to SELECT.
//
// Each worker that scores leads uses a connection while it queries, so a source that is
// not a [Snapshot] uses as many as there are workers, by default twice as many as
// processors. A [sql.DB] keeps two idle connections and closes others, to open them again
// for the next query: set [sql.DB.SetMaxIdleConns] to the number of workers.
//
// A query that fails is asked again for parts of its keys, so that one row that a
// view cannot convert, or one lead whose query takes too long for the server, fails
// only the leads that need it. That does not help if a connection breaks, a server
// restarts, or a table or right is missing: then all leads of the query fail, with
// an error that names the entity and wraps [traverse.ErrUnavailable], and the pool
// reconnects for the next query. A [Snapshot] is lost with its connection.
//
// # Other databases
//
// A [Dialect] describes how a database differs. Its example is one for MySQL.
package sqldb
