package conformance

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Page is the language reference as a list of sentences, which cases cover: the
// sentences of its paragraphs and list items, and the rows of its tables, with the
// cells joined by " | ". Code blocks, headings and heads of tables are not
// sentences, and neither is text before a code block that ends with a colon, which
// only introduces the example.
type Page struct {
	sentences []sentence
	passages  []passage
}

// A sentence is a part of its passage's text.
type sentence struct {
	passage    int
	start, end int
}

// A passage is a paragraph, a list item or a row of a table, on one line.
type passage struct {
	text  string
	line  int
	first int // its first sentence
}

// ReadPage reads a page of Markdown.
func ReadPage(text string) *Page {
	p := &Page{}
	var words []string // of the passage that is open
	line := 0
	end := func(beforeCode bool) {
		if len(words) > 0 {
			p.add(strings.Join(words, " "), line, beforeCode)
		}
		words = nil
	}
	lines := strings.Split(text, "\n")
	fenced := false
	for i, l := range lines {
		content, item := listItem(l)
		switch {
		case strings.HasPrefix(l, "```"):
			end(false)
			fenced = !fenced
		case fenced:
		case strings.TrimSpace(l) == "":
			end(i+1 < len(lines) && strings.HasPrefix(lines[i+1], "```"))
		case strings.HasPrefix(l, "#"):
			end(false)
		case strings.HasPrefix(l, "|"):
			end(false)
			if !isTableHead(lines, i) {
				p.add(row(l), i+1, false)
			}
		default:
			if item {
				end(false)
			}
			if len(words) == 0 {
				line = i + 1
			}
			words = append(words, strings.Fields(content)...)
		}
	}
	end(false)
	return p
}

// listItem returns a line without its indentation and the mark of a list item.
func listItem(line string) (content string, item bool) {
	line = strings.TrimSpace(line)
	if rest, ok := strings.CutPrefix(line, "- "); ok {
		return rest, true
	}
	if number, rest, ok := strings.Cut(line, ". "); ok && number != "" && strings.Trim(number, "0123456789") == "" {
		return rest, true
	}
	return line, false
}

// isTableHead reports whether line i is the head of a table or the rule below it.
func isTableHead(lines []string, i int) bool {
	rule := func(i int) bool { return i < len(lines) && strings.HasPrefix(lines[i], "|--") }
	return rule(i) || rule(i+1)
}

// row returns the cells of a table's row.
func row(line string) string {
	cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
	for i, c := range cells {
		cells[i] = strings.Join(strings.Fields(c), " ")
	}
	return strings.Join(cells, " | ")
}

// add adds a passage and its sentences.
func (p *Page) add(text string, line int, beforeCode bool) {
	p.passages = append(p.passages, passage{text: text, line: line, first: len(p.sentences)})
	start, code := 0, false
	for i, r := range text {
		switch {
		case r == '`':
			code = !code
		case !code && strings.ContainsRune(".?!", r) && beginsSentence(text[i+1:]):
			p.sentences = append(p.sentences, sentence{len(p.passages) - 1, start, i + 1})
			start = i + 2
		}
	}
	if beforeCode && strings.HasSuffix(text, ":") {
		return
	}
	p.sentences = append(p.sentences, sentence{len(p.passages) - 1, start, len(text)})
}

// beginsSentence reports whether rest, the text after a full stop, is a space and
// the beginning of another sentence.
func beginsSentence(rest string) bool {
	rest, ok := strings.CutPrefix(rest, " ")
	r, _ := utf8.DecodeRuneInString(rest)
	return ok && (unicode.IsUpper(r) || strings.ContainsRune("`*\"", r))
}

// Len returns how many sentences the page has.
func (p *Page) Len() int { return len(p.sentences) }

// Sentence returns a sentence and its line, counted from 1.
func (p *Page) Sentence(i int) (text string, line int) {
	s := p.sentences[i]
	return p.passages[s.passage].text[s.start:s.end], p.passages[s.passage].line
}

// Find returns the sentences that a quotation covers: one sentence, or several
// consecutive ones in a paragraph or a list item. A quotation that ends with " …"
// ends before its last sentence does. It must occur exactly once on the page.
func (p *Page) Find(quotation string) ([]int, error) {
	quoted := strings.Join(strings.Fields(quotation), " ")
	quoted, breaksOff := strings.CutSuffix(quoted, " …")
	if quoted == "" {
		return nil, fmt.Errorf("%q quotes nothing", quotation)
	}
	var found []int
	places := 0
	for first, s := range p.sentences {
		text := p.passages[s.passage].text
		if !strings.HasPrefix(text[s.start:], quoted) {
			continue
		}
		end, last := s.start+len(quoted), first
		for last+1 < len(p.sentences) && p.sentences[last+1].passage == s.passage && p.sentences[last+1].start < end {
			last++
		}
		switch whole := end >= p.sentences[last].end; {
		case breaksOff == whole, breaksOff && text[end] != ' ' && !strings.ContainsRune(",:;", rune(text[end])):
			continue
		}
		places++
		found = found[:0]
		for i := first; i <= last; i++ {
			found = append(found, i)
		}
	}
	switch places {
	case 0:
		return nil, fmt.Errorf("%q is not a sentence of the page or, with … at the end, the beginning of one", quotation)
	case 1:
		return found, nil
	}
	return nil, fmt.Errorf("%q occurs %d times on the page", quotation, places)
}

// Untested parses a list of sentences that no case can cover: quotations for
// [Page.Find], each followed by a reason on indented lines. Lines that begin with #
// are comments.
func Untested(text string) (quotations []string, reasons map[string]string, err error) {
	reasons = map[string]string{}
	for i, line := range strings.Split(text, "\n") {
		content := strings.TrimSpace(line)
		switch indented := strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t"); {
		case content == "" || strings.HasPrefix(line, "#"):
		case !indented:
			quotations = append(quotations, content)
		case len(quotations) == 0:
			return nil, nil, fmt.Errorf("line %d: a reason without a sentence", i+1)
		default:
			q := quotations[len(quotations)-1]
			reasons[q] = strings.TrimSpace(reasons[q] + " " + content)
		}
	}
	for _, q := range quotations {
		if reasons[q] == "" {
			return nil, nil, fmt.Errorf("%q is untested without a reason", q)
		}
	}
	return quotations, reasons, nil
}
