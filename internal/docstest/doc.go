// Package docstest tests the documentation. It parses, compiles or runs every fenced
// code block of README.md and of most pages of docs, and fails for a block that it
// does not know. The info string of a block says what the block is:
//
//	score                  a rule file: it compiles against the standard schema,
//	                       extended by the section's schema blocks, and is in
//	                       canonical form
//	score schema           a schema block: it extends the schema for the rest of its
//	                       section; with alone it extends nothing
//	score loose            a rule file that is not in canonical form
//	score formatted        the canonical form of the score block before it
//	score wrong            a rule file with errors; the text block after it has the
//	                       diagnostics or, with messages, only their messages, one
//	                       per line
//	score findings=CODE    a rule file with findings of this code, which are in the
//	                       text block after it
//	score right            a rule file without warnings, and without findings of the
//	                       section's code
//	as-of=T                with score: what findings take as the instant that is given
//	fragment=child, where or clause
//	                       with score: a part of a model, which the test completes.
//	                       For child and where each line that is not indented
//	                       begins a condition; path= is the path that where belongs
//	                       to, target= the model's target
//	csv file=Lead.csv      data of the section, in the folder data
//	json file=data.json    data of the section, as one file
//	json file=mapping.json the mapping of the section's data
//	text scores as-of=T    the results of the section's last models for its leads
//	text changes lead=L as-of=T to=T
//	text moves lead=L as-of=T to=T
//	                       when the results of the section's last models change, and
//	                       what they are then
//	text tests             the results of the section's last models for their tests
//	text audit as-of=T     the findings about the section's data for its last models
//	text counts lead=L as-of=T
//	                       the counts of the children of the section's last model
//	json explain lead=L as-of=T
//	                       the explained result as JSON
//	go                     lines of a Go file of the root, of this package or of
//	                       examples, with any indentation
//	sh                     commands, which are run (see checkCommands); a text block
//	                       after it has their output
//	ebnf                   a grammar: everything that it produces can be parsed
//
// A section begins with a heading. With file= a score block has a name, which
// diagnostics show.
package docstest
