package format

func openNDJSON(f *file, text *decoder) Reader       { return nil }
func openXML(f *file, text *decoder) (Reader, error) { return nil, nil }

type Tree struct{}

func openXLSX(f *file, in *prefix) (Reader, error)    { return nil, nil }
func openParquet(f *file, in *prefix) (Reader, error) { return nil, nil }
