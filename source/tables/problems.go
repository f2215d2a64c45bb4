package tables

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/leadscore/leadscore/internal/nearest"
	"github.com/leadscore/leadscore/internal/shown"
	"github.com/leadscore/leadscore/traverse"
)

// A Problem is one thing that is wrong with the data, or with a mapping.
type Problem struct {
	File    string // including the folder, as passed to Load
	Line    int    // from 1; 0 for the file as a whole
	Char    int    // in the line of a mapping file, from 1, in characters; otherwise 0
	Column  string // the column or key; "" for the record as a whole
	Message string // what is wrong, and what to write
}

// String returns the problem as <file>:<line>: <column>: <message>, or that of a
// mapping file as <file>:<line>:<char>: <message>.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(fileName(p.File))
	if p.Line > 0 {
		b.WriteByte(':')
		b.WriteString(strconv.Itoa(p.Line))
	}
	if p.Char > 0 {
		b.WriteByte(':')
		b.WriteString(strconv.Itoa(p.Char))
	}
	b.WriteString(": ")
	if p.Column != "" {
		b.WriteString(plain(p.Column))
		b.WriteString(": ")
	}
	b.WriteString(p.Message)
	return b.String()
}

// MaxProblems is how many problems are listed. Further problems are only counted.
const MaxProblems = 100

// Problems lists everything that is wrong with the data. A pointer to it is an error.
type Problems struct {
	List []Problem // the first ones, by file and line; at most MaxProblems
	More int       // how many more there are
}

// Len returns how many problems there are, listed or not.
func (p *Problems) Len() int { return len(p.List) + p.More }

// Error returns the problems, one a line.
func (p *Problems) Error() string {
	var b strings.Builder
	for i, problem := range p.List {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(problem.String())
	}
	if p.More > 0 {
		fmt.Fprintf(&b, "\nand %d more", p.More)
	}
	return b.String()
}

// add adds a problem after those of earlier files and lines.
func (p *Problems) add(problem Problem) {
	if len(p.List) == MaxProblems {
		p.More++
		return
	}
	p.List = append(p.List, problem)
}

// addFatal adds a problem that must be listed, in place of the last one if there is no
// room.
func (p *Problems) addFatal(problem Problem) {
	if len(p.List) == MaxProblems {
		p.List = p.List[:MaxProblems-1]
		p.More++
	}
	p.List = append(p.List, problem)
}

// join adds the problems of others.
func (p *Problems) join(others *Problems) {
	for _, problem := range others.List {
		p.add(problem)
	}
	p.More += others.More
}

// fileName returns the name of a file for a message, on one line.
func fileName(s string) string { return printable(s) }

// printable returns s for a message: unchanged, or quoted if it contains characters
// that a terminal does not show or interprets.
func printable(s string) string {
	if !utf8.ValidString(s) || strings.ContainsFunc(s, func(c rune) bool { return !unicode.IsPrint(c) }) {
		return strconv.Quote(s)
	}
	return s
}

// plain returns a name for a message: unquoted if a schema can have it and all of it
// is visible.
func plain(s string) string {
	if _, cut := shown.Clip(s); !cut && traverse.IsName(s) && printable(s) == s {
		return s
	}
	return shown.Quote(s)
}

// didYouMean returns a suggestion for a message, or "" without a name.
func didYouMean(name string) string {
	return nearest.Hint(printable(name))
}

// A list collects distinct names for a note, up to a limit.
type list struct {
	names []string
	seen  map[string]bool
	more  bool
}

// wants reports whether adding name would change anything.
func (l *list) wants(name string) bool { return !l.more && !l.seen[name] }

// add adds a name, which the note shows as shown.
func (l *list) add(name, shown string) {
	const most = 20
	switch {
	case !l.wants(name):
	case len(l.names) == most:
		l.more = true
	default:
		if l.seen == nil {
			l.seen = map[string]bool{}
		}
		l.seen[name] = true
		l.names = append(l.names, shown)
	}
}

// String returns the names separated by commas.
func (l *list) String() string {
	s := strings.Join(l.names, ", ")
	if l.more {
		s += " and more"
	}
	return s
}

// count returns a number of things, such as 1 cell.
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
