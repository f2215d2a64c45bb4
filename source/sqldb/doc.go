// Package sqldb is a [traverse.Source] over the tables and views of a relational
// database, through database/sql and a driver of yours. From a database to a
// score:
//
//	db, err := sql.Open("pgx", "postgres://crm@localhost/crm") // or another driver
//	…
//	model, err := leadscore.Compile("coffee.score", rules, leadscore.StandardSchema())
//	…
//	data, err := sqldb.Open(ctx, db, sqldb.PostgreSQL(), model.Schema(), sqldb.Mapping{})
//	if err != nil {
//		log.Fatal(err) // everything in which schema and database do not fit
//	}
//	result, err := model.Score(ctx, "lead-ada", data)
//
// or, for all leads as of one state of the database:
//
//	snapshot, err := data.Snapshot(ctx)
//	…
//	defer snapshot.Close()
//	for result, err := range set.ScoreAll(ctx, snapshot.Leads(ctx), snapshot) {
//
// Nothing is copied: records are read when leads are scored, only the columns
// that rules look at, and no further back than they look. A batch of leads takes
// a statement for each of the model's Needs, and more only where it leads to more
// keys than the option Batch says.
//
// # Names
//
// An entity is a table or view, a field or a reference is a column. Where the
// [Mapping] names none, it is the one that is called so: only letters and digits
// count, in any letter case, a table's name may be plural, and the name of a
// reference's column may end with id. So EmailOpened may be email_opened or
// emailopeneds, and ParentContact may be parent_contact_id. If several are
// called so, the mapping must say which. The id of a record is the column id, or
// else the one called as the entity and id, such as lead_id.
//
// What the mapping names is taken letter by letter. What the database does not
// have is listed in [Mapping.Absent]. Calculated and rollup fields, which rules
// cannot use, need no column. What a column cannot say, a view can: several
// entities in one table of events, an id of two columns, a time in a zone other
// than UTC.
//
//	CREATE VIEW email_opened AS
//	SELECT id, contact_id, happened_at AT TIME ZONE 'Europe/Berlin' AS timestamp, email_name
//	FROM events WHERE kind = 'opened'
//
// [Open] looks all of it up, and that the type of each column suits its field.
//
// # Values
//
//	field          column
//	text, choice   text, integers, UUIDs, enumerations
//	number         integers, decimals, floats; text with the format DecimalText
//	bool           booleans, integers 0 and 1; text if the mapping says how true and false are written
//	time           timestamps, dates, text; numbers with a Unix format
//	date           dates, text; timestamps and numbers with a Unix format, as the day in UTC
//	choices        PostgreSQL arrays of text, JSON arrays of text, text separated by semicolons or
//	               what the mapping says, text with the format JSONArray
//	id, reference  text, integers, UUIDs
//
// NULL and the empty text are null; so are empty choices, of which there is none,
// and the first instant of the year 1, which is Go's zero time. A time without an
// offset is UTC, in timestamps as in text. Text is a day, or a day and a time as
// ISO 8601 or [time.Time.String] have it: 2026-05-31T14:30:00+02:00, with a space
// for the T, a fraction, and Z or no offset. What is finer than a microsecond is
// cut off. Numbers are finite, text is UTF-8, a year is from 0 to 9999. A column
// of SQLite without a type, or with one that SQLite does not know such as
// DATETIME, has what each of its values is. Choices in a column of a type that is
// not known, such as an array of an enumeration, need a Separator or a Format in
// the mapping, or a view that makes them text[].
//
// A value that does not suit its field is an error of the leads that reach its
// record, which names entity, id and column.
//
// Ids are compared as text is, letter by letter, whatever the collation: the id
// 7 of an integer column is 7 and not 007, and a UUID is written in small letters
// with dashes. Ids must be unique, also as the collation of their column compares
// them, or leads are left out of the list. Bytes in SQLite are no ids. A field
// called id is the record's id, unless the mapping names another column for it.
//
// # Indexes
//
// Each record is asked for by its id or by a reference that leads from it, so
// beside the primary keys there should be an index for each reference that rules
// follow backwards: from contacts to their interactions and leads, from accounts
// to their contacts. With the time behind it, the range of a rule is answered
// from the index, too:
//
//	CREATE INDEX ON email_opened (contact_id, timestamp);
//	CREATE INDEX ON orders (lead_id, placed_on);
//	CREATE INDEX ON contact (parent_account_id);
//
// Times in text are compared by their days, as an offset may stand behind them,
// and only where they are written as times; what is read too much, the engine
// leaves out. Such a comparison is made on each row that the index has for a key,
// where timestamps and numbers are searched for in it.
//
// A database with statistics may read a table of a few thousand rows as a whole for
// a batch of leads: that is less work.
//
// # Statements
//
// Every value is a parameter, every name is quoted, and nothing is written. A
// source keeps the text of statements by the pointer of their [traverse.Need],
// and prepares none: drivers that keep prepared statements, as pgx does, see
// equal texts. A user that may SELECT is enough.
//
// What fails is not asked again: when a connection breaks, or a server restarts,
// the leads of the query fail, with an error that names the entity, and the pool
// connects anew for the next one. A snapshot is lost then.
//
// # Other databases
//
// A [Dialect] is what differs. Its example is one for MySQL.
package sqldb
