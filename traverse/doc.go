// Package traverse says what the data looks like and how to walk it: the
// [Schema] with its entities, fields and relationships, the [Path] along them,
// and the [Source] that hands over records. It knows no rules.
package traverse
