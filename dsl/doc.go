// Package dsl turns the text of the rule language into a syntax tree and back.
//
// [Parse] reads a file of models and schema declarations and reports every
// problem it finds as a [Diagnostic]; what could be read comes back all the
// same. [Format] writes a file in the canonical form. The package knows no
// schema: whether names exist and types fit is judged by package eval/check.
package dsl
