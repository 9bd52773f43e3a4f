# The commands of this repository. `make help` lists them.
#
# Nothing but Go (the version in go.mod, or newer) and make is expected. What the tests need beyond that is listed in
# scripts/setup and installed by `make test`. Build caches live where Go keeps them; the only folder written here is bin/.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

export CGO_ENABLED := 0
# A toolchain is never fetched behind the reader's back; a Go that is too old is told so by go itself.
export GOTOOLCHAIN := local

LINT := bin/golangci-lint
# Two, because that is the machine the time limits are promised for; `make test JOBS=8` uses more.
JOBS ?= 2
FUZZTIME ?= 30s
# A prefix of benchmark names, or of Go packages for `make fuzz`.
ONLY ?=
# What `make demo` hands to `probity demo`: --no-serve, --json, a folder.
DEMO ?=

.PHONY: help
help: ## list the commands
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

.PHONY: build
build: ## build the program into bin/probity
	@go build -trimpath -o bin/probity ./cmd/probity

.PHONY: demo
demo: ## build, make the generated delta, rate it, serve it (DEMO=--no-serve, DEMO=--json)
	@scripts/timed 'built bin/probity' $(MAKE) --no-print-directory build
	@exec ./bin/probity demo $(DEMO)

.PHONY: test
test: setup lint build ## everything a change must pass: linters, house rules, unit, property, fuzz seeds, scripts
	@scripts/data-notice
	@go test -p $(JOBS) -timeout 15m ./...
	@$(MAKE) --no-print-directory test-postgres

# What tests make their databases by storetest, held to PostgreSQL: a private server in a temporary folder, gone afterwards.
# -short leaves out those that kill processes for minutes.
ON_BOTH := ./internal/store/... ./internal/access/... ./internal/charter ./internal/charter/suite ./internal/cli \
	./internal/deployment ./internal/erasure ./internal/intake ./internal/listing ./internal/measure ./internal/notary \
	./internal/post ./internal/rights ./internal/web

.PHONY: test-postgres
test-postgres: setup ## hold the rooms that run on either engine to PostgreSQL
	@PROBITY_TEST_ENGINE=postgres scripts/postgres go test -short -p $(JOBS) -timeout 15m $(ON_BOTH)

# Where Citus is not installed beside PostgreSQL this says so and fails: nothing was tested. Tests of one database wait for no disk, and
# those of a cluster take several times as long.
.PHONY: test-citus
test-citus: setup ## hold the same rooms to a Citus cluster of one coordinator and two workers, where it is installed
	@scripts/postgres --citus go test -short -p $(JOBS) -timeout 60m $(ON_BOTH)

# A kill takes about a second; `make test` has fifty.
N ?= 1000
.PHONY: fault
fault: setup ## kill processes and the database server N times (N=10000) and see that nothing is lost
	@PROBITY_FAULT_KILLS=$(N) go test ./internal/deployment/killing -count=1 -timeout 0 -v -run TestKills

.PHONY: test-duckdb
test-duckdb: ## read what the program exports with DuckDB (needs a C compiler; a module of its own)
	@CGO_ENABLED=1 go test -C tools/duckdb ./...

.PHONY: setup
setup: ## install the Debian packages that the tests need, where they are missing
	@scripts/setup

.PHONY: lint
lint: $(LINT) ## formatting, go vet and the linters of .golangci.yml
	@scripts/timed 'linted' $(LINT) run --concurrency $(JOBS) --timeout 12m

.PHONY: fmt
fmt: $(LINT) ## format the Go files
	@$(LINT) fmt

# Built once for each pinned version; the product's own go.mod never sees it.
$(LINT): tools/go.mod tools/go.sum
	@scripts/timed 'built the linter' go build -C tools -p $(JOBS) -trimpath -o ../$(LINT) github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	@touch $(LINT)

.PHONY: systems
systems: ## compile for macOS, and for Windows what does not lean on the log's driver, which is POSIX alone
	@GOOS=darwin scripts/timed 'compiled for darwin' go build -p $(JOBS) ./...
	@GOOS=windows go list -e -f '{{.ImportPath}} {{join .Deps " "}}' ./... | awk '!/tessera\/storage\/posix/ { print $$1 }' | \
		GOOS=windows scripts/timed 'compiled for windows' xargs go build -p $(JOBS)

.PHONY: vuln
vuln: ## look the dependencies up in Go's vulnerability database (needs the network)
	@go build -C tools -p $(JOBS) -trimpath -o ../bin/govulncheck golang.org/x/vuln/cmd/govulncheck
	@./bin/govulncheck ./...

.PHONY: bench
bench: ## print the figures of docs/performance.md, one JSON object each (ONLY=intake for some)
	@go build -trimpath -o bin/probity-bench ./cmd/probity-bench
	@./bin/probity-bench '$(ONLY)'

.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZTIME (30s each; ONLY=./identifier for one package)
	@scripts/fuzz '$(FUZZTIME)' '$(ONLY)'

# Takes about half an hour. ONLY=C4 for one invariant, ONLY=c04_ending.go for one file, ONLY=untried for the guards
# that have no outcome yet. What came of each guard is written into internal/house/mutation/outcome.csv, and docs/charter.md
# follows it, whether all were noticed or not.
.PHONY: mutants
mutants: ## take each guard of the Charter away in turn and see that the tests notice (table in bin/mutants.md)
	@mkdir -p bin
	@set +e; PROBITY_MUTANTS=$(CURDIR)/bin/mutants.md PROBITY_MUTANTS_ONLY='$(ONLY)' PROBITY_MUTANTS_NEAR='$(NEAR)' go test -C internal/house/mutation -count=1 -timeout 3h -run TestMutants; \
	noticed=$$?; go generate ./internal/charter; exit $$noticed

.PHONY: generate
generate: ## rebuild the generated files (a house rule demands that they are up to date)
	@go generate ./...

.PHONY: clean
clean: ## remove what was built here
	@rm -rf bin demo-data
