"""Few labels on BANKING77: short questions, 77 intents, no vectors from outside.

Representations are learned on the 10,003 training questions without their labels. Then a
logistic regression (``LogisticRegression(C=10)``) learns from k labels per class, drawn as the
first k of ``RandomState(seed).permutation`` of each class, the same rows for every
representation; accuracy on the 3,080 test questions, mean and standard deviation of five draws.

    python benchmarks/few_labels_banking.py [--draws 5] [--quick]
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
import pandas as pd
from common import data_file, machine, markdown, stopwatch, write_json

BUDGETS = (1, 3, 5, 10)
BAR = 0.66  # at five labels per class
#: Every word counts in so short a text; neighbours are all the words of a question.
WORDS: dict[str, Any] = {"stop_words": False}
PIECES: dict[str, Any] = {**WORDS, "ngram_max": 2, "piece_max": 3}
#: Row of the table, key, settings other than the defaults.
OURS: dict[str, tuple[str, dict[str, Any]]] = {
    "TF-IDF, as it comes": ("tfidf", {}),
    "TF-IDF, all words": ("tfidf", WORDS),
    "TF-IDF, all words, groups of two and pieces": ("tfidf", PIECES),
    "LSA, all words, groups of two and pieces": ("lsa", {**PIECES, "n_components": 300}),
    "PPMI + SVD, as it comes": ("ppmi", {}),
    "PPMI + SVD, all words": ("ppmi", {**WORDS, "window": 0}),
    "PPMI + SVD, all words and groups of two": (
        "ppmi",
        {**WORDS, "window": 0, "ngram_max": 2},
    ),
    "PPMI + SVD, all words and pieces": ("ppmi", {**WORDS, "window": 0, "piece_max": 3}),
    "PPMI + SVD, all words, groups of two and pieces": ("ppmi", {**PIECES, "window": 0}),
    "the same, groups by mutual information": (
        "ppmi",
        {**PIECES, "window": 0, "group_bond": 0.1},
    ),
    "the same, smooth inverse frequency": ("ppmi", {**PIECES, "window": 0, "rarity": "sif"}),
}
STAR = "PPMI + SVD, all words, groups of two and pieces"


def questions() -> tuple[Any, Any, Any, Any]:
    """Training and test questions with their intents."""
    frame = pd.read_parquet(data_file("text/banking77.parquet"))
    split = next(name for name in frame if set(frame[name]) == {"train", "test"})
    label = next(name for name in frame if name not in (split, "text"))
    found = []
    for part in ("train", "test"):
        rows = frame[frame[split] == part]
        found += [rows["text"].to_numpy(dtype=object), rows[label].to_numpy()]
    X, y, X_test, y_test = found
    return X, y, X_test, y_test


def accuracy(train: Any, test: Any, labels: Any, k: int, draws: int) -> dict[str, float]:
    """Mean and standard deviation over draws of k labels per class."""
    from sklearn.linear_model import LogisticRegression

    (y, y_test), scores = labels, []
    for seed in range(draws):
        random = np.random.RandomState(seed)
        rows = np.concatenate(
            [random.permutation(np.flatnonzero(y == c))[:k] for c in np.unique(y)]
        )
        head = LogisticRegression(C=10, max_iter=3000).fit(train[rows], y[rows])
        scores.append(float(head.score(test, y_test)))
    return {"mean": float(np.mean(scores)), "sd": float(np.std(scores, ddof=1)) if draws > 1 else 0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one draw; nothing recorded")
    options = parser.parse_args()
    from core.params import resolve
    from core.pretrain import get_method

    draws = 1 if options.quick else options.draws
    X, y, X_test, y_test = questions()
    labels = np.unique(y, return_inverse=True)
    y, y_test = labels[1], np.searchsorted(labels[0], y_test)
    results: dict[str, Any] = {}
    for name, (key, settings) in OURS.items():
        method = get_method(key)
        encoder = method.make(resolve(method.params, settings), 0)
        with stopwatch() as watch:
            train = encoder.fit_transform(X)
        test = encoder.transform(X_test)
        results[name] = {
            "method": key,
            "settings": settings,
            "seconds": watch.seconds,
            "columns": int(train.shape[1]),
            "accuracy": {
                str(k): accuracy(train, test, (y, y_test), k, draws)
                for k in ((5,) if options.quick else BUDGETS)
            },
        }
        print(name, results[name]["accuracy"], flush=True)
    budgets = list(results[STAR]["accuracy"])
    print(
        markdown(
            ["representation", *budgets, "seconds to learn"],
            [
                [
                    name,
                    *(f"{found['accuracy'][k]['mean']:.3f}" for k in budgets),
                    f"{found['seconds']:.1f}",
                ]
                for name, found in results.items()
            ],
        )
    )
    met = results[STAR]["accuracy"]["5"]["mean"] >= BAR
    print(f"{'met' if met else 'MISSED'}: {BAR} at five labels per class")
    if options.quick:
        return
    write_json(
        "few_labels_banking",
        {
            "command": "python benchmarks/few_labels_banking.py",
            "machine": machine("scikit-learn"),
            "draws": draws,
            "bar": BAR,
            "results": results,
        },
    )


if __name__ == "__main__":
    main()
