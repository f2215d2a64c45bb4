// Package columns holds CRM records in columns. It is what a source that has its
// records in memory is made of: source/memory keeps one [Store] and adds nothing
// but the reading of values.
//
// A Store is a [traverse.Source]. It is also one that lends: the engine reads
// what a Store holds where it lies, without a query, which is much faster than
// rows. See [Lender].
//
// # Layout
//
// Whatever is compared, text above all, is held once and known by a code, so
// that a rule judges each distinct value once. Ids are numbered, and a reference
// is the number of the id it holds: a hop is an index. The fields of a record lie
// next to each other. The interactions of a contact lie next to each other, kind
// by kind, newest first, whatever order they came in.
//
// Records can be replaced and deleted by their ids. A record that is replaced
// stays in its row. One that is deleted leaves an empty row, and perhaps an id that
// nothing bears any more; when there are many of these the store is compacted, and
// numbers rows and ids anew. So rows and keys mean something only while the store
// is lent.
package columns
