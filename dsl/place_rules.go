package dsl

import (
	"slices"
	"strings"
)

// An action is what an instruction does.
type action uint8

const (
	matchToken action = iota
	matchBody         // braces with what rule means between them
	fork              // goes on at the next instruction and at to
	jump              // goes on at to
	call              // goes on at to, and at its end after the instruction
	finish            // ends a rule
)

// An instruction is a step of the compiled grammar: of a machine that follows all ways
// through the grammar at once.
type instruction struct {
	action action
	to     int
	kind   Kind
	word   string // the keyword or sign, if only one is meant
	text   string // the words up to the next choice, from word on
	op     Op
	name   string // of a kind, where it says more
}

func (in *instruction) terminal() bool { return in.action == matchToken || in.action == matchBody }

// rules is a compiled grammar.
type rules struct {
	code   []instruction
	starts map[string]int // of the rules
	loops  map[string]int // of the bodies of blocks, by the rule for what is in them
	// keywords are the words of all keywords.
	keywords map[string]bool
}

// matches reports whether the token n is one that in asks for.
func (in *instruction) matches(lex *tokens, n int) bool {
	t := &lex.list[n]
	if in.action == matchBody {
		return isSign(t, "{")
	}
	name := t.Type == tokIdent || t.Type == tokQuoted
	switch in.kind {
	case KindKeyword:
		return isWord(t, in.word)
	case KindSign:
		return isSign(t, in.word)
	case KindOperator:
		if t.Type == tokSign {
			op, ok := signOps[t.Value]
			return ok && op.String() == in.word
		}
		return isWord(t, in.word)
	case KindRoot, KindHop, KindField, KindReference, KindInteraction, KindMember:
		return name
	case KindEntity:
		_, unit := unitOf(t)
		return name && !(in.name == "recorded" && isOneOf(t, "expect", "model", "as", "on", "in", "by", "with", "and", "of")) && !(in.name == "counted" && unit)
	case KindValue:
		return t.Type == tokString || t.Type == tokInt || t.Type == tokDecimal || t.Type == tokMoment || isOneOf(t, "true", "false")
	case KindLet:
		return t.Type == tokQuoted || t.Type == tokIdent && !isValueWord(t.Value) && !isOneOf(t, "one", "expect", "of")
	case KindNumber:
		return t.Type == tokInt || t.Type == tokDecimal
	case KindSpan:
		return t.Type == tokInt
	case KindUnit:
		_, ok := unitOf(t)
		return ok
	case KindMoment:
		return t.Type == tokMoment
	case KindNewName:
		return t.Type == tokString || in.name == "newlet" && name
	}
	return t.Type == tokString
}

// compileGrammar compiles a grammar, which must be well-formed.
func compileGrammar(text string) *rules {
	c := &grammarCompiler{words: grammarWords(text), rules: rules{starts: map[string]int{}, loops: map[string]int{}, keywords: map[string]bool{}}, calls: map[int]string{}}
	for len(c.words) > 0 {
		name := c.next()
		c.next() // =
		c.starts[name] = len(c.code)
		c.alternatives()
		c.next() // .
		c.add(instruction{action: finish})
	}
	for name, start := range c.starts {
		c.loops[name] = len(c.code)
		c.add(instruction{action: call, to: start})
		c.add(instruction{action: jump, to: c.loops[name]})
	}
	for at, name := range c.calls {
		start, ok := c.starts[name]
		if !ok {
			panic("dsl: the grammar has no rule " + name) // every test fails
		}
		c.code[at].to = start
	}
	return &c.rules
}

// grammarWords splits a grammar into its words. A quoted word is one, with its quotes.
func grammarWords(text string) []string {
	var words []string
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		quote := strings.Index(text, `"`)
		n := strings.IndexAny(text, " \n")
		if n < 0 {
			n = len(text)
		}
		if quote >= 0 && quote < n {
			n = quote + 1 + strings.Index(text[quote+1:], `"`) + 1
		}
		words = append(words, text[:n])
		text = text[n:]
	}
	return words
}

type grammarCompiler struct {
	rules
	words []string       // that are left
	calls map[int]string // the rules that instructions name
}

func (c *grammarCompiler) next() string {
	w := c.words[0]
	c.words = c.words[1:]
	return w
}

func (c *grammarCompiler) add(in instruction) int {
	c.code = append(c.code, in)
	return len(c.code) - 1
}

// alternatives compiles sequences with | between them.
func (c *grammarCompiler) alternatives() {
	var ends []int
	for {
		split := c.add(instruction{action: fork})
		c.sequence()
		if c.words[0] != "|" {
			c.code[split] = instruction{action: jump, to: split + 1} // there is no other
			break
		}
		c.next()
		ends = append(ends, c.add(instruction{action: jump}))
		c.code[split].to = len(c.code)
	}
	for _, at := range ends {
		c.code[at].to = len(c.code)
	}
}

// sequence compiles what comes up to the end of an alternative.
func (c *grammarCompiler) sequence() {
	for {
		switch w := c.words[0]; {
		case slices.Contains([]string{"|", ")", "]", "}", "."}, w):
			return
		case w == "(":
			c.next()
			c.alternatives()
			c.next()
		case w == "[", w == "{":
			c.next()
			split := c.add(instruction{action: fork})
			c.alternatives()
			c.next()
			if w == "{" {
				c.add(instruction{action: jump, to: split})
			}
			c.code[split].to = len(c.code)
		default:
			c.item(c.next())
		}
	}
}

// item compiles a word that stands for something.
func (c *grammarCompiler) item(w string) {
	rest, isOp := strings.CutPrefix(w, "%")
	switch {
	case rest[0] == '"':
		c.phrase(strings.Trim(rest, `"`), isOp)
	case w[0] == '<':
		name := strings.Trim(w, "<>")
		c.add(instruction{kind: kindsByName[name], name: name})
	case w[0] == '@':
		c.add(instruction{action: matchBody, kind: KindSign, word: "{", text: "{", name: w[1:]})
	default:
		c.calls[c.add(instruction{action: call})] = w
	}
}

// phrase compiles keywords, an operator or a sign.
func (c *grammarCompiler) phrase(phrase string, isOp bool) {
	words := strings.Fields(phrase)
	in := instruction{kind: KindKeyword}
	if !isIdentStart(rune(phrase[0])) {
		in.kind = KindSign
	}
	if isOp {
		in.kind, in.op = KindOperator, opOf(phrase)
	}
	for i, w := range words {
		in.word, in.text = w, strings.Join(words[i:], " ")
		c.add(in)
		if in.kind == KindKeyword {
			c.keywords[w] = true
		}
	}
}

// opOf returns the operator that is written as phrase.
func opOf(phrase string) Op {
	for op := range Ops() {
		if op.String() == phrase {
			return op
		}
	}
	if phrase == "is not" {
		return NotEqual
	}
	return Equal // is
}
