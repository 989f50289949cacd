"""One pass of gradient descent over sparse 20 Newsgroups, beside one epoch of SGDClassifier.

11,314 training texts (headers, footers and quotes removed) as TF-IDF rows of 39,115 terms, 20
classes. Ours: one pass of mini-batches of 256 rows over all classes at once. scikit-learn's
``SGDClassifier`` makes one epoch, row by row, for each class against the rest. Medians.

    python benchmarks/gradient_pass.py [--repeats 7] [--quick]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from common import machine, markdown, median, newsgroups, write_json

BAR = 1.5


def seconds(work: Callable[[], Any], repeats: int) -> list[float]:
    """Wall times of some calls."""
    found = []
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="two repeats; not recorded")
    args = parser.parse_args()
    repeats = 2 if args.quick else args.repeats

    from sklearn.linear_model import SGDClassifier

    from core.finetune.descent import Descent
    from core.finetune.losses import LOSSES
    from core.finetune.optimisers import OPTIMISERS
    from core.finetune.threads import one_thread
    from core.finetune.weights import one_hot
    from core.pretrain.tfidf import TfidfEncoder

    texts, codes, names = newsgroups("train")
    X = TfidfEncoder().fit_transform(np.array(texts, dtype=object)).astype(np.float64)
    targets = one_hot(codes, len(names))

    def ours(loss: str, optimiser: str) -> Callable[[], None]:
        descent = Descent(
            X,
            targets,
            rate=0.1,
            batch_size=256,
            loss=LOSSES[loss](),
            optimiser=OPTIMISERS[optimiser](),
            spread=codes,
        )
        descent.advance()  # the first one makes the optimiser's memory

        def one() -> None:
            with one_thread():
                descent.advance()

        return one

    def theirs(loss: str) -> Callable[[], None]:
        return lambda: SGDClassifier(loss=loss, max_iter=1, tol=None).fit(X, codes)

    ways = {
        "SGDClassifier, hinge, 20 classes one by one": theirs("hinge"),
        "SGDClassifier, logistic": theirs("log_loss"),
        "Warmstart, squared, plain": ours("squared", "plain"),
        "Warmstart, softmax, plain": ours("softmax", "plain"),
        "Warmstart, softmax, AdaGrad": ours("softmax", "adagrad"),
        "Warmstart, softmax, momentum": ours("softmax", "momentum"),
        "Warmstart, softmax, Adam": ours("softmax", "adam"),
    }
    times: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(repeats):  # in turn, so that a slow minute slows all
        for way, work in ways.items():
            times[way] += seconds(work, 1)
    reference = median(times["SGDClassifier, logistic"])
    rows = [
        [way, f"{median(found):.3f}", f"{median(found) / reference:.2f}"]
        for way, found in times.items()
    ]
    print(f"{X.shape[0]:,} x {X.shape[1]:,}, {X.nnz:,} values, {len(names)} classes\n")
    print(markdown(["one pass", "seconds", "x SGDClassifier (logistic)"], rows))
    print(f"\nBar: {BAR} x one epoch of SGDClassifier")
    if args.quick:
        return
    write_json(
        "gradient_pass",
        {
            "command": "python benchmarks/gradient_pass.py",
            "machine": machine("scikit-learn", "scipy"),
            "bar": BAR,
            "shape": [*X.shape, len(names)],
            "seconds": {way: median(found) for way, found in times.items()},
            "ratio": {way: median(found) / reference for way, found in times.items()},
        },
    )


if __name__ == "__main__":
    main()
