"""GloVe on 20 Newsgroups: seconds to count and to train, and what few labels gain by it.

The corpus is that of few_labels_newsgroups.py: 11,314 training texts without headers, footers
and quotes, 39,115 terms; so are the head and the draws. Ours learns three times, each in a
process of its own: with the settings of the reference run (window 8, counts by 1 / distance,
300 dimensions, x_max 10, learning rate 0.05), with the same but flat counts, and with our
defaults. gensim's skip-gram, one pass, is the yardstick of the machine in the same run.

The reference C code is not run: its row is published, measured elsewhere on two threads, and
says so. It learns from (i, j) and from (j, i), as ours does, so stored pairs are the same pairs.
It computes in 64 bits and lets threads overwrite each other; ours in 32 bits, and the same from
run to run.

    python benchmarks/glove.py [--passes 15] [--skip-gensim] [--quick]

``--quick`` shows that everything runs (two passes, few budgets) and records nothing.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import time
from typing import Any

import numpy as np
from common import (
    machine,
    markdown,
    median,
    newsgroups,
    peak_memory_mb,
    run_python,
    stopwatch,
    write_json,
)
from few_labels_newsgroups import accuracies, gensim_word2vec

BUDGETS = ("1", "5", "20", "all")
REFERENCE = {
    "dimensions": 300,
    "window": 8,
    "weighting": "harmonic",
    "x_max": 10.0,
    "learning_rate": 0.05,
}
SAME = "ours, settings of the reference"
DEFAULTS = "ours, defaults"
#: Row of the table and settings.
OURS: dict[str, dict[str, Any]] = {
    SAME: REFERENCE,
    "ours, the same with flat counts": {**REFERENCE, "weighting": "flat"},
    DEFAULTS: {},
}
GENSIM = "Word2Vec skip-gram (gensim), 1 pass"
#: Published, two threads, 15 passes; not measured in this run.
PUBLISHED = {
    "count_seconds": 6.0,
    "pass_seconds": 22.8,
    "passes": 15,
    "accuracy": {"1": 0.192, "5": 0.318, "20": 0.433, "all": 0.571},
}
GENSIM_PUBLISHED = 144 / 15  # seconds a pass on the machine of the published figures


def ours(settings: dict[str, Any], budgets: list[str], repeats: int) -> dict[str, Any]:
    """Count by itself, several times; then learn, with the time of each pass."""
    from core.params import resolve
    from core.pretrain import get_method
    from core.pretrain.cooccurrence import cooccurrence
    from core.pretrain.word_stream import read_words
    from core.progress import Progress
    from core.text.preparation import TextPreparation

    texts, y_train, _ = newsgroups("train")
    rows = np.asarray(texts, dtype=object)
    method = get_method("glove")
    resolved = resolve(method.params, settings)
    stream = read_words(rows, TextPreparation())
    counting, stored = [], 0
    for _ in range(repeats + 1):  # the first also loads the kernel
        with stopwatch() as watch:
            counts = cooccurrence(
                stream.ids,
                stream.offsets,
                len(stream.vocabulary),
                window=resolved["window"],  # type: ignore[arg-type]
                weighting=resolved["weighting"],  # type: ignore[arg-type]
            )
        counting.append(watch.seconds)
        stored = counts.nnz
        del counts

    ends: list[float] = []
    silence, last = 0.0, time.perf_counter()

    def report(fraction: float, message: str, metrics: Any) -> None:
        nonlocal silence, last
        now = time.perf_counter()
        silence, last = max(silence, now - last), now
        if "train_loss" in metrics:
            ends.append(now)

    encoder = method.make(resolved, 0)
    with stopwatch() as watch:
        encoder.fit(rows, progress=Progress(report))
    test_texts, y_test, _ = newsgroups("test")
    peak = peak_memory_mb()
    encoded = [encoder.transform(part) for part in (rows, np.asarray(test_texts, dtype=object))]
    each = np.diff(ends).tolist()
    return {
        "settings": {k: v for k, v in resolved.items() if v is not None},
        "terms": len(stream.vocabulary),
        "stored_pairs": stored,
        "count_seconds": median(counting[1:]),
        "first_count_seconds": counting[0],
        "passes": len(ends),
        "pass_seconds_each": each,
        "pass_seconds": median(each),
        "fit_seconds": watch.seconds,
        "longest_silence_seconds": silence,
        "peak_memory_mb": peak,
        "losses": encoder.losses_,  # type: ignore[attr-defined]
        "dimensions": int(encoded[0].shape[1]),
        "accuracy": accuracies(*encoded, y_train, y_test, budgets),
    }


def yardstick(budgets: list[str]) -> dict[str, Any]:
    """One pass of gensim's skip-gram over the same tokens."""
    found = gensim_word2vec(1)
    encoded, labels = found.pop("encoded"), found.pop("labels")
    return {**found, "passes": 1, "accuracy": accuracies(*encoded, *labels, budgets)}


def child(task: dict[str, Any]) -> None:
    """Measure one row, print it as JSON."""
    settings = task.pop("settings")
    print(json.dumps(yardstick(task["budgets"]) if settings is None else ours(settings, **task)))


def measure(settings: dict[str, Any] | None, budgets: list[str], repeats: int = 3) -> Any:
    """One row, in a process of its own."""
    task = {"settings": settings, "budgets": budgets, "repeats": repeats}
    return run_python([__file__, "--child", json.dumps(task)])


def table(results: dict[str, Any], budgets: list[str]) -> str:
    """The results as Markdown."""
    pairs = results[SAME]["stored_pairs"]
    published = {**PUBLISHED, "dimensions": 300, "stored_pairs": pairs}
    shown = {**results, "reference C code (published, not in this run)": published}
    rows = []
    for name, found in shown.items():
        per_pass = found.get("pass_seconds", found.get("training_seconds"))
        stored = found.get("stored_pairs")
        rows.append(
            [
                name,
                f"{found['count_seconds']:.2f}" if stored else "–",
                f"{stored / 1e6:.2f}" if stored else "–",
                f"{per_pass:.2f}",
                f"{per_pass / stored * 1e6:.3f}" if stored else "–",
                found["passes"],
                *(f"{found['accuracy'][budget]:.3f}"[1:] for budget in budgets),
            ]
        )
    header = [
        "20 Newsgroups, 2 cores",
        "s to count",
        "million stored pairs",
        "s a pass",
        "s a pass and million pairs",
        "passes",
        *budgets,
    ]
    return markdown(header, rows)


def verdicts(results: dict[str, Any]) -> dict[str, bool]:
    """Whether each bar is met."""
    same, best = results[SAME], results[DEFAULTS]
    # a slower machine may take longer, by as much as gensim does
    slower = 1.0
    if GENSIM in results:
        slower = results[GENSIM]["training_seconds"] / GENSIM_PUBLISHED
    met = {
        "counts in a third of the published time": same["count_seconds"] * 3
        <= PUBLISHED["count_seconds"] * slower,
        "a pass takes no longer than published": same["pass_seconds"]
        <= PUBLISHED["pass_seconds"] * slower,
    }
    for name, found in (("settings of the reference", same), ("defaults", best)):
        for budget, score in found["accuracy"].items():
            met[f"accuracy at {budget}, {name}"] = score >= PUBLISHED["accuracy"][budget]
    return met


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--passes", type=int, default=15, help="with the reference's settings")
    parser.add_argument("--skip-gensim", action="store_true", help="leave gensim out")
    parser.add_argument("--quick", action="store_true", help="small and fast; records nothing")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    options = arguments()
    if options.child:
        child(json.loads(options.child))
        return
    newsgroups("test")  # says what is missing before anything else starts
    budgets = ["5"] if options.quick else list(BUDGETS)
    before = machine("gensim")
    results: dict[str, Any] = {}
    for name, settings in OURS.items():
        passes = {} if name == DEFAULTS else {"passes": options.passes}
        if options.quick:
            passes = {"passes": 2}
        results[name] = measure({**settings, **passes}, budgets, 1 if options.quick else 3)
        print(f"{name}: {results[name]['fit_seconds']:.1f} s", flush=True)
    if options.skip_gensim:
        print("Left out: gensim, as asked.")
    elif importlib.util.find_spec("gensim") is None:
        print("Left out: gensim is not installed (pip install -r requirements-bench.txt).")
    else:
        results[GENSIM] = measure(None, budgets)
        seconds = results[GENSIM]["training_seconds"]
        print(f"{GENSIM}: {seconds:.1f} s (where the C code was measured: {GENSIM_PUBLISHED:.1f})")
    print()
    print(table(results, budgets))
    same = results[SAME]
    print(
        f"\n{same['terms']:,} terms. First count of a process, kernel loaded: "
        f"{same['first_count_seconds']:.2f} s. Longest time between two looks at a cancel: "
        f"{max(found.get('longest_silence_seconds', 0) for found in results.values()):.2f} s."
    )
    if options.quick:
        print("Quick: too few passes for the bars; nothing recorded.")
        return
    for name, met in verdicts(results).items():
        print(f"{'met' if met else 'MISSED'}: {name}")
    payload = {
        "machine": before,
        "protocol": {"head": "LinearSVC(C=1)", "published": PUBLISHED},
        "results": results,
        "met": verdicts(results),
    }
    print(f"Written to {write_json('glove', payload).name}.")


if __name__ == "__main__":
    main()
