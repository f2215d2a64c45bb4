// Package lsp is the language server of leadscore: what editors ask about rule files, by the
// methods of the Language Server Protocol 3.17. A [Server] knows no transport: package wire
// connects it to an editor. It opens no file itself: it reads those of a file system that it is
// given.
package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/leadscore/leadscore/internal/project"
)

// Options are what a [Server] works with.
type Options struct {
	// Files are the files that URIs with the scheme file name, by their paths without the
	// first slash. If it is nil, there are only the documents that the client opens.
	Files fs.FS

	// Notify sends a notification to the client, and Request a request, whose answer does
	// not matter. They must not call the server and must not wait for the client. They may be
	// nil.
	Notify, Request func(method string, params any)

	// Delay is how long nothing must change before findings are looked for. They take longer
	// than the errors, which are reported at once.
	Delay time.Duration

	// Version is the version of the server, or "".
	Version string
}

// A Server answers what an editor asks. It is safe for concurrent use, but what an editor
// sends must be given to [Server.Start] in the order in which it was sent.
type Server struct {
	options Options
	files   *openFiles

	mu        sync.Mutex
	phase     phase
	encoding  encoding
	watches   bool            // the client can watch files
	watched   map[string]bool // the patterns of the files that it watches
	documents map[string]*document
	units     map[string]*unit
	working   sync.WaitGroup // searches for findings
}

// A phase is how far the life of a server has come.
type phase uint8

const (
	starting phase = iota // before initialize
	running
	stopped // after shutdown
)

// New returns a server.
func New(options Options) *Server {
	none := func(string, any) {}
	if options.Notify == nil {
		options.Notify = none
	}
	if options.Request == nil {
		options.Request = none
	}
	s := &Server{options: options, watched: map[string]bool{}, documents: map[string]*document{}, units: map[string]*unit{}}
	s.files = &openFiles{disk: options.Files, server: s}
	return s
}

// A Call does what is left of a method once [Server.Start] has returned. It may run at any
// time, also concurrently with others, and fails soon after its context is done.
type Call func(ctx context.Context) (result any, err error)

// Handle does what a method says and returns its result, which can be marshaled as JSON; it
// is nil for a notification. The error is an [*Error], or that of ctx.
func (s *Server) Handle(ctx context.Context, method string, params json.RawMessage) (any, error) {
	return s.Start(method, params)(ctx)
}

// Start begins a method: it makes the changes of a notification, and decides which state of
// the documents a request is about. What remains is in the call. A method that panics fails, and the
// client is sent the stack for its log.
func (s *Server) Start(method string, params json.RawMessage) (call Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() {
		if err := s.failure(method, recover()); err != nil {
			call = failed(err)
		}
	}()
	if err := s.allowed(method); err != nil {
		return failed(err)
	}
	m, ok := methods[method]
	if !ok {
		return failed(&Error{CodeUnknownMethod, fmt.Sprintf("there is no method %q", method)})
	}
	rest, err := m(s, params)
	switch {
	case err != nil:
		return failed(err)
	case rest == nil:
		return func(context.Context) (any, error) { return nil, nil }
	}
	return func(ctx context.Context) (result any, err error) {
		defer func() {
			if failure := s.failure(method, recover()); failure != nil {
				result, err = nil, failure
			}
		}()
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		result, err = rest(ctx)
		if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
			return nil, ctx.Err()
		}
		return result, asError(err)
	}
}

// failure returns the error of what panicked with a value, and sends the stack to the log of the
// client. It returns nil for the value nil: there was no panic.
func (s *Server) failure(what string, value any) error {
	if value == nil {
		return nil
	}
	err := &Error{CodeInternal, fmt.Sprintf("%s failed because of a mistake in the language server: %v", what, value)}
	s.options.Notify("window/logMessage", messageParams{messageError, fmt.Sprintf("%s\n\n%s", err.Message, debug.Stack())})
	return err
}

// failed returns the call of a method that failed.
func failed(err error) Call {
	return func(context.Context) (any, error) { return nil, asError(err) }
}

// asError returns err as an [*Error], or nil.
func asError(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{CodeFailed, err.Error()}
}

// allowed returns why a method may not be called now, or nil.
func (s *Server) allowed(method string) error {
	switch {
	case s.phase == starting && method != "initialize" && method != "exit":
		return &Error{CodeNotInitialized, "the first request must be initialize"}
	case s.phase == running && method == "initialize":
		return &Error{CodeInvalidRequest, "the server is initialized already"}
	case s.phase == stopped && method != "exit":
		return &Error{CodeInvalidRequest, "the server is shut down"}
	}
	return nil
}

// Stopped reports whether the client has asked the server to shut down.
func (s *Server) Stopped() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.phase == stopped
}

// Close ends what the server does in the background, and returns once it has ended.
func (s *Server) Close() {
	s.mu.Lock()
	s.phase = stopped
	s.dropUnits()
	s.mu.Unlock()
	s.working.Wait()
}

// A method begins to answer. s.mu is locked.
type method func(s *Server, params json.RawMessage) (Call, error)

// methods are the methods by name.
var methods map[string]method

func init() {
	methods = map[string]method{
		"initialize":                       with(initialize),
		"initialized":                      with(initialized),
		"shutdown":                         with(shutdown),
		"exit":                             nothing,
		"$/setTrace":                       nothing,
		"$/cancelRequest":                  nothing, // the transport knows which request is meant
		"textDocument/didOpen":             with(didOpen),
		"textDocument/didChange":           with(didChange),
		"textDocument/didClose":            with(didClose),
		"textDocument/didSave":             with(filesChanged),
		"workspace/didChangeWatchedFiles":  with(filesChanged),
		"workspace/didChangeConfiguration": nothing,
		"textDocument/formatting":          about(formatting),
		"textDocument/rangeFormatting":     about(rangeFormatting),
		"textDocument/codeAction":          about(codeActions),

		"textDocument/completion":          about(complete),
		"textDocument/hover":               about(hover),
		"textDocument/definition":          about(definition),
		"textDocument/references":          about(references),
		"textDocument/documentHighlight":   about(highlights),
		"textDocument/documentSymbol":      about(documentSymbols),
		"textDocument/prepareRename":       about(prepareRename),
		"textDocument/rename":              about(rename),
		"textDocument/foldingRange":        about(folds),
		"textDocument/semanticTokens/full": about(semanticTokens),
		"textDocument/inlayHint":           about(inlayHints),
		"textDocument/codeLens":            about(codeLenses),
		"workspace/symbol":                 with(workspaceSymbols),
		"workspace/executeCommand":         with(execute),
	}
}

// nothing is a method that does nothing.
func nothing(*Server, json.RawMessage) (Call, error) { return nil, nil }

// with returns a method with the parameters P.
func with[P any](f func(*Server, *P) (Call, error)) method {
	return func(s *Server, params json.RawMessage) (Call, error) {
		var p P
		if len(params) > 0 {
			if err := json.Unmarshal(params, &p); err != nil {
				return nil, &Error{CodeInvalidParams, "the parameters: " + err.Error()}
			}
		}
		return f(s, &p)
	}
}

// about returns a method about an open document, as it is when the method starts. It answers
// nothing about a project file.
func about[P any, Q interface {
	*P
	document() string
}](f func(ctx context.Context, at *file, p *P) (any, error)) method {
	return with(func(s *Server, p *P) (Call, error) {
		at, err := s.fileAt(Q(p).document())
		if err != nil || at == nil {
			return nil, err
		}
		return func(ctx context.Context) (any, error) { return f(ctx, at, p) }, nil
	})
}

func initialize(s *Server, p *initializeParams) (Call, error) {
	s.phase = running
	s.encoding = inUTF16
	for _, name := range p.Capabilities.General.PositionEncodings {
		if name == inUTF8.String() {
			s.encoding = inUTF8
		}
	}
	s.watches = p.Capabilities.Workspace.DidChangeWatchedFiles.DynamicRegistration
	result := &initializeResult{Capabilities: s.abilities(), ServerInfo: serverInfo{"leadscore", s.options.Version}}
	return func(context.Context) (any, error) { return result, nil }, nil
}

// abilities returns what the server can do.
func (s *Server) abilities() capabilities {
	return capabilities{
		PositionEncoding:                s.encoding.String(),
		TextDocumentSync:                syncOptions{OpenClose: true, Change: syncIncremental},
		DocumentFormattingProvider:      true,
		DocumentRangeFormattingProvider: true,
		CodeActionProvider:              codeActionOptions{[]string{kindQuickFix, kindRefactor, kindFixAll}},
		CompletionProvider:              completionOptions{[]string{".", "\"", "`", " ", "("}},
		HoverProvider:                   true,
		DefinitionProvider:              true,
		ReferencesProvider:              true,
		DocumentHighlightProvider:       true,
		DocumentSymbolProvider:          true,
		WorkspaceSymbolProvider:         true,
		RenameProvider:                  renameOptions{PrepareProvider: true},
		FoldingRangeProvider:            true,
		SemanticTokensProvider:          tokensOptions{tokensLegend{tokenNames(), modifierNames}, true},
		InlayHintProvider:               true,
		ExecuteCommandProvider:          commandOptions{commandNames},
	}
}

// initialized asks the client to watch the files of projects, if it can.
func initialized(s *Server, _ *struct{}) (Call, error) {
	s.watch("**/*.score", "**/"+project.FileName)
	return nil, nil
}

// watch asks the client to watch files, if it can and does not yet.
func (s *Server) watch(patterns ...string) {
	var watchers []watcher
	for _, pattern := range patterns {
		if s.watches && !s.watched[pattern] {
			s.watched[pattern] = true
			watchers = append(watchers, watcher{pattern})
		}
	}
	if len(watchers) == 0 {
		return
	}
	s.options.Request("client/registerCapability", registrationParams{[]registration{{
		ID:              fmt.Sprintf("files-%d", len(s.watched)),
		Method:          "workspace/didChangeWatchedFiles",
		RegisterOptions: watchOptions{watchers},
	}}})
}

// watchFiles asks the client to watch the files of u that do not have the usual names, and others of
// their kind, which the project may name once they are there.
func (s *Server) watchFiles(u *unit) {
	var patterns []string
	for _, name := range u.names {
		base := path.Base(name)
		if ext := path.Ext(base); ext != "" {
			base = "*" + ext
		}
		patterns = append(patterns, "**/"+strings.Map(func(r rune) rune {
			if strings.ContainsRune(`?[]{}\`, r) {
				return '?'
			}
			return r
		}, base))
	}
	s.watch(patterns...)
}

func shutdown(s *Server, _ *struct{}) (Call, error) {
	s.phase = stopped
	s.dropUnits()
	return nil, nil
}
