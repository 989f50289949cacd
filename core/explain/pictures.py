"""Which places of a picture decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from core.errors import BadParam
from core.explain.linear import linear_numbers
from core.finetune.classifier import Classifier
from core.pretrain.patches import PatchEncoder
from core.pretrain.sizes import to_shape
from core.types import Floats

MapKind: TypeAlias = Literal["patches", "pixels", "occlusion"]
Cell: TypeAlias = tuple[int, int, int, int]

_LEAST = 1e-6  # one part in a million keeps the logarithm of a probability in sight


@dataclass(frozen=True, eq=False)
class PictureContributions:
    """What each place of a picture adds to the score of a class.

    Attributes
    ----------
    values : ndarray, shape (rows, columns)
        Over the picture, evenly spaced: for "pixels" one a pixel, for "patches" one for the
        patch around each place, for "occlusion" one for each square that was covered. Positive
        speaks for the class.
    picture : ndarray, shape (h, w) or (h, w, c)
        The picture as the model sees it: brought to the size that it learned from.
    cells : list of (top, bottom, left, right)
        The pixels that each value stands for, row by row.
    base : float
        What is there for the average picture ("patches"), or for a black one ("pixels").
    score : float
        Where ``exact``, the linear score of the class: ``base + values.sum()``. Otherwise the
        logarithm of its probability.
    label : int
        Code of the class explained.
    kind : {"patches", "pixels", "occlusion"}
        How it was found.
    """

    values: Floats
    picture: npt.NDArray[Any]
    cells: list[Cell]
    base: float
    score: float
    label: int
    kind: MapKind

    @property
    def exact(self) -> bool:
        """Whether the parts add up to the score."""
        return self.kind != "occlusion"

    def by_pixel(self) -> Floats:
        """Each value spread evenly over the pixels that it stands for; the sum stays the same."""
        heat = np.zeros(self.picture.shape[:2])
        for value, (top, bottom, left, right) in zip(self.values.ravel(), self.cells, strict=True):
            heat[top:bottom, left:right] += value / ((bottom - top) * (right - left))
        return heat


def kinds_of_maps(classifier: Classifier) -> tuple[MapKind, ...]:
    """The maps that a classifier of pictures allows, the most exact first."""
    if classifier.linear() is not None and isinstance(classifier.encoder, PatchEncoder):
        return ("patches", "occlusion")
    if linear_numbers(classifier) is not None:
        return ("pixels", "occlusion")
    return ("occlusion",)


def explain_picture(
    classifier: Classifier,
    image: npt.NDArray[Any],
    *,
    label: int | None = None,
    kind: MapKind | None = None,
    grid: int = 14,
) -> PictureContributions:
    """Say what each place of a picture adds to the score of a class.

    "patches": exact for patch features under a linear head. A number of the row is the square
    root of the activations that a filter has over a part of the picture, so each patch gets its
    share of that root, as large as its share of the activations; the average picture of the
    pool, which the encoder takes off, is spread evenly over the places of a part.

    "pixels": exact for pixels and principal components under a linear head.

    "occlusion": how much the logarithm of the probability falls when a square is covered with
    the mean colour of the picture's border (Zeiler & Fergus 2014). For any model.

    Parameters
    ----------
    classifier : Classifier
        Of pictures.
    image : ndarray, shape (h, w) or (h, w, c)
        One picture.
    label : int, optional
        Code of the class to explain; the likeliest by default.
    kind : {"patches", "pixels", "occlusion"}, optional
        By default the most exact one that the classifier allows.
    grid : int
        Squares from side to side, for occlusion; each covers two such steps each way.

    Raises
    ------
    BadParam
        When there is no such class, it was never seen, or the classifier does not allow the kind.
    """
    allowed = kinds_of_maps(classifier)
    if kind is not None and kind not in allowed:
        raise BadParam(
            f"A map of kind {kind!r} cannot be drawn for this classifier.",
            hint=f"It allows {' and '.join(allowed)}.",
        )
    image = np.asarray(image)
    if label is None:
        label = int(classifier.predict_proba(image[None])[0].argmax())
    if label not in classifier.head.classes_:
        raise BadParam(
            f"The classifier never saw a picture of class number {label}, so nothing speaks for "
            "or against it.",
            hint="Choose another class.",
        )
    kind = kind or allowed[0]
    if kind == "patches":
        return _by_patch(classifier, image, label)
    if kind == "pixels":
        return _by_pixel(classifier, image, label)
    return _by_occlusion(classifier, image, label, grid)


def grid_cells(shape: tuple[int, ...], grid: int) -> list[Cell]:
    """Cut a picture of that height and width into cells, row by row, as equal as they can be.

    Raises
    ------
    BadParam
        When ``grid`` is below 1.
    """
    if grid < 1:
        raise BadParam(f"grid cannot be {grid}.", hint="It takes a whole number from 1.")
    down, across = (np.linspace(0, side, min(grid, side) + 1).round().astype(int) for side in shape)
    return [
        (int(top), int(bottom), int(left), int(right))
        for top, bottom in pairwise(down)
        for left, right in pairwise(across)
    ]


def covered(image: npt.NDArray[Any], cells: Sequence[Cell]) -> npt.NDArray[Any]:
    """A copy of a picture with cells covered by the mean colour of its border."""
    result = image.copy()
    edge = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    colour = edge.mean(axis=0)
    if image.dtype.kind in "ui":
        colour = np.rint(colour)
    for top, bottom, left, right in cells:
        result[top:bottom, left:right] = colour
    return result


def _by_occlusion(
    classifier: Classifier, image: npt.NDArray[Any], label: int, grid: int
) -> PictureContributions:
    height, width = image.shape[:2]
    cells = grid_cells((height, width), grid)
    # a square wider than its cell: what stands on an edge is covered whole at least once
    wide = []
    for top, bottom, left, right in cells:
        more, beside = (bottom - top) // 2, (right - left) // 2
        wide.append(
            (
                max(top - more, 0),
                min(bottom + more, height),
                max(left - beside, 0),
                min(right + beside, width),
            )
        )
    rows = np.stack([image, covered(image, grid_cells((height, width), 1))])
    rows = np.concatenate([rows, np.stack([covered(image, [cell]) for cell in wide])])
    logs = np.log(np.clip(classifier.predict_proba(rows)[:, label], _LEAST, 1.0))
    down = len({top for top, *_ in cells})
    return PictureContributions(
        values=(logs[0] - logs[2:]).reshape(down, -1),
        picture=image,
        cells=cells,
        base=float(logs[1]),
        score=float(logs[0]),
        label=label,
        kind="occlusion",
    )


def _by_pixel(classifier: Classifier, image: npt.NDArray[Any], label: int) -> PictureContributions:
    linear = linear_numbers(classifier)
    assert linear is not None  # noqa: S101 - or this kind is not allowed
    shape = linear.numbers.image_shape or ()
    values = linear.numbers.transform(image[None])[0].astype(np.float64) * linear.weights[label]
    values = values.reshape(shape[0], shape[1], -1).sum(axis=2)
    base = float(linear.intercepts[label])
    height, width = values.shape
    return PictureContributions(
        values=values,
        picture=to_shape(image[None], shape)[0],
        cells=[(i, i + 1, j, j + 1) for i in range(height) for j in range(width)],
        base=base,
        score=base + float(values.sum()),
        label=label,
        kind="pixels",
    )


def _by_patch(classifier: Classifier, image: npt.NDArray[Any], label: int) -> PictureContributions:
    encoder, linear = classifier.encoder, classifier.linear()
    assert isinstance(encoder, PatchEncoder) and linear is not None  # noqa: S101, PT018 - allowed
    weights, intercepts = linear
    active = encoder.activations(image).astype(np.float64)
    k, down, across = active.shape
    grid = encoder.grid
    # one weight a filter and part, as the head sees the root of the sum of activations
    scaled = weights[label] / (encoder.scale_ * np.sqrt(len(encoder.scale_)))
    scaled = scaled.reshape(grid * grid, k)
    usual = (scaled * encoder.centre_.reshape(grid * grid, k)).sum(axis=1)
    rows, columns = np.arange(down) * grid // down, np.arange(across) * grid // across
    part = rows[:, None] * grid + columns
    flat, places = active.reshape(k, -1), part.ravel()
    values = np.zeros(len(places))
    for cell in range(grid * grid):
        inside = np.flatnonzero(places == cell)
        if not len(inside):  # fewer places than parts: such a part is empty in every picture
            continue
        sums = flat[:, inside].sum(axis=1)
        roots = np.sqrt(sums)
        share = np.divide(scaled[cell], roots, out=np.zeros(k), where=roots > 0)
        values[inside] = share @ flat[:, inside] - usual[cell] / len(inside)
    base = float(intercepts[label])
    shape = encoder.shape_ if encoder.shape_[2] > 1 else encoder.shape_[:2]
    side = encoder.side_
    return PictureContributions(
        values=values.reshape(down, across),
        picture=to_shape(image[None], shape)[0],
        cells=[(i, i + side, j, j + side) for i in range(down) for j in range(across)],
        base=base,
        score=base + float(values.sum()),
        label=label,
        kind="patches",
    )
