// Package browsertest tests the pages of examples/crm in a browser. It is a module of its
// own, so that the service does not need the library that drives the browser.
package browsertest
