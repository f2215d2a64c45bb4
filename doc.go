// Package leadscore scores leads by rules that marketing and sales agree on.
//
// A model is text. It mirrors the text view of the lead-scoring designer of
// Dynamics 365 Marketing: conditions, each with one or more children that say
// what must occur and how often, and an action that adds or subtracts points;
// grades; and a sales-ready score. docs/language.md is the language reference.
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
// [Model.Score] then scores one lead over a [Source] of CRM data, as of now or
// of another instant ([AsOf]), and can say why ([Explain]):
//
//	result, err := model.Score(ctx, "lead-42", data)
//	fmt.Println(result.Score, result.Grade, result.SalesReady)
//
// Several models make a [Set]: see [NewSet], [CompileSet] and [CompileFS].
// [Set.ScoreAll] scores a stream of leads on all cores, in batches, and yields the
// results in the order of the stream.
//
// # Data
//
// A Source answers one kind of question: which records of an entity have one of
// these ids, or refer to one of them. Package source/memory holds records in
// memory, package source/tables loads them from CSV, NDJSON and JSON files. To
// connect data of your own, implement the one method of [Source], and let
// package source/sourcetest check that it keeps the contract. [Model.Needs]
// tells ahead what a model can ever ask for. Set.ScoreAll asks a source from
// several goroutines at the same time.
//
// # Tests
//
// A rule file can hold tests: a few records, and what a model makes of them.
// Package modeltest runs them under go test, the command leadscore test anywhere.
//
// # Errors
//
// Rules that do not compile give [Diagnostics]: every problem with file, line
// and column, the source line, and how to mend it. A lead that cannot be scored
// gives a [*LeadError]; other leads are scored all the same. Nothing panics on
// bad input, and nothing is dropped silently.
//
// # The packages behind this one
//
// Whoever scores leads needs this package and a source. For tools there are
// dsl, the syntax tree and the formatter; eval/check, the checker without the
// evaluator; eval/findings, what is odd about valid rules; traverse, schema and
// data; and grades.
package leadscore
