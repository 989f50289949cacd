"""Across domains: Amazon reviews of four kinds of goods, all twelve pairs, no target label.

    python benchmarks/amazon_domains.py              # seed 0: one split, some five minutes alone
    python benchmarks/amazon_domains.py --seeds 0 1 2  # three splits
    python benchmarks/amazon_domains.py --all        # every way across

Each pair: all reviews of the source with their labels, half of the target without labels, the other
half for the test. Equal texts stand on one side of the split. A seed is that of the split, the
encoders and the heads. The mean over the pairs moves by some tenths of a point from split to split.
"""

from __future__ import annotations

import argparse
import itertools
from dataclasses import replace
from typing import Any

import common
import numpy as np
import pandas as pd

from core.data.dataset import Dataset
from core.data.duplicates import row_codes
from core.data.split import stratified_split
from core.evaluate.across import carry
from core.evaluate.across_results import Across
from core.evaluate.across_rows import target_alone
from core.evaluate.across_words import OVER_SOURCE, verdict_title
from core.finetune import get_head
from core.finetune.adaptations import ADAPTATIONS, SOURCE_ONLY
from core.finetune.base import Head
from core.params import resolve
from core.transfer.domains.pair import pair

KEPT = "msda_self_training"
WAYS = (SOURCE_ONLY, "self_training", "msda", KEPT)


def amazon(seed: int) -> Dataset:
    """The reviews with their domains, half of each domain for the test."""
    frame = pd.read_parquet(common.data_file("text/amazon_multidomain_raw.parquet"))
    texts = frame["text"].to_numpy(dtype=object)
    domains = frame["domain"].to_numpy(dtype=object)
    codes, classes = pd.factorize(frame["label"], sort=True)
    # stratified by domain and class together; equal texts are one group
    cells = pd.factorize(frame["domain"].astype(str) + " " + frame["label"].astype(str))[0]
    return Dataset(
        name="amazon",
        title="Amazon reviews",
        modality="text",
        rows=texts,
        labels=codes.astype(np.int32),
        classes=tuple(str(name) for name in classes),
        test=stratified_split(cells, row_codes(texts), test_share=0.5, seed=seed),
        domain=domains,
    )


def main() -> None:
    """Run the twelve pairs for each seed, print the tables, write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="every way across")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    chosen = parser.parse_args()
    ways = tuple(one.key for one in ADAPTATIONS) if chosen.all else WAYS
    runs = []
    for seed in chosen.seeds:
        pairs = _pairs(ways, seed)
        means = _means(pairs)
        print(_table(pairs, means))
        gains = {key: round(100 * (value - means[SOURCE_ONLY]), 2) for key, value in means.items()}
        print(f"Seed {seed}: points over the source alone: {gains}", flush=True)
        runs.append(
            {"seed": seed, "means": means, "points_over_source_alone": gains, "pairs": pairs}
        )
    overall = float(np.mean([run["points_over_source_alone"][KEPT] for run in runs]))
    print(f"Mean over {len(runs)} seeds: {overall:+.2f} points")
    common.write_json(
        "amazon_domains",
        {
            "claim": "Adapting to a target without labels, mean over 12 pairs of domains",
            "command": "python benchmarks/amazon_domains.py"
            + (f" --seeds {' '.join(map(str, chosen.seeds))}" if chosen.seeds != [0] else "")
            + (" --all" if chosen.all else ""),
            "kept": KEPT,
            "points_over_source_alone": round(overall, 2),
            "runs": runs,
            "machine": common.machine(),
        },
    )


def _pairs(ways: tuple[str, ...], seed: int) -> list[dict[str, Any]]:
    dataset = amazon(seed)
    assert dataset.domain is not None
    found = []
    for source, target in itertools.permutations(sorted(set(map(str, dataset.domain))), 2):
        # every review of the source may be learned from: its test half belongs to other pairs
        inside = np.array([name == target for name in dataset.domain])
        split = replace(dataset, test=dataset.test & inside)
        rows = pair(split, split, source_domain=source, target_domain=target)
        with common.stopwatch() as watch:
            report = carry(
                rows, ways=ways, keep=KEPT, curve=False, validation=False, seed=seed
            ).report
        ceiling = target_alone(rows).right(np.arange(len(rows.target)), _head)
        found.append(_line(report, float(ceiling.mean()), watch.seconds))
        print(f"{source} to {target}: {found[-1]['verdict']}, {watch.seconds:.0f} s", flush=True)
    return found


def _means(pairs: list[dict[str, Any]]) -> dict[str, float]:
    return {
        key: float(np.mean([one["accuracy"][key] for one in pairs])) for key in pairs[0]["accuracy"]
    }


def _head() -> Head:
    spec = get_head("logistic")
    return spec.make(resolve(spec.params), 0)


def _line(report: Across, ceiling: float, seconds: float) -> dict[str, Any]:
    kept = report.entry(KEPT)
    assert kept.over_source is not None
    gain = kept.over_source.gain
    return {
        "source": report.source_name,
        "target": report.target_name,
        "source_labels": report.source_labels,
        "test_rows": report.test_rows,
        "accuracy": {
            one.key: one.accuracy.value for one in report.entries if one.accuracy is not None
        },
        "target_alone_all_labels": ceiling,
        "gain": {"value": gain.value, "low": gain.low, "high": gain.high},
        "verdict": OVER_SOURCE[kept.over_source.kind],
        "title": verdict_title(report),
        "seconds": round(seconds, 1),
    }


def _table(pairs: list[dict[str, Any]], means: dict[str, float]) -> str:
    keys = list(means)
    titles = {one.key: one.title for one in ADAPTATIONS}
    rows = [
        [
            f"{one['source']} → {one['target']}",
            *(f"{one['accuracy'][key]:.3f}" for key in keys),
            f"{100 * one['gain']['value']:+.1f} ({100 * one['gain']['low']:+.1f} to "
            f"{100 * one['gain']['high']:+.1f})",
            one["verdict"],
            f"{one['target_alone_all_labels']:.3f}",
        ]
        for one in pairs
    ]
    gain = 100 * (means[KEPT] - means[SOURCE_ONLY])
    ceiling = float(np.mean([one["target_alone_all_labels"] for one in pairs]))
    rows.append(
        ["**mean**", *(f"**{means[key]:.3f}**" for key in keys), f"**{gain:+.1f}**", "",
         f"{ceiling:.3f}"]
    )  # fmt: skip
    header = ["Pair", *(titles[key] for key in keys)]
    header += [f"{titles[KEPT]} over the source alone, points", "Verdict", "Target, all labels"]
    return common.markdown(header, rows)


if __name__ == "__main__":
    main()
