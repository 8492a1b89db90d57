//go:build linux

package capi

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/sprocketmq/sp/internal/testport"
	"github.com/sprocketmq/sp/transport/ipc"
	"github.com/sprocketmq/sp/transport/tcp"
	"github.com/sprocketmq/sp/transport/transporttest"
)

func TestWatchedTCP(t *testing.T) {
	transporttest.Run(t, transporttest.Config{
		Transport: watched{tcp.Transport{}},
		Addr:      func(t testing.TB) string { return "tcp://127.0.0.1:" + testport.Free(t) },
	})
}

func TestWatchedIPC(t *testing.T) {
	dir, names := t.TempDir(), atomic.Int32{}
	transporttest.Run(t, transporttest.Config{
		Transport: watched{ipc.Transport{}},
		Addr:      func(testing.TB) string { return fmt.Sprintf("ipc://%s/%d", dir, names.Add(1)) },
	})
}
