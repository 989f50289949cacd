"""Wrong labels on purpose: how many does the review list find, and how many of it are wrong?

BANKING77: 5 % of the labels of the 10,003 training questions and of the 3,080 test questions are
replaced by another class at random. Then the labels are examined as a run would be (TF-IDF of one
and two words, linear SVM, five folds; test rows learned from by nobody). Some of the
labels of the set are wrong to begin with, so its precision here is a lower bound. Of the many rows
listed the first are the likeliest: the last column has as many of them as were planted.

    python benchmarks/label_noise.py [--quick]
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
import pandas as pd
from common import data_file, machine, markdown, stopwatch, write_json

SHARE = 0.05


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="ten classes; not recorded")
    args = parser.parse_args()

    from core.data.table import dataset_from_table
    from core.evaluate.encoding import encode_rows
    from core.evaluate.label_noise import label_noise, out_of_fold_labels
    from core.evaluate.trials import Contender, Sides
    from core.finetune import get_head, get_strategy
    from core.params import resolve
    from core.pretrain import get_method
    from core.progress import SILENT

    frame = pd.read_parquet(data_file("text/banking77.parquet"))
    text, label, split = (
        next(name for name in frame.columns if name.startswith(kind))
        for kind in ("text", "label", "split")
    )
    if args.quick:
        frame = frame[frame[label].isin(sorted(frame[label].unique())[:10])]
    dataset = dataset_from_table(
        frame.reset_index(drop=True),
        text_column=text,
        label_column=label,
        split_column=split,
        name="banking77",
    )
    rng = np.random.default_rng(0)
    labels = np.asarray(dataset.labels).copy()
    wrong = rng.random(len(labels)) < SHARE
    k = len(dataset.classes)
    labels[wrong] = (labels[wrong] + rng.integers(1, k, int(wrong.sum()))) % k
    object.__setattr__(dataset, "labels", labels)

    method = get_method("tfidf")
    encoder = method.make(resolve(method.params, {"ngram_max": 2}), 0)
    spec = get_head("svm")

    def encode(one: Any, rows: Any) -> Any:
        return encode_rows(one, dataset, rows)

    with stopwatch() as watch:
        encoder.fit(dataset.take(dataset.pool_rows()))
        sides = Sides.of(dataset)
        contender = Contender(
            sides,
            encoder,
            get_strategy("frozen"),
            {},
            encode,
            encode(encoder, np.concatenate([sides.train, sides.test])),
        )
        held = out_of_fold_labels(
            contender, lambda: spec.make(resolve(spec.params), 0), seed=0, progress=SILENT
        )
        found = label_noise(held.labels, held.proba)
    listed = held.rows[[one.position for one in found.suspects]]
    result: dict[str, Any] = {"seconds": watch.seconds, "estimated_share": found.share}
    rows: list[list[object]] = []
    for name, side in (("training", ~dataset.test), ("test", dataset.test)):
        mine = listed[side[listed]]
        planted = int((wrong & side).sum())
        hits = int(wrong[mine].sum())
        first = mine[:planted]
        result[name] = {
            "planted": planted,
            "listed": len(mine),
            "recall": hits / planted,
            "precision": hits / len(mine),
            "precision_of_the_first": float(wrong[first].mean()),
        }
        rows.append(
            [
                name,
                planted,
                len(mine),
                f"{hits / planted:.3f}",
                f"{hits / len(mine):.3f}",
                f"{wrong[first].mean():.3f}",
            ]
        )
    header = ["rows", "planted", "listed", "recall", "precision", "precision of as many as planted"]
    print(markdown(header, rows))
    print(f"\nEstimated share of wrong labels: {found.share:.3f}; planted {SHARE:.3f}")
    print(f"{watch.seconds:.0f} s")
    if args.quick:
        return
    write_json(
        "label_noise",
        {"command": "python benchmarks/label_noise.py", "machine": machine(), **result},
    )


if __name__ == "__main__":
    main()
