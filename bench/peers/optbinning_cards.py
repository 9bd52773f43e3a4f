"""Hold-out AUC of optbinning's scorecards, for probity-bench (develop.vs_optbinning).

Standard input has a JSON array of {"file", "target", "bad", "split"}: a CSV, its column of outcomes, the bad one, and a column that says
"held" for the rows that are not to be fitted to. Prints a JSON array with an AUC for each. The scorecard is made as
optbinning's documentation makes it: a binning process over all variables, scikit-learn's logistic regression with its
own penalty, points by odds.
"""

import json
import sys
import warnings

import pandas as pd
from optbinning import BinningProcess, Scorecard
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

warnings.filterwarnings("ignore")


def auc(task):
    rows = pd.read_csv(task["file"], low_memory=False)
    bad = (rows[task["target"]].astype(str) == task["bad"]).astype(int)
    held = rows[task["split"]] == "held"
    rows = rows.drop(columns=[task["target"], task["split"]])
    words = [c for c in rows.columns if c in (task.get("words") or []) or not pd.api.types.is_numeric_dtype(rows[c])]
    binning = BinningProcess(list(rows.columns), categorical_variables=words)
    card = Scorecard(
        binning_process=binning,
        estimator=LogisticRegression(max_iter=2000),
        scaling_method="pdo_odds",
        scaling_method_params={"pdo": 20, "odds": 50, "scorecard_points": 600},
        rounding=True,
    )
    card.fit(rows[~held], bad[~held])
    return float(roc_auc_score(bad[held], -card.score(rows[held])))


if __name__ == "__main__":
    json.dump([auc(task) for task in json.load(sys.stdin)], sys.stdout)
