"""Rows of two domains as numbers that mean the same in both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.data.folds import stratified
from core.data.stacking import stack
from core.data.units import units_per_class
from core.params import resolve
from core.pretrain import baseline_for
from core.progress import SILENT, Progress
from core.transfer.domains.pair import DomainPair, join, rows_at
from core.types import Floats, Ints, Matrix

#: Rows of each domain that a distance looks at.
MOST_ROWS = 2_000
_COMPONENTS = 50


@dataclass(frozen=True, eq=False)
class Shared:
    """Rows of a source and a target in the same columns.

    Attributes
    ----------
    source, target : Matrix, shapes (n, d) and (m, d)
        TF-IDF for texts, scaled columns or pixels otherwise, with scales and vocabulary of both.
    source_rows, target_rows : ndarray of int
        Which rows of the pair they are.
    names : tuple of str, length d
        What each column stands for.
    """

    source: Matrix
    target: Matrix
    source_rows: Ints
    target_rows: Ints
    names: tuple[str, ...]

    @property
    def both(self) -> Matrix:
        """Source rows, then target rows."""
        return stack([self.source, self.target])

    @property
    def domains(self) -> Ints:
        """0 for source rows, 1 for target rows."""
        return np.repeat([0, 1], [self.source.shape[0], self.target.shape[0]])


def shared(
    found: DomainPair, *, most: int = MOST_ROWS, seed: int = 0, progress: Progress = SILENT
) -> Shared:
    """Encode up to ``most`` training rows of each domain with what learned nothing but scales."""
    draw = np.random.default_rng(seed)
    ours, theirs = (
        np.arange(n) if n <= most else np.sort(draw.choice(n, most, replace=False))
        for n in (len(found.source), len(found.target))
    )
    rows = join([rows_at(found.source, ours), rows_at(found.target, theirs)])
    method = baseline_for(found.modality)
    progress.update(0.0, "Reading both domains")
    # a term in at least three texts: what one text says is no difference between domains
    wanted = {"min_df": 3, "max_df": 1.0} if found.modality == "text" else {}
    encoder = method.make(resolve(method.params, wanted), 0)
    encoder.fit(rows, progress=progress)
    encoded = encoder.transform(rows)
    names = tuple(str(name) for name in encoder.get_feature_names_out())
    return Shared(encoded[: len(ours)], encoded[len(ours) :], ours, theirs, names)


def domain_folds(
    sizes: tuple[int, int], units: Ints | None, *, most: int, seed: int
) -> list[tuple[Ints, Ints]]:
    """Folds for a classifier that tells the rows of two domains apart.

    Parameters
    ----------
    sizes : (int, int)
        Rows of the source and of the target, which stand below them.
    units : ndarray of int, optional
        Which of all these belong together. Where a domain has but one unit its rows are held out
        one by one: else it could not be told from anything.
    most : int
        Folds at most.
    seed : int
        Of the shuffle.

    Returns
    -------
    list of (train, held out)
        Each row is held out once.
    """
    y = np.repeat([0, 1], sizes)
    if units is not None and units_per_class(y, units).min() < 2:
        units = None
    return stratified(y, units, folds=min(most, *sizes), seed=seed)


def components(found: Shared, *, most: int = 500, seed: int = 0) -> tuple[Floats, Floats]:
    """Up to ``most`` rows of each domain in their common main directions, at most 50; centred.

    Principal components from the products of the rows, which are fewer than their columns
    (Schölkopf, Smola & Müller 1998, with the linear kernel).
    """
    draw = np.random.default_rng(seed)
    parts = [
        rows if rows.shape[0] <= most else rows[draw.choice(rows.shape[0], most, replace=False)]
        for rows in (found.source, found.target)
    ]
    n = parts[0].shape[0]
    both = stack(parts)
    products: Any = both @ both.T
    gram = products if isinstance(products, np.ndarray) else products.toarray()
    gram = gram.astype(np.float64)
    gram -= gram.mean(axis=0)
    gram -= gram.mean(axis=1, keepdims=True)
    values, vectors = np.linalg.eigh(gram)
    kept = np.flatnonzero(values > max(values[-1], 1e-12) * 1e-10)[::-1][:_COMPONENTS]
    space = vectors[:, kept] * np.sqrt(values[kept])
    if not len(kept):  # all rows are the same
        space = np.zeros((len(gram), 1))
    return space[:n], space[n:]
