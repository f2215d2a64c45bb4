package dsl

// laterForms is the table of what the language does not have yet, although other
// tools have it or people expect it, with what to write today instead. Delete a row
// when the language gets what it is about.
var laterForms = []otherForm{
	// Where a child begins.
	{words: "at most #", at: beginsChild, instead: "write at least {n+1} {path} with a negative score, for those that have more"},
	{words: "not at least #", at: beginsChild, instead: "write at least {n} {path} with a negative score, for those that have as many"},
	{words: "less than #", at: beginsChild, instead: "write at least {n} {path} with a negative score, for those that have as many"},
	{words: "fewer than #", at: beginsChild, instead: "write at least {n} {path} with a negative score, for those that have as many"},
	{words: "exactly #", at: beginsChild, instead: "write at least {n} {path} with the points, and at least {n+1} {path} in another condition that takes them away"},
	{words: "from # to #", at: beginsChild, instead: "write at least {n} {path} with the points, and at least {m+1} {path} in another condition that takes them away"},
	{words: "between # and #", at: beginsChild, instead: "write at least {n} {path} with the points, and at least {m+1} {path} in another condition that takes them away"},
	{words: "every # UNIT without", at: beginsChild, instead: "write none {path} within last {n} {unit}, and conditions of their own for longer spans"},
	{words: "every #", at: beginsChild, instead: "write at least {n} {path} and at least {2n} {path}, and so on, in conditions of their own"},
	{words: "any of", at: beginsChild, instead: "give each of the alternatives a condition of its own"},
	{words: "all of", at: beginsChild, instead: "leave it out: all children of a condition must hold anyway"},
	{words: "same * {", at: beginsChild},
	{words: "count of", at: beginsChild, instead: "write at least 3 {path}, which holds for that many or more"},
	{words: "number of", at: beginsChild, instead: "write at least 3 {path}, which holds for that many or more"},
	{words: "sum", at: beginsChild, instead: "compare a field that already holds the sum"},
	{words: "average", at: beginsChild, instead: "compare a field that already holds the average"},

	// After a path.
	{words: "or", at: afterPath | afterExpr, why: ": everything in a condition must hold", instead: "use in (…) or contains any (…) for one of several values, or a second condition"},
	{words: "up to #", at: afterPath | afterExpr, instead: "write {steps} in conditions of their own, each with the points for one"},
	{words: "at most #", at: afterPath | afterExpr, instead: "write {steps} in conditions of their own, each with the points for one"},
	{words: "max #", at: afterPath | afterExpr, instead: "write {steps} in conditions of their own, each with the points for one"},
	{words: "once per", at: afterPath | afterExpr, instead: "write has {last}, which counts once in all"},
	{words: "once", at: afterPath | afterExpr, instead: "write has {last}, which counts once in all"},
	{words: "halving", at: afterPath | afterExpr, instead: "add points for several date ranges, such as within last 30 days and within last 90 days, in conditions of their own"},
	{words: "losing", at: afterPath | afterExpr, instead: "add points for several date ranges, such as within last 30 days and within last 90 days, in conditions of their own"},
	{words: "fading", at: afterPath | afterExpr, instead: "add points for several date ranges, such as within last 30 days and within last 90 days, in conditions of their own"},
	{words: "within any", at: afterPath | afterExpr, instead: "write within last and a length of time, which ends at as of"},
	{words: "between # UNIT and # UNIT ago", at: afterPath | afterExpr | beginsOp, instead: "write within last {n} {unit}, and after where the date with older than {m} {unit2}"},
	{words: "between # and # UNIT ago", at: afterPath | afterExpr | beginsOp, instead: "write within last {n} {unit}, and after where the date with older than {m} {unit}"},
	{words: "then", at: afterPath | afterExpr, instead: "the order of interactions cannot be tested; write a child for each"},
	{words: "per", at: afterPath | afterExpr},

	// After a score.
	{words: "up to", at: afterScore, instead: "to limit what a condition adds, write {counts} in conditions of their own"},
	{words: "down to", at: afterScore, instead: "to limit what a condition takes away, write {counts} in conditions of their own"},
	{words: "at most", at: afterScore, instead: "to limit what a condition adds, write {counts} in conditions of their own"},
	{words: "max", at: afterScore, instead: "to limit what a condition adds, write {counts} in conditions of their own"},
	{words: "per", at: afterScore, instead: "the points are for one occurrence that each counts"},

	// Where an expression begins, or its operator or operands.
	{words: "not", at: beginsExpr, instead: "negate the operator instead: !=, not in, does not contain"},
	{words: "words", at: beginsOperand, instead: "write contains any word and a list, such as contains any word (\"CTO\", \"director\")"},
	{words: "weekday", at: beginsOp, instead: "compare a field of the data that holds the day of the week"},
	{words: "anniversary", at: beginsOp, instead: "compare a field of the data that holds the next such day"},

	// Clauses of a model.
	{words: "let", at: beginsClause | beginsBlock, instead: "write the value in each place"},
	{words: "group", at: beginsClause, instead: "write its conditions in the model"},
	{words: "limit", at: beginsClause, instead: "a grade without an upper bound, such as grade \"Hot\" from 70, takes all higher scores"},
	{words: "first of", at: beginsClause, instead: "write conditions, each of which has what the earlier ones want as none"},
	{words: "table", at: beginsClause, instead: "write a condition for each row, with where and bounds such as between 100 and 999"},
	{words: "dimension", at: beginsClause, instead: "write a model for each dimension; several models can score the same leads"},
	{words: "weight", at: beginsClause, instead: "multiply the points of each condition"},
	{words: "label", at: beginsClause, instead: "write several models: each gives the lead a grade of its own"},
	{words: "active", at: beginsClause, instead: "use the model only in its season"},
	{words: "audience", at: beginsClause, instead: "add a condition that takes many points from those who are not meant"},
	{words: "sales ready when", at: beginsClause, instead: "write sales ready at and the lowest score"},
	{words: "sales ready if", at: beginsClause, instead: "write sales ready at and the lowest score"},
	{words: "target lead", at: beginsClause, instead: "write target contact, or target account for the leads of accounts"},
}
