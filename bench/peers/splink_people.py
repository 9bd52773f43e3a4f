"""Link made-up persons with Splink on DuckDB, without labels, and print one line of JSON: seconds, processor seconds, pair F1.

The file is what the bench writes: id, person (the truth), given_name, surname, dob, town, postcode, email. Settings as Splink's
guides give them: the comparisons made for such columns, blocking on combinations that leave few pairs, u from random pairs, m by
expectation maximisation, links from a probability of one half. The clock runs from the frame in memory to the clusters.
Usage: splink_people.py FILE
"""

import json
import resource
import sys
import time

import pandas as pd
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

RULES = [("email",), ("given_name", "surname"), ("surname", "dob"), ("given_name", "dob"), ("dob", "postcode"), ("surname", "postcode"),
         ("given_name", "town", "substr(dob,1,4)")]


def used():
    r = resource.getrusage(resource.RUSAGE_SELF)
    return r.ru_utime + r.ru_stime


def pairs(frame, keys):
    n = frame.groupby(keys).size()
    return int((n * (n - 1) // 2).sum())


def main():
    d = pd.read_csv(sys.argv[1], dtype=str, keep_default_na=False, na_values=[""]).rename(columns={"id": "unique_id"})
    start, before = time.time(), used()
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.ForenameSurnameComparison("given_name", "surname"),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.ExactMatch("town").configure(term_frequency_adjustments=True),
            cl.LevenshteinAtThresholds("postcode", [1]),
            cl.EmailComparison("email"),
        ],
        blocking_rules_to_generate_predictions=[block_on(*r) for r in RULES],
        additional_columns_to_retain=["person"],
    )
    db = DuckDBAPI()
    linker = Linker(db.register(d), settings, log_level=40)
    t = linker.training
    t.estimate_probability_two_random_records_match([block_on("given_name", "surname", "dob"), block_on("email")], recall=0.8)
    t.estimate_u_using_random_sampling(max_pairs=1e6)
    for r in [("given_name", "surname"), ("dob", "postcode"), ("email",)]:
        t.estimate_parameters_using_expectation_maximisation(block_on(*r))
    p = linker.inference.predict(threshold_match_probability=0.5)
    c = linker.clustering.cluster_pairwise_predictions_at_threshold(p, threshold_match_probability=0.5).as_pandas_dataframe()
    seconds, cpu = time.time() - start, used() - before
    there, found, right = pairs(c, ["person"]), pairs(c, ["cluster_id"]), pairs(c, ["person", "cluster_id"])
    print(json.dumps({"records": len(d), "seconds": round(seconds, 2), "cpu_seconds": round(cpu, 2), "precision": round(right / max(found, 1), 4),
                      "recall": round(right / there, 4), "f1": round(2 * right / (found + there), 4)}))


if __name__ == "__main__":
    main()
