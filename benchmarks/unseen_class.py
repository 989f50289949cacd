"""A class that nobody labelled: is it noticed? 20 Newsgroups, leave one class out.

Headers, footers and quotes are removed. For each of the 20 classes: the encoder and the
classifier (linear SVM, all labels) learn from the training texts of the other 19 alone, then all
test texts are asked about. AUROC of telling the test texts of the class left out from those of
the other 19, by what ``core.evaluate.doubt`` looks at:

- confidence: 1 minus the probability of the class said (Hendrycks & Gimpel 2017),
- distance: to the nearest training texts in the encoder's space,
- unknown words: their share in the text,
- both: the mean of the ranks of the first two.

Beside it, how many texts of the unseen class are refused by a threshold on confidence, or on both,
that answers 80 % of the others. Of these, 2,000 test texts are drawn for each class. Empty test texts are left out: nobody can tell what they are about.

    python benchmarks/unseen_class.py [--quick] [--methods tfidf ppmi]
"""

from __future__ import annotations

import argparse
import json
from typing import Any

import numpy as np
from common import RESULTS, machine, markdown, newsgroups, stopwatch, write_json

SCORES = ("confidence", "distance", "unknown words", "both")
OTHERS = 2_000
REFUSED = ("refused, confidence", "refused, both")


def one_class(method: str, left_out: int, data: Any) -> dict[str, float]:
    """AUROC of each score when this class is left out."""
    from scipy.stats import rankdata
    from sklearn.metrics import roc_auc_score

    from core.data.dataset import Dataset
    from core.evaluate.acquaintance import acquaint
    from core.finetune import get_head
    from core.finetune.classifier import Classifier
    from core.params import resolve
    from core.pretrain import get_method

    train, y_train, test, y_test, names = data
    others = np.random.default_rng(left_out).permutation(np.flatnonzero(y_test != left_out))
    picked = np.concatenate([np.flatnonzero(y_test == left_out), others[:OTHERS]])
    test, y_test = test[picked], y_test[picked]
    kept = y_train != left_out
    classes = [name for code, name in enumerate(names) if code != left_out]
    labels = np.searchsorted(np.delete(np.arange(len(names)), left_out), y_train[kept])
    dataset = Dataset(
        "others",
        "Other classes",
        "text",
        train[kept],
        labels.astype(np.int32),
        tuple(classes),
        np.zeros(int(kept.sum()), dtype=bool),
    )
    how, spec = get_method(method), get_head("svm")
    encoder = how.make(resolve(how.params), 0)
    encoded = encoder.fit_transform(dataset.rows)
    head = spec.make(resolve(spec.params), 0).fit(encoded, dataset.labels)
    classifier = Classifier(encoder, head, dataset.classes)
    known = acquaint(classifier, dataset)
    asked = encoder.transform(test)
    sure = classifier.predict_proba_encoded(asked).max(axis=1)
    distance = known.distances(asked)
    assert known.words is not None
    unknown = known.words.unknown_share(list(test))
    scores = {
        "confidence": 1 - sure,
        "distance": distance,
        "unknown words": unknown,
        "both": rankdata(1 - sure) + rankdata(distance),
    }
    new = y_test == left_out
    told = {name: float(roc_auc_score(new, score)) for name, score in scores.items()}
    refused = {
        f"refused, {name}": float((scores[name][new] > np.quantile(scores[name][~new], 0.8)).mean())
        for name in ("confidence", "both")
    }
    return told | refused


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two classes; not recorded")
    parser.add_argument("--methods", nargs="*", default=["tfidf", "ppmi"])
    args = parser.parse_args()
    (train, y_train, names), (test, y_test, _) = newsgroups("train"), newsgroups("test")
    there = np.array([bool(text.split()) for text in test])
    data = (
        np.array(train, dtype=object),
        np.asarray(y_train),
        np.array(test, dtype=object)[there],
        np.asarray(y_test)[there],
        names,
    )
    chosen = [11, 14] if args.quick else list(range(len(names)))
    found: dict[str, dict[str, dict[str, float]]] = {}
    with stopwatch() as watch:
        for method in args.methods:
            found[method] = {names[code]: one_class(method, code, data) for code in chosen}
    means = {
        method: {
            key: float(np.mean([one[key] for one in by.values()])) for key in (*SCORES, *REFUSED)
        }
        for method, by in found.items()
    }
    rows = [
        [method, *(f"{means[method][key]:.3f}" for key in (*SCORES, *REFUSED))]
        for method in args.methods
    ]
    print(markdown(["AUROC, mean over classes", *SCORES, *REFUSED], rows))
    for method in args.methods:
        told = sorted(found[method].items(), key=lambda item: item[1]["confidence"])
        hard, easy = told[0], told[-1]
        print(
            f"\n{method}: hardest {hard[0]} ({hard[1]['confidence']:.3f} by confidence), easiest "
            f"{easy[0]} ({easy[1]['confidence']:.3f})"
        )
    if args.quick:
        return
    path = RESULTS / "unseen_class.json"
    # methods that were measured before stay
    before = json.loads(path.read_text()) if path.exists() else {"mean": {}, "by_class": {}}
    write_json(
        "unseen_class",
        {
            "command": "python benchmarks/unseen_class.py",
            "machine": machine(),
            "seconds": watch.seconds,
            "mean": before["mean"] | means,
            "by_class": before["by_class"] | found,
        },
    )


if __name__ == "__main__":
    main()
