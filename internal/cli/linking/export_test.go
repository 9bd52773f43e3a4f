package linking

// Spoken and Understood are how evidence is written in a cell of CSV, and read again.
var (
	Spoken     = spoken
	Understood = understood
)

// ReadConfig and WriteConfig are how a configuration is read from a file, and suggested.
var (
	ReadConfig  = readConfig
	WriteConfig = writeConfig
)
