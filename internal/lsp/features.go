package lsp

import (
	"context"

	"github.com/leadscore/leadscore/eval/check"
	"github.com/leadscore/leadscore/internal/language"
)

// offset returns the offset in bytes of a position in the file.
func (f *file) offset(at position) int { return f.places().offset(at) }

// span returns the range of a part of a file of the view for the client. ok is false if the
// view has no such file.
func (v *view) span(r language.Range) (uri string, s span, ok bool) {
	f := v.files[r.File]
	if f == nil {
		return "", span{}, false
	}
	return f.uri, f.places().span(r.Start, r.End), true
}

// locations returns parts of files for the client.
func (v *view) locations(ranges []language.Range) []location {
	list := []location{}
	for _, r := range ranges {
		if uri, s, ok := v.span(r); ok {
			list = append(list, location{uri, s})
		}
	}
	return list
}

// candidateKinds are the kinds of candidates in the protocol.
var candidateKinds = map[language.CandidateKind]int{
	language.CandidateKeyword:      14, // Keyword
	language.CandidateOperator:     24, // Operator
	language.CandidateEntity:       7,  // Class
	language.CandidateRelationship: 18, // Reference
	language.CandidateField:        5,  // Field
	language.CandidateValue:        20, // EnumMember
	language.CandidateUnit:         11, // Unit
	language.CandidateLet:          21, // Constant
	language.CandidateName:         12, // Value
	language.CandidateSign:         24, // Operator
}

func complete(_ context.Context, at *file, p *positionParams) (any, error) {
	candidates := at.view.snapshot.Complete(at.name, at.offset(p.Position))
	list := completionList{
		// What fits changes with each character: the most likely are on the list, and not all.
		IsIncomplete: true,
		Items:        []completionItem{},
	}
	for i, c := range candidates {
		typed := at.text[c.Replace.Start:c.Replace.End]
		item := completionItem{
			Label:    c.Label,
			Kind:     candidateKinds[c.Kind],
			Detail:   c.Detail,
			SortText: sortText(i),
			// The server has chosen by what is typed: the client must not choose again, by
			// other rules.
			FilterText: typed,
			TextEdit:   textEdit{at.places().span(c.Replace.Start, c.Replace.End), c.Insert},
		}
		if typed == "" {
			item.FilterText = c.Insert
		}
		if c.Doc != "" {
			item.Documentation = &markup{"markdown", c.Doc}
		}
		list.Items = append(list.Items, item)
	}
	return list, nil
}

// sortText returns a text by which a client puts an item in the place i.
func sortText(i int) string { return string([]byte{'a' + byte(i/26%26), 'a' + byte(i%26)}) }

func hover(_ context.Context, at *file, p *positionParams) (any, error) {
	h, ok := at.view.snapshot.Hover(at.name, at.offset(p.Position))
	if !ok {
		return nil, nil
	}
	return hoverResult{markup{"markdown", h.Markdown}, at.places().span(h.Start, h.End)}, nil
}

func definition(_ context.Context, at *file, p *positionParams) (any, error) {
	return at.view.locations(at.view.snapshot.Definition(at.name, at.offset(p.Position))), nil
}

func references(_ context.Context, at *file, p *referenceParams) (any, error) {
	return at.view.locations(at.view.snapshot.References(at.name, at.offset(p.Position), p.Context.IncludeDeclaration)), nil
}

// highlights returns where in the document itself the name at a place is.
func highlights(_ context.Context, at *file, p *positionParams) (any, error) {
	list := []highlight{}
	for _, r := range at.view.snapshot.References(at.name, at.offset(p.Position), true) {
		if r.File == at.name {
			list = append(list, highlight{at.places().span(r.Start, r.End)})
		}
	}
	return list, nil
}

// symbolKinds are the kinds of symbols in the protocol.
var symbolKinds = map[check.ObjectKind]int{
	check.EntityObject:       5,  // Class
	check.FieldObject:        8,  // Field
	check.RelationshipObject: 7,  // Property
	check.LetObject:          14, // Constant
	check.ModelObject:        2,  // Module
	check.ConditionObject:    12, // Function
	check.PartObject:         3,  // Namespace
	check.DimensionObject:    3,  // Namespace
	check.GradeObject:        22, // EnumMember
	check.StagesObject:       10, // Enum
	check.StageObject:        22, // EnumMember
	check.AssignmentObject:   2,  // Module
	check.RuleObject:         12, // Function
	check.CreationObject:     2,  // Module
	check.TestObject:         6,  // Method
	check.RecordObject:       19, // Object
}

func documentSymbols(_ context.Context, at *file, _ *documentParams) (any, error) {
	return at.symbols(at.view.snapshot.Symbols(at.name)), nil
}

func (f *file) symbols(list []language.Symbol) []documentSymbol {
	out := []documentSymbol{}
	for _, s := range list {
		name := s.Name
		if name == "" { // which no client takes
			name = s.Kind.String()
		}
		out = append(out, documentSymbol{
			Name: name, Detail: s.Detail, Kind: symbolKinds[s.Kind], Children: f.symbols(s.Children),
			Range: f.places().span(s.Start, s.End), SelectionRange: f.places().span(s.Selection.Start, s.Selection.End),
		})
	}
	return out
}

// workspaceSymbols returns symbols of all units that have an open document.
func workspaceSymbols(s *Server, p *queryParams) (Call, error) {
	views := s.views()
	return func(ctx context.Context) (any, error) {
		list := []workspaceSymbol{}
		seen := map[location]bool{}
		for _, v := range views {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			for _, s := range v.snapshot.Find(p.Query) {
				uri, at, ok := v.span(s.Selection)
				if where := (location{uri, at}); ok && !seen[where] {
					seen[where] = true
					list = append(list, workspaceSymbol{s.Name, symbolKinds[s.Kind], where, s.Detail})
				}
			}
		}
		return list, nil
	}, nil
}

func folds(_ context.Context, at *file, _ *documentParams) (any, error) {
	list := []foldingRange{}
	for _, f := range at.view.snapshot.Folds(at.name) {
		r := foldingRange{StartLine: at.places().position(f.Start).Line, EndLine: at.places().position(f.End).Line}
		if f.Comment {
			r.Kind = "comment"
		}
		if r.EndLine > r.StartLine {
			list = append(list, r)
		}
	}
	return list, nil
}

// modifierNames are the modifiers of tokens in the protocol, from the lowest bit.
var modifierNames = []string{"declaration", "defaultLibrary"}

// tokenNames returns the names of the types of tokens in the protocol, in the order of
// their types.
func tokenNames() []string {
	standard := map[language.TokenType]string{
		language.TokenKeyword:      "keyword",
		language.TokenOperator:     "operator",
		language.TokenEntity:       "class",
		language.TokenRelationship: "property",
		language.TokenField:        "variable",
		language.TokenLet:          "macro",
		language.TokenName:         "function",
		language.TokenText:         "string",
		language.TokenNumber:       "number",
		language.TokenUnit:         "type",
		language.TokenComment:      "comment",
	}
	var names []string
	for _, t := range language.TokenTypes() {
		names = append(names, standard[t])
	}
	return names
}

// semanticTokens returns the tokens of a document, each with five numbers: how many lines and
// characters it is from the one before, its length, its type and its modifiers.
func semanticTokens(_ context.Context, at *file, _ *documentParams) (any, error) {
	data := []int{}
	before := position{}
	for _, t := range at.view.snapshot.Tokens(at.name) {
		start, end := at.places().position(t.Start), at.places().position(t.End)
		if start.Line != end.Line || start == end {
			continue // a text that has no end
		}
		character := start.Character
		if start.Line == before.Line {
			character -= before.Character
		}
		data = append(data, start.Line-before.Line, character, end.Character-start.Character, int(t.Type), int(t.Modifiers))
		before = start
	}
	return tokensResult{data}, nil
}
