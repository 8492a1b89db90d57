// Package js holds the browser client, for programs that serve it themselves.
package js

import "embed"

// Files has the client's modules; src/index.js is the one to import.
//
//go:embed src/*.js
var Files embed.FS
