// Package leadscore scores leads by rules that marketing and sales agree on.
//
// Rules are text. They follow the text view of the lead-scoring designer of
// Dynamics 365 Marketing: a model has conditions, each with one or more children
// that say what must occur and how often, and an action that adds or subtracts
// points; grades; and a sales-ready score. The language reference is
// docs/language.md.
//
//	model "Coffee geeks" {
//	    target contact
//
//	    condition "Opened an email" {
//	        each EmailOpened within last 90 days
//	        score +10
//	    }
//
//	    grade "Cold" below 40
//	    grade "Hot" from 40
//	    sales ready at 70
//	}
//
// # Scoring
//
// [Compile] parses a model, checks every name, type and date range in it
// against a [Schema], and plans how to run it:
//
//	model, err := leadscore.Compile("coffee.score", rules, leadscore.StandardSchema())
//
// [Model.Score] scores one lead over a [Source] of CRM data, as of now or as of
// another instant ([AsOf]):
//
//	result, err := model.Score(ctx, "lead-42", data)
//	fmt.Println(result.Score, result.Grade, result.SalesReady)
//
// A model with dimensions also gives [Result.Dimensions] and a [Result.Label]. With
// [Explain] the result also says what each condition contributed
// ([Result.Contributions]), and has a line for all else that changed the score
// ([Result.Ledger]). Package explain turns that into text and JSON, and package
// whatif finds what would make the lead sales ready.
//
// A [Set] scores leads with several models in one pass over the data: see
// [NewSet], [CompileSet] and [CompileFS]. [Set.ScoreAll] scores a stream of leads
// in batches on all cores, and yields the results in the order of the stream.
// [Set.ScoreInto] writes the scores of many leads into columns.
//
// A score changes while time passes, even if nothing happens. [Set.Changes] yields the
// changes of the results for a lead between two instants, and with the option
// [NextChange] a result says when it will change next.
//
// # Data
//
// A Source answers one kind of query: which records of an entity have one of
// these ids, or refer to one of them. Package source/memory holds records in
// memory, source/structs takes them from Go structs, source/tables loads them
// from CSV, NDJSON and JSON files, and source/sqldb queries a relational
// database. To connect other data, implement the one method of [Source] and
// test it with package source/sourcetest. [Model.Needs] returns everything that
// a model can ask a source for. Set.ScoreAll queries a source from several
// goroutines at the same time.
//
// # Changing rules
//
// A rule file can contain tests: a few records, and the result that a model must
// give for them. Package modeltest runs them, under go test or elsewhere, and so
// does the command leadscore test. Package modeldiff compares two versions of
// rules, and what they do to leads.
//
// # Errors
//
// The error for rules that do not compile is a [Diagnostics]: every problem with
// its file, line and column, the source line, and how to correct it. The error
// for a lead that cannot be scored is a [*LeadError]; it does not affect other
// leads. Bad input never causes a panic, and nothing is dropped silently. Data that
// is valid and does not meet the rules, such as a reference that names no record,
// is no error: package audit finds it.
//
// # Other packages
//
// To score leads, this package and a source are enough. Tools that work on rules
// use dsl, the syntax tree and the formatter; eval/check, the checker; and
// eval/findings, which reports rules that are valid but odd. [Model.Checked]
// returns what they need. Package traverse defines schemas and sources; package
// grades defines grades and the sales-ready score.
package leadscore
