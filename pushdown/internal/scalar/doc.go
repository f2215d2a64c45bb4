// Package scalar has expressions of one row that belong to no dialect of SQL: whole numbers of
// any size, truth values and texts, over columns and parameters.
//
// A [Builder] makes expressions. Equal ones are the same pointer, and what is known is folded:
// constants, and comparisons that ranges decide. Each whole number has a [Range], from which
// follows whether 64 bits hold it. [Eval] is what an expression means, exactly; [Arrange] gives
// what several expressions share columns of their own, in steps, and [Render] writes SQL of a
// [Dialect] that means the same.
//
// Nulls are those of SQL: a comparison with null is null, and so are and, or and not where null
// could decide them; Case takes the next branch where a condition is null. Arithmetic is for
// numbers that are never null: see [Builder.Coalesce].
package scalar
