package docsite

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"github.com/leadscore/leadscore/internal/pages"
)

// longLine is the number of characters from which a line of code may be wider than the page.
const longLine = 72

// markdown returns what reads and renders the documents, with other renderers of some nodes.
func markdown(nodes ...util.PrioritizedValue) goldmark.Markdown {
	// A style attribute would need an exception from the policy.
	table := extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute))
	return goldmark.New(goldmark.WithExtensions(table), goldmark.WithRendererOptions(renderer.WithNodeRenderers(nodes...)))
}

// parse reads the tree, the headings and the code blocks of the document.
func (d *document) parse() error {
	d.tree = markdown().Parser().Parse(text.NewReader(d.text))
	d.blocks, _ = pages.Blocks(d.file, string(d.text))
	used := map[string]int{}
	var problem error
	_ = ast.Walk(d.tree, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.HTMLBlock, *ast.RawHTML:
			problem = fmt.Errorf("%s: there is HTML in it, which is left out", d.file)
		case *ast.Heading:
			h := &heading{Level: n.Level, Text: oneLine(plain(n, d.text))}
			id := slug(h.Text)
			h.ID = id
			if count := used[id]; count > 0 {
				h.ID += "-" + strconv.Itoa(count)
			}
			used[id]++
			n.SetAttributeString("id", h.ID)
			d.headings = append(d.headings, h)
			if d.title == "" && n.Level == 1 {
				d.title = h.Text
			}
		}
		return ast.WalkContinue, nil
	})
	if d.title == "" {
		d.title = d.file
		problem = fmt.Errorf("%s has no heading", d.file)
	}
	return problem
}

// has reports whether the document has a heading with an id.
func (d *document) has(id string) bool {
	for _, h := range d.headings {
		if h.ID == id {
			return true
		}
	}
	return false
}

// slug returns the id of a heading, as sites that show Markdown make it: in lower case, without
// punctuation, with hyphens for spaces.
func slug(title string) string {
	var out strings.Builder
	for _, r := range strings.ToLower(title) {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			out.WriteRune(r)
		case r == ' ':
			out.WriteByte('-')
		}
	}
	return out.String()
}

// plain returns the text of a node, without marks.
func plain(n ast.Node, source []byte) string {
	var out strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			if n.Type() == ast.TypeBlock {
				out.WriteByte('\n')
			}
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			out.Write(n.Value(source))
			if n.SoftLineBreak() || n.HardLineBreak() {
				out.WriteByte(' ')
			}
		case *ast.String:
			out.Write(n.Value)
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			out.Write(n.Lines().Value(source))
		case *east.TableCell:
			out.WriteByte(' ')
		}
		return ast.WalkContinue, nil
	})
	return out.String()
}

// lineOf returns the line of an offset in the document.
func (d *document) lineOf(offset int) int { return bytes.Count(d.text[:offset], []byte("\n")) + 1 }

// render returns the document as HTML.
func (d *document) render(maker *exampleMaker) (string, error) {
	var out bytes.Buffer
	r := &nodeRenderer{doc: d, links: maker.links(d.blocks)}
	err := markdown(util.Prioritized(r, 100)).Renderer().Render(&out, d.text, d.tree)
	return out.String(), err
}

// A nodeRenderer renders headings with links to themselves, tables that scroll, and code in
// colours.
type nodeRenderer struct {
	doc     *document
	links   map[int]string // to the playground, by the line of the block
	section string         // the last heading
}

// RegisterFuncs implements renderer.NodeRenderer.
func (r *nodeRenderer) RegisterFuncs(to renderer.NodeRendererFuncRegisterer) {
	to.Register(ast.KindHeading, r.heading)
	to.Register(ast.KindFencedCodeBlock, r.code)
	to.Register(ast.KindCodeBlock, r.code)
	to.Register(east.KindTable, r.table)
}

func (r *nodeRenderer) heading(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	h := n.(*ast.Heading)
	id, _ := h.AttributeString("id")
	if entering {
		r.section = oneLine(plain(h, source))
		_, err := fmt.Fprintf(w, `<h%d id="%s">`, h.Level, escape(id.(string)))
		return ast.WalkContinue, err
	}
	if h.Level > 1 {
		_, _ = fmt.Fprintf(w, ` <a class="anchor" href="#%s" aria-label="Link to %s">#</a>`, escape(id.(string)), escape(r.section))
	}
	_, err := fmt.Fprintf(w, "</h%d>\n", h.Level)
	return ast.WalkContinue, err
}

func (r *nodeRenderer) table(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	text := "</table>\n</div>\n"
	if entering {
		text = fmt.Sprintf("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table of %s\">\n<table>\n", escape(r.section))
	}
	_, err := w.WriteString(text)
	return ast.WalkContinue, err
}

func (r *nodeRenderer) code(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkSkipChildren, nil
	}
	text := string(n.Lines().Value(source))
	block := &pages.Block{}
	if n.Lines().Len() > 0 {
		block = r.doc.blockAt(r.doc.lineOf(n.Lines().At(0).Start) - 1)
	}
	_, _ = w.WriteString("<div class=\"code\">\n")
	if name := block.Args["file"]; name != "" {
		if block.Has("wrong") {
			name += ", with mistakes"
		}
		_, _ = fmt.Fprintf(w, "<p class=\"name\">%s</p>\n", escape(name))
	}
	scrolls := ""
	for line := range strings.Lines(text) {
		if utf8.RuneCountInString(line) > longLine {
			scrolls = fmt.Sprintf(` tabindex="0" role="region" aria-label="Code of %s"`, escape(r.section))
			break
		}
	}
	_, _ = fmt.Fprintf(w, "<pre%s><code>%s</code></pre>\n", scrolls, highlight(block, text))
	if fragment := r.links[block.Line]; fragment != "" {
		_, _ = fmt.Fprintf(w, "<p class=\"try\"><a href=\"%s%s\" aria-label=\"Open in the playground: %s\">Open in the playground</a></p>\n", Playground, fragment, escape(r.section))
	}
	_, err := w.WriteString("</div>\n")
	return ast.WalkSkipChildren, err
}

// blockAt returns the block whose fence is on a line. If the document has none there, as the
// code is in a list, it returns a block without a language.
func (d *document) blockAt(line int) *pages.Block {
	for i := range d.blocks {
		if b := &d.blocks[i]; b.Line == line && !b.Heading {
			return b
		}
	}
	return &pages.Block{}
}
