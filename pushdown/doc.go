// Package pushdown turns a set of models into one SQL statement, so that a database scores its
// leads itself and only results leave it. The scores are those of the engine, or there is no
// statement. From models to scores:
//
//	set, err := leadscore.CompileSet(leadscore.StandardSchema(), files)
//	…
//	source, err := sqldb.Open(ctx, db, sqldb.PostgreSQL(), set.Schema(), sqldb.Options{Needs: set.Needs()})
//	…
//	statement, err := pushdown.New(set, pushdown.PostgreSQL(), pushdown.MappingOf(source))
//	if err != nil {
//		log.Fatal(err) // all that cannot be lowered, with its place in the rules
//	}
//	for row, err := range statement.Query(ctx, db, time.Now()) {
//		…
//		fmt.Println(row.Lead, row.Model, row.Status, row.Score, row.Grade)
//	}
//
// [MappingOf] finds tables, columns and types in the database. A [Mapping] that is written by
// hand needs none.
//
// The text of a statement depends on the models, the schema, the [Mapping] and the [Dialect],
// and not on as of: [Statement.Args] works out the bounds of windows, in Go, for an instant.
// [Statement.Literal] writes them into the text, for a view or a model of dbt. With [ForLeads] a
// statement scores the leads whose ids it is given.
//
// # The result
//
// There is one row for each lead and model, also for leads that a model does not score: see
// [Row] and [Statement]. Only a lead for which `choose model` leads to the name of no model of
// the set has no rows; the engine gives it an error. With [Explain] it has what each condition has counted, and
// [Statement.Result] makes the engine's explanation of it, without lists of records.
// [Statement.Into] puts the result into a table. [NewChanged] makes a statement for the leads whose
// results may have changed, so that only these need be scored again.
//
// # What is equal
//
// Status, score, grade, label, dimensions and sales ready are those of [leadscore.Set.ScoreAll]
// on the records of the tables, as package source/sqldb reads them: ids and texts are compared
// byte by byte or letter by letter, whatever the collation of a column; an empty text is null;
// numbers are 64-bit floats; months, weeks, days and changes of clocks are those of the time zone
// of the model, whatever the session's; sums are exact.
//
// That takes for granted what the engine checks for each record, and a statement does not:
//
//   - The columns have the types that the mapping says.
//   - Ids are unique within a table.
//   - Values are as traverse.Value.Check says: no NaN and no infinity, in numbers and times, and
//     years from 0 to 9999; nor the first instant of the year 1, which the engine takes for empty.
//   - A column of codes, of texts for true and false, of JSON or of a format has nothing else.
//     What is something else is null.
//
// [Audit] makes statements that look for what does not hold of that. The limit [leadscore.MaxRecords] does not apply.
//
// # Several databases
//
// [ShardBy] says how to divide the records among databases that know nothing of each other, so
// that each scores its leads alone by the same statement.
//
// # How leads are counted
//
// Each table of interactions is read once for all children that count without more: a GROUP BY
// of who they are of, with a counter for each child; equal counters of all models are one. A
// path of several hops is not joined: each record has a weight, which is how many routes lead
// on from it, and a hop adds up the weights of where it leads. A cap, a burst and same follow
// the routes one by one, so that they take longer.
//
// # What is refused
//
// [New] refuses what it cannot lower exactly, before anything runs: [Refusals] has all of it.
//
//   - Models with different schemas.
//   - One expression that mixes more than six tests of a step with tests of other steps, by or
//     and not.
//   - A decay or every SPAN without whose age has more than 1,500 steps of months or years.
//   - A column whose type cannot be compared as its field, such as a time in text; a view that
//     converts it can.
//   - Sets that are too large for the database: [Dialect.MaxTables], MaxColumns,
//     MaxParameters and MaxText.
//   - SQLite: contains word; once per, up to N per and same by a text that is not exact; an
//     operand with NUL; separated choices. Sums of more than 64 bits fail when the statement runs.
//   - DuckDB: times in nanoseconds. Sums of more than 128 bits fail when the statement runs. It
//     takes seconds to plan a statement of some hundred relations, so make several statements of
//     a set that is so large.
//   - ClickHouse: statements of more than 256 KiB, as a relation is written out wherever it is
//     read; choices as JSON. Sums of more than 38 digits fail when the statement runs. It takes
//     up to seconds to analyze a statement with a dozen joins.
//
// Statements that tell the hours, days, weeks, months or years of local times apart have the
// changes of clocks up to the year 2150, and do not run as of a later one.
package pushdown
