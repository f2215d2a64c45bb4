package dsl

// laterForms is the table of what the language does not have yet, although other
// tools have it or people expect it, with what to write today instead. Delete a row
// when the language gets what it is about.
var laterForms = []otherForm{
	// Where a child begins.
	{words: "count of", at: beginsChild, instead: "write at least 3 {path}, which holds for that many or more"},
	{words: "number of", at: beginsChild, instead: "write at least 3 {path}, which holds for that many or more"},
	{words: "sum", at: beginsChild, instead: "compare a field that already holds the sum"},
	{words: "total", at: beginsChild, instead: "compare a field that already holds the sum"},
	{words: "newest", at: beginsChild, instead: "the value of the newest record cannot be compared; compare a field of the lead that holds it"},
	{words: "latest", at: beginsChild, instead: "the value of the newest record cannot be compared; compare a field of the lead that holds it"},
	{words: "average", at: beginsChild, instead: "compare a field that already holds the average"},

	// After a path.
	{words: "then", at: afterPath | afterExpr, instead: "the order of interactions cannot be tested; write a child for each"},
	{words: "followed by", at: afterPath | afterExpr, instead: "the order of interactions cannot be tested; write a child for each"},

	// Where an expression begins, or its operator or operands.
	{words: "average of", at: beginsExpr, instead: "compare a field that already holds the average"},
	{words: "sum of", at: beginsExpr, instead: "compare a field that already holds the sum"},
	{words: "total of", at: beginsExpr, instead: "compare a field that already holds the sum"},
	{words: "average (", at: beginsExpr, instead: "compare a field that already holds the average"},
	{words: "sum (", at: beginsExpr, instead: "compare a field that already holds the sum"},
	{words: "average", at: beginsExpr, instead: "compare a field that already holds the average"},
	{words: "sum", at: beginsExpr, instead: "compare a field that already holds the sum"},
	{words: "newest", at: beginsExpr, instead: "compare a field of the lead that holds the value of the newest record"},
	{words: "latest", at: beginsExpr, instead: "compare a field of the lead that holds the value of the newest record"},
	{words: "number of", at: beginsExpr, instead: "write a child that counts, such as at least 3 {path}"},
	{words: "count of", at: beginsExpr, instead: "write a child that counts, such as at least 3 {path}"},
	{words: "words", at: beginsOperand, instead: "write contains any word and a list, such as contains any word (\"CTO\", \"director\")"},
	{words: "weekday", at: beginsOp, instead: "compare a field of the data that holds the day of the week"},
	{words: "anniversary", at: beginsOp, instead: "compare a field of the data that holds the next such day"},
}
