// Package browsertest tests the playground in a browser. Its tests are skipped if there is no
// chromium.
package browsertest
