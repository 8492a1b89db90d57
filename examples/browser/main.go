// Command browser serves a page that is a peer: it subscribes to a feed and
// asks a replier, both mounted beside the page on one HTTP server.
package main

import (
	"context"
	"crypto/sha256"
	"embed"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"runtime"
	"time"

	"github.com/sprocketmq/sp"
	"github.com/sprocketmq/sp/js"
	"github.com/sprocketmq/sp/transport/ws"
)

//go:embed index.html page.js style.css
var page embed.FS

func main() {
	addr := flag.String("addr", "localhost:8080", "the `address` to serve on")
	flag.Parse()
	ctx := context.Background()

	feed, feedPath := sp.NewPublisher(nil), ws.NewHandler("", nil)
	must(feed.ListenOn(feedPath, nil))
	ask, askPath := sp.NewReplier(nil), ws.NewHandler("", nil)
	must(ask.ListenOn(askPath, nil))

	go ask.Serve(ctx, func(ctx context.Context, q *sp.Request) {
		q.Reply(ctx, fmt.Appendf(nil, "%x", sha256.Sum256(q.Body)))
		feed.Send(ctx, fmt.Appendf(nil, "asked %.80s", q.Body))
	})
	go func() {
		for tick := range time.Tick(500 * time.Millisecond) {
			var mem runtime.MemStats
			runtime.ReadMemStats(&mem)
			feed.Send(ctx, fmt.Appendf(nil, "heap %d", mem.HeapAlloc>>10))
			feed.Send(ctx, fmt.Appendf(nil, "jitter %d", time.Since(tick).Microseconds()))
			feed.Send(ctx, fmt.Appendf(nil, "pages %d", len(feed.Peers())))
		}
	}()

	http.Handle("/", http.FileServerFS(page))
	http.Handle("/js/", http.StripPrefix("/js", http.FileServerFS(js.Files)))
	http.Handle("/feed", feedPath)
	http.Handle("/ask", askPath)
	l := must(net.Listen("tcp", *addr))
	fmt.Printf("http://%s/\n", l.Addr())
	log.Fatal(http.Serve(l, nil))
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}
