"""Autoencoder against PCA on MNIST: what is lost at equal numbers of dimensions.

Both learn from the 60,000 training pictures without labels; mean squared error of a pixel (from 0
to 1) on the 10,000 test pictures, which neither saw. PCA is scikit-learn's, exact. And what each
buys with few labels: a linear SVM (``LinearSVC(C=0.1)``) on k labels per class, ten draws, the same
rows for both, on standardised codes.

    python benchmarks/autoencoder.py [--quick]
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
from common import data_file, machine, markdown, stopwatch, write_json

DIMENSIONS = (8, 16, 32, 64)
BUDGETS = (1, 5, 10, 50)
DRAWS = 10


def few(train: Any, y: Any, test: Any, y_test: Any) -> dict[str, float]:
    """Mean accuracy by labels per class."""
    from sklearn.svm import LinearSVC

    mean, spread = train.mean(axis=0), train.std(axis=0)
    spread[spread == 0] = 1
    train, test = (train - mean) / spread, (test - mean) / spread
    found = {}
    for k in BUDGETS:
        scores = []
        for seed in range(DRAWS):
            random = np.random.RandomState(seed)
            drawn = [random.permutation(np.flatnonzero(y == c))[:k] for c in np.unique(y)]
            rows = np.concatenate(drawn)
            head = LinearSVC(C=0.1, random_state=0).fit(train[rows], y[rows])
            scores.append(head.score(test, y_test))
        found[str(k)] = float(np.mean(scores))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="2,000 pictures; nothing recorded")
    options = parser.parse_args()
    from sklearn.decomposition import PCA

    from core.params import resolve
    from core.pretrain import get_method

    data = np.load(data_file("images") / "mnist.npz")
    X, y, X_test, y_test = (data[name] for name in ("X_train", "y_train", "X_test", "y_test"))
    if options.quick:
        X, y, X_test, y_test = X[:2000], y[:2000], X_test[:500], y_test[:500]
    flat = X.reshape(len(X), -1).astype(np.float32) / 255
    flat_test = X_test.reshape(len(X_test), -1).astype(np.float32) / 255
    method = get_method("autoencoder")
    results = []
    for count in (16,) if options.quick else DIMENSIONS:
        settings = resolve(method.params, {"dimensions": count})
        encoder = method.make(settings, 0)
        with stopwatch() as learning:
            codes = encoder.fit_transform(X)
        codes_test = encoder.transform(X_test)
        back = encoder.decoded(codes_test)
        with stopwatch() as directions:
            pca = PCA(count).fit(flat)
        straight = pca.inverse_transform(pca.transform(flat_test))
        results.append(
            {
                "dimensions": count,
                "autoencoder": {
                    "error": float(np.square(back - flat_test).mean(dtype=np.float64)),
                    "seconds": learning.seconds,
                    "passes": len(encoder.network_.losses_),
                    "accuracy": few(codes, y, codes_test, y_test),
                },
                "pca": {
                    "error": float(np.square(straight - flat_test).mean(dtype=np.float64)),
                    "seconds": directions.seconds,
                    "accuracy": few(pca.transform(flat), y, pca.transform(flat_test), y_test),
                },
            }
        )
        print(results[-1], flush=True)
    print(
        markdown(
            ["dimensions", "PCA", "autoencoder", "lost of PCA's", "seconds", *map(str, BUDGETS)],
            [
                [
                    str(one["dimensions"]),
                    f"{one['pca']['error']:.5f}",
                    f"{one['autoencoder']['error']:.5f}",
                    f"{one['autoencoder']['error'] / one['pca']['error']:.0%}",
                    f"{one['autoencoder']['seconds']:.0f}",
                    *(
                        f"{one['autoencoder']['accuracy'][str(k)]:.3f} "
                        f"({one['pca']['accuracy'][str(k)]:.3f})"
                        for k in BUDGETS
                    ),
                ]
                for one in results
            ],
        )
    )
    met = all(one["autoencoder"]["error"] < one["pca"]["error"] for one in results)
    print(f"{'met' if met else 'MISSED'}: less is lost than by PCA at every number of dimensions")
    if not options.quick:
        write_json(
            "autoencoder",
            {
                "command": "python benchmarks/autoencoder.py",
                "machine": machine("scikit-learn"),
                "settings": {
                    k: v for k, v in resolve(method.params, {}).items() if k != "dimensions"
                },
                "results": results,
                "met": met,
            },
        )


if __name__ == "__main__":
    main()
