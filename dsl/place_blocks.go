package dsl

import (
	"slices"

	"github.com/alecthomas/participle/v2/lexer"
)

// An openBlock is a block that is open at a place.
type openBlock struct {
	OpenBlock
	rule  string // what can stand in it
	head  int    // its first token
	open  int    // its opening brace
	after int    // the token after that brace, or after the last block in it that is closed
}

// openBlocks finds the blocks that are open at the place. Where a block begins that cannot
// be in the one before it, the closing brace of that one is missing.
func (c *completer) openBlocks() {
	for i := range c.n {
		switch t := &c.lex.list[i]; {
		case isWord(t, "table") && c.lex.list[i+1].Type == tokString:
			c.table = i
		case isSign(t, "{"):
			b := c.blockAt(i)
			c.leave(b.rule)
			c.blocks = append(c.blocks[:min(len(c.blocks), mostOpen-1)], b)
			c.table = -1
		case isSign(t, "}"):
			if n := len(c.blocks); n > 0 {
				c.blocks = c.blocks[:n-1]
				*c.after() = i + 1
			}
			c.table = -1
		}
	}
	// A keyword at the place, or before it, may begin a clause after a missing brace, too.
	if n := len(c.blocks); n > 0 {
		p := parser{lex: c.lex}
		for i := c.blocks[n-1].after; i < c.n; i++ {
			if c.lex.at = i; c.firstOnLine(i) && p.startsClause() && !slices.Contains(clauseRules, c.blocks[n-1].rule) {
				c.leave("condition")
				break
			}
		}
	}
}

// after returns where the token is from which the innermost block that is open, or the
// file, is to be read.
func (c *completer) after() *int {
	if n := len(c.blocks); n > 0 {
		return &c.blocks[n-1].after
	}
	return &c.top
}

// clauseRules are the rules of the blocks that hold clauses.
var clauseRules = []string{"model", "dimension", "group", "tiers"}

// leave closes the blocks in which a block with the rule cannot be.
func (c *completer) leave(rule string) {
	var within []string
	switch rule {
	case "model", "stages", "trial", "choice", "creation", "assignment", "entity":
		c.close(0)
		return
	case "condition", "group", "dimension", "tiers", "row":
		within = clauseRules
	case "rule":
		within = []string{"assignment"}
	default:
		return
	}
	for n := len(c.blocks); n > 0; n-- {
		if slices.Contains(within, c.blocks[n-1].rule) {
			c.close(n)
			return
		}
	}
}

// close closes the blocks from n on.
func (c *completer) close(n int) {
	for len(c.blocks) > n {
		last := c.blocks[len(c.blocks)-1]
		c.blocks = c.blocks[:len(c.blocks)-1]
		*c.after() = last.after // what is in it is read as if it were beside it
	}
}

// namedBlocks maps the keyword before the name of a block to the rule for what is in it.
var namedBlocks = map[string]string{
	"model": "model", "stages": "stages", "assignment": "assignment", "test": "trial", "condition": "condition", "group": "group",
	"dimension": "dimension", "rule": "rule", "profile": "entity", "interaction": "entity",
}

// blockAt returns the block whose opening brace is the token i.
func (c *completer) blockAt(i int) openBlock {
	at := func(n int) *lexer.Token {
		if i-n < 0 {
			return &c.lex.list[len(c.lex.list)-1]
		}
		return &c.lex.list[i-n]
	}
	const second, third = 2, 3
	before, word := at(1), wordOf(at(second))
	switch {
	case c.table >= 0:
		return c.block(i, c.table, "table", "row", &c.lex.list[c.table+1])
	case before.Type == tokString && namedBlocks[word] != "":
		return c.block(i, i-second, word, namedBlocks[word], before)
	case before.Type == tokString && word == "of" && isWord(at(third), "first"):
		return c.block(i, i-third, "first of", "tiers", before)
	case before.Type == tokString && word == "creation" && isWord(at(third), "lead"):
		return c.block(i, i-third, "lead creation", "creation", before)
	case isWord(before, "of") && (word == "any" || word == "all"):
		return c.block(i, i-second, word+" of", "item", nil)
	case isWord(before, "audience"):
		return c.block(i, i-1, "audience", "item", nil)
	case isWord(before, "model") && word == "choose":
		return c.block(i, i-second, "choose model", "choice", nil)
	case isWord(before, "passive") && isWord(at(third), "interaction"):
		return c.block(i, i-third, "interaction", "entity", at(second))
	case (before.Type == tokIdent || before.Type == tokQuoted) && (word == "profile" || word == "interaction"):
		return c.block(i, i-second, word, "entity", before)
	case namedBlocks[wordOf(before)] != "": // without a name
		return c.block(i, i-1, wordOf(before), namedBlocks[wordOf(before)], nil)
	case before.Type == tokIdent && namedBlocks[word] != "": // with a name that is not in quotes
		return c.block(i, i-second, word, namedBlocks[word], nil)
	}
	for n := 2; n <= 2*mostHops && at(n).Type != tokSign || isSign(at(n), "."); n++ {
		if isWord(at(n), "same") {
			return c.block(i, i-n, "same", "item", nil)
		}
	}
	if n := len(c.blocks); n > 0 {
		return c.block(i, i, "", c.blocks[n-1].rule, nil)
	}
	return c.block(i, i, "", "file", nil)
}

// mostHops is how many names a reference of a block same has at most, for the search for
// that word.
const mostHops = 8

func (c *completer) block(open, head int, word, rule string, name *lexer.Token) openBlock {
	b := openBlock{rule: rule, head: head, open: open, after: open + 1}
	b.Word, b.Start = word, startOf(&c.lex.list[head])
	switch {
	case name == nil:
	case name.Type == tokString:
		b.Name = c.lex.string(name).Value
	default:
		b.Name = c.lex.name(name).Text
	}
	return b
}

// describe sets what p says of the head of a block.
func (b *openBlock) describe(c *completer, p *Place) {
	switch b.rule {
	case "entity":
		if t := &c.lex.list[min(b.head+1, b.open)]; t.Type == tokIdent || t.Type == tokQuoted {
			p.Entity = c.lex.name(t)
		}
	case "row":
		list := c.begin("model")
		var last *past
		for i := b.head; i < b.open; i++ {
			if list = c.step(list, i, false); len(list) == 0 {
				break
			}
			last = list[0].past
		}
		last.describe(c, p)
	}
}
