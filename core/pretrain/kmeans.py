"""K-means: rows by how near they are to each of some typical rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.utils.validation import check_is_fitted

from core.params import Param, Value
from core.pretrain.base import Estimate, Method, PoolSize
from core.pretrain.centres import Centres, Encoding
from core.pretrain.first import FirstStep
from core.pretrain.lsa import LsaEncoder, text_components_cost
from core.pretrain.numeric import TABLE_PARAMS, RowNumbers
from core.pretrain.raw import numbers_cost
from core.pretrain.two_steps import TwoStepEncoder
from core.progress import SILENT, Progress
from core.text.preparation import DEFAULT_PREPARATION, PIECE_PARAMS, TextPreparation
from core.types import Floats, Matrix, Rows


class KMeansEncoder(TwoStepEncoder):
    """Rows by how near they are to the centre of each cluster.

    Pictures and tables are clustered by their scaled values, texts by their LSA rows: in
    tens of thousands of sparse columns every text is about equally far from every centre.

    Parameters
    ----------
    preparation : TextPreparation
        How texts become terms.
    n_clusters : int, default=50
        Number of clusters; where the pool has fewer distinct rows, ``notes_`` says so.
    encoding : {"nearness", "triangle", "distance"}
        See :class:`core.pretrain.centres.Centres`.
    n_components : int, default=100
        Components of the LSA that texts go through first.
    min_category_rows, max_categories : int
        See :data:`core.pretrain.numeric.TABLE_PARAMS`.
    random_state : int, default=0
        For the starts.

    Attributes
    ----------
    first_ : FirstStep
        What turns rows into numbers.
    centres_ : Centres
        The clusters.
    notes_ : tuple of str
        What a person should know about this fit.
    """

    _second = "centres"

    def __init__(
        self,
        preparation: TextPreparation = DEFAULT_PREPARATION,
        *,
        n_clusters: int = 50,
        encoding: Encoding = "nearness",
        n_components: int = 100,
        min_category_rows: int = 5,
        max_categories: int = 50,
        random_state: int = 0,
    ) -> None:
        self.preparation = preparation
        self.n_clusters = n_clusters
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

    def _second_step(self, first: FirstStep) -> Centres:
        return Centres(self.n_clusters, encoding=self.encoding, random_state=self.random_state)

    def fit(self, rows: Rows, y: Any = None, *, progress: Progress = SILENT) -> Self:
        """Find the clusters. See :class:`Encoder`."""
        self._fit(rows, progress)
        return self

    def fit_transform(self, rows: Rows, y: Any = None, *, progress: Progress = SILENT) -> Floats:
        """As ``fit(rows).transform(rows)``, reading texts once."""
        first = self._fit(rows, progress)
        return self.centres_.transform(first)

    def _fit(self, rows: Rows, progress: Progress) -> Matrix:
        self.first_ = self._first_step()
        first: Matrix = self.first_.fit_transform(rows, progress=progress.part(0, 0.6))
        centres = self._second_step(self.first_)
        self.centres_ = centres.fit(first, progress=progress.part(0.6, 1))
        self.notes_ = self.first_.notes
        found = len(self.centres_.cluster_centers_)
        if found < self.n_clusters:
            self.notes_ += (
                f"{self.n_clusters} clusters were asked for; the pool has only {found} "
                "different rows.",
            )
        return first

    def continued(self, rows: Rows, *, progress: Progress = SILENT) -> Self:
        """A new encoder whose centres have moved with ``rows``; the first step stays as it is."""
        check_is_fitted(self)
        progress.update(0.0, "Reading the rows")
        first = self.first_.transform(rows)
        return self._followed_by(self.centres_.continued(first, progress=progress.part(0.5, 1)))

    def transform(self, rows: Rows) -> Floats:
        """Encode rows as (n, k) float32."""
        check_is_fitted(self)
        return self.centres_.transform(self.first_.transform(rows))

    def distances(self, rows: Rows) -> Floats:
        """Distance of each row to each centre, (n, k) float32, whatever the encoding."""
        check_is_fitted(self)
        return self.centres_.distances(self.first_.transform(rows))

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[Any]:
        """Cluster 1, cluster 2, ..."""
        check_is_fitted(self)
        count = len(self.centres_.cluster_centers_)
        return np.asarray([f"cluster {i + 1}" for i in range(count)], dtype=object)


_OWN = ("n_clusters", "encoding", "n_components")


def _make(settings: Mapping[str, Value], seed: int) -> KMeansEncoder:
    names = (*_OWN, *(param.name for param in TABLE_PARAMS))
    return KMeansEncoder(
        TextPreparation.from_settings(settings),
        **{name: settings[name] for name in names},  # type: ignore[arg-type]
        random_state=seed,
    )


def _estimate(size: PoolSize, settings: Mapping[str, Value]) -> Estimate:
    k = int(settings["n_clusters"] or 1)
    if size.characters:
        first, columns = text_components_cost(size, settings), int(settings["n_components"] or 1)
    else:
        first, columns = numbers_cost(size), size.columns
    work = size.rows * columns * k
    rounds = 40 if work <= 3e8 else 8
    return Estimate(
        seconds=first.seconds + 0.1 + rounds * work * 2e-10,
        memory_mb=max(first.memory_mb, 20 + size.rows * columns * 12 / 2**20),
    )


METHOD = Method(
    key="kmeans",
    title="K-means",
    learns="Groups of rows that are alike; a row is described by how near it is to each group.",
    when="To see what is in the data, and when few labels must cover clear-cut groups.",
    cost="A few seconds for ten thousand texts; large pools in small batches.",
    source=(
        "Lloyd 1982, Least squares quantization in PCM; Sculley 2010, Web-scale k-means "
        "clustering; Coates, Lee & Ng 2011, An analysis of single-layer networks"
    ),
    modalities=("text", "image", "tabular"),
    params=(
        Param(
            "n_clusters",
            "int",
            50,
            "How many groups to find: some times the number of classes is a good start.",
            label="Clusters",
            low=2,
            high=500,
            scale="log",
        ),
        Param(
            "encoding",
            "choice",
            "nearness",
            "What describes a row: how much nearer than usual each centre is, or plain distances.",
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
            "Texts only: components of the LSA that the clusters are found in.",
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
    insight="clusters",
    continues=True,
)
