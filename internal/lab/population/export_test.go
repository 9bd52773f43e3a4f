package population

// BuiltinText is the text of the built-in margins, for tests that break it.
func BuiltinText() []byte { return builtin }
