"""Patch features of pictures: how fast, and what they buy with few labels and with all.

Encoding: ours beside the plain route (``extract_patches_2d``, then ``MiniBatchKMeans.transform``
and sums in NumPy, picture by picture), with the same filters on the same MNIST pictures, in turn,
in one run. Few labels: filters learned on the 60,000 training pictures without labels, default
settings; a linear SVM (``LinearSVC(C=1)``) on k labels per class, ten draws, beside the same on
pixels and on PCA; the 10,000 test pictures. All labels: more filters and larger patches, and our
linear SVM on all 60,000; how strict it is (C) is chosen on 10,000 training pictures that the first
50,000 have not seen.

    python benchmarks/patches.py [--repeats 5] [--pictures 400] [--quick]
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
from common import (
    data_file,
    machine,
    markdown,
    median,
    peak_memory_mb,
    stopwatch,
    timings,
    write_json,
)

BARS = {"times_faster": 2.5, "accuracy_10": 0.88, "accuracy_all": 0.990}
BUDGETS = (1, 5, 10, 20, 50)
DRAWS = 10
ALL = {"patch": 8, "filters": 1600, "grid": 3}
STRICTNESS = (10.0, 100.0)
HELD_OUT = 10_000


def plain(encoder: Any, means: Any, images: Any) -> Any:
    """The same features by NumPy and scikit-learn, a picture at a time to keep memory low."""
    from sklearn.feature_extraction.image import extract_patches_2d

    side, grid = encoder.side_, encoder.grid
    rows = []
    for image in images:
        down, across = image.shape[0] - side + 1, image.shape[1] - side + 1
        patches = extract_patches_2d(image, (side, side)).reshape(down * across, -1)
        patches = patches.astype(np.float32) / 255
        patches -= patches.mean(axis=1, keepdims=True)
        patches /= np.sqrt(patches.var(axis=1, keepdims=True) + 10 / 255**2)
        apart = means.transform((patches - encoder.mean_) @ encoder.whiten_)
        active = np.maximum(apart.mean(axis=1, keepdims=True) - apart, 0)
        active = active.reshape(down, across, -1)
        tops, lefts = np.arange(down) * grid // down, np.arange(across) * grid // across
        cells = [
            active[np.ix_(tops == i, lefts == j)].sum(axis=(0, 1))
            for i in range(grid)
            for j in range(grid)
        ]
        rows.append(np.sqrt(np.concatenate(cells)))
    features = (np.asarray(rows) - encoder.centre_) / encoder.scale_
    return features / np.sqrt(features.shape[1])


def speed(pool: Any, count: int, repeats: int) -> dict[str, Any]:
    """Pictures a second, ours and the plain route, and how far their features are apart."""
    from sklearn.cluster import MiniBatchKMeans

    from core.pretrain.patches import PatchEncoder

    encoder = PatchEncoder().fit(pool[:5_000])
    means = MiniBatchKMeans(len(encoder.filters_), n_init=1, max_iter=1)
    means.fit(encoder.filters_).cluster_centers_ = encoder.filters_
    images = pool[-count:]
    apart = float(np.abs(encoder.transform(images) - plain(encoder, means, images)).max())
    ours, theirs = [], []
    for _ in range(repeats):
        theirs += timings(lambda: plain(encoder, means, images), repeats=1)
        ours += timings(lambda: encoder.transform(images), repeats=1)
    return {
        "pictures": count,
        "filters": len(encoder.filters_),
        "images_per_second": count / median(ours),
        "plain_images_per_second": count / median(theirs),
        "times_faster": median(theirs) / median(ours),
        "largest_difference": apart,
    }


def few(X: Any, y: Any, X_test: Any, y_test: Any) -> dict[str, Any]:
    """Accuracy with k labels per class, by representation."""
    from sklearn.svm import LinearSVC

    from core.params import resolve
    from core.pretrain import get_method

    found = {}
    for name, key in (("pixels", "raw"), ("PCA", "lsa"), ("patch features", "patches")):
        method = get_method(key)
        encoder = method.make(resolve(method.params), 0)
        with stopwatch() as learning:
            encoder.fit(X)
        rows = np.unique(np.concatenate([_draw(y, max(BUDGETS), s) for s in range(DRAWS)]))
        train, test = encoder.transform(X[rows]), encoder.transform(X_test)
        scores = {}
        for k in BUDGETS:
            each = []
            for seed in range(DRAWS):
                at = np.searchsorted(rows, _draw(y, k, seed))
                head = LinearSVC(C=1, random_state=0).fit(train[at], y[rows[at]])
                each.append(float(head.score(test, y_test)))
            scores[str(k)] = {"mean": float(np.mean(each)), "sd": float(np.std(each, ddof=1))}
        found[name] = {"learn_seconds": learning.seconds, "accuracy": scores}
        print(name, {k: round(v["mean"], 4) for k, v in scores.items()}, flush=True)
    return found


def _draw(y: Any, k: int, seed: int) -> Any:
    random = np.random.RandomState(seed)
    classes = [random.permutation(np.flatnonzero(y == c))[:k] for c in np.unique(y)]
    return np.concatenate(classes)


def everything(X: Any, y: Any, X_test: Any, y_test: Any) -> dict[str, Any]:
    """Accuracy with all labels."""
    from core.finetune.heads.svm import SvmHead
    from core.finetune.repeated_squares import products, squared_hinge
    from core.pretrain.patches import PatchEncoder

    with stopwatch() as learning:
        encoder = PatchEncoder(**ALL).fit(X)
    with stopwatch() as encoding:
        train = encoder.transform(X)
    first, ones = slice(0, len(X) - HELD_OUT), np.ones(len(X) - HELD_OUT)
    gram = products(train[first], ones)
    chosen = {}
    for C in STRICTNESS:
        found = squared_hinge(train[first], y[first].astype(int), C=C, weights=ones, gram=gram)
        scores = train[-HELD_OUT:] @ found.coef.T + found.intercept
        chosen[C] = float((scores.argmax(axis=1) == y[-HELD_OUT:]).mean())
        print(f"C={C:g}: {chosen[C]:.4f} of the held-out training pictures", flush=True)
    del gram  # .8 GB
    best = max(chosen, key=lambda C: chosen[C])
    with stopwatch() as tuning:
        head = SvmHead(C=best).fit(train, y)
    return {
        "settings": ALL,
        "held_out_accuracy": {str(C): value for C, value in chosen.items()},
        "C": best,
        "accuracy": float((head.predict(encoder.transform(X_test)) == y_test).mean()),
        "learn_seconds": learning.seconds,
        "encode_seconds": encoding.seconds,
        "images_per_second": len(X) / encoding.seconds,
        "head_seconds": tuning.seconds,
        "peak_memory_mb": peak_memory_mb(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--pictures", type=int, default=400)
    parser.add_argument("--quick", action="store_true", help="speed only; not recorded")
    args = parser.parse_args()
    data = np.load(data_file("images") / "mnist.npz")
    X, y, X_test, y_test = (data[name] for name in ("X_train", "y_train", "X_test", "y_test"))
    fast = speed(X, args.pictures, args.repeats)
    print(
        markdown(
            ["encoding", "images per second"],
            [
                ["plain route", f"{fast['plain_images_per_second']:.0f}"],
                ["Warmstart", f"{fast['images_per_second']:.0f}"],
            ],
        )
    )
    print(f"{fast['times_faster']:.1f} times as fast; apart by {fast['largest_difference']:.1e}")
    if args.quick:
        return
    scores = few(X, y, X_test, y_test)
    print(
        markdown(
            ["labels per class", *map(str, BUDGETS)],
            [
                [name, *(f"{found['accuracy'][str(k)]['mean']:.3f}" for k in BUDGETS)]
                for name, found in scores.items()
            ],
        )
    )
    whole = everything(X, y, X_test, y_test)
    print(f"All 60,000 labels: {whole['accuracy']:.4f}, {whole['images_per_second']:.0f} images/s")
    write_json(
        "patches",
        {
            "command": "python benchmarks/patches.py",
            "machine": machine("scikit-learn"),
            "bars": BARS,
            "speed": fast,
            "few_labels": scores,
            "all_labels": whole,
        },
    )


if __name__ == "__main__":
    main()
