module github.com/sprocketmq/sp/capi/test

go 1.26.0
