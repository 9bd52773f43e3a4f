package job

import "probity/internal/subject"

// Place is where some parts of the subjects stand, in a database that is spread over several.
type Place struct {
	Name string
	// Near is that it is asked from here with the least ado.
	Near  bool
	Parts []subject.Part
}

// Share is what was done of a job at a place.
type Share struct {
	Place          string
	Near           bool
	Blocks, Ended  int64
	Rated, Changed int64
}

// Part is how far the blocks of one part of the subjects have come.
type Part struct {
	subject.Part
	Blocks, Ended  int64
	Rated, Changed int64
}

// Shares adds up what was done of a job at each place. What stands at none of them now, because the subjects were cut anew since, is
// left out.
func Shares(places []Place, parts []Part) []Share {
	list := make([]Share, len(places))
	for i, p := range places {
		list[i].Place, list[i].Near = p.Name, p.Near
		for _, have := range p.Parts {
			for j := range parts {
				if d := &parts[j]; d.Part == have {
					list[i].Blocks += d.Blocks
					list[i].Ended += d.Ended
					list[i].Rated += d.Rated
					list[i].Changed += d.Changed
				}
			}
		}
	}
	return list
}
