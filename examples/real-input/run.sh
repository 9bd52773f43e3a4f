#!/usr/bin/env bash
# Takes the public files of docs/real-input.md into a fresh live database, rates the organisations in them, and shows what
# came out. Usage: PROBITY_DATA=FOLDER examples/real-input/run.sh [FOLDER-TO-MAKE]
#
# PROBITY names the program; without it one is built. Everything is made below the folder, which must not exist yet.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${1:-real-input}
: "${PROBITY_DATA:?set PROBITY_DATA to the folder with the public files (docs/real-input.md lists them)}"
if [[ -e $out ]]; then
	echo "$out is there already; name a folder to make" >&2
	exit 2
fi
mkdir -p "$out"
out=$(cd "$out" && pwd)
export PROBITY_DB=sqlite:$out/probity.db
if [[ -z ${PROBITY:-} ]]; then
	PROBITY=$out/probity
	(cd "$here" && go build -o "$PROBITY" probity/cmd/probity)
fi
cd "$PROBITY_DATA"

title() { printf '\n== %s\n' "$1"; }

# Ends well for the exit code named first, and badly for any other.
expect() {
	local want=$1 got=0
	shift
	"$@" || got=$?
	if ((got != want)); then
		echo "exit code $got, not $want: $*" >&2
		exit 1
	fi
}

# CODE AGENCY DATASET MAPPING FILE: takes a file in and demands the exit code.
take() { expect "$1" "$PROBITY" ingest "$5" --dataset "$3" --agency "$2" --mapping "$here/mappings/$4.yaml"; }

title "A live database with the catalogue of the example"
"$PROBITY" init
"$PROBITY" catalogue import "$here/catalogue"
"$PROBITY" catalogue import --regions --on 2023-06-30 gbt2260/stats-200212.tsv.gz gbt2260/stats-201810.tsv.gz \
	gbt2260/provinces.csv gbt2260/cities.csv gbt2260/areas.csv gbt2260/hk-mo-tw.json

title "The files"
take 0 gleif gleif.lei-record gleif gleif-sample/lei-cdf-2.1-10-records.xml
take 0 fdic fdic.failed-bank fdic fdic-failed-banks/banklist_2023.csv
take 4 sba sba.loan sba-loans sba-loans/sba_case_ca_realestate.csv.gz
take 1 sba sba.outcome sba-outcomes sba-loans/sba_case_ca_realestate.csv.gz
take 4 us-epa us-epa.penalty-total epa epa-echo-penalties/penalties.csv.gz
take 0 us-dod us-dod.section-1260h section-1260h us-1260h-companies/sanctions.csv
take 0 bundestag bundestag.organisation ftm-organisations ftm-party-donations/donations_orgs.ftm.jsonl
take 0 bundestag bundestag.large-donation ftm-donations ftm-party-donations/donations_orgs.ftm.jsonl

title "Rows that wait"
"$PROBITY" quarantine list 3 --agency sba
"$PROBITY" quarantine list 4 --agency sba | sed -n 1,3p
"$PROBITY" quarantine list 5 --agency us-epa
"$PROBITY" submission discard 4 --agency sba

title "Models: written by one official, approved by another"
"$PROBITY" credential add second --agency npcic --official "Second Official"
for model in small-loan facility-conduct lei-record; do
	"$PROBITY" model cases "$here/models/$model.yaml" "$here/models/$model.cases.yaml"
	"$PROBITY" model add "$here/models/$model.yaml"
	"$PROBITY" model approve "$model" --as second
	"$PROBITY" model activate "$model"
done

title "Ratings"
for model in small-loan facility-conduct lei-record; do
	"$PROBITY" rate --all --model "$model" | sed 's/ in [0-9.]* s:/:/'
done
(cd "$here" && go run . "$PROBITY_DB")

explain() { "$PROBITY" explain --full "$@" --purpose supervision --basis supervision-opinions; }
title "Explained: a registration on the day of the file, and today"
explain lei:029200073F9T3DD5J993 --model lei-record --as-of 2018-09-01
explain lei:029200013A5N6ZD0F605 --model lei-record --as-of 2018-09-01
explain lei:029200013A5N6ZD0F605 --model lei-record --as-of 2026-11-22
title "Explained: a loan"
explain sba:1004285007 --model small-loan --as-of 2026-11-22
title "Explained: a facility"
explain frs:110003671919 --model facility-conduct --as-of 2026-11-22
title "Nothing differs when everything is computed again"
"$PROBITY" rebuild
