"""Link the public data sets with Splink on DuckDB, without labels, and print pair precision, recall and F1.

The settings are those that Splink's own guides give for such columns: NameComparison for names, DateOfBirthComparison,
EmailComparison, exact match with term frequencies for codes, Jaro-Winkler elsewhere; the share of matches from
deterministic rules, u from random pairs, m by two rounds of expectation maximisation; links from a probability of one
half. PROBITY_DATA names the folder of the sets. Usage: splink_sets.py [NAME ...]
"""

import itertools
import json
import os
import sys
import time

import pandas as pd
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

DATA = os.environ["PROBITY_DATA"]
THRESHOLDS = [0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 0.99]


def read(path):
    return pd.read_csv(
        os.path.join(DATA, path), dtype=str, skipinitialspace=True, keep_default_na=False, na_values=[""]
    ).rename(columns=str.strip)


def names(*columns):
    return [cl.NameComparison(c) for c in columns]


def exact(*columns):
    return [cl.ExactMatch(c).configure(term_frequency_adjustments=True) for c in columns]


def alike(*columns):
    return [cl.JaroWinklerAtThresholds(c, [0.92, 0.8]) for c in columns]


def febrl(n):
    d = read(f"febrl/dataset{n}.csv.gz")
    d["truth"] = d["rec_id"].str.split("-").str[1]
    d["unique_id"] = d["rec_id"]
    return dict(
        frames=[d],
        comparisons=[
            cl.ForenameSurnameComparison("given_name", "surname"),
            cl.LevenshteinAtThresholds("date_of_birth", [1, 2]),
            cl.LevenshteinAtThresholds("soc_sec_id", [1, 2]),
            *exact("street_number"),
            cl.LevenshteinAtThresholds("postcode", [1, 2]),
            *alike("address_1", "address_2", "suburb"),
            *exact("state"),
        ],
        rules=["soc_sec_id", "date_of_birth", ("surname", "given_name"), ("given_name", "postcode"), ("surname", "postcode"),
               ("address_1", "street_number"), ("suburb", "surname")],
        sure=["soc_sec_id", ("given_name", "surname", "date_of_birth")],
        train=["date_of_birth", "soc_sec_id", "postcode"],
    )


def fake():
    d = read("splink-fake-1000/fake_1000.csv")
    d["truth"] = d["cluster"]
    return dict(
        frames=[d],
        comparisons=[
            cl.ForenameSurnameComparison("first_name", "surname"),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            *exact("city"),
            cl.EmailComparison("email"),
        ],
        rules=["first_name", "surname", "dob", "email"],
        sure=[("first_name", "surname", "dob"), "email"],
        train=[("first_name", "surname"), "dob", "email"],
    )


def rldata():
    d = read("rldata500/RLdata500.csv")
    d["truth"], d["unique_id"] = d["entity_id"], d["rec_id"]
    d = d.rename(columns={"by": "birth_year", "bm": "birth_month", "bd": "birth_day"})  # "by" is a word of SQL
    return dict(
        frames=[d],
        comparisons=[*names("fname_c1", "lname_c1"), *exact("birth_year", "birth_month", "birth_day")],
        rules=["fname_c1", "lname_c1", ("birth_year", "birth_month"), ("birth_month", "birth_day"), ("birth_year", "birth_day")],
        sure=[("fname_c1", "birth_year", "birth_month", "birth_day"), ("lname_c1", "birth_year", "birth_month", "birth_day")],
        train=[("birth_year", "birth_month"), ("fname_c1", "lname_c1"), "birth_day"],
    )


def chicago():
    d = read("chicago-early-childhood/sites_with_true_ids.csv.gz")
    d["truth"] = d["True Id"]
    d["unique_id"] = range(len(d))
    d = d.rename(columns={"Site name": "site", "Address": "address", "Zip": "zip", "Phone": "phone"})
    for c in ["site", "address"]:
        d[c] = d[c].str.lower().str.replace(r"[^a-z0-9 ]", "", regex=True).str.strip()
    return dict(
        frames=[d[["unique_id", "truth", "site", "address", "zip", "phone"]]],
        comparisons=[*names("site"), *alike("address"), *exact("zip"), cl.LevenshteinAtThresholds("phone", [1, 2])],
        rules=["phone", "address", "site"],
        sure=[("phone", "address"), ("phone", "site")],
        train=["phone", "address"],
    )


def pairs(frames, truth, columns):
    left, right = (f.rename(columns={"id": "unique_id"}) for f in frames)
    gt = read(truth)
    right_of = dict(zip(gt["D1"], gt["D2"]))
    left["truth"] = "a" + left["unique_id"]
    of_right = {b: "a" + a for a, b in right_of.items()}
    right["truth"] = [of_right.get(i, "b" + i) for i in right["unique_id"]]
    for f in (left, right):
        for c in columns:
            f[c] = f[c].str.lower().str.replace(r"[^a-z0-9 ]", " ", regex=True).str.replace(" +", " ", regex=True).str.strip()
    return [left, right]


def dblp():
    frames = pairs([read("dblp-acm/dblp.csv.gz"), read("dblp-acm/acm.csv.gz")], "dblp-acm/gt.csv", ["title", "authors", "venue"])
    return dict(
        frames=frames,
        comparisons=[*names("title"), *alike("authors"), *exact("venue", "year")],
        rules=["title", "authors", ("substr(title,1,8)", "year")],
        sure=["title"],
        train=["authors", "title"],
    )


def abt():
    frames = pairs([read("abt-buy/abt.csv.gz"), read("abt-buy/buy.csv.gz")], "abt-buy/gt.csv", ["name", "description"])
    for f in frames:
        f["brand"] = f["name"].str.split(" ").str[0]
    return dict(
        frames=frames,
        comparisons=[cl.JaccardAtThresholds("name", [0.9, 0.8, 0.7]), *alike("description"), *exact("price")],
        rules=["brand", "price"],
        sure=["name"],
        train=["brand", "price"],
    )


def name_pairs():
    """Judged pairs of names in many scripts, nothing but the names: every pair of names is weighed, and the judged ones are counted."""
    d = read("name-pairs/cases.csv")
    sides = [d.columns[2], d.columns[3]]
    names_of = pd.unique(pd.concat([d[s] for s in sides]).dropna())
    frame = pd.DataFrame({"unique_id": range(len(names_of)), "name": [n.lower() for n in names_of], "truth": range(len(names_of))})
    at = {n: i for i, n in enumerate(names_of)}
    judged = [(at[a], at[b], same == "true") for a, b, same in zip(d[sides[0]], d[sides[1]], d[d.columns[4]])]
    return dict(frames=[frame], comparisons=names("name"), rules=["1=1"], sure=[], train=["1=1"], judged=judged)


def listed():
    """Chinese names in one file, the English names of the same companies in the other."""
    d = read("cn-listed-companies/companies.csv.gz")
    frames = [pd.DataFrame({"unique_id": d[d.columns[0]], "truth": d[d.columns[0]], "name": d[d.columns[i]].str.lower()}) for i in (2, 3)]
    return dict(frames=frames, comparisons=names("name"), rules=["1=1"], sure=[], train=["1=1"])


SETS = {"name-pairs": name_pairs, "cn-listed-companies": listed, "febrl1": lambda: febrl(1), "febrl2": lambda: febrl(2), "febrl3": lambda: febrl(3), "splink-fake-1000": fake,
        "rldata500": rldata, "chicago-early-childhood": chicago, "dblp-acm": dblp, "abt-buy": abt}


def rule(r):
    return r if r == "1=1" else block_on(*((r,) if isinstance(r, str) else r))


def run(d):
    db = DuckDBAPI()
    two = len(d["frames"]) == 2
    tables = [db.register(f.assign(source_dataset=f"file{i}") if two else f) for i, f in enumerate(d["frames"])]
    settings = SettingsCreator(
        link_type="link_only" if two else "dedupe_only", comparisons=d["comparisons"],
        blocking_rules_to_generate_predictions=[rule(r) for r in d["rules"]], additional_columns_to_retain=["truth"],
    )
    linker = Linker(tables if two else tables[0], settings, log_level=40)
    start = time.time()
    t = linker.training if hasattr(linker, "training") else linker
    if d["sure"]:  # else Splink's default: no two names are written the same
        t.estimate_probability_two_random_records_match([rule(r) for r in d["sure"]], recall=0.8)
    t.estimate_u_using_random_sampling(max_pairs=1e6)
    for r in d["train"]:
        try:
            t.estimate_parameters_using_expectation_maximisation(rule(r), record_sample_proportion=1.0)
        except Exception as e:  # a rule that leaves nothing to learn from
            print("  training on", r, "failed:", str(e)[:100], file=sys.stderr)
    p = linker.inference.predict(threshold_match_probability=0.05)
    c = {x: linker.clustering.cluster_pairwise_predictions_at_threshold(p, threshold_match_probability=x).as_pandas_dataframe()
         for x in THRESHOLDS}
    return c, p.as_pandas_dataframe(), time.time() - start


def count(frame, keys, two):
    groups = frame.groupby(keys)
    if not two:
        n = groups.size()
        return int((n * (n - 1) // 2).sum())
    n = frame.groupby(keys + ["source_dataset"]).size().unstack(fill_value=0)
    return int((n.iloc[:, 0] * n.iloc[:, 1]).sum()) if n.shape[1] == 2 else 0


def judge(name, judged, predicted, seconds):
    probability = {}
    for a, b, p in zip(predicted["unique_id_l"], predicted["unique_id_r"], predicted["match_probability"]):
        probability[min(a, b), max(a, b)] = p
    for x in THRESHOLDS:
        linked = [a == b or probability.get((min(a, b), max(a, b)), 0) >= x for a, b, _ in judged]
        there, found = sum(same for _, _, same in judged), sum(linked)
        right = sum(link and same for link, (_, _, same) in zip(linked, judged))
        print(json.dumps({"set": name, "threshold": x, "precision": round(right / max(found, 1), 4), "recall": round(right / there, 4),
                          "f1": round(2 * right / (found + there), 4), "seconds": round(seconds, 2)}), flush=True)


def main():
    for name in sys.argv[1:] or SETS:
        d = SETS[name]()
        two = len(d["frames"]) == 2
        clusters, predicted, seconds = run(d)
        if "judged" in d:
            judge(name, d["judged"], predicted, seconds)
            continue
        for x, c in clusters.items():
            there, found, right = (count(c, k, two) for k in (["truth"], ["cluster_id"], ["truth", "cluster_id"]))
            pp = predicted[predicted["match_probability"] >= x]
            pr = int((pp["truth_l"] == pp["truth_r"]).sum())
            print(json.dumps({"set": name, "threshold": x, "precision": round(right / max(found, 1), 4), "recall": round(right / there, 4),
                              "f1": round(2 * right / (found + there), 4), "f1_of_links": round(2 * pr / (len(pp) + there), 4),
                              "seconds": round(seconds, 2)}), flush=True)


if __name__ == "__main__":
    main()
