"""What an autoencoder gives back of rows, beside the rows themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.errors import NotFound
from core.pretrain.autoencoder import AutoencoderEncoder
from core.pretrain.base import Encoder
from core.pretrain.components import Components
from core.progress import SILENT, Progress
from core.types import Floats, Rows, State


@dataclass(frozen=True)
class ColumnError:
    """How badly a column of a table is given back.

    Attributes
    ----------
    name : str
        Of the column.
    lost : float
        Share of its variance that is lost: 0 is all right, 1 no better than the mean.
    """

    name: str
    lost: float


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """Some rows as a model sees them, and as it gives them back.

    Attributes
    ----------
    originals, rebuilt : ndarray of float32, shape (n, d)
        Numbers as the model gets them: pixels from 0 to 1, columns on one scale.
    error, pca_error : float
        Mean squared error of a number: of the model, and of PCA with as many dimensions. PCA
        is fitted on these very rows, so that it has a small advantage.
    dimensions : int
        Of both.
    """

    originals: Floats
    rebuilt: Floats
    error: float
    pca_error: float
    dimensions: int


def reconstruction(encoder: Encoder, rows: Rows, *, progress: Progress = SILENT) -> Reconstruction:
    """Give rows back, and hold the error against that of PCA.

    Raises
    ------
    NotFound
        When the encoder gives nothing back.
    """
    model = _autoencoder(encoder)
    originals = model.first_.transform(rows)
    rebuilt = model.decoded(model.network_.transform(originals))
    pca = Components(model.dimensions, random_state=0).fit(originals, progress=progress)
    straight = pca.transform(originals) @ pca.components_ + pca.mean_
    return Reconstruction(
        originals,
        rebuilt,
        float(np.square(rebuilt - originals).mean(dtype=np.float64)),
        float(np.square(straight - originals).mean(dtype=np.float64)),
        model.dimensions,
    )


def between(encoder: Encoder, rows: Rows, steps: int = 9) -> Floats:
    """What lies between two rows: decoded from evenly spaced places in the bottleneck.

    Parameters
    ----------
    encoder : Encoder
        A fitted autoencoder.
    rows : Rows
        Two rows.
    steps : int, default=9
        Places, both ends included.

    Returns
    -------
    ndarray of float32, shape (steps, d)
        As :attr:`Reconstruction.rebuilt`.

    Raises
    ------
    NotFound
        When the encoder gives nothing back.
    """
    model = _autoencoder(encoder)
    here, there = model.transform(rows)
    share = np.linspace(0, 1, steps, dtype=np.float32)[:, None]
    return model.decoded((1 - share) * here + share * there)


def pictures(encoder: Encoder, values: Floats) -> npt.NDArray[np.uint8] | None:
    """Numbers of rows as pictures (n, h, w) or (n, h, w, c); None where rows are no pictures."""
    shape = _autoencoder(encoder).first_.image_shape
    if shape is None:
        return None
    pixels = np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)
    return pixels.reshape(len(values), *shape)


def worst_columns(encoder: Encoder, found: Reconstruction) -> list[ColumnError]:
    """Columns of a table by how much of them is lost, the worst first; constant ones left out."""
    lost = np.square(found.rebuilt - found.originals).mean(axis=0, dtype=np.float64)
    had = found.originals.var(axis=0, dtype=np.float64)
    errors = [
        ColumnError(name, float(lost[places].sum() / had[places].sum()))
        for name, places in _columns(_autoencoder(encoder)).items()
        if had[places].sum() > 1e-9
    ]
    return sorted(errors, key=lambda one: -one.lost)


def cells(encoder: Encoder, values: Floats) -> dict[str, list[float | str]]:
    """Numbers of rows of a table as its columns: in their own units, or the likeliest category.

    Dates are days since 1970.
    """
    model = _autoencoder(encoder)
    state = model.first_.state()
    if state["kind"] == "image":
        return {}
    scale, mean = (
        np.asarray(state["columns"][name]) if state["columns"] else np.zeros(0)
        for name in ("scale", "mean")
    )
    kinds = _categories(state)
    found: dict[str, list[float | str]] = {}
    for place, (name, where) in enumerate(_columns(model).items()):
        if name in kinds:
            best = values[:, where].argmax(axis=1)
            found[name] = [[*kinds[name], "other"][i] for i in best.tolist()]
        else:
            own = values[:, where[0]].astype(np.float64) * scale[place] + mean[place]
            found[name] = [float(value) for value in own]
    return found


def _autoencoder(encoder: Encoder) -> AutoencoderEncoder:
    if not isinstance(encoder, AutoencoderEncoder):
        raise NotFound(
            f"A {type(encoder).__name__} gives no rows back.", hint="Choose an autoencoder."
        )
    return encoder


def _categories(state: State) -> dict[str, list[str]]:
    if state["kind"] != "table":
        return {}
    return {name: state["categories"][str(i)] for i, name in enumerate(state["categorical"])}


def _columns(model: AutoencoderEncoder) -> dict[str, list[int]]:
    """Which numbers of a row belong to which column, numeric ones first."""
    state, names = model.first_.state(), model.first_.names
    kinds = _categories(state)
    width = sum(len(known) + 1 for known in kinds.values())
    numeric = state["numeric"] if state["kind"] == "table" else []
    if state["kind"] == "array":
        numeric = names[: len(state["columns"]["median"])]
    # what says that values are missing stands between numeric columns and categories
    columns = {name: [place] for place, name in enumerate(numeric)}
    place = len(names) - width
    for name, known in kinds.items():
        columns[name] = list(range(place, place + len(known) + 1))
        place += len(known) + 1
    return columns
