"""Marginalised stacked denoising autoencoder: words put back that noise has taken out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse
from sklearn.utils.extmath import randomized_svd
from sklearn.utils.validation import check_is_fitted

from core.errors import BadModelFile
from core.params import Param, Value
from core.pretrain.base import Encoder, Estimate, Method, PoolSize
from core.pretrain.rows import as_texts, numbers, part
from core.pretrain.tfidf import TfidfEncoder, text_cost
from core.progress import SILENT, Progress
from core.text.preparation import DEFAULT_PREPARATION, TEXT_PARAMS, TextPreparation
from core.types import Floats, Rows, State

_RIDGE = 1e-5
#: Length of the denoised half of a row beside the TF-IDF half, which has length 1.
_LENGTH = 1.0


class MSDAEncoder(Encoder):
    """TF-IDF, and beside it the commonest terms as denoising layers see them.

    A layer is the linear map that best gives back all terms of a text from those that are left
    when each is taken out with probability ``corruption``; the expectation over all such noise
    has a closed form (Chen, Xu, Weinberger & Sha 2012, equations 4 to 6). A hyperbolic tangent
    follows, and the next layer learns from its output. What comes out for a term is how much a
    text talks as texts with it do, whether the term is there or not: terms of one domain are
    tied to those of another by what stands with both.

    The outputs of all layers are brought to ``dimensions`` main directions and scaled, so that
    they weigh as much as the TF-IDF half.

    Parameters
    ----------
    preparation : TextPreparation
        How texts become terms.
    terms : int, default=3000
        How many of the commonest terms are denoised; the cost grows with the cube.
    layers : int, default=2
        How many maps follow one another.
    corruption : float, default=0.5
        Probability with which a term is taken out.
    dimensions : int, default=300
        Numbers that are kept of the layers; of 3,000 terms in reviews, 300 hold 81 % of the
        variance and 600 hold 95 %, to the same accuracy.
    random_state : int, default=0
        Of the main directions.

    Attributes
    ----------
    text_ : TfidfEncoder
        Vocabulary and weights of the first half.
    columns_ : ndarray of int, shape (t,)
        The commonest terms.
    layers_ : ndarray of float32, shape (layers, t, t + 1)
        The maps; the last column is the bias.
    mean_, directions_ : ndarray of float32, shapes (layers * t,) and (dimensions, layers * t)
        Of the main directions; these are scaled.
    notes_ : tuple of str
        What a person should know about this fit.
    """

    def __init__(
        self,
        preparation: TextPreparation = DEFAULT_PREPARATION,
        *,
        terms: int = 3000,
        layers: int = 2,
        corruption: float = 0.5,
        dimensions: int = 300,
        random_state: int = 0,
    ) -> None:
        self.preparation = preparation
        self.terms = terms
        self.layers = layers
        self.corruption = corruption
        self.dimensions = dimensions
        self.random_state = random_state

    def fit(self, rows: Rows, y: Any = None, *, progress: Progress = SILENT) -> Self:
        """Learn the maps from all rows. See :class:`Encoder`."""
        self.text_ = TfidfEncoder(self.preparation)
        weighed = self.text_.fit_transform(as_texts(rows), progress=progress.part(0.0, 0.2))
        self.notes_ = self.text_.notes_
        often = np.asarray((weighed > 0).sum(axis=0)).ravel()
        self.columns_ = np.sort(np.argsort(-often, kind="stable")[: self.terms])
        hidden = _present(weighed, self.columns_)
        maps, outputs = [], []
        for layer in range(self.layers):
            at = 0.2 + 0.6 * layer / self.layers
            progress.update(at, f"Denoising, layer {layer + 1} of {self.layers}")
            maps.append(denoiser(hidden, self.corruption).astype(np.float32))
            hidden = _through(hidden, maps[-1])
            outputs.append(hidden)
        self.layers_ = np.stack(maps)
        progress.update(0.8, "Main directions of what was denoised")
        together = np.hstack(outputs)
        most = max(1, min(self.dimensions, min(together.shape) - 1))
        self.mean_ = together.mean(axis=0)
        together -= self.mean_
        axes = randomized_svd(together, most, n_iter=4, random_state=self.random_state)[2]
        inside = together @ axes.T
        length = float(np.sqrt((inside**2).sum(axis=1).mean()))
        scale = _LENGTH / length if length > 0 else 1.0
        self.directions_ = np.ascontiguousarray(axes * scale, dtype=np.float32)
        progress.update(1.0, f"{len(self.columns_):,} terms denoised")
        return self

    def transform(self, rows: Rows) -> sparse.csr_matrix:
        """Encode texts as a CSR matrix of float32: the TF-IDF columns, then the directions."""
        check_is_fitted(self)
        weighed = self.text_.transform(rows)
        hidden = _present(weighed, self.columns_)
        outputs = []
        for layer in self.layers_:
            hidden = _through(hidden, layer)
            outputs.append(hidden)
        inside = (np.hstack(outputs) - self.mean_) @ self.directions_.T
        both: sparse.csr_matrix = sparse.csr_matrix(
            sparse.hstack([weighed, sparse.csr_matrix(inside)]), dtype=np.float32
        )
        return both

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[Any]:
        """The terms, then denoised direction 1, denoised direction 2, ..."""
        check_is_fitted(self)
        own = [f"denoised direction {i + 1}" for i in range(len(self.directions_))]
        return np.concatenate([self.text_.get_feature_names_out(), np.asarray(own, dtype=object)])

    def state(self) -> State:
        """What was learned, as plain arrays and values."""
        check_is_fitted(self)
        return {
            "text": self.text_.state(),
            "columns": self.columns_,
            "layers": self.layers_,
            "mean": self.mean_,
            "directions": self.directions_,
            "size": len(self.directions_),
        }

    def load_state(self, state: State) -> Self:
        """Take over what another encoder learned. See :class:`Encoder`."""
        text = TfidfEncoder(self.preparation).load_state(part(state, "text", dict))
        columns = numbers(state, "columns", (None,))
        t = len(columns)
        fits = (
            columns.dtype.kind in "iu"
            and t > 0
            and (columns >= 0).all()
            and (columns < len(text.vocabulary_)).all()
        )
        if not fits:
            raise BadModelFile("This model cannot be used: its part 'columns' is damaged.")
        layers = numbers(state, "layers", (None, t, t + 1))
        mean = numbers(state, "mean", (len(layers) * t,))
        directions = numbers(state, "directions", (part(state, "size", int), len(mean)))
        self.text_, self.columns_ = text, columns
        self.notes_ = text.notes_
        self.layers_ = layers.astype(np.float32, copy=False)
        self.mean_ = mean.astype(np.float32, copy=False)
        self.directions_ = directions.astype(np.float32, copy=False)
        return self


def denoiser(X: Floats, corruption: float) -> Floats:
    """The map that gives rows back from what noise leaves of them, all noise averaged.

    With S the products of the columns, a bias among them, and q the probability that a column is
    kept (1 for the bias): W = P Q⁻¹, where Q is S times q qᵀ off the diagonal and times q on it,
    and P the first d rows of S with each column times its q.

    Parameters
    ----------
    X : ndarray, shape (n, d)
        Rows.
    corruption : float
        Probability that a column is taken out, from 0 to below 1.

    Returns
    -------
    ndarray, shape (d, d + 1)
        The last column is the bias.
    """
    n, d = X.shape
    products = np.empty((d + 1, d + 1), dtype=np.float64)
    products[:d, :d] = X.T @ X
    products[:d, d] = products[d, :d] = X.sum(axis=0, dtype=np.float64)
    products[d, d] = n
    kept = np.full(d + 1, 1.0 - corruption)
    kept[d] = 1.0
    wanted = products[:, :d] * kept[:, None]
    given = products * np.outer(kept, kept)
    np.fill_diagonal(given, kept * np.diag(products) + _RIDGE)
    solved: Floats = linalg.solve(given, wanted, assume_a="pos", overwrite_a=True, overwrite_b=True)
    map_: Floats = solved.T
    return map_


def _present(weighed: Any, columns: Any) -> Floats:
    present: Floats = (weighed[:, columns] > 0).astype(np.float32).toarray()
    return present


def _through(rows: Floats, layer: Floats) -> Floats:
    out: Floats = np.tanh(rows @ layer[:, :-1].T + layer[:, -1])
    return out


PARAMS: tuple[Param, ...] = (
    Param(
        "terms",
        "int",
        3000,
        "How many of the commonest terms are denoised: more see finer, and cost their cube.",
        low=10,
        high=10_000,
        scale="log",
    ),
    Param(
        "layers",
        "int",
        2,
        "How many denoising layers follow one another.",
        low=1,
        high=5,
    ),
    Param(
        "corruption",
        "float",
        0.5,
        "How often a term is taken out: the more, the more its neighbours have to say.",
        low=0.0,
        high=0.95,
    ),
    Param(
        "dimensions",
        "int",
        300,
        "How many numbers are kept of the layers, beside TF-IDF.",
        low=2,
        high=1000,
        scale="log",
        advanced=True,
    ),
)


def _make(settings: Mapping[str, Value], seed: int) -> MSDAEncoder:
    own: dict[str, Any] = {param.name: settings[param.name] for param in PARAMS}
    return MSDAEncoder(TextPreparation.from_settings(settings), **own, random_state=seed)


def _estimate(size: PoolSize, settings: Mapping[str, Value]) -> Estimate:
    """The texts, the products of the terms and the solutions; measured at 20 billion steps a s."""
    text = text_cost(size, TextPreparation.from_settings(settings))
    t, layers = int(settings["terms"] or 1), int(settings["layers"] or 1)
    steps = layers * (2.0 * t**3 + 4.0 * size.rows * t * t)
    megabytes = (3 * 8 * t * t + layers * 4 * t * t + 2 * layers * 4 * size.rows * t) / 2**20
    return Estimate(text.seconds + steps / 2e10, text.memory_mb + megabytes)


METHOD = Method(
    key="msda",
    title="Denoising layers (mSDA)",
    learns="Which terms stand in for one another: it puts back terms that noise has taken out.",
    when="Texts of two domains, one labelled: learned on both, it ties their terms together.",
    cost="A few seconds for a few thousand texts, and some 80 MB for the model.",
    source=(
        "Chen, Xu, Weinberger & Sha 2012, Marginalized denoising autoencoders for domain adaptation"
    ),
    modalities=("text",),
    params=(*PARAMS, *TEXT_PARAMS),
    make=_make,
    estimate=_estimate,
)
