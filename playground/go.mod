module github.com/leadscore/leadscore/playground

go 1.26.0

replace github.com/leadscore/leadscore => ../

require (
	github.com/google/go-cmp v0.7.0
	github.com/leadscore/leadscore v0.0.0
	github.com/yuin/goldmark v1.8.7
	pgregory.net/rapid v1.3.0
)

require github.com/alecthomas/participle/v2 v2.1.4 // indirect
