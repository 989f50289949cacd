"""Docstrings of the installed packages: real text, 13 classes, and a related unlabelled pool."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import metadata, util
from typing import Any

import numpy as np
import pandas as pd

from core.data.built_in.base import SEED, BuiltIn, split, test_share
from core.data.built_in.docstrings import (
    Docstring,
    find_sources,
    modules_inside,
    read_docstrings,
)
from core.data.built_in.masking import MASK, Masker
from core.data.dataset import UNLABELLED, Dataset
from core.data.duplicates import first_of_each, near_groups, row_codes
from core.errors import BadData
from core.params import Value
from core.progress import Progress

#: Packages that are read where they are installed, with the name they are distributed by.
PACKAGES = {
    "numpy": "numpy",
    "scipy": "scipy",
    "pandas": "pandas",
    "sklearn": "scikit-learn",
    "streamlit": "streamlit",
    "altair": "altair",
    "joblib": "joblib",
    "requests": "requests",
}
#: The package whose subpackages are the classes.
TARGET = "scipy"
CLASSES = (
    "cluster",
    "fft",
    "integrate",
    "interpolate",
    "io",
    "linalg",
    "ndimage",
    "optimize",
    "signal",
    "sparse",
    "spatial",
    "special",
    "stats",
)
#: Docstrings of so many characters or fewer say too little.
SHORTEST = 80
# Part of the signature: raise it when the same packages would give other rows than before.
_RECIPE = 1

_ABOUT = (
    "Docstrings from the source of the Python packages installed here. The task: which part of "
    "SciPy does a docstring belong to? The docstrings of the other packages have no label and "
    "make up the pool. Names of packages and modules that would give the answer away read "
    f"“{MASK}”. The texts are under the licences of their packages (BSD and Apache)."
)


def _installed() -> list[str]:
    return [name for name in PACKAGES if util.find_spec(name) is not None]


def _signature(options: Mapping[str, Value]) -> dict[str, Any]:
    versions = {name: metadata.version(PACKAGES[name]) for name in _installed()}
    return {**options, "recipe": _RECIPE, "packages": versions}


def _label_of(name: str) -> str | None:
    package, _, rest = name.partition(".")
    part = rest.partition(".")[0]
    return part if package == TARGET and part in CLASSES else None


def _make(options: Mapping[str, Value], progress: Progress) -> Dataset:
    sources = find_sources(_installed())
    # the rest of the target's package is neither: close to the classes, but none of them
    sources = [s for s in sources if s.package != TARGET or _label_of(s.module)]
    modules = modules_inside(sources, TARGET)
    masker = Masker(PACKAGES, {name: modules.get(name, []) for name in CLASSES}, TARGET)
    found = read_docstrings(
        sources,
        longer_than=SHORTEST,
        masker=masker,
        thorough_for=TARGET,
        progress=progress.part(0.0, 0.85),
    )
    progress.update(0.85, "Grouping docstrings that resemble each other")
    return assemble(found, options)


def assemble(found: list[Docstring], options: Mapping[str, Value]) -> Dataset:
    """Make the data set of masked docstrings.

    Of equal texts the first is kept, and none where they would have different labels. Those that
    resemble each other (templates filled in differently) are kept on one side of the split.
    """
    labels = [_label_of(one.name) for one in found]
    # labelled rows first: an equal text in the pool goes, not the labelled one
    order = sorted(range(len(found)), key=lambda i: labels[i] is None)
    codes = row_codes(np.array([found[i].text for i in order] or [""], dtype=object))[: len(order)]
    said: dict[int, set[str]] = {}
    for code, i in zip(codes.tolist(), order, strict=True):
        if (label := labels[i]) is not None:
            said.setdefault(code, set()).add(label)
    kept = [
        order[place]
        for place in first_of_each(codes).tolist()
        if len(said.get(int(codes[place]), ())) < 2
    ]
    names = tuple(sorted({label for i in kept if (label := labels[i]) is not None}))
    if not names:
        raise BadData(
            f"No docstrings of {TARGET} were found.",
            hint="They are read from its Python sources, which this installation seems to lack.",
        )
    codes_of = {name: code for code, name in enumerate(names)}
    target = np.array(
        [codes_of[label] if (label := labels[i]) is not None else UNLABELLED for i in kept],
        dtype=np.int32,
    )
    texts = np.array([found[i].text for i in kept], dtype=object)
    labelled = int((target != UNLABELLED).sum())
    groups = np.arange(len(kept))
    groups[:labelled] = near_groups(texts[:labelled].tolist())
    groups[labelled:] += labelled
    where = [found[i].name for i in kept]
    return Dataset(
        name="python_docs",
        title="Python docs",
        modality="text",
        rows=texts,
        labels=target,
        classes=names,
        test=split(target, groups, options),
        domain=np.array([name.partition(".")[0] for name in where], dtype=object),
        group=np.array([str(group) for group in groups], dtype=object),
        extra=pd.DataFrame({"name": np.array(where, dtype=object)}),
        about=_ABOUT,
    )


BUILT_IN = BuiltIn(
    key="python_docs",
    title="Python docs",
    about=_ABOUT,
    modality="text",
    params=(test_share(0.5), SEED),
    network=False,
    make=_make,
    signature=_signature,
)
