package format

import (
	"fmt"

	"probity/internal/fault"
)

func sizeText(n int) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}

func columnsProblem(have, want int) *Problem {
	return &Problem{
		Rule: "row.columns",
		Text: fmt.Sprintf("the row has %d columns where the header has %d", have, want),
		Cure: "check for a delimiter inside a value: such a value needs double quotes around it",
	}
}

func quoteProblem(column string, why string) *Problem {
	return &Problem{
		Rule: "row.quote", Field: column, Text: why,
		Cure: `inside a quoted value write a double quote twice (""), and close the value before the next delimiter`,
	}
}

func encodingProblem(column string, value []byte, at int64, enc Encoding) *Problem {
	if enc == "" {
		enc = UTF8
	}
	return &Problem{
		Rule: "row.encoding", Field: column, Value: clip(value),
		Text: fmt.Sprintf("byte %d of the row is not %s text", at+1, enc),
		Cure: "save the file in one encoding throughout, UTF-8 or GB18030",
	}
}

func fieldSizeProblem(column string, value []byte, limit int) *Problem {
	return &Problem{
		Rule: "row.field_size", Field: column, Value: clip(value),
		Text: "the value is longer than " + sizeText(limit),
		Cure: "no field of a record holds a document; leave it out and send a reference",
	}
}

func rowSizeProblem(limit int) *Problem {
	return &Problem{
		Rule: "row.size", Text: "the row is longer than " + sizeText(limit),
		Cure: "check that rows end with a line break, and leave documents out",
	}
}

func limitFault(key, cure, format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, "intake.limit."+key, format, args...).With(cure)
}
