// Package columns holds CRM records in columns. Sources that keep their records in
// memory are built on it: source/memory holds one [Store] and converts values.
//
// A Store is a [traverse.Source]. It also lends its records: the engine reads them
// in place, without queries, which is much faster than rows. See [Lender].
//
// # Layout
//
// Values that rules compare, above all texts, are stored once and referred to by a
// code, so that a rule judges each distinct value once. Ids are numbered, and a
// reference is the number of the id it holds: a hop is an index. The fields of a
// record are next to each other. The interactions of a contact are next to each
// other, kind by kind, newest first, in whatever order they were added; and so are
// those that refer to a lead, in a layout of their own, if models ask for them.
//
// Records can be replaced and deleted by their ids. A record that is replaced
// stays in its row. A deleted record leaves an empty row, and perhaps ids and values
// that nothing uses any more. Each later change tidies a little of this up, so that none
// takes long, however large the store: rows move down, and the numbers of ids and values
// are used again. So rows and keys are valid only while the store is lent.
package columns
