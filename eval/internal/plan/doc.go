// Package plan says how checked models are counted, before any data is seen. A
// plan is data: it is made once, never changes, and knows nothing of how it is
// run.
//
// [Routes] plans for records that a source is asked for: what to ask, and which
// path each child takes through them. [Columns] plans for records that lie in
// columns; it covers the conditions that need no routes, in one pass for all of
// them.
//
// In reading order: window.go and predicate.go (what a comparison is lowered to),
// routes.go, nodes.go, exprs.go, values.go and build.go, columns.go, pack.go,
// products.go, columnchild.go, tallies.go, buildcolumns.go, counted.go and describe.go.
package plan
