package language

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Candidate is something that can be written at a place.
type Candidate struct {
	Label  string // as it is shown
	Insert string // as it is written, in place of Replace
	Detail string // in short what it is, such as the type of a field; or ""
	Doc    string // what it means, in Markdown; or ""
	Kind   CandidateKind
	// Replace is what is being typed there, which Insert replaces.
	Replace Range
	Sort    int // the position in the list
}

// A CandidateKind is a kind of a [Candidate].
type CandidateKind uint8

// The kinds of candidates.
const (
	CandidateKeyword CandidateKind = iota
	CandidateOperator
	CandidateSign
	CandidateUnit
	CandidateEntity
	CandidateRelationship
	CandidateField
	CandidateLet
	CandidateName  // a text: the name of a model, a condition and so on
	CandidateValue // a text, a number, a length of time, a date
)

var candidateNames = [...]string{"keyword", "operator", "sign", "unit", "entity", "relationship", "field", "let", "name", "value"}

// String returns the name of the kind, such as "field".
func (k CandidateKind) String() string {
	if int(k) < len(candidateNames) {
		return candidateNames[k]
	}
	return "candidate"
}

// mostCandidates is how many candidates are shown: more than anybody reads.
const mostCandidates = 40

// candidates are what can be written at a place, in the order in which they were added.
type candidates struct {
	typed string
	at    Range
	list  []ranked
	seen  map[string]bool
}

// A ranked is a candidate, and how well it goes on with what is typed.
type ranked struct {
	Candidate
	match match
}

// A match says how a text goes on with what is typed.
type match uint8

const (
	begins     match = iota // begins with it
	beginsFold              // begins with it but for letter case
	partBegins              // a word in it begins with it
	initials                // the first letters of its words are what is typed
	noMatch
)

// add adds a candidate if it goes on with what is typed. text is what is compared with that.
func (c *candidates) add(text string, cand Candidate) {
	m := matchOf(text, c.typed)
	if m == noMatch || c.seen[cand.Insert] {
		return
	}
	if c.seen == nil {
		c.seen = map[string]bool{}
	}
	c.seen[cand.Insert] = true
	cand.Replace = c.at
	c.list = append(c.list, ranked{cand, m})
}

// best returns the candidates that go best with what is typed. Among those that go equally
// well the order in which they were added is kept.
func (c *candidates) best() []Candidate {
	slices.SortStableFunc(c.list, func(a, b ranked) int { return cmp.Compare(a.match, b.match) })
	list := make([]Candidate, min(len(c.list), mostCandidates))
	for i := range list {
		list[i] = c.list[i].Candidate
		list[i].Sort = i
	}
	return list
}

// matchOf returns how a text goes on with what is typed.
func matchOf(text, typed string) match {
	if strings.HasPrefix(text, typed) {
		return begins
	}
	if hasPrefixFold(text, typed) {
		return beginsFold
	}
	first := make([]rune, 0, len(text))
	before := ' '
	for i, r := range text {
		if startsWord(before, r) {
			if hasPrefixFold(text[i:], typed) {
				return partBegins
			}
			first = append(first, r)
		}
		before = r
	}
	if utf8.RuneCountInString(typed) > 1 && hasPrefixFold(string(first), typed) {
		return initials
	}
	return noMatch
}

// startsWord reports whether a word begins at r after before, as in EmailOpened.
func startsWord(before, r rune) bool {
	letter := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	return letter(r) && (!letter(before) || unicode.IsUpper(r) && !unicode.IsUpper(before))
}

// hasPrefixFold reports whether text begins with prefix but for letter case.
func hasPrefixFold(text, prefix string) bool {
	for _, want := range prefix {
		r, n := utf8.DecodeRuneInString(text)
		if n == 0 || r != want && unicode.ToLower(r) != unicode.ToLower(want) {
			return false
		}
		text = text[n:]
	}
	return true
}
