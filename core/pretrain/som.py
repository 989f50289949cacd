"""Self-organising map: rows laid out on a grid where near cells are alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.utils.validation import check_is_fitted

from core.params import Param, Value
from core.pretrain.base import Estimate, Method, PoolSize
from core.pretrain.centres import Encoding
from core.pretrain.first import FirstStep
from core.pretrain.lsa import LsaEncoder, text_components_cost
from core.pretrain.numeric import TABLE_PARAMS, RowNumbers
from core.pretrain.raw import numbers_cost
from core.pretrain.som_map import Map, Topology
from core.pretrain.two_steps import TwoStepEncoder
from core.progress import SILENT, Progress
from core.text.preparation import DEFAULT_PREPARATION, PIECE_PARAMS, TextPreparation
from core.types import Floats, Ints, Matrix, Rows


class SomEncoder(TwoStepEncoder):
    """Rows by how near they are to each cell of a self-organising map.

    Pictures and tables go in by their scaled values, texts by their LSA rows, as for K-means.

    Parameters
    ----------
    preparation : TextPreparation
        How texts become terms.
    height, width, topology, passes, radius, end_radius, encoding
        See :class:`core.pretrain.som_map.Map`.
    n_components : int, default=100
        Components of the LSA that texts go through first.
    min_category_rows, max_categories : int
        See :data:`core.pretrain.numeric.TABLE_PARAMS`.
    random_state : int, default=0
        Of the sample that early passes see on large pools.

    Attributes
    ----------
    first_ : FirstStep
        What turns rows into numbers.
    map_ : Map
        The cells, with the quantization and the topographic error of the pool.
    notes_ : tuple of str
        What a person should know about this fit.
    """

    _second = "map"

    def __init__(
        self,
        preparation: TextPreparation = DEFAULT_PREPARATION,
        *,
        height: int = 12,
        width: int = 12,
        topology: Topology = "hexagonal",
        passes: int = 10,
        radius: float | None = None,
        end_radius: float = 1.0,
        encoding: Encoding = "nearness",
        n_components: int = 100,
        min_category_rows: int = 5,
        max_categories: int = 50,
        random_state: int = 0,
    ) -> None:
        self.preparation = preparation
        self.height = height
        self.width = width
        self.topology = topology
        self.passes = passes
        self.radius = radius
        self.end_radius = end_radius
        self.encoding = encoding
        self.n_components = n_components
        self.min_category_rows = min_category_rows
        self.max_categories = max_categories
        self.random_state = random_state

    def _first_step(self) -> FirstStep:
        lsa = LsaEncoder(
            self.preparation, n_components=self.n_components, random_state=self.random_state
        )
        return FirstStep(lsa, RowNumbers(self.min_category_rows, self.max_categories))

    def _second_step(self, first: FirstStep) -> Map:
        return Map(
            self.height,
            self.width,
            topology=self.topology,
            passes=self.passes,
            radius=self.radius,
            end_radius=self.end_radius,
            encoding=self.encoding,
            random_state=self.random_state,
        )

    def fit(self, rows: Rows, y: Any = None, *, progress: Progress = SILENT) -> Self:
        """Lay the map over the rows. See :class:`Encoder`."""
        self._fit(rows, progress)
        return self

    def fit_transform(self, rows: Rows, y: Any = None, *, progress: Progress = SILENT) -> Floats:
        """As ``fit(rows).transform(rows)``, reading texts once."""
        first = self._fit(rows, progress)
        encoded: Floats = self.map_.transform(first)
        return encoded

    def _fit(self, rows: Rows, progress: Progress) -> Matrix:
        first = self._first_step()
        numbers: Matrix = first.fit_transform(rows, progress=progress.part(0, 0.5))
        second = self._second_step(first).fit(numbers, progress=progress.part(0.5, 1))
        notes = first.notes
        used = int((second.hits_ > 0).sum())
        if used < len(second.hits_) / 2:
            notes += (
                f"Only {used} of {len(second.hits_)} cells have a row: a smaller map would do.",
            )
        self._take(first, second, notes)
        progress.update(1.0, "Map drawn")
        return numbers

    def continued(self, rows: Rows, *, progress: Progress = SILENT) -> Self:
        """A new map whose cells have moved towards these rows too. See :class:`Encoder`.

        How rows become numbers stays as it was. What the map knew counts as many rows as it
        has seen.
        """
        check_is_fitted(self)
        numbers = self.first_.transform(rows)
        return self._followed_by(self.map_.learned_on(numbers, progress=progress))

    def transform(self, rows: Rows) -> Floats:
        """Encode rows as (n, cells) float32."""
        check_is_fitted(self)
        encoded: Floats = self.map_.transform(self.first_.transform(rows))
        return encoded

    def cells(self, rows: Rows) -> Ints:
        """The cell of each row, shape (n,), counted row by row of the grid."""
        check_is_fitted(self)
        cells: Ints = self.map_.cells(self.first_.transform(rows))
        return cells

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[Any]:
        """Cell 1, 1; cell 1, 2; ..."""
        check_is_fitted(self)
        names = [f"cell {i + 1}, {j + 1}" for i in range(self.height) for j in range(self.width)]
        return np.asarray(names, dtype=object)


_OWN = (
    "height", "width", "topology", "passes", "radius", "end_radius", "encoding", "n_components",
)  # fmt: skip


def _make(settings: Mapping[str, Value], seed: int) -> SomEncoder:
    names = (*_OWN, *(param.name for param in TABLE_PARAMS))
    return SomEncoder(
        TextPreparation.from_settings(settings),
        **{name: settings[name] for name in names},  # type: ignore[arg-type]
        random_state=seed,
    )


def _estimate(size: PoolSize, settings: Mapping[str, Value]) -> Estimate:
    if size.characters:
        first, columns = text_components_cost(size, settings), int(settings["n_components"] or 1)
    else:
        first, columns = numbers_cost(size), size.columns
    cells = int(settings["height"] or 1) * int(settings["width"] or 1)
    passes = int(settings["passes"] or 1)
    work = size.rows * columns * cells
    seen = passes if work <= 3e8 else 3
    return Estimate(
        seconds=first.seconds + 0.05 + seen * (4e-11 * work + 3e-9 * size.rows * cells),
        memory_mb=max(first.memory_mb, 30 + size.rows * columns * 8 / 2**20),
    )


METHOD = Method(
    key="som",
    title="Self-organising map",
    learns="A map of the rows: a grid of typical rows on which neighbours are alike.",
    when="To see the lie of the data at a glance; as K-means whose groups have an order.",
    cost="A second or two for ten thousand rows.",
    source=(
        "Kohonen 1982, Self-organized formation of topologically correct feature maps; batch form: "
        "Kohonen 2013, Essentials of the self-organizing map"
    ),
    modalities=("text", "image", "tabular"),
    params=(
        Param("height", "int", 12, "Cells from top to bottom.", low=2, high=100),
        Param("width", "int", 12, "Cells from left to right.", low=2, high=100),
        Param(
            "topology",
            "choice",
            "hexagonal",
            "Six neighbours for a cell, or four and the corners.",
            label="Cells",
            choices=("hexagonal", "rectangular"),
        ),
        Param(
            "passes",
            "int",
            10,
            "Times the rows are seen while the map unfolds.",
            low=2,
            high=200,
            scale="log",
            advanced=True,
        ),
        Param(
            "radius",
            "float",
            None,
            "How far a row pulls on cells at first; empty takes a quarter of the longer side.",
            label="Radius at the start",
            low=0.1,
            high=100,
            optional=True,
            advanced=True,
        ),
        Param(
            "end_radius",
            "float",
            1.0,
            "How far at the end: smaller fits rows closer, larger keeps the order of the map.",
            label="Radius at the end",
            low=0.1,
            high=20,
            advanced=True,
        ),
        Param(
            "encoding",
            "choice",
            "nearness",
            "What describes a row: how much nearer than usual each cell is, or plain distances.",
            choices=("nearness", "triangle", "distance"),
            choice_labels={
                "nearness": "Nearness (mean distance minus distance)",
                "triangle": "Triangle (nearness, only where positive)",
                "distance": "Distance",
            },
            advanced=True,
        ),
        Param(
            "n_components",
            "int",
            100,
            "Texts only: components of the LSA that the map is laid over.",
            label="Components",
            low=2,
            high=1000,
            scale="log",
            advanced=True,
        ),
        *PIECE_PARAMS,
        *TABLE_PARAMS,
    ),
    make=_make,
    estimate=_estimate,
    insight="grid",
    continues=True,
)
