package language

import "strings"

// A meaning is what the language reference says of a construct: sentences and rows of tables
// as they are there, and the heading that they are below.
type meaning struct {
	heading string
	quotes  []string
}

// says returns a meaning.
func says(heading string, quotes ...string) meaning { return meaning{heading, quotes} }

// meanings are what constructs mean, by their words. A word that means several things has
// what it is in before it. A test finds each of them in docs/language.md.
var meanings = map[string]meaning{
	"model":            says("What a model is", "A model turns what is known about a lead into a score.", "Each condition says what must have happened or must be true, and how many points that is worth.", "The score is the sum."),
	"description":      says("Models", "`description` and a text, which may be empty. It occurs at most once."),
	"target":           says("Which leads a model scores", "A model with `target contact` scores contact-based leads; one with `target account` scores account-based leads."),
	"target lead":      says("Target lead", "A model with `target lead` scores every lead, with or without parents: the statuses `no parent` and `not targeted` do not occur.", "The interactions of the lead are those whose reference `Lead` names it.", "With `target lead with contact` they are these and those of its parent contact; a record that is both counts once."),
	"time zone":        says("Models", "`time zone` and a name of the IANA time zone database in double quotes.", "It occurs at most once; without it, the time zone is UTC."),
	"let":              says("Names for values", "`let NAME = VALUE` gives a value a name: at the top level of a file for that file, and in a model for that model."),
	"audience":         says("Audience", "`audience { … }` says which of these leads are scored.", "It holds children that hold, and `any of` and `all of` blocks, all of which must hold; nothing in it counts."),
	"condition":        says("Conditions", "A condition has a name, in double quotes and not empty, then one or more children, then exactly one action."),
	"score":            says("Frequencies and points", "The condition adds its points times its multiplier.", "The score is the sum over all conditions."),
	"score up to":      says("Bounds", "What a condition adds ends at a bound: `score +5 up to +30`, `score -5 down to -20`.", "`up to` belongs to points above 0, and `down to` to points below."),
	"group":            says("Groups and limits", "It holds conditions, groups, `first of` blocks and tables."),
	"limit":            says("Groups and limits", "`limit up to B`, `limit from A` or `limit from A to B` keeps the sum of what a group, a dimension or a model holds in between."),
	"first of":         says("First of", "`first of \"…\" { … }` holds conditions, which are tiers.", "In their order, only the first that holds contributes."),
	"table":            says("Tables", "`table \"…\" by REF { … }` adds the points of its first row that holds.", "A row says what the field must be, and then `score` and points:"),
	"table number":     says("Tables", "`table \"…\" by number of CHILD { … }` asks for the count of occurrences.", "CHILD is a path with its date range, cap and `where`."),
	"row":              says("Tables", "| an operator with its operands | what the operator holds for, as in an expression without the field |"),
	"row values":       says("Tables", "| `\"A\", \"B\"` | one of the values, as `in` does; for `choices`, as `contains any` does |"),
	"row from":         says("Tables", "| `from A to B` | numbers from A to B, both included |", "| `from A below B` | numbers from A up to B, without B |", "| `from A` | numbers from A on |", "| `below B` | numbers below B |"),
	"row otherwise":    says("Tables", "| `otherwise` | what no other row holds for; it is the last row |"),
	"dimension":        says("Dimensions", "The score of a dimension is its sum within its limit.", "The score of the model is the sum of its dimensions' scores, each times its weight and rounded likewise, and of what is outside of dimensions."),
	"weight":           says("Dimensions", "It may also have, once each, `weight N%` with N from 1 to 1000, and `out of N` with N from 1 to 1,000,000.", "Without a weight, it is 100%."),
	"out of":           says("Dimensions", "`out of N` needs a limit with an upper bound B above 0; with it, the score is N × sum / B, rounded to the nearest whole number, halves away from zero."),
	"label":            says("Label", "`label \"A\", \"B\"`, once, is the grades of these dimensions in a row.", "It is empty if one of them has no grade."),
	"grade":            says("Grades", "| `below N` | less than N |", "| `from A to B` | from A to B, both included |", "| `from A` | A or more |", "A score outside all grades has no grade."),
	"sales ready at":   says("Sales ready", "`sales ready at N` makes a lead sales ready if its score is N or more."),
	"sales ready when": says("Decisions", "`sales ready when DECISION` makes a lead sales ready if the decision holds."),
	"active":           says("Seasons", "`active from D`, `active until E` or `active from D to E`, E included, is a season.", "As of an instant outside of its season, each of them adds 0, and its limit does not act."),

	"each":          says("Frequencies and points", "| `each` | any count; it contributes the count |"),
	"has":           says("Frequencies and points", "| `has` | 1 or more |"),
	"at least":      says("Frequencies and points", "| `at least N` | N or more; N is 1 or more |"),
	"none":          says("Frequencies and points", "| `none` | 0 |"),
	"at most":       says("Frequencies and points", "| `at most N` | N or fewer, also 0; N is 1 or more |"),
	"exactly":       says("Frequencies and points", "| `exactly N` | N; N is 1 or more |"),
	"from to":       says("Frequencies and points", "| `from A to B` | from A to B, both included; A is 1 or more, and less than B |"),
	"every":         says("Frequencies and points", "| `every N` | any count; it contributes how many whole Ns the count has; N is 2 or more |"),
	"every without": says("Every span without", "`every 30 days without Interaction` counts how many whole lengths of time old the newest of the occurrences is: the k of [Decay](#decay).", "It is 0 if there is no occurrence."),
	"any of":        says("Any of, all of", "`any of` holds if one of its items does, and `all of` if all of them do."),
	"all of":        says("Any of, all of", "`any of` holds if one of its items does, and `all of` if all of them do."),
	"same":          says("Same", "`same REF { … }` counts the values of a field for which all its children hold."),

	"path":             says("Paths", "A path starts at a root: at `Lead`, at an interaction, or at `Interaction`.", "Each further name is a hop along a relationship of the entity before it: a reference or an inverse."),
	"root Lead":        says("Paths", "`Lead` is the lead that is scored. It has one occurrence."),
	"root Interaction": says("Paths", "`Interaction` means all interactions of the lead that are not passive, whatever their entity.", "It has the field `Timestamp` and the reference `Contact`, and no others."),
	"root":             says("Paths", "The name of an interaction, passive or not, means the lead's interactions of that name."),
	"kinds":            says("Several kinds together", "The root of a path may be several interactions with `or` between them, as in `at least 3 EmailOpened or EmailClicked`.", "It means the records of all of them, as `Interaction` does."),
	"hop":              says("Hops", "A path takes at most five hops, and so do a path and a field reference after it together."),
	"step":             says("Field references", "A step is named as in the path: the root by its name, any other step by its relationship."),

	"range within last": says("Forms of a date range", "| `within last SPAN` | *as of* minus the length of time | *as of* |"),
	"range since":       says("Forms of a date range", "| `since D` | D | open |"),
	"range between":     says("Forms of a date range", "| `between D and E` | D | E |", "Both ends are included."),
	"range ago":         says("Forms of a date range", "| `between N and M UNITS ago` | *as of* minus N units | *as of* minus M units |", "Both ends are included."),
	"within any":        says("Bursts", "`at least N … within any SPAN` holds if N of the occurrences that the child counts lie within that length of time of each other: the last is at most SPAN later than the first."),
	"cap":               says("Counting once", "`once per X` and `up to N per X` are caps.", "Of the occurrences that the child counts, at most N count for each X; `once` means 1, and N is 1 or more."),
	"period":            says("Counting once", "a period: `hour`, `day`, `week`, `month` or `year`, of the date of the occurrence on the clock of the model's time zone.", "A week begins on Monday."),
	"halving every":     says("Decay", "A decay makes old occurrences weigh less.", "| `halving every SPAN` | 1/2ᵏ, and 0 from k = 33 on |"),
	"losing":            says("Decay", "A decay makes old occurrences weigh less.", "| `losing P% every SPAN` | (100 − P·k)/100, but not less than 0: a share of the original points; P is a whole number from 1 to 100 |"),
	"fading over":       says("Decay", "A decay makes old occurrences weigh less.", "| `fading over N UNITS` | (N − k)/N, but not less than 0, with lengths of one unit; N is 366 or less, and within the limits of the unit |"),

	"where": says("Field references", "Expressions are about the last entity of the path.", "A single name is one of its fields."),
	"and":   says("And, or, not", "Expressions are joined by `and` or by `or`, and `not` may come before an expression in parentheses.", "It is an error to mix `and` and `or` without parentheses; the fix puts the `and`s into parentheses."),
	"or":    says("And, or, not", "Expressions are joined by `and` or by `or`, and `not` may come before an expression in parentheses.", "It is an error to mix `and` and `or` without parentheses; the fix puts the `and`s into parentheses."),
	"not":   says("And, or, not", "`not (X)` holds where X does not, so it holds for an empty value where X compares it."),
	"empty": says("Empty values", "A value is empty if it is missing, the empty text, a `choices` field with nothing chosen, or a field reached through a reference that leads nowhere.", "An empty value satisfies `is empty` and nothing else: not `!=`, not `not in`, not `does not contain`, not `!= true`."),

	"compare":      says("Text and choices", "Letter case is ignored unless the field is `exact`."),
	"any":          says("Operators", "With `any (…)`, one of the values must match; with `does not … any (…)`, none of them may."),
	"contains all": says("Operators", "`contains all (…)` requires all the values to be chosen."),
	"word":         says("Text and choices", "`contains word` finds what `contains` does, but not within a longer word: where the operand begins with a letter, a decimal digit or a combining mark, the character before it in the field is none of these; where it ends with one, neither is the character after it."),
	"between":      says("Operators", "`between` includes both bounds; bounds that are out of order are an error."),
	"day":          says("Time and date", "With a bare date, `on D` means during that day in the model's time zone, `before D` means before its first instant, and `after D` means at or after the first instant of the next day.", "`on or before D` and `on or after D` include the day."),
	"within last":  says("Time and date", "`within last SPAN` runs from *as of* minus the length of time to *as of*, and `within next SPAN` from *as of* to *as of* plus the length of time; both ends are included."),
	"older than":   says("Time and date", "`older than SPAN` means before the beginning of `within last SPAN`."),
	"number":       says("Number and bool", "No arithmetic is done on numbers, so comparisons are exact."),
	"span":         says("Lengths of time", "A length of time is a whole number and a unit. Units may be singular or plural, whatever the number."),
	"moment":       says("Forms of a date range", "A bare date means that whole day in the model's time zone: its first instant as a beginning, its last microsecond as an end."),

	"judge score":       says("Decisions", "| `score >= 70`, `score of \"Fit\" between 10 and 20` | the score of the model, or of a dimension before its weight, does what an operator of numbers asks; operands are whole numbers |"),
	"judge grade":       says("Decisions", "| `grade is \"Hot\"`, `grade of \"Fit\" is not \"A\"`, `grade in (…)`, `grade not in (…)` | the grade of the model, or of a dimension, is one of these, or none of them |"),
	"judge label":       says("Decisions", "| `label is \"A1\"`, `label is not \"C3\"`, `label in (…)`, `label not in (…)` | the label is one of these, or none of them |"),
	"judge condition":   says("Decisions", "| `condition \"…\" holds` | its multiplier is above 0, it is in season with all that holds it, and in `first of` it was taken |"),
	"judge sales ready": says("Decisions over several models", "| `sales ready of \"B2B\"` | the model makes the lead sales ready |"),
	"judge status":      says("Decisions over several models", "| `status of \"B2B\" is \"scored\"`, `status of \"B2B\" in (…)` | the status is one of these, or with `is not` or `not in` none of them |"),

	"stages":        says("Stages", "A block of `stages` says what leads pass through as their scores rise and fall."),
	"stage":         says("Stages", "The stages of a block are listed from the lowest to the highest.", "Every lead begins in the first, which has nothing but a name and perhaps `then`."),
	"when":          says("Moves", "A lead enters a stage above the one before if the `when` of that stage holds."),
	"until":         says("Moves", "A stage is lost when its `until` holds or, without one, when its `when` does not hold."),
	"sticky":        says("Moves", "A `sticky` stage is never lost."),
	"then":          says("Moves", "If the stage is not the one before, that is a **move**, which shows both stages, as of when it is, the parts of the decisions by which it came about, and the text after `then` of the stage that the lead entered."),
	"choose model":  says("Which model scores a lead", "A block `choose model` says that one model scores a lead, and by which record it is named:"),
	"by":            says("Which model scores a lead", "Each line is a path of N:1 relationships, which begins at the lead without naming it, and a stored field of type `text`."),
	"lead creation": says("Which leads to create", "A block `lead creation` says because of which interactions there should be a lead:"),
	"creation from": says("Which leads to create", "`from` names interactions, and may be followed by `where` and [expressions](#expressions) about fields that all of them have; paths and dates are those of a model with `target contact` and without a time zone."),
	"scope":         says("Which leads to create", "With `scope contact`, an interaction that satisfies them asks for a lead of its contact.", "With `scope account` it asks for a lead of the account that the `ParentAccount` of its contact names; if there is none, nothing is created, and that is told."),
	"per":           says("Which leads to create", "`per REF` names an N:1 relationship that all the interactions and Lead have, to the same entity.", "With `per company` there is no context: the word is written in lower case, and any other is a name."),
	"set":           says("Which leads to create", "It names fields of Lead, which are neither calculated nor rollup, and values of their type."),
	"assignment":    says("Who gets the lead", "A block `assignment` says who gets a lead, and what else is set when somebody does:"),
	"rule":          says("Who gets the lead", "A rule holds if its children hold, as those of an audience do, and its `when` does.", "The first rule that holds applies, and no other."),
	"otherwise":     says("Who gets the lead", "If none holds, what follows `otherwise` is set, or nothing without one; it comes last."),
	"one of":        says("Who gets the lead", "In a rule and in `otherwise` a value may be `one of` and a list: each lead gets one of the values of the list, the same at any time, and over many leads each value comes about as often."),
	"test":          says("Tests", "A test gives a model a few records and says what result is expected."),
	"test model":    says("Tests", "`model` and a model's name, at most once: the model to test. Without it, the test is of the only model in its file or, if the file has no models, of the only model in all files."),
	"as of":         says("Tests", "`as of` and a date or a date and time, exactly once: the instant for which the lead is scored."),
	"record":        says("Records", "A record begins with the name of its entity, or with a number and that name to give that many records that are alike."),
	"record by":     says("Records", "To say who did an interaction, write `by` and the id of a contact of the test.", "If only one contact of the test has an id, `by` may be left out: it was that contact."),
	"record when":   says("Records", "The time when a record came into existence is the value of its Timestamp, or of the field by which it is dated: write `on` and a date, or a length of time and `ago`, or `in` and a length of time."),
	"record with":   says("Records", "Values come after `with`, with `and` between them: a field, `=`, and a value, which for a time or date may be a length of time and `ago`, or `in` and a length of time; for choices it may be a list."),
	"expect":        says("Expectations", "A test passes if all its expectations are met."),
	"profile":       says("Entities", "A `profile` is a person or a thing: a lead, a contact, an account, an order."),
	"interaction":   says("Entities", "An `interaction` is an event that involves a contact, at a point in time."),
	"passive":       says("Entities", "An interaction that is done to the contact rather than by them, such as an email sent, is `passive`."),
	"reference":     says("Relationships", "`Name -> Entity` is a reference: it leads to one record of the entity, or to none (N:1)."),
	"inverse":       says("Relationships", "`Name <- Entity.Reference` is its inverse: it leads to all records of the entity whose reference leads here (1:N)."),
	"dated by":      says("Dated profiles", "`dated by` and a `time` or `date` field of the profile say when a record came into existence."),
	"exact":         says("Fields", "`exact`: the field is compared byte for byte. It applies to `text`, `choice` and `choices`."),
	"calculated":    says("Fields", "`calculated` or `rollup`, but not both: the field is computed by the CRM, and no expression may use it, not even with `is empty`."),
	"type text":     says("Fields", "| `text` | text |"),
	"type number":   says("Fields", "| `number` | a 64-bit float |"),
	"type bool":     says("Fields", "| `bool` | true or false |"),
	"type time":     says("Fields", "| `time` | an instant, to the microsecond; anything finer is cut off |"),
	"type date":     says("Fields", "| `date` | a calendar day, without a time zone |"),
	"type choice":   says("Fields", "| `choice (…)` | one of the values |"),
	"type choices":  says("Fields", "| `choices (…)` | any number of the values |"),
}

// expectations are the rows about what a test can expect, by their beginnings.
var expectations = []string{
	"| `expect score N` | the score is N |",
	"| `expect grade \"G\"` | the grade is G, which must be one of the model's |",
	"| `expect no grade` | the score has no grade |",
	"| `expect sales ready` | the lead is sales ready |",
	"| `expect not sales ready` | the lead is not sales ready |",
	"| `expect \"C\" holds` | condition C counts, as in a decision: its multiplier is above 0, in season, and as a tier it was taken |",
	"| `expect \"C\" does not hold` | condition C does not count |",
	"| `expect \"C\" N times` | condition C counts N times: its multiplier is N |",
	"| `expect not targeted` | the lead is of the kind that the model does not target |",
	"| `expect no parent` | the lead has no parent |",
	"| `expect not active` | the model is not active |",
	"| `expect not in audience` | the lead is not in the audience |",
	"| `expect label \"L\"` | the label is L, which must be one that can occur |",
	"| `expect no label` | the label is empty |",
	"| `expect dimension \"D\" score N` | the score of dimension D, before its weight, is N |",
	"| `expect dimension \"D\" grade \"G\"` | the grade of dimension D is G, which must be one of its grades |",
	"| `expect dimension \"D\" no grade` | dimension D has no grade |",
	"| `expect stage \"S\"` | the lead has moved to stage S, or never left it |",
	"| `expect event from \"A\" to \"B\"` | the lead has moved from stage A to stage B |",
	"| `expect assigned by \"R\"` | rule R of an assignment applies |",
	"| `expect Field = value` | an assignment sets the field to the value |",
}

// quoted returns what the language reference says of a construct, in Markdown, or "".
func quoted(construct string) string {
	m, ok := meanings[construct]
	if !ok {
		return ""
	}
	var rows, sentences []string
	for _, q := range m.quotes {
		if cells, isRow := strings.CutPrefix(q, "| "); isRow {
			rows = append(rows, rowText(cells))
		} else {
			sentences = append(sentences, strings.TrimSuffix(q, ":"))
		}
	}
	if len(sentences) > 0 {
		rows = append(rows, strings.Join(sentences, " "))
	}
	return strings.Join(rows, "  \n")
}

// rowText returns the row of a table as a line.
func rowText(cells string) string {
	cells = strings.TrimSuffix(cells, " |")
	return strings.ReplaceAll(strings.Replace(cells, " | ", ": ", 1), " | ", " to ")
}
