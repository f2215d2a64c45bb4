package lsp

import (
	"context"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/dsl"
)

// formatting brings a document into the canonical form. Of one with errors, the blocks
// without errors.
func formatting(_ context.Context, at *file, _ *documentParams) (any, error) {
	edits, _ := dsl.FormatEdits(at.name, at.text)
	return at.edits(edits), nil
}

// rangeFormatting makes those edits of formatting that lie within some lines.
func rangeFormatting(_ context.Context, at *file, p *rangeParams) (any, error) {
	edits, _ := dsl.FormatEdits(at.name, at.text)
	start := at.places().offset(position{Line: p.Range.Start.Line})
	end := at.places().offset(p.Range.End)
	if next := strings.IndexByte(at.text[end:], '\n'); next >= 0 && (p.Range.End.Character > 0 || end == start) {
		end += next + 1
	} else if next < 0 {
		end = len(at.text)
	}
	edits = slices.DeleteFunc(edits, func(e dsl.Edit) bool { return e.Span.Start.Offset < start || e.Span.End.Offset > end })
	return at.edits(edits), nil
}

// edits returns edits of the text of f for the client.
func (f *file) edits(edits []dsl.Edit) []textEdit {
	list := make([]textEdit, len(edits))
	for i, e := range edits {
		list[i] = textEdit{f.places().span(e.Span.Start.Offset, e.Span.End.Offset), e.Text}
	}
	return list
}
