"""Predictions for pictures of one's own: one file, several, or an archive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core.data.pictures import PictureLimits, Shaping, read_pictures
from core.data.pictures.decode import decode
from core.data.pictures.files import BrokenFile, shown
from core.errors import BadData
from core.finetune.deciding import by_threshold, probability_of
from core.jobs.taking import picture_shape
from core.progress import SILENT, Progress

if TYPE_CHECKING:
    import pandas as pd

    from core.finetune.classifier import Classifier
    from core.jobs.doubting import Sayer

_BLOCK = 512  # pictures between two reports of progress
_SIDE = 64  # of pictures for a classifier that does not say


def read_picture(classifier: Classifier, content: bytes, name: str) -> npt.NDArray[np.uint8]:
    """One PNG or JPEG file as a picture of the size that a classifier learned from.

    Proportions are kept, as when a data set is made of pictures: margins take the mean colour of
    the border.

    Raises
    ------
    BadData
        When it is no such file, damaged or far too large.
    """
    height, width, grey = _wanted(classifier)
    limits = PictureLimits()
    if len(content) > limits.max_file:
        raise BadData(
            f"{shown(name)} has {len(content) / 2**20:.0f} MB; at most "
            f"{limits.max_file // 2**20} MB are read.",
            hint="Make the picture smaller.",
        )
    try:
        return decode(content, (height, width), fit="letterbox", grey=grey, limits=limits)
    except BrokenFile as error:
        raise BadData(
            f"{shown(name)} cannot be used: {error}.", hint="Save it anew as PNG or JPEG."
        ) from error


def read_upload(
    classifier: Classifier, files: Sequence[tuple[str, bytes]], *, progress: Progress = SILENT
) -> tuple[npt.NDArray[np.uint8], list[str]]:
    """All pictures of PNG and JPEG files and of zip archives of such, with their names.

    Raises
    ------
    BadData
        When there is none, or one cannot be read.
    """
    height, width, _ = _wanted(classifier)
    images: list[npt.NDArray[np.uint8]] = []
    names: list[str] = []
    for done, (name, content) in enumerate(files):
        part = progress.part(done / len(files), (done + 1) / len(files))
        if name.lower().endswith(".zip"):
            found = read_pictures(
                content, name, shaping=Shaping(side=max(height, width)), progress=part
            )
            images.extend(found.images)
            names.extend(found.files or _numbered(name, len(found.images)))
        else:
            part.update(0.0, f"Reading {shown(name)}")
            images.append(read_picture(classifier, content, name))
            names.append(name)
    if not images:
        raise BadData("There are no pictures.", hint="Bring PNG or JPEG files, or a zip of them.")
    return _alike(images), names


def predict_pictures(
    classifier: Classifier,
    images: npt.NDArray[Any],
    names: Sequence[str],
    *,
    all_classes: bool = False,
    doubts: Sayer | None = None,
    progress: Progress = SILENT,
) -> pd.DataFrame:
    """Classify pictures.

    Parameters
    ----------
    classifier : Classifier
        Of pictures.
    images : ndarray, shape (n, h, w) or (n, h, w, c)
    names : sequence of str, length n
        What each is called.
    all_classes : bool
        Whether to add the probability of every class.
    doubts : callable, optional
        Says what is to be said against each answer (:func:`core.jobs.doubting.doubter`).

    Returns
    -------
    DataFrame
        Columns ``file``, ``prediction`` and ``probability``; where a class has a threshold also
        ``by threshold``, with ``all_classes`` also ``probability of <class>`` each, with
        ``doubts`` also ``doubt`` (as :func:`core.jobs.predictions.predict_table` has them).
    """
    import pandas as pd

    proba = np.zeros((len(images), len(classifier.classes)))
    said: list[str] = []
    for start in range(0, len(images), _BLOCK):
        progress.update(start / len(images), "Predicting")
        part = slice(start, start + _BLOCK)
        proba[part] = classifier.predict_proba(images[part])
        if doubts is not None:
            said += doubts(images[part], proba[part])
    classes = np.array(classifier.classes, dtype=object)
    codes = classifier.answers(proba)
    columns: dict[str, Any] = {
        "file": list(names),
        "prediction": classes[codes],
        "probability": probability_of(proba, codes),
    }
    if classifier.threshold is not None:
        columns["by threshold"] = by_threshold(proba, classifier.threshold)
    if all_classes:
        columns |= {f"probability of {name}": proba[:, i] for i, name in enumerate(classes)}
    if doubts is not None:
        columns["doubt"] = said
    return pd.DataFrame(columns)


def _wanted(classifier: Classifier) -> tuple[int, int, bool]:
    """Height, width, and whether pictures shall be grey."""
    shape = picture_shape(classifier) or (_SIDE, _SIDE)
    return shape[0], shape[1], len(shape) == 2 or shape[2] == 1


def _numbered(name: str, count: int) -> list[str]:
    """Names for pictures of arrays, which have none."""
    return [f"{name} {i + 1}" for i in range(count)]


def _alike(images: Sequence[npt.NDArray[np.uint8]]) -> npt.NDArray[np.uint8]:
    """One array: grey ones get three channels beside coloured ones; sizes are the encoder's."""
    from core.pretrain.sizes import to_shape

    coloured = any(image.ndim == 3 for image in images)
    height, width = images[0].shape[:2]
    shape = (height, width, 3) if coloured else (height, width)
    return np.concatenate([to_shape(image[None], shape) for image in images])
