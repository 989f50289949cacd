"""From pictures to a data set."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core.data.dataset import UNLABELLED, Dataset
from core.data.formats.tidy import many
from core.data.labels import MAX_CLASSES, class_order
from core.data.pictures.shaping import Pictures
from core.data.sides import check_share, check_sides, own_split
from core.errors import BadData
from core.types import Bools, Ints

_KINDS = {"zip": "the archive", "npz": "the arrays", "folder": "the folder"}


def dataset_from_pictures(
    pictures: Pictures, *, name: str, test_share: float = 0.25, seed: int = 0
) -> Dataset:
    """Make a data set of pictures.

    Parameters
    ----------
    pictures : Pictures
        As read by :func:`core.data.pictures.read_pictures`.
    name : str
        Name of the data set.
    test_share : float, default=0.25
        Share of the labelled pictures to test, where the upload has no test part: each class in
        proportion, equal pictures on one side.
    seed : int, default=0
        Of that split.

    Returns
    -------
    Dataset
        Of modality "image"; ``extra`` has the names of files, where there were files.

    Raises
    ------
    BadData
        When there are too few pictures, too many classes, or a side that nothing can be learned
        or measured with.
    BadParam
        When ``test_share`` is out of range.
    """
    check_share(test_share)
    count = len(pictures.images)
    if count < 2:
        raise BadData(
            f"{pictures.name} holds only one picture; at least two are needed to learn anything.",
            hint="Add pictures.",
        )
    notes = list(pictures.notes)
    classes = tuple(sorted({one for one in pictures.labels if one is not None}, key=class_order))
    if len(classes) > MAX_CLASSES:
        raise BadData(
            f"{pictures.name} has {len(classes):,} classes; at most {MAX_CLASSES:,} are taken.",
            hint="Each class should be one folder with several pictures in it.",
        )
    place = {one: code for code, one in enumerate(classes)}
    codes: Ints = np.array(
        [UNLABELLED if one is None else place[one] for one in pictures.labels], np.int32
    )
    test = _test(pictures, codes, notes, test_share=test_share, seed=seed)
    if classes:
        check_sides(
            codes,
            test,
            classes,
            notes,
            source="after splitting" if pictures.parts is None else "by the upload's own parts",
            choose="Add labelled pictures" + (" to that part" if pictures.parts else ""),
            things="pictures",
        )
    options: dict[str, Any] = {
        "file": pictures.name,
        "format": pictures.kind,
        "size": list(pictures.images.shape[1:3]),
        "test_share": test_share if pictures.parts is None else None,
        "seed": seed if pictures.parts is None else None,
        "notes": notes,
    }
    return Dataset(
        name=name,
        title=name,
        modality="image",
        rows=pictures.images,
        labels=codes,
        classes=classes,
        test=test,
        extra=None if pictures.files is None else pd.DataFrame({"file": pictures.files}),
        about=f"{many(count, 'picture')} from {_KINDS[pictures.kind]} {pictures.name}.",
        options=options,
    )


def _test(
    pictures: Pictures, codes: Ints, notes: list[str], *, test_share: float, seed: int
) -> Bools:
    if pictures.parts is None:
        return own_split(
            pictures.images, codes, notes, test_share=test_share, seed=seed, thing="picture"
        )
    validation = pictures.parts.count("validation")
    if validation:
        notes.append(
            f"The validation part ({many(validation, 'picture')}) is learned from like training "
            "pictures; settings are chosen on parts of those."
        )
    test: Bools = np.array([part == "test" for part in pictures.parts], dtype=bool)
    idle = int(np.count_nonzero(test & (codes == UNLABELLED)))
    if idle:
        notes.append(
            "Without a label in the test part, and so neither tested nor learned from: "
            f"{many(idle, 'picture')}."
        )
    return test
