//go:build js && wasm

// Command wasm is the library in a page. It defines a function leadscore(method, params),
// which takes and returns JSON: see package api.
package main

import (
	"context"
	"syscall/js"

	"github.com/leadscore/leadscore/playground/internal/api"
)

func main() {
	var session api.Session
	js.Global().Set("leadscore", js.FuncOf(func(_ js.Value, args []js.Value) any {
		return string(session.Handle(context.Background(), args[0].String(), []byte(args[1].String())))
	}))
	select {} // the function needs the program
}
