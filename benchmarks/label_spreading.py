"""Label spreading on 20 Newsgroups: what rows without a label add to a few with one.

Word vectors (PPMI + SVD, window 15) are learned on the 11,314 training texts without their
labels (headers, footers and quotes removed). Then k labels per class, drawn as the first k of
``RandomState(seed).permutation`` of each class, three draws: the same head on the frozen encoder
alone, after label spreading, and by self-training; accuracy on the 7,532 test texts. Settings of
the strategies are their defaults. The time is that of the strategy, encoded rows given; its
memory is what the process grew by.

    python benchmarks/label_spreading.py [--quick]
"""

from __future__ import annotations

import argparse
import threading
import time
from typing import Any

import numpy as np
import psutil
from common import machine, markdown, median, newsgroups, write_json

BUDGETS = (1, 5, 10, 20)
BARS = {1: 0.42, 5: 0.565, 10: 0.60, 20: 0.638}
WAYS: dict[str, dict[str, Any]] = {"frozen": {}, "spreading": {}, "self_training": {}}
DRAWS = 3


class Growth:
    """The most that this process grew by while a block ran, in MiB."""

    megabytes = 0.0

    def __enter__(self) -> Growth:
        self.process = psutil.Process()
        self.start = self.process.memory_info().rss
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()
        return self

    def look(self) -> None:
        while not self.over.wait(0.02):
            grown = (self.process.memory_info().rss - self.start) / 2**20
            self.megabytes = max(self.megabytes, grown)

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one budget, one draw; not recorded")
    parser.add_argument("--head", default="svm")
    args = parser.parse_args()
    budgets, draws = ((5,), 1) if args.quick else (BUDGETS, DRAWS)

    from core.finetune import get_head, get_strategy
    from core.finetune.base import Task
    from core.params import resolve
    from core.pretrain import get_method
    from core.progress import SILENT

    (train_texts, y_train, _), (test_texts, y_test, _) = newsgroups("train"), newsgroups("test")
    train, test = np.array(train_texts, dtype=object), np.array(test_texts, dtype=object)
    method = get_method("ppmi")
    encoder = method.make(resolve(method.params, {"window": 15}), 0)
    encoded = encoder.fit_transform(train)
    tested = encoder.transform(test)
    spec = get_head(args.head)
    scores: dict[str, dict[int, list[float]]] = {way: {} for way in WAYS}
    seconds: dict[str, list[float]] = {way: [] for way in WAYS}
    memory: dict[str, float] = dict.fromkeys(WAYS, 0.0)
    for budget in budgets:
        for seed in range(draws):
            random = np.random.RandomState(seed)
            rows = np.concatenate(
                [
                    random.permutation(np.flatnonzero(y_train == c))[:budget]
                    for c in np.unique(y_train)
                ]
            )
            others = np.setdiff1d(np.arange(len(y_train)), rows)
            task = Task(
                rows=train[rows],
                labels=y_train[rows],
                encoded=encoded[rows],
                pool=lambda others=others: encoded[others],  # type: ignore[misc]
                encoder=encoder,
                make_head=lambda: spec.make(resolve(spec.params), 0),
                seed=seed,
            )
            for way, settings in WAYS.items():
                strategy = get_strategy(way)
                with Growth() as growth:
                    begun = time.perf_counter()
                    _, head = strategy.learn(task, resolve(strategy.params, settings), SILENT)
                    seconds[way].append(time.perf_counter() - begun)
                memory[way] = max(memory[way], growth.megabytes)
                right = float((head.predict(tested) == y_test).mean())
                scores[way].setdefault(budget, []).append(right)
    table = [
        [
            way,
            *(f"{np.mean(scores[way][b]):.3f}" for b in budgets),
            f"{median(seconds[way]):.1f}",
            f"{memory[way]:.0f}",
        ]
        for way in WAYS
    ]
    head_row = ["strategy", *map(str, budgets), "seconds", "MB"]
    print(markdown(head_row, table))
    bars = "; ".join(f"{b}: {BARS[b]}" for b in budgets)
    print(f"\nBars for label spreading: {bars}")
    if args.quick:
        return
    result: dict[str, Any] = {
        "command": "python benchmarks/label_spreading.py",
        "machine": machine("scikit-learn", "numba"),
        "head": args.head,
        "bars": {str(k): v for k, v in BARS.items()},
        "accuracy": {
            way: {str(b): float(np.mean(v)) for b, v in found.items()}
            for way, found in scores.items()
        },
        "seconds_median": {way: median(v) for way, v in seconds.items()},
        "growth_mb": memory,
    }
    write_json("label_spreading", result)


if __name__ == "__main__":
    main()
