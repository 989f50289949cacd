"""Self-organising maps: ours beside MiniSom in one run.

Digits (1,797 x 64, divided by 16; 16 x 16 cells, sigma 4, 20,000 steps of MiniSom) and MNIST
(20,000 x 784, divided by 255; 20 x 20 cells, sigma 5, 20,000 steps). Quantization and topographic
error on all digits, and on the first 5,000 rows of MNIST, each by the same rule: mean distance to
the nearest cell; share of rows whose two nearest cells do not touch by a side or a corner.
Medians, in turn.

    python benchmarks/som.py [--repeats 5] [--quick]
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np
from common import data_file, machine, markdown, median, write_json

BARS = {"topographic": 0.05, "speed": 15.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="digits once; not recorded")
    args = parser.parse_args()

    from minisom import MiniSom
    from sklearn.datasets import load_digits

    from core.pretrain.som_map import Map

    sets: dict[str, tuple[Any, Any, int, float]] = {}
    digits = (load_digits().data / 16).astype(np.float32)
    sets["digits"] = (digits, digits, 16, 4.0)
    if not args.quick:
        pictures = np.load(data_file("images") / "mnist.npz")["X_train"][:20_000]
        mnist = (pictures.reshape(len(pictures), -1) / 255).astype(np.float32)
        sets["MNIST, 20,000"] = (mnist, mnist[:5_000], 20, 5.0)
    rows, record = [], {}
    for name, (X, probe, side, sigma) in sets.items():
        ours: list[float] = []
        theirs: list[float] = []
        repeats = 1 if args.quick else args.repeats
        for _ in range(repeats):
            begun = time.perf_counter()
            mini = MiniSom(side, side, X.shape[1], sigma=sigma, learning_rate=0.5, random_seed=0)
            mini.train(X, 20_000)
            theirs.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            learned = Map(side, side, topology="rectangular", radius=sigma, random_state=0).fit(X)
            ours.append(time.perf_counter() - begun)
        peer = Map(side, side, topology="rectangular", passes=1).fit(probe[:10])
        peer.weights_ = mini.get_weights().reshape(side * side, -1).astype(np.float32)
        found = {
            "MiniSom": (median(theirs), *peer.errors(probe)),
            "Warmstart": (median(ours), *learned.errors(probe)),
        }
        for way, (seconds, quantization, topographic) in found.items():
            rows.append([name, way, f"{seconds:.3f}", f"{quantization:.3f}", f"{topographic:.3f}"])
        record[name] = {
            way: {"seconds": s, "quantization_error": q, "topographic_error": t}
            for way, (s, q, t) in found.items()
        } | {"times_faster": median(theirs) / median(ours)}
    print(markdown(["data", "map", "seconds", "quantization error", "topographic error"], rows))
    for name, found_ in record.items():
        print(f"{name}: {found_['times_faster']:.0f} times as fast")
    if args.quick:
        return
    write_json(
        "som",
        {
            "command": "python benchmarks/som.py",
            "machine": machine("scikit-learn", "minisom"),
            "bars": BARS,
            "sets": record,
        },
    )


if __name__ == "__main__":
    main()
