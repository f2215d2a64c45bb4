// Package dsl turns the text of the rule language into a syntax tree and back.
//
// [Parse] reads a file of models, tests and schema declarations. It reports each
// problem as a [Diagnostic], and returns what it could read in any case. [Format]
// returns a file in the canonical form. The package does not know the schema:
// package eval/check finds out whether names exist and types fit.
//
// For editors, [At] says what can stand at a place of a text that is broken or half typed,
// [Tokens] what each word of a file is, and [PathAt] which nodes are at a place.
package dsl

// These are the files, in an order in which each uses only those before it:
//
//	span, diagnostic, width, render      places, problems, and problems as text
//	text, diagnostics, json, limits      characters and lines, lists of problems
//	op                                   the operators, a row for each
//	tree, tree_model, _schema, _tests    the nodes
//	walk, print                          visiting nodes, and nodes as text
//	token, moment, tokens                tokens, dates, and the nodes made of one token
//	slips                                tables of common mistakes
//	scanner, scan_foreign, scan_number, scan
//	                                     scanning text into tokens
//	grammar                              the clauses that participle parses
//	expect, hints                        parsing single tokens, and the errors if it fails
//	parse_value, parse_expr, parse_child parsing the parts of a condition
//	parser, recover, stray               reporting errors, and resuming after them
//	parse_condition, _model, _schema, _tests, parse
//	                                     parsing blocks and files
//	format, edits                        the file in its canonical form, and edits
//	lines                                places in bytes, characters and UTF-16 code units
//	place_grammar, place_rules, place_machine, place_blocks, place, highlight
//	                                     what can stand at a place of a text, and what its tokens are
