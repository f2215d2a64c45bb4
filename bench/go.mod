module github.com/leadscore/leadscore/bench

go 1.26.0

require github.com/leadscore/leadscore v0.0.0

require github.com/alecthomas/participle/v2 v2.1.4 // indirect

replace github.com/leadscore/leadscore => ../
