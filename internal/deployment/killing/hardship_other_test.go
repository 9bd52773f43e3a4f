//go:build !linux

package killing_test

import "context"

const hardshipVariable = "PROBITY_KILLING_HARDSHIP"

func suffer(string, string) error { return nil }

func (*world) bear(context.Context) error { return nil }
