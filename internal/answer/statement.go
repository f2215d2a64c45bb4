package answer

import "time"

// A Statement is models as SQL.
type Statement struct {
	Dialect string    `json:"dialect"`
	AsOf    time.Time `json:"as_of,omitzero"`  // the zero time for a statement with parameters
	Finds   string    `json:"finds,omitempty"` // what a statement of --audit looks for
	Columns []string  `json:"columns"`         // of the result
	Text    string    `json:"text"`
}

// A Refusal is something about rules that cannot be said in SQL with equal scores.
type Refusal struct {
	Model     string `json:"model,omitempty"`     // "" if it is about the set
	Condition string `json:"condition,omitempty"` // "" if it is about the model
	Place     string `json:"place,omitempty"`     // file:line:column
	Reason    string `json:"reason"`
	Remedy    string `json:"remedy,omitempty"`
}
