// Package browsertest tests the extension for VS Code in code-server, which is VS Code in a
// browser. It is a module of its own, so that no other one needs a library for browsers.
package browsertest
