"""What word vectors say of words: human judgements of likeness, and analogies, with coverage.

Vectors are learned on 20 Newsgroups (training part) by each of our methods that learn vectors of
words; Word2Vec is gensim's and so the yardstick. Likeness is scored by Spearman's correlation
with WordSim-353 (Finkelstein et al. 2002) and MEN (Bruni, Tran & Baroni 2014), analogies (Mikolov
et al. 2013) by the share of right first answers (3CosAdd, the three given words left out). A
small corpus knows few of the words: each score stands beside the share of pairs or questions
whose words all have a vector, and says nothing of the others.

    python benchmarks/words.py            all methods, writes benchmarks/results/words.json
    python benchmarks/words.py --quick    a few texts, nothing recorded
    python benchmarks/words.py --file glove.6B.300d.txt    a file of ready-made vectors as well
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from common import (
    data_file,
    machine,
    markdown,
    newsgroups,
    peak_memory_mb,
    run_python,
    stopwatch,
    write_json,
)

LIKENESS = {"WS-353": "words/EN-WS-353-ALL.txt", "MEN": "words/EN-MEN-TR-3k.txt"}
ANALOGIES = "words/google_analogies.txt"
#: On equal terms where they have the same setting; else by their defaults.
METHODS: dict[str, dict[str, Any]] = {
    "ppmi": {"dimensions": 300},
    "glove": {"dimensions": 300},
    "word2vec": {"dimensions": 300, "deterministic": False},
}
QUICK: dict[str, dict[str, Any]] = {
    "ppmi": {"dimensions": 50},
    "glove": {"dimensions": 50, "passes": 2},
    "word2vec": {"dimensions": 50, "passes": 2, "deterministic": False},
}
QUICK_TEXTS = 1500
_BLOCK = 512  # questions at a time: one product with all vectors


def pairs(path: Path) -> list[tuple[str, str, float]]:
    """Pairs of words with the likeness that people see, lower case."""
    lines = [line.split() for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [(a.lower(), b.lower(), float(score)) for a, b, score in lines]


def questions(path: Path) -> dict[str, list[list[str]]]:
    """Analogies by section: "a is to b as c is to d", lower case."""
    found: dict[str, list[list[str]]] = {}
    section = ""
    for line in path.read_text("utf-8").splitlines():
        if line.startswith(":"):
            section = line[1:].strip()
        elif line.strip():
            found.setdefault(section, []).append(line.lower().split())
    return found


def likeness(space: Any, path: Path) -> dict[str, float]:
    """Spearman's correlation over the pairs whose words both have a vector, and their share."""
    from scipy.stats import spearmanr

    lookup = known_words(space)
    all_pairs = pairs(path)
    covered = [(lookup[a], lookup[b], s) for a, b, s in all_pairs if a in lookup and b in lookup]
    found = {"pairs": len(all_pairs), "covered": len(covered) / len(all_pairs)}
    if len(covered) < 3:
        return {**found, "spearman": float("nan")}
    first, second, judged = (np.asarray(column) for column in zip(*covered, strict=True))
    ours = np.einsum("ij,ij->i", space.vectors[first], space.vectors[second])
    return {**found, "spearman": float(spearmanr(ours, judged).statistic)}


def analogies(space: Any, path: Path) -> dict[str, Any]:
    """Share of covered questions whose first answer is right: all, of meaning, of grammar."""
    lookup = known_words(space)
    vectors = np.asarray(space.vectors, dtype=np.float32)
    counts = {name: np.zeros(3, dtype=np.int64) for name in ("all", "meaning", "grammar")}
    for section, asked in questions(path).items():
        covered = [[lookup[w] for w in q] for q in asked if all(w in lookup for w in q)]
        right = _right(vectors, np.asarray(covered, dtype=np.int64).reshape(-1, 4))
        tally = np.asarray([len(asked), len(covered), right])
        counts["all"] += tally
        counts["grammar" if section.startswith("gram") else "meaning"] += tally
    return {
        name: {
            "questions": int(asked),
            "covered": float(known / asked) if asked else 0.0,
            "right": float(right / known) if known else float("nan"),
        }
        for name, (asked, known, right) in counts.items()
    }


def _right(vectors: Any, covered: Any) -> int:
    right = 0
    for first in range(0, len(covered), _BLOCK):
        a, b, c, d = covered[first : first + _BLOCK].T
        scores = (vectors[b] - vectors[a] + vectors[c]) @ vectors.T
        place = np.arange(len(a))
        for given in (a, b, c):
            scores[place, given] = -np.inf
        right += int((scores.argmax(axis=1) == d).sum())
    return right


def known_words(space: Any) -> dict[str, int]:
    """Words that have a vector, with their rows."""
    has = np.asarray(space.vectors).any(axis=1)
    return {term: i for i, term in enumerate(space.terms) if has[i]}


def score(space: Any) -> dict[str, Any]:
    """All scores of one space of words (vectors of length 1)."""
    found: dict[str, Any] = {name: likeness(space, data_file(p)) for name, p in LIKENESS.items()}
    found["analogies"] = analogies(space, data_file(ANALOGIES))
    return found


def learn(key: str, settings: dict[str, Any], texts: int | None) -> dict[str, Any]:
    """Learn by one method in this process, and score it."""
    from core.params import by_name, resolve
    from core.pretrain import get_method

    method = get_method(key)
    own = {k: v for k, v in settings.items() if k in by_name(method.params)}
    rows = np.asarray(newsgroups("train")[0][:texts], dtype=object)
    encoder: Any = method.make(resolve(method.params, own), 0)
    with stopwatch() as watch:
        encoder.fit(rows)
    space = encoder.word_space()
    return {
        "settings": own,
        "seconds": watch.seconds,
        "peak_memory_mb": peak_memory_mb(),
        "words": len(space),
        "dimensions": int(space.vectors.shape[1]),
        "losses": list(getattr(encoder, "losses_", [])),
        **score(space),
    }


def table(results: dict[str, Any]) -> str:
    """One line a method; the covered share stands in brackets."""

    def cell(value: float, covered: float) -> str:
        return "–" if np.isnan(value) else f"{value:.3f} ({covered:.0%})"

    rows = []
    for name, found in results.items():
        solved = found["analogies"]
        rows.append(
            [
                name,
                *(cell(found[key]["spearman"], found[key]["covered"]) for key in LIKENESS),
                *(cell(solved[k]["right"], solved[k]["covered"]) for k in solved),
                f"{found['words']:,}",
                f"{found['seconds']:.1f}",
            ]
        )
    head = ["method", *LIKENESS, "analogies", "of meaning", "of grammar", "words", "seconds"]
    return markdown(head, rows)


def main() -> None:
    """Learn by each method in its own process, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--quick", action="store_true", help="small and fast; records nothing")
    parser.add_argument("--only", nargs="*", help="keys of methods")
    parser.add_argument("--file", help="a file of ready-made word vectors to score as well")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(learn(**json.loads(options.child))))
        return
    newsgroups("train")  # says what is missing before anything else starts
    for path in (*LIKENESS.values(), ANALOGIES):
        data_file(path)
    from core.pretrain import methods

    before = machine("gensim")
    tasks = dict(QUICK if options.quick else METHODS)
    if options.file:
        tasks["vectors"] = {"file": str(Path(options.file).absolute()), "more_words": 200_000}
    results: dict[str, Any] = {}
    for key, settings in tasks.items():
        if key not in methods() or (options.only and key not in options.only):
            continue
        task = {"key": key, "settings": settings, "texts": QUICK_TEXTS if options.quick else None}
        results[key] = run_python([__file__, "--child", json.dumps(task)])
        print(f"{key}: {results[key]['seconds']:.1f} s", file=sys.stderr, flush=True)
    print(table(results))
    if options.quick:
        print("\nQuick: nothing recorded.")
        return
    payload = {"machine": before, "corpus": "20 Newsgroups, training part", "results": results}
    print(f"\nWritten to {write_json('words', payload).name}.")


if __name__ == "__main__":
    main()
