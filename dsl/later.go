package dsl

// laterForms is the table of what the language does not have yet, although other
// tools have it or people expect it, with what to write today instead. Delete a row
// when the language gets what it is about.
var laterForms = []otherForm{
	// Where a child begins.
	{words: "count of", at: beginsChild, instead: "write at least 3 {path}, which holds for that many or more"},
	{words: "number of", at: beginsChild, instead: "write at least 3 {path}, which holds for that many or more"},
	{words: "sum", at: beginsChild, instead: "compare a field that already holds the sum"},
	{words: "average", at: beginsChild, instead: "compare a field that already holds the average"},

	// After a path.
	{words: "then", at: afterPath | afterExpr, instead: "the order of interactions cannot be tested; write a child for each"},

	// Where an expression begins, or its operator or operands.
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
