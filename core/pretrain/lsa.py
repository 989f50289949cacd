"""LSA for text, PCA for pictures and tables: rows by their leading components."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, cast

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.utils.validation import check_is_fitted

from core.params import Param, Value
from core.pretrain.base import Estimate, Method, Parts, PoolSize, unit_rows
from core.pretrain.components import Components
from core.pretrain.first import FirstStep
from core.pretrain.numeric import TABLE_PARAMS, RowNumbers
from core.pretrain.raw import numbers_cost
from core.pretrain.tfidf import TfidfEncoder, text_cost
from core.pretrain.two_steps import TwoStepEncoder
from core.progress import SILENT, Progress
from core.text.preparation import DEFAULT_PREPARATION, PIECE_PARAMS, TextPreparation
from core.types import Floats, Matrix, Rows


class LsaEncoder(TwoStepEncoder):
    """Rows by their leading components.

    Texts: TF-IDF rows projected on their leading singular directions, scaled to length 1
    (latent semantic analysis, Deerwester et al. 1990). Pictures and tables: principal
    components (Hotelling 1933) of the scaled values.

    Parameters
    ----------
    preparation : TextPreparation
        How texts become terms.
    n_components : int, default=100
        Number of components; where the pool has fewer rows or columns, ``notes_`` says so.
    min_category_rows, max_categories : int
        See :data:`core.pretrain.numeric.TABLE_PARAMS`.
    random_state : int, default=0
        For the random start of the SVD.

    Attributes
    ----------
    first_ : FirstStep
        What turns rows into numbers.
    svd_ : Components
        The directions, with the variance each explains.
    notes_ : tuple of str
        What a person should know about this fit.
    """

    _second = "svd"
    first_: FirstStep
    svd_: Components

    def __init__(
        self,
        preparation: TextPreparation = DEFAULT_PREPARATION,
        *,
        n_components: int = 100,
        min_category_rows: int = 5,
        max_categories: int = 50,
        random_state: int = 0,
    ) -> None:
        self.preparation = preparation
        self.n_components = n_components
        self.min_category_rows = min_category_rows
        self.max_categories = max_categories
        self.random_state = random_state

    def fit(self, rows: Rows, y: Any = None, *, progress: Progress = SILENT) -> Self:
        """Find the components. See :class:`Encoder`."""
        self._fit(rows, progress)
        return self

    def fit_transform(self, rows: Rows, y: Any = None, *, progress: Progress = SILENT) -> Floats:
        """As ``fit(rows).transform(rows)``, reading texts once."""
        return self._project(self._fit(rows, progress))

    def _first_step(self) -> FirstStep:
        return FirstStep(
            TfidfEncoder(self.preparation),
            RowNumbers(self.min_category_rows, self.max_categories),
        )

    def _second_step(self, first: FirstStep) -> Components:
        center = not first.is_text  # a mean taken off would fill sparse rows
        return Components(self.n_components, center=center, random_state=self.random_state)

    def _fit(self, rows: Rows, progress: Progress) -> Matrix:
        self.first_ = self._first_step()
        first: Matrix = self.first_.fit_transform(rows, progress=progress.part(0, 0.3))
        svd = self._second_step(self.first_)
        self.svd_ = svd.fit(first, progress=progress.part(0.3, 1))
        self.notes_ = self.first_.notes
        found = len(self.svd_.components_)
        if found < self.n_components:
            self.notes_ += (
                f"{self.n_components} components were asked for; {first.shape[0]:,} rows of "
                f"{first.shape[1]:,} values have at most {found}.",
            )
        return first

    def continued(self, rows: Rows, *, progress: Progress = SILENT) -> Self:
        """A new encoder whose components are those of the earlier rows and of ``rows``.

        See :meth:`core.pretrain.components.Components.continued`. What comes first stays as it
        is: the vocabulary and the weights of its terms, the scales and categories of columns.
        So words that only the new texts have are left out.
        """
        check_is_fitted(self)
        step = 1_000 if self.first_.is_text else max(len(rows), 1)
        blocks = []
        for start in range(0, max(len(rows), 1), step):
            progress.update(0.3 * start / max(len(rows), 1), "Reading the rows")
            blocks.append(self.first_.transform(rows[start : start + step]))
        first = sparse.vstack(blocks, format="csr") if self.first_.is_text else blocks[0]
        svd = self.svd_.continued(first, progress=progress.part(0.3, 1))
        stays = "The vocabulary stayed as it was: words that only the new texts have are left out."
        notes = (stays,) if self.first_.is_text and stays not in self.notes_ else ()
        return self._followed_by(svd, *notes)

    def transform(self, rows: Rows) -> Floats:
        """Encode rows as (n, k) float32; texts with length 1, or 0 without a known term."""
        check_is_fitted(self)
        return self._project(self.first_.transform(rows))

    def _project(self, first: Matrix) -> Floats:
        projected = self.svd_.transform(first)
        return unit_rows(projected) if self.first_.is_text else projected

    def parts(self, text: str) -> Parts | None:
        """What each term of the text adds; None where the model learned from other rows."""
        check_is_fitted(self)
        if not self.first_.is_text:
            return None
        first = cast(Parts, self.first_.text.parts(text))
        matrix = np.asarray(first.matrix @ self.svd_.components_.T, dtype=np.float32)
        # the length of the whole text's projection scales every part alike
        length = float(np.linalg.norm(matrix.sum(axis=0))) or 1.0
        return Parts(
            spans=first.spans,
            terms=first.terms,
            matrix=matrix / np.float32(length),
            base=np.zeros(matrix.shape[1], dtype=np.float32),
        )

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[Any]:
        """Component 1, component 2, ..."""
        check_is_fitted(self)
        count = len(self.svd_.components_)
        return np.asarray([f"component {i + 1}" for i in range(count)], dtype=object)


def _make(settings: Mapping[str, Value], seed: int) -> LsaEncoder:
    names = ("n_components", *(param.name for param in TABLE_PARAMS))
    return LsaEncoder(
        TextPreparation.from_settings(settings),
        **{name: settings[name] for name in names},  # type: ignore[arg-type]
        random_state=seed,
    )


def _estimate(size: PoolSize, settings: Mapping[str, Value]) -> Estimate:
    if size.characters:
        return text_components_cost(size, settings)
    first, d = numbers_cost(size), size.columns
    if d <= 1000:  # through the covariance, exactly
        return Estimate(
            seconds=first.seconds + 1.5e-10 * size.rows * d**2 + 1e-9 * d**3,
            memory_mb=first.memory_mb + 20 + 3e-5 * d**2,
        )
    return _subspace_cost(first, size.rows, size.rows * d, d, int(settings["n_components"] or 1))


def text_components_cost(size: PoolSize, settings: Mapping[str, Value]) -> Estimate:
    """Expected cost of LSA on texts, for every method that begins so."""
    first = text_cost(size, TextPreparation.from_settings(settings))
    k = int(settings["n_components"] or 1)
    # as English text has it: a stored value in 20 characters, and Heaps' law for the terms
    return _subspace_cost(first, size.rows, size.characters / 20, 5 * size.characters**0.55, k)


def _subspace_cost(first: Estimate, rows: int, stored: float, columns: float, k: int) -> Estimate:
    """Five times to and fro over the stored values, an orthogonal basis after each."""
    width = k + 10
    products = 10 * stored * width * 1e-9
    bases = 10 * (rows + columns) * width**2 * 1e-10
    return Estimate(
        seconds=first.seconds + products + bases,
        memory_mb=max(first.memory_mb, 20 + (stored * 24 + 12 * (rows + columns) * width) / 2**20),
    )


METHOD = Method(
    key="lsa",
    title="LSA / PCA",
    learns="Which words (or pixels, or columns) go together, as a few dozen themes per row.",
    when="A quick first model for any kind of rows; the best start for pictures and tables.",
    cost="A few seconds for ten thousand texts.",
    source=(
        "Deerwester et al. 1990, Indexing by latent semantic analysis; Halko, Martinsson & "
        "Tropp 2011, Finding structure with randomness"
    ),
    modalities=("text", "image", "tabular"),
    params=(
        Param(
            "n_components",
            "int",
            100,
            "How many numbers describe a row: fewer are coarser, more are noisier.",
            label="Components",
            low=2,
            high=1000,
            scale="log",
        ),
        *PIECE_PARAMS,
        *TABLE_PARAMS,
    ),
    make=_make,
    estimate=_estimate,
    insight="topics",
    continues=True,
)
