"""Label spreading on 20 Newsgroups: what rows without a label add to a few with one.

Word vectors (PPMI + SVD, window 15) are learned on the 11,314 training texts without their
labels (headers, footers and quotes removed). Then k labels per class, drawn as the first k of
``RandomState(seed).permutation`` of each class, made afresh for each class as the program does it
(:func:`core.finetune.draws.draw_labels`): the same head on the frozen encoder alone, after label
spreading, and by self-training; accuracy on the 7,532 test texts, mean of some draws with its
standard error: with one label per class single draws differ by 8 points. Settings of the
strategies are their defaults. The time is that of the strategy, encoded rows and neighbours given
(a run looks for neighbours once for all its draws; how long that takes is told apart); its memory
is what the process grew by.

``--large`` looks for 15 neighbours of 100,000 rows of 100 numbers, the strategy's largest part,
in a process of its own, and adds its time and peak memory to what was recorded.

    python benchmarks/label_spreading.py [--quick] [--draws 5] [--large]
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from dataclasses import replace
from typing import Any

import numpy as np
import psutil
from common import (
    RESULTS,
    machine,
    markdown,
    median,
    newsgroups,
    peak_memory_mb,
    run_python,
    write_json,
)

BUDGETS = (1, 5, 10, 20)
BARS = {1: 0.42, 5: 0.565, 10: 0.60, 20: 0.638}
WAYS: dict[str, dict[str, Any]] = {"frozen": {}, "spreading": {}, "self_training": {}}
DRAWS = 5
LARGE = (100_000, 100)


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


def error(values: list[float]) -> float:
    """Standard error of a mean; 0 of a single value."""
    return float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0


def large() -> dict[str, Any]:
    """Neighbours of many rows: what they take."""
    from core.finetune.neighbours import graph, nearest

    rows = np.random.default_rng(0).standard_normal(LARGE, dtype=np.float32)
    begun, before = time.perf_counter(), peak_memory_mb()
    edges = graph(*nearest(rows, 15))
    return {
        "rows": LARGE[0],
        "dimensions": LARGE[1],
        "rows_mb": rows.nbytes / 2**20,
        "edges": int(edges.nnz),
        "seconds": time.perf_counter() - begun,
        "peak_mb_before": before,
        "peak_mb": peak_memory_mb(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one budget, one draw; not recorded")
    parser.add_argument("--head", default="svm")
    parser.add_argument("--draws", type=int, default=DRAWS)
    parser.add_argument("--large", action="store_true", help="only the neighbours of 100,000 rows")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(large()))
        return
    if args.large:
        found = run_python([__file__, "--one"])
        print(json.dumps(found, indent=2))
        path = RESULTS / "label_spreading.json"
        write_json("label_spreading", json.loads(path.read_text("utf-8")) | {"large": found})
        return
    budgets, draws = ((5,), 1) if args.quick else (BUDGETS, args.draws)

    from core.finetune import get_head, get_strategy
    from core.finetune.base import Task
    from core.finetune.draws import draw_labels
    from core.finetune.neighbours import nearest
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
    begun = time.perf_counter()
    indices, cosines = nearest(encoded, 15)
    looking = time.perf_counter() - begun
    scores: dict[str, dict[int, list[float]]] = {way: {} for way in WAYS}
    seconds: dict[str, list[float]] = {way: [] for way in WAYS}
    memory: dict[str, float] = dict.fromkeys(WAYS, 0.0)
    for budget in budgets:
        for seed in range(draws):
            rows = draw_labels(y_train, budget, seed=seed)
            others = np.setdiff1d(np.arange(len(y_train)), rows)
            order = np.concatenate([rows, others])
            place = np.empty(len(order), dtype=np.int64)
            place[order] = np.arange(len(order))

            def near(
                k: int, _: Any, order: Any = order, place: Any = place
            ) -> tuple[Any, Any]:  # the same neighbours, as numbers of this draw's rows
                assert k == indices.shape[1]
                return place[indices[order]], cosines[order]

            task = Task(
                rows=train[rows],
                labels=y_train[rows],
                encoded=encoded[rows],
                pool=lambda others=others: encoded[others],  # type: ignore[misc]
                encoder=encoder,
                make_head=lambda: spec.make(resolve(spec.params), 0),
                seed=seed,
                near=near,
            )
            first = task
            for way, settings in WAYS.items():
                task = first
                strategy = get_strategy(way)
                if not strategy.needs_proba:  # as a run does it for all draws but the first
                    task = replace(
                        task, make_head=lambda: spec.make(resolve(spec.params), 0).deciding()
                    )
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
            *(f"{np.mean(scores[way][b]):.3f} ± {error(scores[way][b]):.3f}" for b in budgets),
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
        "draws": draws,
        "standard_error": {
            way: {str(b): error(v) for b, v in found.items()} for way, found in scores.items()
        },
        "neighbours_seconds": looking,
        "seconds_median": {way: median(v) for way, v in seconds.items()},
        "growth_mb": memory,
    }
    path = RESULTS / "label_spreading.json"
    before = json.loads(path.read_text("utf-8")) if path.exists() else {}
    if "large" in before:
        result["large"] = before["large"]
    write_json("label_spreading", result)


if __name__ == "__main__":
    main()
