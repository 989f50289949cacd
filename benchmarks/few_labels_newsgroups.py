"""Few labels on 20 Newsgroups: what each representation buys, and what it costs to learn.

Representations are learned on the 11,314 training texts without their labels (headers, footers
and quotes removed), from the raw texts on: tokenising counts. Then a linear SVM
(``LinearSVC(C=1)``) learns from k labels per class, drawn as the first k of
``RandomState(seed).permutation`` of each class; accuracy on the 7,532 test texts, mean of three
draws. Each method runs in a process of its own, one after the other, so that its peak memory is
its own. Ours go through the public methods with their default settings; gensim's Word2Vec gets
the same tokens, and its vectors become texts as ours do (TF-IDF times vectors of length 1, minus
the mean, length 1).

    python benchmarks/few_labels_newsgroups.py [--skip-gensim] [--quick] [--repeats 3] [--passes 5 15]

``--quick`` shows that everything runs (one repeat, few budgets, one pass of gensim) and records
nothing. Not a part of the test suite: 15 passes of gensim take minutes.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import tempfile
import time
from collections.abc import Callable
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

BUDGETS = ("1", "5", "10", "20", "50", "all")
QUICK = ("5", "all")
DRAWS = 3
DIMENSIONS, WINDOW = 300, 8
BARS = {"5": 0.525, "all": 0.685, "ratio": 12.0, "peak_memory_mb": 1536.0}

#: Our methods: row of the table, key, settings other than the defaults.
OURS: dict[str, tuple[str, dict[str, Any]]] = {
    "TF-IDF, nothing learned": ("tfidf", {}),
    "LSA, 100 components": ("lsa", {"n_components": 100}),
    "LSA, 300 components": ("lsa", {"n_components": 300}),
    "PPMI + SVD word vectors": ("ppmi", {}),
}
STAR = "PPMI + SVD word vectors"
GENSIM = "Word2Vec skip-gram (gensim), {passes} passes"


def accuracies(train: Any, test: Any, y_train: Any, y_test: Any, budgets: list[str]) -> Any:
    """Accuracy of the linear SVM by budget, mean of the draws."""
    from sklearn.svm import LinearSVC

    found = {}
    for budget in budgets:
        scores = []
        for seed in range(1 if budget == "all" else DRAWS):
            random = np.random.RandomState(seed)
            rows = np.arange(len(y_train))
            if budget != "all":
                drawn = [
                    random.permutation(np.flatnonzero(y_train == c))[: int(budget)]
                    for c in np.unique(y_train)
                ]
                rows = np.concatenate(drawn)
            head = LinearSVC(C=1, random_state=0).fit(train[rows], y_train[rows])
            scores.append(float(head.score(test, y_test)))
        found[budget] = float(np.mean(scores))
    return found


def ours(key: str, settings: dict[str, Any], repeats: int) -> dict[str, Any]:
    """Learn with one of our methods, several times over."""
    from core.params import resolve
    from core.pretrain import get_method
    from core.progress import Progress

    texts, y_train, _ = newsgroups("train")
    rows = np.asarray(texts, dtype=object)
    method = get_method(key)
    resolved = resolve(method.params, settings)
    seconds, silence, last = [], 0.0, 0.0

    def report(*_: object) -> None:
        nonlocal silence, last
        silence, last = max(silence, time.perf_counter() - last), time.perf_counter()

    for _ in range(repeats):
        encoder = method.make(resolved, 0)
        last = time.perf_counter()
        with stopwatch() as watch:
            encoder.fit(rows, progress=Progress(report))
        report()
        seconds.append(watch.seconds)
    peak = peak_memory_mb()
    with stopwatch() as watch:
        train = encoder.transform(rows)
    test_texts, y_test, _ = newsgroups("test")
    return {
        "settings": {k: v for k, v in resolved.items() if v is not None},
        "seconds_each": seconds,
        "seconds": median(seconds),
        "first_seconds": seconds[0],
        "encode_train_seconds": watch.seconds,
        "longest_silence_seconds": silence,
        "peak_memory_mb": peak,
        "encoded": (train, encoder.transform(np.asarray(test_texts, dtype=object))),
        "labels": (y_train, y_test),
    }


def gensim_word2vec(passes: int) -> dict[str, Any]:
    """gensim's skip-gram with its usual settings, on the same tokens."""
    from gensim.models import Word2Vec

    from core.pretrain.base import unit_rows
    from core.pretrain.tfidf import TfidfEncoder
    from core.text.corpus import build_corpus
    from core.text.preparation import TextPreparation

    texts, y_train, _ = newsgroups("train")
    with stopwatch() as reading:
        corpus = build_corpus(texts, TextPreparation())
        terms = np.asarray(corpus.vocabulary.terms, dtype=object)
        words = [list(part) for part in np.split(terms[corpus.ids], corpus.offsets[1:-1])]
    with stopwatch() as training:
        model = Word2Vec(
            words,
            vector_size=DIMENSIONS,
            window=WINDOW,
            sg=1,
            min_count=1,  # rare words are out already
            epochs=passes,
            workers=2,
            seed=0,
        )
    peak = peak_memory_mb()
    vectors = unit_rows(np.stack([model.wv[term] for term in corpus.vocabulary.terms]))
    weights = TfidfEncoder().fit(np.asarray(texts, dtype=object))
    test_texts, y_test, _ = newsgroups("test")
    sums = [
        np.asarray(weights.transform(np.asarray(part, dtype=object)) @ vectors)
        for part in (texts, test_texts)
    ]
    mean = sums[0].mean(axis=0)
    return {
        "settings": {"vector_size": DIMENSIONS, "window": WINDOW, "sg": 1, "workers": 2},
        "seconds": reading.seconds + training.seconds,
        "reading_seconds": reading.seconds,
        "training_seconds": training.seconds,
        "peak_memory_mb": peak,
        "encoded": tuple(unit_rows(part - mean) for part in sums),
        "labels": (y_train, y_test),
    }


def child(task: dict[str, Any]) -> None:
    """Learn, measure, print as JSON."""
    if "passes" in task:
        found = gensim_word2vec(task["passes"])
    else:
        found = ours(task["key"], task["settings"], task["repeats"])
    train, test = found.pop("encoded")
    labels = found.pop("labels")
    if task["budgets"]:
        found["dimensions"] = int(train.shape[1])
        found["accuracy"] = accuracies(train, test, *labels, task["budgets"])
    print(json.dumps(found))


def measure(**task: Any) -> Any:
    return run_python([__file__, "--child", json.dumps(task)])


def cold_seconds() -> float:
    """Our first fit where nothing was ever compiled, numba's import included."""
    key, settings = OURS[STAR]
    task = json.dumps({"key": key, "settings": settings, "repeats": 1, "budgets": []})
    with tempfile.TemporaryDirectory() as folder:
        found = run_python([__file__, "--child", task], NUMBA_CACHE_DIR=folder)
    return float(found["first_seconds"])


def table(results: dict[str, Any], budgets: list[str]) -> str:
    """The results as Markdown."""
    slowest = results.get(GENSIM.format(passes=15), {}).get("seconds")
    rows = []
    for name, found in results.items():
        ratio = f"{slowest / found['seconds']:.1f}×" if slowest else "–"
        rows.append(
            [
                name,
                *(f"{found['accuracy'][budget]:.3f}"[1:] for budget in budgets),
                f"{found['seconds']:.1f}",
                ratio,
                f"{found['peak_memory_mb']:.0f}",
            ]
        )
    header = ["representation", *budgets, "seconds to learn", "faster than 15 passes", "peak MB"]
    return markdown(header, rows)


def verdicts(results: dict[str, Any]) -> dict[str, bool]:
    """Whether each bar is met."""
    star = results[STAR]
    met = {f"accuracy at {b}": star["accuracy"][b] >= BARS[b] for b in ("5", "all")}
    met["peak memory"] = star["peak_memory_mb"] <= BARS["peak_memory_mb"]
    slow = results.get(GENSIM.format(passes=15))
    if slow is not None:
        met["time"] = slow["seconds"] / star["seconds"] >= BARS["ratio"]
    return met


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--skip-gensim", action="store_true", help="leave gensim out")
    parser.add_argument("--quick", action="store_true", help="small and fast; records nothing")
    parser.add_argument("--repeats", type=int, default=3, help="fits of each of our methods")
    parser.add_argument(
        "--passes",
        type=int,
        nargs="*",
        default=[15],
        help="of gensim (default 15; 5 as well: 5 15)",
    )
    parser.add_argument("--child", help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    options = arguments()
    if options.child:
        child(json.loads(options.child))
        return
    newsgroups("test")  # says what is missing before anything else starts
    budgets = list(QUICK if options.quick else BUDGETS)
    before = machine("gensim")
    jobs: dict[str, Callable[[], Any]] = {
        name: lambda key=key, settings=settings: measure(
            key=key,
            settings=settings,
            repeats=1 if options.quick else options.repeats,
            budgets=budgets,
        )
        for name, (key, settings) in OURS.items()
    }
    if options.skip_gensim:
        print("Left out: gensim, as asked.")
    elif importlib.util.find_spec("gensim") is None:
        print("Left out: gensim is not installed (pip install -r requirements-bench.txt).")
    else:
        for passes in (1,) if options.quick else options.passes:
            jobs[GENSIM.format(passes=passes)] = lambda passes=passes: measure(
                passes=passes, budgets=budgets
            )
    results = {}
    for name, job in jobs.items():
        results[name] = job()
        print(f"{name}: {results[name]['seconds']:.1f} s", flush=True)
    results[STAR]["cold_seconds"] = cold_seconds()
    print()
    print(table(results, budgets))
    star = results[STAR]
    print(
        f"\n{STAR}: {star['cold_seconds']:.1f} s where nothing was compiled before; "
        f"longest time between two looks at a cancel: {star['longest_silence_seconds']:.2f} s."
    )
    for name, met in verdicts(results).items():
        print(f"{'met' if met else 'MISSED'}: {name}")
    if options.quick:
        print("Quick: nothing recorded.")
        return
    payload = {
        "machine": before,
        "protocol": {"draws": DRAWS, "head": "LinearSVC(C=1)", "bars": BARS},
        "results": results,
        "met": verdicts(results),
    }
    print(f"Written to {write_json('few_labels_newsgroups', payload).name}.")


if __name__ == "__main__":
    main()
