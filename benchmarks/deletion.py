"""Deletion test: does leaving out the words that an explanation names move the answer?

On 20 Newsgroups (headers, footers and quotes removed) classifiers are trained on 20 labels per
class. For test texts of 30 words and more, an explanation names the k words that speak most for
the answer; these are deleted wherever they stand, and so are k words drawn at random among those
that the model knows (mean of five draws). What is compared is how far the log-odds of the answer
fall, text by text, with a 95 % bootstrap interval of the mean difference; and how often the answer
becomes another. Test texts are explained and nothing is learned from them.

The ways: exact parts of the score through TF-IDF and through word vectors (PPMI + SVD), and
occlusion where nothing adds up (K-means distances, and a decision tree).

    python benchmarks/deletion.py [--texts 200] [--quick]
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
from common import machine, markdown, newsgroups, write_json

WORDS = (1, 3, 5, 10)
DRAWS, LABELS, LEAST_WORDS = 5, 20, 30
WAYS: dict[str, tuple[str, dict[str, Any], str]] = {
    "TF-IDF, logistic regression (exact)": ("tfidf", {}, "logistic"),
    "word vectors (PPMI), linear SVM (exact)": ("ppmi", {"dimensions": 100}, "svm"),
    "K-means, logistic regression (occlusion)": ("kmeans", {"n_clusters": 50}, "logistic"),
    "TF-IDF, decision tree (occlusion)": ("tfidf", {}, "tree"),
}


def without(text: str, words: set[str]) -> str:
    """The text with these words (in small letters) left out wherever they stand."""
    from core.explain import occlusion

    for start, end in reversed(occlusion.words(text)):
        if text[start:end].casefold() in words:
            text = f"{text[:start]} {text[end:]}"
    return text


def log_odds(proba: Any) -> Any:
    held = np.clip(proba, 1e-6, 1 - 1e-6)
    return np.log(held / (1 - held))


def tested(classifier: Any, texts: Any, seed: int) -> dict[int, dict[str, Any]]:
    """Falls of the log-odds and flips, by the number of words left out."""
    from core.explain.words import explain_text

    random = np.random.default_rng(seed)
    falls: dict[int, list[tuple[float, float]]] = {k: [] for k in WORDS}
    flips: dict[int, list[tuple[float, float]]] = {k: [] for k in WORDS}
    for text in texts:
        found = explain_text(classifier, text)
        sums: dict[str, float] = {}
        for (start, end), value in zip(found.spans, found.values, strict=True):
            word = text[start:end].casefold()
            sums[word] = sums.get(word, 0.0) + float(value)
        known = sorted(sums)
        named = sorted(known, key=lambda word: -sums[word])
        for k in WORDS:
            if len(known) < 2 * k:
                continue
            sets = [set(named[:k])]
            sets += [set(random.permutation(known)[:k].tolist()) for _ in range(DRAWS)]
            asked = np.array([text, *(without(text, words) for words in sets)], dtype=object)
            proba = classifier.predict_proba(asked)
            fall = log_odds(proba[0, found.label]) - log_odds(proba[1:, found.label])
            flip = proba[1:].argmax(axis=1) != found.label
            falls[k].append((float(fall[0]), float(fall[1:].mean())))
            flips[k].append((float(flip[0]), float(flip[1:].mean())))
    return {k: summed(np.array(falls[k]), np.array(flips[k]), seed) for k in WORDS if falls[k]}


def summed(falls: Any, flips: Any, seed: int) -> dict[str, Any]:
    """Means, and the mean paired difference with its bootstrap interval."""
    apart = falls[:, 0] - falls[:, 1]
    draws = np.random.default_rng(seed).integers(0, len(apart), (2000, len(apart)))
    low, high = np.percentile(apart[draws].mean(axis=1), [2.5, 97.5])
    return {
        "texts": len(apart),
        "fall_named": float(falls[:, 0].mean()),
        "fall_random": float(falls[:, 1].mean()),
        "difference": float(apart.mean()),
        "interval_95": [float(low), float(high)],
        "flipped_named": float(flips[:, 0].mean()),
        "flipped_random": float(flips[:, 1].mean()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=200)
    parser.add_argument("--quick", action="store_true", help="few texts, two ways; not recorded")
    args = parser.parse_args()
    from core.explain import occlusion
    from core.finetune import get_head
    from core.finetune.classifier import Classifier
    from core.finetune.draws import draw_labels
    from core.params import resolve
    from core.pretrain import get_method

    pool, labels, names = newsgroups("train")
    rows = np.array(pool, dtype=object)
    held, _, _ = newsgroups("test")
    long = [text for text in held if LEAST_WORDS <= len(occlusion.words(text)) <= 1000]
    count = 20 if args.quick else args.texts
    some = [long[i] for i in np.random.default_rng(0).permutation(len(long))[:count]]
    chosen = draw_labels(np.asarray(labels), LABELS, seed=0)
    results: dict[str, Any] = {}
    table: list[list[Any]] = []
    for title, (method, settings, head) in list(WAYS.items())[: 1 if args.quick else None]:
        known = get_method(method)
        encoder = known.make(resolve(known.params, settings), 0).fit(rows)
        spec = get_head(head)
        made = spec.make(resolve(spec.params, {}), 0)
        made.fit(encoder.transform(rows[chosen]), np.asarray(labels)[chosen])
        results[title] = tested(Classifier(encoder, made, tuple(names)), some, 0)
        for k, found in results[title].items():
            low, high = found["interval_95"]
            table.append(
                [
                    title,
                    k,
                    f"{found['fall_named']:.2f}",
                    f"{found['fall_random']:.2f}",
                    f"{found['difference']:.2f} ({low:.2f} to {high:.2f})",
                    f"{found['flipped_named']:.0%}",
                    f"{found['flipped_random']:.0%}",
                ]
            )
    print(
        markdown(
            ["model", "words", "fall, named", "random", "difference, 95 %", "flips", "random"],
            table,
        )
    )
    if not args.quick:
        write_json(
            "deletion",
            {
                "command": "python benchmarks/deletion.py",
                "data": f"20 Newsgroups, bare; {LABELS} labels per class; {count} test texts",
                "machine": machine(),
                "ways": results,
            },
        )


if __name__ == "__main__":
    main()
