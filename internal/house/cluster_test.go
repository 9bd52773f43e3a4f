package house_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"probity/internal/house"
)

// shownPort is the first of the ports that documents show for the servers of a cluster; the others follow it.
const shownPort, clusterPorts = 5600, 3

// cluster is the folder in which the servers of a document stand, and who runs them.
type cluster struct {
	dir, programs string
	// as begins each command, where the tests are run by root: PostgreSQL's servers refuse root.
	as   []string
	port int
}

// runCluster executes the blocks marked "cluster", in order, in one folder and on ports that nobody has. They make their servers
// themselves, by the programs of PostgreSQL, and are run where Citus is installed beside these.
func runCluster(t *testing.T, root, binary string, blocks []house.Block) {
	c := newCluster(t, root, binary)
	ran := 0
	for _, b := range blocks {
		if !b.Marked("cluster") {
			continue
		}
		for _, step := range b.Steps() {
			ran++
			if got := c.shell(t, step.Command); !house.Matches(step.Output, got) {
				t.Fatalf("%s:%d: %s\nshown and got:\n%s", b.Path, step.Line, step.Command, cmp.Diff(step.Output, got))
			}
		}
	}
	if ran == 0 {
		t.Error("no document says how a cluster is made")
	}
}

func newCluster(t *testing.T, root, binary string) *cluster {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	fatal(t, err)
	citus, err := filepath.Glob("/usr/share/postgresql/*/extension/citus.control")
	fatal(t, err)
	if len(found) == 0 || len(citus) == 0 {
		t.Skip("NOT TESTED: the documents' steps for a cluster, for Citus is not installed beside PostgreSQL here")
	}
	// A folder that another user may go into, as those of tests are not.
	dir, err := os.MkdirTemp("", "cluster") //nolint:usetesting // see above
	fatal(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	c := &cluster{dir: dir, programs: filepath.Dir(found[len(found)-1]), port: freePorts(t)}
	for from, to := range map[string]string{binary: "bin/probity", filepath.Join(root, "docs/operating/loans.csv"): "docs/operating/loans.csv"} {
		to = filepath.Join(dir, to)
		fatal(t, os.MkdirAll(filepath.Dir(to), 0o755))
		body, err := os.ReadFile(from)
		fatal(t, errors.Join(err, os.WriteFile(to, body, 0o755)))
	}
	fatal(t, os.Chmod(dir, 0o755))
	if os.Getuid() == 0 {
		who, err := user.Lookup("postgres")
		fatal(t, err)
		number, err := strconv.Atoi(who.Uid)
		fatal(t, errors.Join(err, os.Chown(dir, number, -1)))
		c.as = []string{"setpriv", "--reuid", who.Uid, "--regid", who.Gid, "--clear-groups"}
	}
	t.Cleanup(func() {
		for n := range clusterPorts {
			cmd := c.command(context.Background(), fmt.Sprintf("pg_ctl -D node%d -m immediate stop", n)) //nolint:usetesting // the test's is over
			_ = cmd.Run()                                                                                // one that never began cannot be ended
		}
	})
	return c
}

// freePorts is the first of some consecutive ports that nobody listens on.
func freePorts(t *testing.T) int {
	t.Helper()
	var lc net.ListenConfig
	for range 100 {
		first, err := lc.Listen(t.Context(), "tcp", "localhost:0")
		fatal(t, err)
		port := first.Addr().(*net.TCPAddr).Port
		free := first.Close() == nil && port+clusterPorts < 1<<16
		for n := 1; n < clusterPorts && free; n++ {
			next, err := lc.Listen(t.Context(), "tcp", fmt.Sprint("localhost:", port+n))
			free = err == nil && next.Close() == nil
		}
		if free {
			return port
		}
	}
	t.Fatal("there are no ports that nobody listens on")
	return 0
}

// shell runs one command with the ports that are free in place of those shown, which stand in what comes back.
func (c *cluster) shell(t *testing.T, command string) string {
	t.Helper()
	var there, back []string
	for n := range clusterPorts {
		shown, ours := strconv.Itoa(shownPort+n), strconv.Itoa(c.port+n)
		there, back = append(there, shown, ours), append(back, ours, shown)
	}
	out := written(t, command, c.command(t.Context(), strings.NewReplacer(there...).Replace(command)))
	return strings.NewReplacer(back...).Replace(out)
}

func (c *cluster) command(ctx context.Context, line string) *exec.Cmd {
	words := append(c.as[:len(c.as):len(c.as)], "bash", "-c", line)
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Dir = c.dir
	cmd.Env = []string{
		"PATH=" + strings.Join([]string{filepath.Join(c.dir, "bin"), c.programs, os.Getenv("PATH")}, string(os.PathListSeparator)),
		"HOME=" + c.dir, "LANG=C.UTF-8", "TERM=dumb",
	}
	return cmd
}

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
