package lsp

import "encoding/json"

// These are the parts of the Language Server Protocol 3.17 that the server uses.

// An Error is an error that a client is told about, with a code of the protocol.
type Error struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// The codes of errors.
const (
	CodeParse          = -32700 // the text is not JSON
	CodeInvalidRequest = -32600 // the JSON is not a request, or it is not the time for it
	CodeUnknownMethod  = -32601 // there is no such method
	CodeInvalidParams  = -32602 // the parameters are wrong
	CodeInternal       = -32603 // the method failed
	CodeNotInitialized = -32002 // the first request is not initialize
	CodeFailed         = -32803 // the request is valid and cannot be done, such as a rename to a name that is taken
	CodeCancelled      = -32800 // the request was cancelled
)

type position struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

type span struct {
	Start position `json:"start"`
	End   position `json:"end"`
}

type location struct {
	URI   string `json:"uri"`
	Range span   `json:"range"`
}

type textEdit struct {
	Range   span   `json:"range"`
	NewText string `json:"newText"`
}

type workspaceEdit struct {
	Changes map[string][]textEdit `json:"changes"`
}

type documentID struct {
	URI string `json:"uri"`
}

type documentParams struct {
	TextDocument documentID `json:"textDocument"`
}

func (p *documentParams) document() string { return p.TextDocument.URI }

type positionParams struct {
	documentParams
	Position position `json:"position"`
}

type rangeParams struct {
	documentParams
	Range span `json:"range"`
}

type initializeParams struct {
	Capabilities struct {
		General struct {
			PositionEncodings []string `json:"positionEncodings"`
		} `json:"general"`
		Workspace struct {
			DidChangeWatchedFiles struct {
				DynamicRegistration bool `json:"dynamicRegistration"`
			} `json:"didChangeWatchedFiles"`
		} `json:"workspace"`
	} `json:"capabilities"`
}

type initializeResult struct {
	Capabilities capabilities `json:"capabilities"`
	ServerInfo   serverInfo   `json:"serverInfo"`
}

type serverInfo struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
}

type capabilities struct {
	PositionEncoding                string            `json:"positionEncoding"`
	TextDocumentSync                syncOptions       `json:"textDocumentSync"`
	DocumentFormattingProvider      bool              `json:"documentFormattingProvider"`
	DocumentRangeFormattingProvider bool              `json:"documentRangeFormattingProvider"`
	CodeActionProvider              codeActionOptions `json:"codeActionProvider"`
	CompletionProvider              completionOptions `json:"completionProvider"`
	HoverProvider                   bool              `json:"hoverProvider"`
	DefinitionProvider              bool              `json:"definitionProvider"`
	ReferencesProvider              bool              `json:"referencesProvider"`
	DocumentHighlightProvider       bool              `json:"documentHighlightProvider"`
	DocumentSymbolProvider          bool              `json:"documentSymbolProvider"`
	WorkspaceSymbolProvider         bool              `json:"workspaceSymbolProvider"`
	RenameProvider                  renameOptions     `json:"renameProvider"`
	FoldingRangeProvider            bool              `json:"foldingRangeProvider"`
	SemanticTokensProvider          tokensOptions     `json:"semanticTokensProvider"`
	InlayHintProvider               bool              `json:"inlayHintProvider"`
	CodeLensProvider                struct{}          `json:"codeLensProvider"`
	ExecuteCommandProvider          commandOptions    `json:"executeCommandProvider"`
}

type completionOptions struct {
	TriggerCharacters []string `json:"triggerCharacters"`
}

type renameOptions struct {
	PrepareProvider bool `json:"prepareProvider"`
}

type tokensOptions struct {
	Legend tokensLegend `json:"legend"`
	Full   bool         `json:"full"`
}

type tokensLegend struct {
	TokenTypes     []string `json:"tokenTypes"`
	TokenModifiers []string `json:"tokenModifiers"`
}

type commandOptions struct {
	Commands []string `json:"commands"`
}

type syncOptions struct {
	OpenClose bool        `json:"openClose"`
	Change    int         `json:"change"`
	Save      saveOptions `json:"save"`
}

type saveOptions struct {
	IncludeText bool `json:"includeText"`
}

// syncIncremental says that a change is a part of the text and not the whole text.
const syncIncremental = 2

type codeActionOptions struct {
	CodeActionKinds []string `json:"codeActionKinds"`
}

type didOpenParams struct {
	TextDocument struct {
		URI     string `json:"uri"`
		Version int    `json:"version"`
		Text    string `json:"text"`
	} `json:"textDocument"`
}

type didChangeParams struct {
	TextDocument struct {
		URI     string `json:"uri"`
		Version int    `json:"version"`
	} `json:"textDocument"`
	ContentChanges []contentChange `json:"contentChanges"`
}

// A contentChange replaces a range, or without one the whole text.
type contentChange struct {
	Range *span  `json:"range"`
	Text  string `json:"text"`
}

type publishParams struct {
	URI         string       `json:"uri"`
	Version     *int         `json:"version,omitempty"`
	Diagnostics []diagnostic `json:"diagnostics"`
}

type diagnostic struct {
	Range    span                `json:"range"`
	Severity int                 `json:"severity"`
	Code     string              `json:"code,omitempty"`
	Source   string              `json:"source,omitempty"`
	Message  string              `json:"message"`
	Tags     []int               `json:"tags,omitempty"`
	Related  []diagnosticRelated `json:"relatedInformation,omitempty"`
}

type diagnosticRelated struct {
	Location location `json:"location"`
	Message  string   `json:"message"`
}

// Severities and tags of diagnostics.
const (
	severityError   = 1
	severityWarning = 2
	severityHint    = 4

	tagUnnecessary = 1
)

type codeActionParams struct {
	rangeParams
	Context struct {
		Diagnostics []json.RawMessage `json:"diagnostics"`
		Only        []string          `json:"only"`
	} `json:"context"`
}

type codeAction struct {
	Title       string            `json:"title"`
	Kind        string            `json:"kind"`
	Diagnostics []json.RawMessage `json:"diagnostics,omitempty"` // as the client sent them
	IsPreferred bool              `json:"isPreferred,omitempty"`
	Edit        *workspaceEdit    `json:"edit,omitempty"`
}

// Kinds of code actions.
const (
	kindQuickFix = "quickfix"
	kindRefactor = "refactor"
	kindFixAll   = "source.fixAll"
)

type messageParams struct {
	Type    int    `json:"type"`
	Message string `json:"message"`
}

// Types of messages.
const (
	messageError   = 1
	messageWarning = 2
	messageInfo    = 3
)

type registrationParams struct {
	Registrations []registration `json:"registrations"`
}

type registration struct {
	ID              string `json:"id"`
	Method          string `json:"method"`
	RegisterOptions any    `json:"registerOptions"`
}

type watchOptions struct {
	Watchers []watcher `json:"watchers"`
}

type watcher struct {
	GlobPattern string `json:"globPattern"`
}

type completionList struct {
	IsIncomplete bool             `json:"isIncomplete"`
	Items        []completionItem `json:"items"`
}

type completionItem struct {
	Label         string   `json:"label"`
	Kind          int      `json:"kind,omitempty"`
	Detail        string   `json:"detail,omitempty"`
	Documentation *markup  `json:"documentation,omitempty"`
	SortText      string   `json:"sortText"`
	FilterText    string   `json:"filterText"`
	TextEdit      textEdit `json:"textEdit"`
}

type markup struct {
	Kind  string `json:"kind"`
	Value string `json:"value"`
}

type hoverResult struct {
	Contents markup `json:"contents"`
	Range    span   `json:"range"`
}

type referenceParams struct {
	positionParams
	Context struct {
		IncludeDeclaration bool `json:"includeDeclaration"`
	} `json:"context"`
}

type highlight struct {
	Range span `json:"range"`
}

type documentSymbol struct {
	Name           string           `json:"name"`
	Detail         string           `json:"detail,omitempty"`
	Kind           int              `json:"kind"`
	Range          span             `json:"range"`
	SelectionRange span             `json:"selectionRange"`
	Children       []documentSymbol `json:"children"`
}

type queryParams struct {
	Query string `json:"query"`
}

type workspaceSymbol struct {
	Name          string   `json:"name"`
	Kind          int      `json:"kind"`
	Location      location `json:"location"`
	ContainerName string   `json:"containerName,omitempty"`
}

type prepareRenameResult struct {
	Range       span   `json:"range"`
	Placeholder string `json:"placeholder"`
}

type renameParams struct {
	positionParams
	NewName string `json:"newName"`
}

type foldingRange struct {
	StartLine int    `json:"startLine"`
	EndLine   int    `json:"endLine"`
	Kind      string `json:"kind,omitempty"`
}

type tokensResult struct {
	Data []int `json:"data"`
}

type inlayHint struct {
	Position    position `json:"position"`
	Label       string   `json:"label"`
	Tooltip     string   `json:"tooltip,omitempty"`
	PaddingLeft bool     `json:"paddingLeft"`
}

type codeLens struct {
	Range   span    `json:"range"`
	Command command `json:"command"`
}

type command struct {
	Title     string `json:"title"`
	Command   string `json:"command"`
	Arguments []any  `json:"arguments,omitempty"`
}

type executeParams struct {
	Command   string            `json:"command"`
	Arguments []json.RawMessage `json:"arguments"`
}
