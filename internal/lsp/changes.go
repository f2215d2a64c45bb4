package lsp

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/leadscore/leadscore/internal/language"
)

func prepareRename(_ context.Context, at *file, p *positionParams) (any, error) {
	r, name, err := at.view.snapshot.PrepareRename(at.name, at.offset(p.Position))
	if err != nil {
		return nil, err
	}
	return prepareRenameResult{at.places().span(r.Start, r.End), name}, nil
}

func rename(_ context.Context, at *file, p *renameParams) (any, error) {
	edits, err := at.view.snapshot.Rename(at.name, at.offset(p.Position), p.NewName)
	if err != nil {
		return nil, err
	}
	return at.view.workspaceEdit(edits), nil
}

// workspaceEdit returns edits of files of v for the client.
func (v *view) workspaceEdit(edits []language.TextEdit) *workspaceEdit {
	w := &workspaceEdit{Changes: map[string][]textEdit{}}
	for _, e := range edits {
		if f := v.files[e.File]; f != nil {
			w.Changes[f.uri] = append(w.Changes[f.uri], textEdit{f.places().span(e.Start, e.End), e.New})
		}
	}
	return w
}

// codeActions returns what can be done about a range of a document.
func codeActions(_ context.Context, at *file, p *codeActionParams) (any, error) {
	start, end := at.places().offset(p.Range.Start), at.places().offset(p.Range.End)
	list := []codeAction{}
	for _, a := range at.view.snapshot.Actions(at.name, start, max(start, end)) {
		action := codeAction{Title: a.Title, Kind: string(a.Kind), Edit: at.view.workspaceEdit(a.Edits)}
		if !wanted(action.Kind, p.Context.Only) {
			continue
		}
		for i := range a.Fixes {
			action.Diagnostics = append(action.Diagnostics, sentAs(diagnosticOf(&a.Fixes[i], at.places(), nil), p.Context.Diagnostics)...)
		}
		action.IsPreferred = action.Kind == kindQuickFix && len(a.Fixes) == 1
		list = append(list, action)
	}
	return list, nil
}

// wanted reports whether a kind of code action is one of only, or a part of one. All are if
// only is empty.
func wanted(kind string, only []string) bool {
	return len(only) == 0 || slices.ContainsFunc(only, func(k string) bool { return kind == k || strings.HasPrefix(kind, k+".") || k == "" })
}

// sentAs returns the diagnostics of a client that are d.
func sentAs(d diagnostic, list []json.RawMessage) []json.RawMessage {
	var same []json.RawMessage
	for _, raw := range list {
		var other struct {
			Range span            `json:"range"`
			Code  json.RawMessage `json:"code"`
		}
		if json.Unmarshal(raw, &other) != nil {
			continue
		}
		var code string
		if json.Unmarshal(other.Code, &code) == nil && code == d.Code && other.Range == d.Range {
			same = append(same, raw)
		}
	}
	return same
}

func inlayHints(_ context.Context, at *file, p *rangeParams) (any, error) {
	list := []inlayHint{}
	for _, h := range at.view.snapshot.Hints(at.name, at.offset(p.Range.Start), at.offset(p.Range.End)) {
		list = append(list, inlayHint{Position: at.places().position(h.Offset), Label: h.Label, Tooltip: h.Tooltip, PaddingLeft: true})
	}
	return list, nil
}

func codeLenses(_ context.Context, at *file, _ *documentParams) (any, error) {
	list := []codeLens{}
	for _, l := range at.view.snapshot.Lenses(at.name) {
		if l.Command == language.CommandScore && (at.view.project == nil || at.view.project.Data == "") {
			continue // there is nothing to score
		}
		arguments := []any{at.uri}
		for _, a := range l.Arguments {
			arguments = append(arguments, a)
		}
		list = append(list, codeLens{at.places().span(l.Start, l.End), command{l.Title, l.Command, arguments}})
	}
	return list, nil
}

// textsOf returns the arguments of a command, which must be n texts.
func textsOf(arguments []json.RawMessage, n int) ([]string, error) {
	if len(arguments) != n {
		return nil, &Error{CodeInvalidParams, "the number of arguments is wrong"}
	}
	list := make([]string, n)
	for i, raw := range arguments {
		if err := json.Unmarshal(raw, &list[i]); err != nil {
			return nil, &Error{CodeInvalidParams, "the arguments: " + err.Error()}
		}
	}
	return list, nil
}
