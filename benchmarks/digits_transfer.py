"""USPS lends to MNIST, and back: what pictures of one post office teach about those of another.

With few labels of the target: raw pixels; filters learned on the target's own training pictures;
filters of the source instead (sizes are reconciled: 16 and 28 pixels); those filters with all
labelled pictures of the source beside the target's few, each counting a tenth (the Fine-tune page
would try six weights on held-out pictures; so many rows make that long). A source lends at most
10,000 training pictures, drawn at random. A linear SVM, three draws, the target's own test pictures;
through the command line, in an empty home.

    python benchmarks/digits_transfer.py [--budgets 1 5 10 50]
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from common import command_line, data_file, machine, markdown, write_json

SETS = {"USPS": "usps.npz", "MNIST": "mnist.npz"}
BUDGETS = (1, 5, 10, 50)
DRAWS = 3
SOURCE_WEIGHT = 0.1
LENT = 10_000
WAYS = ("raw pixels", "own filters", "source's filters", "source's filters and labels")


def lent(name: str, folder: Path) -> Path:
    """A source's file, with at most so many training pictures."""
    kept = dict(np.load(data_file("images") / SETS[name]))
    if len(kept["X_train"]) > LENT:
        some = np.sort(np.random.default_rng(0).permutation(len(kept["X_train"]))[:LENT])
        kept["X_train"], kept["y_train"] = kept["X_train"][some], kept["y_train"][some]
    path = folder / f"lent_{SETS[name]}"
    np.savez_compressed(path, **kept)
    return path


def across(home: str, source: str, target: str, budgets: list[int]) -> dict[str, Any]:
    """Accuracy on a target by way and label budget."""
    file = str(data_file("images") / SETS[target])
    whole = command_line(
        home,
        *("finetune", str(lent(source, Path(home))), "patches"),
        *("--labels-per-class", "all", "--no-curve"),
    )
    own = command_line(home, "pretrain", file, "patches")["model"]
    found: dict[str, Any] = {way: {} for way in WAYS}
    for k in budgets:
        asked = ("--labels-per-class", str(k), "--draws", str(DRAWS), "--no-curve")
        runs = {
            WAYS[1]: command_line(home, "finetune", file, own, *asked),
            WAYS[2]: command_line(home, "finetune", file, whole["model"], *asked),
            WAYS[3]: command_line(
                home,
                *("finetune", file, f"run:{whole['run']}", "--strategy", "together"),
                *("--set", f"source_weight={SOURCE_WEIGHT}"),
                *asked,
            ),
        }
        first = runs[WAYS[1]]["over_draws"]
        found[WAYS[0]][str(k)] = {
            "mean": first["baseline_accuracy"],
            "interval": first["baseline_accuracy_interval"],
        }
        for way, run in runs.items():
            found[way][str(k)] = {
                "mean": run["over_draws"]["accuracy"],
                "interval": run["over_draws"]["accuracy_interval"],
                "verdict": run["verdict"],
            }
        print(
            f"{source} to {target}, {k} per class:",
            ", ".join(f"{way} {found[way][str(k)]['mean']:.3f}" for way in WAYS),
            flush=True,
        )
    return found


def main() -> None:
    """Both directions; the tables; the JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--budgets", type=int, nargs="+", default=list(BUDGETS))
    chosen = parser.parse_args()
    results = {}
    with tempfile.TemporaryDirectory() as home:
        for source, target in (("USPS", "MNIST"), ("MNIST", "USPS")):
            found = across(home, source, target, chosen.budgets)
            results[f"{source} to {target}"] = found
            print(
                markdown(
                    [f"{source} to {target}, labels per class", *map(str, chosen.budgets)],
                    [
                        [way, *(f"{found[way][str(k)]['mean']:.3f}" for k in chosen.budgets)]
                        for way in WAYS
                    ],
                ),
                flush=True,
            )
    write_json(
        "digits_transfer",
        {
            "command": "python benchmarks/digits_transfer.py",
            "claim": "USPS and MNIST as a transfer pair",
            "draws": DRAWS,
            "source_weight": SOURCE_WEIGHT,
            "pictures_lent_at_most": LENT,
            "machine": machine("scikit-learn"),
            "results": results,
        },
    )


if __name__ == "__main__":
    main()
