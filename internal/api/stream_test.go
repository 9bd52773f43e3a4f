package api_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"probity/internal/api"
	"probity/internal/intake"
	"probity/internal/measure"
)

var lines = map[string]string{"Content-Type": "application/x-ndjson"}

// TestOnce: a request with a key is done once; another request with it, and a key on what is streamed, are refused.
func TestOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := map[string]string{"Idempotency-Key": "7f0e-1"}
	ask := api.Question{Subject: "uscc:" + code(7), Measure: "bidding-ban"}
	first := want[measure.Decision](w, 200, "mof", "POST", "/v1/decisions", ask, procuring, key)
	answer, text := w.call("mof", "POST", "/v1/decisions", ask, procuring, key)
	if !strings.Contains(string(text), first.ID.String()) || answer.Header.Get("Probity-Access") != first.Access || answer.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("again: %s, %v", text, answer.Header)
	}
	if other := want[measure.Decision](w, 200, "samr-clerk", "POST", "/v1/decisions", ask, procuring, key); other.ID == first.ID {
		t.Error("the key of one credential answers another")
	}
	if next := want[measure.Decision](w, 200, "mof", "POST", "/v1/decisions", ask, procuring, map[string]string{"Idempotency-Key": "7f0e-2"}); next.ID == first.ID {
		t.Error("another key gives the same answer")
	}
	ask.Measure = "key-supervision"
	want[api.Problem](w, 422, "mof", "POST", "/v1/decisions", ask, procuring, key)
	want[api.Problem](w, 422, "samr-clerk", "POST", "/v1/submissions?dataset=samr.inspection", "x", key)
	// A refusal is remembered too; the reading that it stands for is recorded once.
	none := api.Question{Subject: "uscc:" + code(99), Measure: "bidding-ban"}
	for range 2 {
		want[api.Problem](w, 404, "mof", "POST", "/v1/decisions", none, procuring, map[string]string{"Idempotency-Key": "7f0e-3"})
	}
}

// TestBatch: each line is answered in its place, whatever stands in the others.
func TestBatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	good := `{"subject":"uscc:` + code(7) + `","measure":"bidding-ban"}`
	body := good + "\n" + `{"subject":"uscc:` + code(99) + `","measure":"bidding-ban"}` + "\n{\n" + good + "\n" + `{"subject":"a","measure":"b","c":1}` + "\n" + good
	answer, text := w.call("mof", "POST", "/v1/decisions/batch", body, procuring, lines)
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", answer.StatusCode, text)
	}
	wantCodes := []string{"", "not_found", "invalid", "", "invalid", ""}
	for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		var l api.BatchLine
		if err := json.Unmarshal([]byte(line), &l); err != nil || l.Line != i+1 {
			t.Fatalf("line %d: %v %s", i+1, err, line)
		}
		if got := l.Problem; (got == nil) != (wantCodes[i] == "") || got != nil && got.Code != wantCodes[i] {
			t.Errorf("line %d: %s", i+1, line)
		}
	}
	if _, text := w.call("mof", "POST", "/v1/decisions/batch", strings.Repeat("x", 5000), procuring, lines); !strings.Contains(string(text), "longer than") {
		t.Errorf("a long line: %s", text)
	}
	want[api.Problem](w, 415, "mof", "POST", "/v1/decisions/batch", good, procuring)
}

// TestBatchInFlatMemory: many questions on one connection, answered while they still come, in memory that does not grow.
func TestBatchInFlatMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("it asks thousands of questions")
	}
	w := newWorld(t)
	const many = 3000
	in, out := io.Pipe()
	r := must(http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+"/v1/decisions/batch", in))
	r.SetBasicAuth("mof", w.secrets["mof"])
	for name, value := range procuring {
		r.Header.Set(name, value)
	}
	r.Header.Set("Content-Type", "application/x-ndjson")
	var sent, answered atomic.Int64
	go func() {
		for range many {
			fmt.Fprintf(out, "{\"subject\":\"uscc:%s\",\"measure\":\"bidding-ban\"}\n", code(7))
			if ahead := sent.Add(1) - answered.Load(); ahead > 20_000 {
				t.Errorf("%d questions were taken and not answered", ahead)
			}
		}
		out.Close()
	}()
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var before, after runtime.MemStats
	for s := bufio.NewScanner(resp.Body); s.Scan(); {
		if !strings.Contains(s.Text(), `"decision":{`) {
			t.Fatalf("line %d: %s", answered.Load()+1, s.Text())
		}
		switch answered.Add(1) {
		case many / 3:
			runtime.GC()
			runtime.ReadMemStats(&before)
		case many:
			runtime.GC()
			runtime.ReadMemStats(&after)
		}
	}
	if answered.Load() != many {
		t.Errorf("%d of %d were answered", answered.Load(), many)
	}
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 8<<20 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
}

// TestSubmission: a file goes in, the same again changes nothing, bad rows wait for their supplier and go in mended, and
// one that breaks off leaves nothing.
func TestSubmission(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	octets := map[string]string{"Content-Type": "application/octet-stream"}
	file := strings.Replace(inspections(9, 12), "clean", "spotless", 1)
	path := "/v1/submissions?dataset=samr.inspection&file=june.csv"
	rep := want[intake.Report](w, 201, "samr-clerk", "POST", path, file, octets)
	if rep.Counts.Stored != 11 || rep.Counts.Rejected != 1 || rep.File != "june.csv" {
		t.Fatalf("%+v", rep)
	}
	if again := want[intake.Report](w, 200, "samr-clerk", "POST", path, file, octets); !again.Known {
		t.Errorf("sent again: %+v", again)
	}
	at := fmt.Sprintf("/v1/submissions/%d", rep.Submission)
	_, rows := w.call("samr-clerk", "GET", at+"/quarantine", nil)
	if !strings.Contains(string(rows), `"rule":"field.code"`) {
		t.Errorf("waiting: %s", rows)
	}
	_, table := w.call("samr-clerk", "GET", at+"/quarantine.csv", nil)
	mended := want[intake.Report](w, 201, "samr-clerk", "POST", at+"/replay", strings.Replace(string(table), "spotless", "clean", 1), map[string]string{"Content-Type": "text/csv"})
	if mended.Counts.Stored != 1 {
		t.Errorf("mended: %+v", mended)
	}
	list := want[struct {
		Submissions []struct{ Submission int64 }
		Next        string
	}](w, 200, "samr-clerk", "GET", "/v1/submissions?limit=2", nil)
	if len(list.Submissions) != 2 || list.Submissions[0].Submission != mended.Submission || list.Next == "" {
		t.Errorf("listed: %+v", list)
	}
	next := want[struct{ Submissions []struct{ Submission int64 } }](w, 200, "samr-clerk", "GET", "/v1/submissions?limit=2&cursor="+list.Next, nil)
	if len(next.Submissions) != 2 || next.Submissions[0].Submission >= list.Submissions[1].Submission {
		t.Errorf("the next page: %+v", next)
	}
	want[api.Problem](w, 422, "samr-clerk", "GET", "/v1/submissions?cursor=nonsense", nil)
	// It says that more comes than does.
	r := must(http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+path, io.MultiReader(strings.NewReader(inspections(10, 5)), broken{})))
	r.ContentLength = 1 << 20
	r.SetBasicAuth("samr-clerk", w.secrets["samr-clerk"])
	if resp, err := http.DefaultClient.Do(r); err == nil {
		resp.Body.Close()
		if resp.StatusCode < 400 {
			t.Errorf("half a file: %d", resp.StatusCode)
		}
	}
	want[api.Problem](w, 404, "mof", "GET", "/v1/subjects/uscc:"+code(10), nil)
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// TestForeignIsUnknown: a record of another subject and one that there is not are answered alike, and so are other human
// beings to a subject.
func TestForeignIsUnknown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := want[struct{ Records []struct{ Record string } }](w, 200, "stranger", "GET", "/v1/subjects/uscc:"+code(8)+"/records?limit=5", nil)
	if len(file.Records) != 5 {
		t.Fatalf("%d records", len(file.Records))
	}
	own := "/v1/subjects/uscc:" + code(7) + "/records/"
	foreign := want[api.Problem](w, 404, "own", "GET", own+file.Records[0].Record, nil)
	unknown := want[api.Problem](w, 404, "own", "GET", own+"r0f3k0000000a1", nil)
	if strings.ReplaceAll(foreign.Detail, file.Records[0].Record, "") != strings.ReplaceAll(unknown.Detail, "r0f3k0000000a1", "") || foreign.Key != unknown.Key {
		t.Errorf("foreign: %+v; unknown: %+v", foreign, unknown)
	}
	want[api.Problem](w, 404, "own", "POST", "/v1/subjects/find", `{"identifier":"id:000000199001010018"}`)
}
