"""Patch features: a convolutional network of one layer whose filters need no labels."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.cluster import MiniBatchKMeans
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from core.errors import BadData, BadModelFile
from core.params import Param, Value
from core.pretrain.base import Encoder, Estimate, Method, PoolSize
from core.pretrain.compiled import blas_in_one_thread, cores, in_threads
from core.pretrain.patch_kernel import pooled
from core.pretrain.patch_parts import as_pictures, cells_of, normalised, windows_of, zca
from core.pretrain.rows import numbers, part
from core.pretrain.sizes import largest_values, to_shape
from core.progress import SILENT, Progress
from core.types import Floats, Rows, State

#: Numbers of products held at once by a thread: 32 MB.
_BLOCK = 8_000_000
_BATCH, _PASSES = 4096, 6  # of the dictionary's K-means
_FLAT = 1e-3  # patches with less spread than this say nothing
_REFERENCE = 2000  # pictures that the scale of features is measured on


class PatchEncoder(Encoder):
    """Pictures by which small patterns occur in which part of them.

    Patches of the pool's pictures, normalised in contrast and whitened (ZCA), are clustered by
    K-means; the centres are filters. A picture is then covered with patches at every place,
    each is compared with all filters by the triangle activation, and activations are added up
    over the cells of a grid (Coates, Lee & Ng 2011). The square root of each sum, standardised
    over the pool, is a number of the row: large sums would outweigh all others.

    Pictures are worked through in blocks: beside the result, each core holds 32 MB of products.

    Parameters
    ----------
    patch : int, optional
        Side of a patch in pixels; at most the picture's smaller side is used. By default a fifth
        of the smaller side, from 3 to 8 pixels.
    filters : int, default=400
        Number of filters.
    grid : int, default=2
        Cells of the pooling, from side to side.
    patches : int, default=200000
        Patches that the filters are learned from.
    whitening : float, default=0.01
        Added to the variance of each direction before it is scaled to 1: larger whitens less.
    random_state : int, default=0
        Of the patches drawn and the start of K-means.

    Attributes
    ----------
    shape_ : tuple of int
        Of the pictures: height, width and channels.
    side_ : int
        Side of a patch.
    mean_ : ndarray of float32, shape (p,)
        Mean of normalised patches, p = side² · channels.
    whiten_ : ndarray of float32, shape (p, p)
        What makes patches white.
    filters_ : ndarray of float32, shape (k, p)
        The centres, in whitened space.
    centre_, scale_ : ndarray of float32, shape (grid² · k,)
        Mean and spread of the features over the pool.
    notes_ : tuple of str
        What a person should know about this fit.
    """

    def __init__(
        self,
        patch: int | None = None,
        *,
        filters: int = 400,
        grid: int = 2,
        patches: int = 200_000,
        whitening: float = 0.01,
        random_state: int = 0,
    ) -> None:
        self.patch = patch
        self.filters = filters
        self.grid = grid
        self.patches = patches
        self.whitening = whitening
        self.random_state = random_state

    def fit(self, rows: Rows, y: Any = None, *, progress: Progress = SILENT) -> Self:
        """Learn filters from the pictures' patches. See :class:`Encoder`.

        Raises
        ------
        BadData
            When rows are no pictures, or all of them are flat.
        """
        images = as_pictures(rows)
        if not len(images):
            raise BadData("There are no pictures to learn from.", hint="Choose another pool.")
        self.shape_ = images.shape[1:] if images.ndim == 4 else (*images.shape[1:], 1)
        self._top = 255.0 if images.dtype == np.uint8 else float(np.abs(images).max()) or 1.0
        least = min(self.shape_[:2])
        self.side_ = min(self.patch or fitting_patch(least), least)
        self.notes_: tuple[str, ...] = ()
        if self.patch is not None and self.side_ < self.patch:
            self.notes_ += (
                f"Patches of {self.side_} pixels were used: the pictures have no more.",
            )
        random = check_random_state(self.random_state)
        progress.update(0.0, "Drawing patches")
        drawn = self._draw(images, random)
        progress.update(0.1, "Whitening patches")
        self.mean_ = drawn.mean(axis=0)
        self.whiten_ = zca(drawn - self.mean_, self.whitening)
        self.filters_ = self._cluster(
            (drawn - self.mean_) @ self.whiten_, random, progress.part(0.1, 0.8)
        )
        some = images[:: max(1, len(images) // _REFERENCE)]
        features = self._features(some, progress.part(0.8, 1.0))
        self.centre_ = features.mean(axis=0)
        self.scale_ = features.std(axis=0) + np.float32(1e-3)
        progress.update(1.0, f"{len(self.filters_)} filters learned")
        return self

    def transform(self, rows: Rows) -> Floats:
        """Encode pictures as (n, grid² · k) float32; other sizes are brought to the pool's."""
        check_is_fitted(self)
        features = self._features(self._brought(rows), SILENT)
        features -= self.centre_
        features /= self.scale_
        # rows of about length 1, as heads like them
        features /= np.float32(np.sqrt(features.shape[1]))
        return features

    def pictures(self) -> Floats:
        """The filters as patches of pixels, (k, side, side, channels), each from 0 to 1.

        They are seen through the whitening, as the patterns that excite them most.
        """
        check_is_fitted(self)
        seen = self.filters_ @ self.whiten_.T
        low = seen.min(axis=1, keepdims=True)
        span = seen.max(axis=1, keepdims=True) - low
        stretched: Floats = (seen - low) / np.where(span == 0, 1, span)
        return stretched.reshape(len(seen), self.side_, self.side_, self.shape_[2])

    def activations(self, image: npt.NDArray[Any]) -> Floats:
        """How active each filter is at each place of a picture, (k, rows, columns)."""
        check_is_fitted(self)
        images = self._brought(np.asarray(image)[None])
        z = self._whitened(images)
        apart = np.sqrt(
            np.maximum(
                (z**2).sum(axis=1)[:, None]
                - 2 * z @ self.filters_.T
                + (self.filters_**2).sum(axis=1),
                0,
            )
        )
        active: Floats = np.maximum(apart.mean(axis=1, keepdims=True) - apart, 0)
        down, across = self._places
        return active.T.reshape(len(self.filters_), down, across)

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[Any]:
        """Filter 1 at the top left, ... for each cell and filter."""
        check_is_fitted(self)
        cells = [f"part {i + 1}, {j + 1}" for i in range(self.grid) for j in range(self.grid)]
        k = len(self.filters_)
        return np.asarray([f"filter {f + 1} in {c}" for c in cells for f in range(k)], dtype=object)

    def state(self) -> State:
        """Filters and scales, as plain arrays and values."""
        check_is_fitted(self)
        return {
            "shape": list(self.shape_),
            "top": float(self._top),
            "side": int(self.side_),
            "mean": self.mean_,
            "whiten": self.whiten_,
            "filters": self.filters_,
            "centre": self.centre_,
            "scale": self.scale_,
            "notes": list(self.notes_),
        }

    def load_state(self, state: State) -> Self:
        """Take over what another encoder learned. See :class:`Encoder`."""
        shape, top, side = (
            part(state, "shape", list),
            part(state, "top", float),
            part(state, "side", int),
        )
        fits = len(shape) == 3 and all(type(n) is int and 0 < n < 10_000 for n in shape)
        if not fits or not 0 < top < np.inf or not 1 <= side <= min(shape[:2]):
            raise BadModelFile("This model cannot be used: its size of pictures is damaged.")
        p = side * side * shape[2]
        self.filters_ = _floats(state, "filters", (None, p))
        columns = self.grid**2 * len(self.filters_)
        self.mean_ = _floats(state, "mean", (p,))
        self.whiten_ = _floats(state, "whiten", (p, p))
        self.centre_ = _floats(state, "centre", (columns,))
        self.scale_ = _floats(state, "scale", (columns,))
        if not (self.scale_ > 0).all():
            raise BadModelFile("This model cannot be used: its scales are damaged.")
        self.shape_, self._top, self.side_ = tuple(shape), top, side
        self.notes_ = tuple(str(note) for note in part(state, "notes", list))
        return self

    @property
    def _places(self) -> tuple[int, int]:
        """Places of a patch, from top to bottom and from left to right."""
        return self.shape_[0] - self.side_ + 1, self.shape_[1] - self.side_ + 1

    def _brought(self, rows: Rows) -> npt.NDArray[Any]:
        height, width, channels = self.shape_
        shape = (height, width) if channels == 1 else self.shape_
        images = to_shape(as_pictures(rows), shape)
        return images.reshape(len(images), height, width, channels)

    def _draw(self, images: npt.NDArray[Any], random: np.random.RandomState) -> Floats:
        """Patches at random places, without flat ones, normalised; in few pictures every patch."""
        images = images.reshape(len(images), *self.shape_)
        down, across = self._places
        there = len(images) * down * across
        places = (
            np.arange(there)
            if there <= self.patches
            else np.sort(random.randint(0, there, self.patches))
        )
        which, place = np.divmod(places, down * across)
        windows = windows_of(images, self.side_)
        patches = windows[which, place // across, place % across].reshape(len(places), -1)
        values = patches.astype(np.float32) / np.float32(self._top)
        kept = values[values.std(axis=1) > _FLAT]
        if len(kept) < 2:
            raise BadData(
                "All patches of these pictures are flat: there is no pattern to learn.",
                hint="Look at the pictures on the Data page.",
            )
        return normalised(kept)

    def _cluster(self, Z: Floats, random: np.random.RandomState, progress: Progress) -> Floats:
        """K-means by mini-batches (Sculley 2010), a few of them between two reports."""
        k = min(self.filters, len(Z))
        if k < self.filters:
            self.notes_ += (f"{self.filters} filters were asked for; there are {k} patches.",)
        means = MiniBatchKMeans(k, batch_size=_BATCH, n_init=1, init="random", random_state=random)
        steps = _PASSES * max(1, -(-len(Z) // _BATCH))
        with blas_in_one_thread():
            done = 0
            for _ in range(_PASSES):
                order = random.permutation(len(Z))
                for start in range(0, len(order), _BATCH):
                    batch = Z[order[start : start + _BATCH]]
                    if done or len(batch) >= k:
                        means.partial_fit(batch)
                    else:
                        means.partial_fit(Z)
                    done += 1
                    progress.update(done / steps, "Learning filters")
        found: Floats = means.cluster_centers_.astype(np.float32)
        return found

    def _whitened(self, images: npt.NDArray[Any]) -> Floats:
        down, across = self._places
        tops = np.reshape(largest_values(images, self._top), (-1, 1, 1, 1))
        patches = windows_of(images / tops, self.side_).reshape(
            len(images) * down * across, len(self.mean_)
        )
        values = normalised(patches.astype(np.float32, copy=False))
        values -= self.mean_
        white: Floats = values @ self.whiten_
        return white

    def _features(self, images: npt.NDArray[Any], progress: Progress) -> Floats:
        """Square roots of pooled activations, (n, grid² · k)."""
        images = images.reshape(len(images), *self.shape_)
        k = len(self.filters_)
        cells = cells_of(*self._places, self.grid)
        out = np.zeros((len(images), self.grid**2, k), dtype=np.float32)
        step = max(1, _BLOCK // (len(cells) * k))
        centre_squares = np.einsum("ij,ij->i", self.filters_, self.filters_)
        across = np.ascontiguousarray(self.filters_.T)

        def work(start: int) -> None:
            z = self._whitened(images[start : start + step])
            squares = np.einsum("ij,ij->i", z, z)
            pooled(z @ across, squares, centre_squares, cells=cells, out=out[start : start + step])

        # threads of ours, one block each: the products of one are pooled while another multiplies
        with blas_in_one_thread():
            jobs = [partial(work, start) for start in range(0, len(images), step)]
            in_threads(jobs, progress=progress, message="Comparing patches with filters")
        features = out.reshape(len(images), self.grid**2 * k)
        return np.sqrt(features, out=features)


def fitting_patch(side: int) -> int:
    """Side of the patches that suit pictures whose smaller side has so many pixels."""
    return min(max(round(side / 5), 3), 8)


def _floats(state: State, name: str, shape: tuple[int | None, ...]) -> Floats:
    return numbers(state, name, shape).astype(np.float32, copy=False)


def _make(settings: Mapping[str, Value], seed: int) -> PatchEncoder:
    return PatchEncoder(**settings, random_state=seed)  # type: ignore[arg-type]


def _estimate(size: PoolSize, settings: Mapping[str, Value]) -> Estimate:
    side = int(settings["patch"] or fitting_patch(round(size.columns**0.5)))
    k, drawn = int(settings["filters"] or 1), int(settings["patches"] or 1)
    work = drawn * side**2 * k
    seconds = 1.0 + 4e-11 * _PASSES * work + min(size.rows, _REFERENCE) * size.columns * k * 2e-9
    megabytes = (drawn * side**2 * 12 + cores() * _BLOCK * 6 + size.rows * size.columns) / 2**20
    return Estimate(seconds / cores() + 0.5, megabytes)


METHOD = Method(
    key="patches",
    title="Patch features",
    learns="Small patterns that pictures are made of, and in which part of a picture each occurs.",
    when="The first choice for pictures, with few labels and with many.",
    cost="Some ten seconds to learn; about a thousand small pictures a second to encode.",
    source=(
        "Coates, Lee & Ng 2011, An analysis of single-layer networks in unsupervised feature "
        "learning"
    ),
    modalities=("image",),
    params=(
        Param(
            "patch",
            "int",
            None,
            "Side of a patch, in pixels; by default a fifth of the picture's smaller side.",
            label="Patch size",
            low=2,
            high=32,
            optional=True,
        ),
        Param(
            "filters",
            "int",
            400,
            "How many patterns are learned: more see finer differences and cost more.",
            low=4,
            high=4000,
            scale="log",
        ),
        Param(
            "grid",
            "int",
            2,
            "In how many parts from side to side it is told where a pattern occurs.",
            label="Parts of the picture",
            low=1,
            high=8,
        ),
        Param(
            "patches",
            "int",
            200_000,
            "Patches that the patterns are learned from.",
            label="Patches drawn",
            low=100,
            high=2_000_000,
            scale="log",
            advanced=True,
        ),
        Param(
            "whitening",
            "float",
            0.01,
            "Larger keeps more of what neighbouring pixels have in common.",
            low=1e-6,
            high=10,
            scale="log",
            advanced=True,
        ),
    ),
    make=_make,
    estimate=_estimate,
    insight="filters",
)
