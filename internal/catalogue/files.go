package catalogue

import "io/fs"

// Files are the YAML files of the built-in catalogue, as a new database keeps them and as they can be exported.
func Files() fs.FS {
	data, err := fs.Sub(builtIn, "data")
	if err != nil {
		panic(err) // the name is a constant
	}
	return data
}
