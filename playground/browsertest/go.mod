module github.com/leadscore/leadscore/playground/browsertest

go 1.26.0

replace (
	github.com/leadscore/leadscore => ../../
	github.com/leadscore/leadscore/playground => ../
)

require (
	github.com/chromedp/cdproto v0.160.2
	github.com/chromedp/chromedp v0.23.1
	github.com/leadscore/leadscore/playground v0.0.0
)

require (
	github.com/alecthomas/participle/v2 v2.1.4 // indirect
	github.com/go-json-experiment/json v0.0.0-20260213210345-44df1a37e875 // indirect
	github.com/leadscore/leadscore v0.0.0 // indirect
	github.com/yuin/goldmark v1.8.7 // indirect
)
