"""Every way to pretrain, on data of each kind: what it costs, and what five labels per class gain.

On each set all methods for its kind learn from all training rows without labels, with default
settings, then the linear SVM learns from five labels per class, the same five draws for all;
accuracy on the test rows with its 95 % interval, beside "nothing learned" and random features of
the same size. It is what the Compare page does, through the command line, in a home folder of its
own. Seconds and memory are those of learning; memory is what it added to the worker.

    python benchmarks/methods.py [--sets digits vowel] [--quick]

Sets: 20 Newsgroups without headers, BANKING77 (texts); MNIST, USPS (pictures); Adult, Vowel
(tables). ``--quick`` takes the built-in digits and breast cancer; it records nothing.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from typing import Any

from common import RESULTS, command_line, data_file, machine, markdown, write_json

#: Come from outside, so that there is nothing to time here.
OUTSIDE = ("vectors", "sentences", "row_vectors")


def sets() -> dict[str, tuple[str, list[str]]]:
    """Name, kind, and how the command line is told."""
    table = ["--tabular", "--label-column", "label", "--split-column", "split"]
    return {
        "20 Newsgroups": ("text", ["twenty_newsgroups"]),
        "BANKING77": (
            "text",
            [
                str(data_file("text/banking77.parquet")),
                *("--text-column", "text", "--label-column", "label", "--split-column", "split"),
            ],
        ),
        "MNIST": ("image", [str(data_file("images/mnist.npz"))]),
        "USPS": ("image", [str(data_file("images/usps.npz"))]),
        "Adult": ("tabular", [str(data_file("tabular/adult.parquet")), *table]),
        "Vowel": ("tabular", [str(data_file("tabular/vowel.parquet")), *table]),
    }


def compared(kind: str, data: list[str], home: str) -> dict[str, Any]:
    """All methods of a kind on one set, as the command line says it."""
    from core.pretrain import methods_for

    keys = [m.key for m in methods_for(kind) if not m.baseline and m.key not in OUTSIDE]  # type: ignore[arg-type]
    keys = [key for key in keys if "random" not in key]  # stands beside each already
    return command_line(home, "compare", *data, *keys)


def table(results: dict[str, Any]) -> str:
    """The results as Markdown."""
    lines = []
    for name, found in results.items():
        for one in found["entries"]:
            score = one["accuracy"]
            shown = f"{score['value']:.3f} ({score['low']:.3f} to {score['high']:.3f})"
            if "method" not in one:
                lines.append([name, one["key"], shown, "", "", "", ""])
                continue
            lines.append(
                [
                    name,
                    one["method"],
                    shown,
                    f"{one['random']['value']:.3f}" if one.get("random") else "",
                    f"{one['seconds']:.1f}",
                    f"{one['memory_mb']:.0f}",
                    f"{one['bytes'] / 2**20:.1f}",
                ]
            )
    header = [
        "set",
        "method",
        "5 labels per class",
        "random features",
        "seconds",
        "MB",
        "MB on disk",
    ]
    return markdown(header, lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", nargs="*", help="names of sets; all otherwise")
    parser.add_argument("--quick", action="store_true", help="small built-in sets; not recorded")
    options = parser.parse_args()
    chosen = (
        {"digits": ("image", ["digits"]), "breast cancer": ("tabular", ["breast_cancer"])}
        if options.quick
        else sets()
    )
    results = {}
    with tempfile.TemporaryDirectory() as home:
        for name, (kind, data) in chosen.items():
            if options.sets and name not in options.sets:
                continue
            results[name] = compared(kind, data, home)
            print(table({name: results[name]}), flush=True)
            if not options.quick:  # each set as it is done: all of them take a while
                record(name, results[name])


def record(name: str, found: dict[str, Any]) -> None:
    """Add a set to what is recorded, with the machine as it was."""
    path = RESULTS / "methods.json"
    known = json.loads(path.read_text("utf-8"))["results"] if path.exists() else {}
    here = machine("scikit-learn", "gensim")
    write_json(
        "methods",
        {
            "command": "python benchmarks/methods.py",
            "results": known | {name: {"machine": here, **found}},
        },
    )


if __name__ == "__main__":
    main()
