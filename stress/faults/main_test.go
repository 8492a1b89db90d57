package faults_test

import (
	"testing"

	"github.com/sprocketmq/sp/stress/kit"
)

func TestMain(m *testing.M) { kit.Main(m) }
