package cli_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"probity/internal/cli"
	"probity/internal/store/storetest"
)

// TestConsume takes in what comes on a topic: good rows, a row that breaks the contract, a message that is no row; again nothing new;
// the same rows once more, which change nothing; and says what is wrong with a topic that is none.
func TestConsume(t *testing.T) {
	t.Parallel()
	bus, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "inspections"))
	fatal(t, err)
	t.Cleanup(bus.Close)
	db := storetest.Address(t, filepath.Join(t.TempDir(), "probity.db"))
	run := func(want int, line string) (out, complaint string) {
		t.Helper()
		var o, e bytes.Buffer
		args := append(strings.Fields(line), "--db", db)
		code := cli.Main(t.Context(), cli.Process{Args: args, In: strings.NewReader(""), Out: &o, Err: &e, Env: func(string) string { return "" }, Now: time.Now})
		if code != want {
			t.Fatalf("%s: exit code %d, not %d: %s%s", line, code, want, o.String(), e.String())
		}
		return o.String(), e.String()
	}
	send := func(rows ...string) {
		t.Helper()
		c, err := kgo.NewClient(kgo.SeedBrokers(bus.ListenAddrs()...))
		fatal(t, err)
		defer c.Close()
		for _, r := range rows {
			fatal(t, c.ProduceSync(t.Context(), &kgo.Record{Topic: "inspections", Value: []byte(r)}).FirstErr())
		}
	}
	row := func(number, uscc string) string {
		text, err := json.Marshal(map[string]string{
			"inspection_no": number, "uscc": uscc, "org_name": "上海示例贸易有限公司", "kind": "random", "result": "clean", "inspected_on": "2026-03-05", "authority": "示例局",
		})
		fatal(t, err)
		return string(text)
	}
	run(0, "init --demo --official Gu")
	const good = "91000000MA0000007C"
	consume := "consume inspections --brokers " + strings.Join(bus.ListenAddrs(), ",") + " --dataset samr.inspection --agency samr --until-empty --wait 200ms"
	first := []string{row("检1", good), row("检2", good), row("检3", good), row("检4", good), row("检5", good), row("检6", good), row("检7", good), row("检8", good), row("检9", good)}
	send(append(first, row("检10", "91000000MA0000007D"))...)
	out, complaint := run(4, consume)
	if !strings.Contains(out, "inspections 0:0-9") || !strings.Contains(out, "9 stored, 0 unchanged, 1 rejected") || !strings.Contains(complaint, "10 messages of inspections taken in") {
		t.Errorf("%s%s", out, complaint)
	}
	if out, complaint = run(0, consume); out != "" || !strings.Contains(complaint, "0 messages") {
		t.Errorf("nothing new: %s%s", out, complaint)
	}
	if out, _ = run(4, consume+" --group another"); !strings.Contains(out, "0 stored, 9 unchanged, 1 rejected") {
		t.Errorf("the same once more: %s", out)
	}
	send("no row at all")
	if out, _ = run(4, consume); !strings.Contains(out, "0 stored, 0 unchanged, 1 rejected") {
		t.Errorf("no row: %s", out)
	}
	if _, complaint = run(1, strings.Replace(consume, "inspections", "elsewhere", 1)); !strings.Contains(complaint, "the brokers have no topic") {
		t.Error(complaint)
	}
}
