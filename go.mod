module github.com/sprocketmq/sp

go 1.26.0

require (
	github.com/gobwas/httphead v0.1.0 // indirect
	github.com/gobwas/ws v1.5.0
	golang.org/x/net v0.62.0
)
