"""The tuner: does it keep its budget, what does it gain over the default, and 20 Newsgroups in 120 s.

Each set is tuned by the command line, ``python -m core tune DATA --seconds N --finetune``, in a
home folder of its own: the search sees labelled training rows alone, then one fine-tuning with
the settings that it handed out predicts the test rows, once. Beside it one fine-tuning with the
default settings, on the same labels and draws. Loading and downloading data is not part of the
budget; starting the processes, learning the encoders and ending are.

    python benchmarks/tuner.py [--sets "20 Newsgroups, headers kept"] [--quick]

Each set is recorded as soon as it is done; what was recorded of other sets stays. ``--quick``
takes the built-in digits and breast cancer with 10 s; it records nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from typing import Any

from common import RESULTS, command_line, data_file, machine, markdown, write_json

_KEPT = ["--option=remove_headers=no", "--option=remove_footers=no", "--option=remove_quotes=no"]


def sets() -> dict[str, tuple[list[str], str, int]]:
    """Name; how the command line is told; labels per class; seconds."""
    table = ["--tabular", "--label-column", "label", "--split-column", "split"]
    banking = [
        str(data_file("text/banking77.parquet")),
        *("--text-column", "text", "--label-column", "label", "--split-column", "split"),
    ]
    return {
        "20 Newsgroups, headers kept": (["twenty_newsgroups", *_KEPT], "all", 120),
        "20 Newsgroups, bare": (["twenty_newsgroups"], "10", 60),
        "BANKING77": (banking, "5", 45),
        "USPS": ([str(data_file("images/usps.npz"))], "10", 30),
        "Vowel": ([str(data_file("tabular/vowel.parquet")), *table], "all", 20),
    }


def quick() -> dict[str, tuple[list[str], str, int]]:
    """Small built-in sets."""
    return {
        "digits": (["digits"], "10", 10),
        "breast cancer": (["breast_cancer"], "10", 10),
    }


def measured(data: list[str], labels: str, seconds: int, home: str) -> dict[str, Any]:
    """One set: the search, the fine-tuning with what it found, the default."""
    from core.evaluate.tuning.configuration import words
    from core.jobs.summary import run_summary
    from core.jobs.tuning import tuning_of
    from core.store import runs

    budget = ["--labels-per-class", labels]
    tuned = command_line(home, "tune", *data, *budget, "--seconds", str(seconds), "--finetune")
    draws = [] if labels == "all" else ["--draws", "5"]
    plain = command_line(home, "finetune", *data, "none", *budget, *draws, "--no-curve")
    os.environ["WARMSTART_HOME"] = home
    run = runs.list_all(kind="tune", limit=1)[0]
    run = runs.get(run.id)
    tuning = tuning_of(run)
    assert tuning is not None
    found = tuning.trials[tuning.chosen]
    return {
        "labels_per_class": labels,
        "budget": tuning.budget,
        "spent": tuning.spent,
        "over": round(tuning.spent / tuning.budget - 1, 4),
        "workers": tuning.workers,
        "tried": sum(1 for one in tuning.trials if one.scores),
        "finalists": len(tuning.finalists()),
        "chosen": words(found.configuration),
        "best": words(tuning.trials[tuning.best].configuration),
        "validation": {"default": tuning.on(0), "tuned": tuning.on(tuning.chosen)},
        "test": {
            "default": plain["over_draws"]["accuracy"],
            "tuned": tuned["over_draws"]["accuracy"],
            "tuned_interval": tuned["over_draws"]["accuracy_interval"],
        },
        "seconds_after": tuned["seconds"],
        "tuning_seconds": run_summary(run)["seconds"],
        "trials": [
            {"what": words(one.configuration), "scores": list(one.scores), "at": one.at}
            for one in tuning.trials
            if one.scores
        ],
    }


def table(results: dict[str, Any]) -> str:
    """The results as Markdown."""
    lines = [
        [
            name,
            one["labels_per_class"],
            f"{one['spent']:.1f} of {one['budget']:g}",
            one["tried"],
            f"{one['validation']['default']:.3f}" if one["validation"]["default"] else "",
            f"{one['validation']['tuned']:.3f}" if one["validation"]["tuned"] else "",
            f"{one['test']['default']:.3f}",
            f"{one['test']['tuned']:.3f}",
            one["chosen"],
        ]
        for name, one in results.items()
    ]
    header = [
        "set",
        "labels per class",
        "seconds",
        "tried",
        "validation, default",
        "tuned",
        "test, default",
        "tuned",
        "settings",
    ]
    return markdown(header, lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", nargs="*", help="names of sets; all otherwise")
    parser.add_argument("--quick", action="store_true", help="small built-in sets; not recorded")
    options = parser.parse_args()
    place = 0
    with tempfile.TemporaryDirectory() as home:
        for name, (data, labels, seconds) in (quick() if options.quick else sets()).items():
            if options.sets and name not in options.sets:
                continue
            place += 1
            found = measured(data, labels, seconds, f"{home}/{place}")
            print(table({name: found}), flush=True)
            if not options.quick:
                record(name, found)


def record(name: str, found: dict[str, Any]) -> None:
    """Put one set beside what is recorded of others."""
    path = RESULTS / "tuner.json"
    kept = json.loads(path.read_text("utf-8"))["results"] if path.exists() else {}
    kept[name] = {"machine": machine("scikit-learn", "joblib"), **found}
    results = {key: kept[key] for key in sets() if key in kept}
    write_json("tuner", {"command": "python benchmarks/tuner.py", "results": results})


if __name__ == "__main__":
    main()
