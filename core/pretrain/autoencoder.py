"""Autoencoder: pictures and tables by the few numbers from which a network can rebuild them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.utils.validation import check_is_fitted

from core.params import Param, Value
from core.pretrain.base import Estimate, Method, PoolSize
from core.pretrain.bottleneck import Bottleneck, Noise
from core.pretrain.numeric import TABLE_PARAMS, RowNumbers
from core.pretrain.raw import numbers_cost
from core.pretrain.two_steps import TwoStepEncoder
from core.progress import SILENT, Progress
from core.types import Floats, Rows

#: Rows below which no row is held out.
_FEW = 20


class AutoencoderEncoder(TwoStepEncoder):
    """Rows by the bottleneck of an autoencoder (Hinton & Salakhutdinov 2006).

    Pictures and tables become numbers as for every method, and a network learns to give them
    back through a layer of a few values. See :class:`core.pretrain.bottleneck.Bottleneck`.

    Parameters
    ----------
    dimensions : int, default=32
        Values of the bottleneck.
    hidden : int, default=256
        Values of the layer before it and of the layer after it; 0 leaves both out.
    passes : int, default=20
        How often the pool is gone through, at most.
    batch_size : int, default=128
        Rows of a step.
    learning_rate : float, default=0.003
        Size of the first steps.
    noise : {"none", "gaussian", "masking"}, default="none"
        What is done to inputs while it learns.
    noise_level : float, default=0.25
        How much of it.
    min_category_rows, max_categories : int
        See :data:`core.pretrain.numeric.TABLE_PARAMS`.
    random_state : int, default=0
        For first weights, held-out rows, order and noise.

    Attributes
    ----------
    first_ : RowNumbers
        What turns rows into numbers.
    network_ : Bottleneck
        The autoencoder.
    notes_ : tuple of str
        What a person should know about this fit.
    """

    _second = "network"
    first_: RowNumbers
    network_: Bottleneck

    def __init__(
        self,
        dimensions: int = 32,
        *,
        hidden: int = 256,
        passes: int = 20,
        batch_size: int = 128,
        learning_rate: float = 0.003,
        noise: Noise = "none",
        noise_level: float = 0.25,
        min_category_rows: int = 5,
        max_categories: int = 50,
        random_state: int = 0,
    ) -> None:
        self.dimensions = dimensions
        self.hidden = hidden
        self.passes = passes
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.noise = noise
        self.noise_level = noise_level
        self.min_category_rows = min_category_rows
        self.max_categories = max_categories
        self.random_state = random_state

    def _first_step(self) -> RowNumbers:
        return RowNumbers(self.min_category_rows, self.max_categories)

    def _second_step(self, first: RowNumbers) -> Bottleneck:
        return Bottleneck(
            self.dimensions,
            hidden=self.hidden,
            passes=self.passes,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            noise=self.noise,
            noise_level=self.noise_level,
            random_state=self.random_state,
        )

    def fit(self, rows: Rows, y: Any = None, *, progress: Progress = SILENT) -> Self:
        """Learn to give rows back. See :class:`Encoder`."""
        progress.update(0.0, "Reading the rows")
        first = self._first_step().fit(rows)
        values = first.transform(rows)
        network = self._second_step(first).fit(values, progress=progress.part(0.02, 1))
        return self._take(first, network, self._notes(network, values))

    def continued(self, rows: Rows, *, progress: Progress = SILENT) -> Self:
        """A new encoder that has learned from ``rows`` after what this one had learned.

        Scales, categories and the mean stay those of the first rows, so that the numbers mean
        the same; the weights go on from where they were, and what only the earlier rows had
        is forgotten little by little.
        """
        check_is_fitted(self)
        progress.update(0.0, "Reading the rows")
        values = self.first_.transform(rows)
        network = self.network_.continued(values, progress=progress.part(0.02, 1))
        passes = len(network.losses_) - len(self.network_.losses_)
        return self._followed_by(network, *self._notes(network, values, passes))

    def _notes(
        self, network: Bottleneck, values: Floats, passes: int | None = None
    ) -> tuple[str, ...]:
        notes = []
        passes = len(network.losses_) if passes is None else passes
        if passes < self.passes:
            notes.append(
                f"Learning ended after {passes} of {self.passes} passes: the error of held-out "
                "rows no longer fell."
            )
        if len(values) < _FEW:
            notes.append(
                f"With only {len(values)} rows none was held out, so that nothing says whether "
                "it learned them by heart."
            )
        return tuple(notes)

    def transform(self, rows: Rows) -> Floats:
        """Encode rows as (n, dimensions) float32."""
        check_is_fitted(self)
        return self.network_.transform(self.first_.transform(rows))

    def decoded(self, codes: Floats) -> Floats:
        """Rows of numbers, as :attr:`first_` makes them, from (n, dimensions) encoded rows."""
        check_is_fitted(self)
        return self.network_.inverse_transform(codes)

    @property
    def losses_(self) -> list[float]:
        """Mean squared error of a value, pass after pass, of the rows it learned from."""
        return self.network_.losses_

    @property
    def validation_losses_(self) -> list[float]:
        """The same of held-out rows of the pool."""
        return self.network_.validation_losses_

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[Any]:
        """Bottleneck 1, bottleneck 2, ..."""
        check_is_fitted(self)
        return np.asarray([f"bottleneck {i + 1}" for i in range(self.dimensions)], dtype=object)


PARAMS: tuple[Param, ...] = (
    Param(
        "dimensions",
        "int",
        32,
        "How many numbers describe a row: fewer force it to find what matters, more rebuild "
        "better.",
        label="Bottleneck",
        low=1,
        high=1000,
        scale="log",
    ),
    Param(
        "hidden",
        "int",
        256,
        "Values of the layers around the bottleneck; 0 leaves them out, and what is learned is "
        "what PCA learns.",
        label="Hidden layer",
        low=0,
        high=4096,
    ),
    Param(
        "passes",
        "int",
        20,
        "How often the pool is gone through; learning ends sooner when it no longer helps.",
        low=1,
        high=1000,
        scale="log",
    ),
    Param(
        "noise",
        "choice",
        "none",
        "Disturb the rows while it learns, so that it cannot copy and has to know what belongs "
        "together.",
        choices=("none", "gaussian", "masking"),
        choice_labels={
            "none": "None",
            "gaussian": "Gaussian (something is added to each value)",
            "masking": "Masking (some values are set to their mean)",
        },
    ),
    Param(
        "noise_level",
        "float",
        0.25,
        "Gaussian: how much is added, in deviations of the data. Masking: the share of values.",
        low=0.0,
        high=0.95,
        advanced=True,
    ),
    Param(
        "batch_size",
        "int",
        128,
        "Rows of a step: fewer learn more in a pass, and take longer.",
        label="Rows of a step",
        low=1,
        high=4096,
        scale="log",
        advanced=True,
    ),
    Param(
        "learning_rate",
        "float",
        0.003,
        "Size of the first steps: smaller is steadier, larger is quicker.",
        low=1e-5,
        high=0.1,
        scale="log",
        advanced=True,
    ),
)


def _make(settings: Mapping[str, Value], seed: int) -> AutoencoderEncoder:
    own: dict[str, Any] = {param.name: settings[param.name] for param in (*PARAMS, *TABLE_PARAMS)}
    return AutoencoderEncoder(**own, random_state=seed)


def _estimate(size: PoolSize, settings: Mapping[str, Value]) -> Estimate:
    """From rates measured on MNIST, one core: products, then what Adam does to each weight."""
    first, d = numbers_cost(size), max(size.columns, 1)
    k, hidden, passes, batch = (
        int(settings[name] or 0) for name in ("dimensions", "hidden", "passes", "batch_size")
    )
    weights = 2 * (d * hidden + hidden * k) if hidden else 2 * d * k
    seconds = passes * size.rows * weights * (8e-11 + 1.2e-8 / max(batch, 1))
    return Estimate(
        seconds=first.seconds + 1.0 + seconds,
        memory_mb=first.memory_mb + 60 + (size.rows * d * 4 + weights * 48) / 2**20,
    )


METHOD = Method(
    key="autoencoder",
    title="Autoencoder",
    learns="A few numbers a row from which a small network can draw the whole row again.",
    when="For plenty of pictures or rows that lie on no straight lines, where PCA is too coarse.",
    cost="About a minute for 60,000 small pictures on two cores; the loss shows how it goes.",
    source=(
        "Hinton & Salakhutdinov 2006, Reducing the dimensionality of data with neural networks; "
        "Vincent et al. 2008, Extracting and composing robust features with denoising autoencoders"
    ),
    modalities=("image", "tabular"),
    params=(*PARAMS, *TABLE_PARAMS),
    make=_make,
    estimate=_estimate,
    insight="reconstruction",
    continues=True,
)
