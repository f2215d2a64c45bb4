// Package web is the page: its sources are in src, and dist is what build.js makes of them.
package web

import "embed"

// Dist is the folder dist: the page, its script and its style.
//
//go:embed dist
var Dist embed.FS
