"""A large pretrained sentence encoder beside word vectors learned on the set itself.

BANKING77, five labels per class, five draws, the same head: what a model that others pretrained on a
billion pairs of sentences buys over vectors learned in seconds on the 10,003 unlabelled training
questions, and what it costs on the CPU. Needs requirements-transformers.txt, and the model: a folder
on this machine, or a name on the hub and a network.

    python benchmarks/sentences.py [--model sentence-transformers/all-MiniLM-L6-v2]
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

from common import command_line, data_file, machine, markdown, write_json

_SET = ("--text-column", "text", "--label-column", "label", "--split-column", "split")
_BUDGET = ("--labels-per-class", "5", "--draws", "5", "--no-curve")


def finetuned(home: str, method: str, *more: str) -> dict[str, Any]:
    """What the command line says of a fine-tuning."""
    data = str(data_file("text/banking77.parquet"))
    return command_line(home, "finetune", data, method, *more, *_SET, *_BUDGET)


def main() -> None:
    """Both encoders, the table, the JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="sentence-transformers/all-MiniLM-L6-v2")
    parser.add_argument("--title", help="what to call the model; else the end of its name")
    chosen = parser.parse_args()
    title = chosen.title or Path(chosen.model).name
    with tempfile.TemporaryDirectory() as home:
        runs = {
            "word vectors (PPMI + SVD)": finetuned(home, "ppmi"),
            title: finetuned(home, "sentences", "--set", f"model={chosen.model}"),
        }
    results = {
        name: {
            "accuracy": run["over_draws"]["accuracy"],
            "interval": run["over_draws"]["accuracy_interval"],
            "learn_seconds": run["encoder"]["learned_in_seconds"],
            "seconds": run["seconds"]["total"],
            "peak_memory_mb": run["peak_memory_mb"],
        }
        for name, run in runs.items()
    }
    first = next(iter(runs.values()))["over_draws"]
    results["nothing learned (TF-IDF)"] = {
        "accuracy": first["baseline_accuracy"],
        "interval": first["baseline_accuracy_interval"],
    }
    print(
        markdown(
            ["BANKING77, 5 labels per class", "accuracy", "seconds to learn and encode", "MB"],
            [
                [
                    name,
                    f"{one['accuracy']:.3f} ({one['interval'][0]:.3f} to {one['interval'][1]:.3f})",
                    f"{one['learn_seconds']:.0f}" if "learn_seconds" in one else "",
                    f"{one['peak_memory_mb']:.0f}" if "peak_memory_mb" in one else "",
                ]
                for name, one in results.items()
            ],
        )
    )
    write_json(
        "sentences",
        {
            "claim": "A sentence encoder on equal terms with word vectors",
            "command": "python benchmarks/sentences.py",
            "model": title,
            "machine": machine("scikit-learn", "torch", "sentence-transformers"),
            "results": results,
        },
    )


if __name__ == "__main__":
    main()
