// Package dsl turns the text of the rule language into a syntax tree and back.
//
// [Parse] reads a file of models and schema declarations and reports every
// problem it finds as a [Diagnostic]; what could be read comes back all the
// same. [Format] writes a file in the canonical form. The package knows no
// schema: whether names exist and types fit is judged by package eval/check.
package dsl

// The files, in an order in which each uses only those before it:
//
//	span, diagnostic, width, render      places, problems, and problems as text
//	text, diagnostics, json, limits      characters and lines, lists of problems
//	op                                   the operators, a row for each
//	tree, tree_model, _schema, _tests    the nodes
//	walk, print                          the nodes in order, and as text
//	token, moment, tokens                tokens and dates, and the nodes that are made of them
//	slips                                what people write for something else, in tables
//	scanner, scan_foreign, scan_number, scan
//	                                     text to tokens
//	grammar                              the clauses that participle parses
//	expect, hints                        what should come next, and what is wrong if it does not
//	parse_value, parse_expr, parse_child tokens to nodes that hold nothing else of the file
//	parser, recover, stray               how a problem is reported, and where to go on
//	parse_condition, _model, _schema, _tests, parse
//	                                     blocks, and the file
//	format                               the file in its canonical form
