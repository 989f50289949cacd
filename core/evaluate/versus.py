"""Two to ten finished runs on the same test rows: who is better, and what may be luck."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.special import stdtrit

from core.errors import BadData, BadParam
from core.evaluate.compare import mcnemar
from core.evaluate.corrections import holm
from core.evaluate.intervals import mean_interval, percentiles, resample_counts, two_way
from core.evaluate.metrics import log_losses
from core.evaluate.results import Interval
from core.types import Bools, Floats, Ints

#: How many runs are held against each other at once.
FEWEST, MOST = 2, 10

#: A pair counts as different when so unlikely a split remains after the correction.
LEVEL = 0.05

_REPLICATES = 1000


@dataclass(frozen=True, eq=False)
class Entrant:
    """One run.

    Attributes
    ----------
    key, name : str
        Its id, and what people call it.
    proba : ndarray of float, shape (rows, classes)
        What its kept model says of the test rows.
    right : ndarray of bool, shape (draws, rows), optional
        Whether each test row is right in each draw of labels, the kept model's first. Runs of an
        older version kept the first draw alone.
    """

    key: str
    name: str
    proba: Floats
    right: Bools | None = None


@dataclass(frozen=True)
class Pair:
    """Two runs; differences are of the first minus the second.

    Attributes
    ----------
    first, second : str
        Keys; the first has the higher accuracy.
    gain : Interval
        In accuracy, mean over the draws that both have.
    draws : int
        How many those are; with one the interval covers the choice of test rows only.
    only_first, only_second : int
        Test rows that just one of the kept models gets right.
    p_value, p_corrected : float
        Exact McNemar test of the kept models, and the same after Holm's correction for all pairs.
    macro_f1, log_loss : Interval
        Differences of the kept models in these scores; lower is better in log loss.
    clear : bool
        Whether the two are different by more than luck: the interval leaves out zero, and so does
        one at a level raised for the number of pairs; with a single draw of labels the corrected
        p-value is below 0.05 instead.
    """

    first: str
    second: str
    gain: Interval
    draws: int
    only_first: int
    only_second: int
    p_value: float
    p_corrected: float
    macro_f1: Interval
    log_loss: Interval
    clear: bool


@dataclass(frozen=True)
class Versus:
    """What a comparison found.

    Attributes
    ----------
    keys : tuple of str
        The runs, highest accuracy first.
    rows : int
        Test rows that all of them were judged on.
    accuracy : mapping of str to Interval
        Of each, mean over the draws of labels that all of them have.
    draws : mapping of str to int
        How many each has.
    pairs : tuple of Pair
        All of them.
    """

    keys: tuple[str, ...]
    rows: int
    accuracy: Mapping[str, Interval]
    draws: Mapping[str, int]
    pairs: tuple[Pair, ...]

    @property
    def shared(self) -> int:
        """How many draws of labels all of them have: the first ones of each."""
        return min(self.draws.values())

    @property
    def uneven(self) -> bool:
        """Whether some have more draws than the others, which then do not count."""
        return len(set(self.draws.values())) > 1

    def pair(self, first: str, second: str) -> Pair:
        """The pair of these two, in either order."""
        return next(pair for pair in self.pairs if {pair.first, pair.second} == {first, second})

    @property
    def winner(self) -> str | None:
        """The run that is clearly better than every other one, if there is one."""
        best, *others = self.keys
        return best if all(self.pair(best, other).clear for other in others) else None

    @property
    def level(self) -> tuple[str, ...]:
        """The leader, and all that are not clearly behind it."""
        best, *others = self.keys
        return (best, *(other for other in others if not self.pair(best, other).clear))


def versus(entrants: Sequence[Entrant], truth: Ints, *, seed: int = 0) -> Versus:
    """Hold runs against each other, pair by pair, on the same test rows.

    Parameters
    ----------
    entrants : sequence of Entrant
        Two to ten, all of the same test rows in the same order.
    truth : ndarray of int, shape (rows,)
        Codes of those rows.
    seed : int
        Of the bootstrap.

    Returns
    -------
    Versus

    Raises
    ------
    BadParam
        When there are fewer than two or more than ten, or one of them twice.
    BadData
        When they do not have the same test rows.

    Notes
    -----
    Gains get the paired two-way bootstrap of :func:`core.evaluate.intervals.two_way` over test
    rows and draws; macro F1 a paired bootstrap of rows (Efron 1979); log loss Student's t of the
    differences row by row. McNemar's test is exact (Dietterich 1998), and its p-values are
    corrected for the number of pairs after Holm (1979). It speaks of the kept models: two equally
    good ways of learning leave different ones. So where there are several draws of labels a pair
    is judged by them: its gain must be beyond luck at a level raised after Bonferroni, where the
    spread of the draws is pooled over the runs as in an analysis of variance, since a handful of
    draws of two runs alone would tell too little about it. In simulations no two of several
    equally good runs are called different in more than 5 % of comparisons.
    """
    if not FEWEST <= len(entrants) <= MOST:
        raise BadParam(
            f"{len(entrants)} {'run' if len(entrants) == 1 else 'runs'} cannot be compared.",
            hint=f"Choose {FEWEST} to {MOST} of them.",
        )
    if len({one.key for one in entrants}) < len(entrants):
        raise BadParam("A run cannot be compared with itself.", hint="Name each run once.")
    for one in entrants:
        if one.proba.shape != (len(truth), entrants[0].proba.shape[1]):
            raise BadData(
                f"The run {one.name!r} was not judged on the same test rows.",
                hint="Compare runs on one data set with one split.",
            )
    said = {one.key: np.asarray(one.proba.argmax(axis=1)) for one in entrants}
    right = {
        one.key: (said[one.key] == truth)[None] if one.right is None else one.right
        for one in entrants
    }
    draws = {key: len(rows) for key, rows in right.items()}
    # means over other draws would not differ by what the pairs differ
    right = {key: rows[: min(draws.values())] for key, rows in right.items()}
    losses = {one.key: log_losses(truth, one.proba) for one in entrants}
    keys = tuple(sorted(right, key=lambda key: -float(right[key].mean())))
    found = list(judge({key: right[key] for key in keys}, seed=seed))
    pairs = [
        Pair(
            *(pair.first, pair.second, pair.gain, pair.draws, pair.only_first, pair.only_second),
            *(pair.p_value, pair.p_corrected),
            macro_f1=_f1_gain(
                truth, said[pair.first], said[pair.second], one.proba.shape[1], seed=seed
            ),
            log_loss=mean_interval(losses[pair.first] - losses[pair.second]),
            clear=pair.clear,
        )
        for pair in found
    ]
    return Versus(
        keys=keys,
        rows=len(truth),
        accuracy={
            key: two_way(right[key].astype(np.int8), made_up=(1, 1, 0, 0), seed=seed)
            for key in keys
        },
        draws={key: draws[key] for key in keys},
        pairs=tuple(pairs),
    )


_NOT_YET = Interval(0.0)


def judge(right: Mapping[str, Bools], *, replicates: int = 2000, seed: int = 0) -> Iterator[Pair]:
    """Every pair by accuracy alone, corrected for their number.

    Parameters
    ----------
    right : mapping of str to ndarray of bool, shape (draws, rows)
        Whether each test row is right in each draw, the kept model's first.
    replicates, seed : int
        Of the bootstrap.

    Yields
    ------
    Pair
        In the order of the mapping; without macro F1 and log loss.
    """
    made, beyond = [], []
    pairs = len(right) * (len(right) - 1) // 2
    common = min(len(rows) for rows in right.values())
    spread = _spread_of_draws([rows[:common] for rows in right.values()])
    for first, second in combinations(right, 2):
        both = min(len(right[first]), len(right[second]))
        one, other = right[first][:both], right[second][:both]
        differences = one.astype(np.int8) - other.astype(np.int8)
        gain = two_way(differences, made_up=(1, -1), replicates=replicates, seed=seed)
        only_first = int((one[0] & ~other[0]).sum())
        only_second = int((other[0] & ~one[0]).sum())
        p_value = mcnemar(only_first, only_second)
        made.append((first, second, gain, both, only_first, only_second, p_value))
        freedom = (len(right) - 1) * (common - 1)
        limit = _limit(differences[:common], spread, freedom, LEVEL / pairs)
        beyond.append(abs(differences[:common].mean()) > limit)
    corrected = holm([pair[-1] for pair in made])
    for pair, p_corrected, far in zip(made, corrected, beyond, strict=True):
        gain = pair[2]
        outside = (gain.low or 0.0) > 0 or (gain.high or 0.0) < 0
        beyond_luck = far if common > 1 else p_corrected < LEVEL
        yield Pair(
            *pair,
            p_corrected=float(p_corrected),
            macro_f1=_NOT_YET,
            log_loss=_NOT_YET,
            clear=bool(outside and beyond_luck),
        )


def _spread_of_draws(right: Sequence[Bools]) -> float:
    """Variance of a difference between two runs from draw to draw, pooled over all of them.

    Twice the residual variance of accuracies by run and draw, as in an analysis of variance with
    draws as blocks (Fisher 1925); 0 with a single draw.
    """
    table = np.array([rows.mean(axis=1) for rows in right])
    runs, draws = table.shape
    if draws < 2:
        return 0.0
    rest = table - table.mean(axis=0) - table.mean(axis=1, keepdims=True) + table.mean()
    return float(2 * (rest**2).sum() / ((runs - 1) * (draws - 1)))


def _limit(differences: Ints, spread: float, freedom: int, share: float) -> float:
    """How large a mean difference is luck, but for this share of samples.

    Rows and draws are put together as in :func:`core.evaluate.intervals.two_way`; the spread of
    draws is at least that of this very pair.
    """
    draws, n = differences.shape
    by_row = np.append(differences.mean(axis=0), [1.0, -1.0])  # nothing seen is no certainty
    quantile = 1 - share / 2
    square = float(by_row.var(ddof=1)) / len(by_row) * float(stdtrit(n + 1, quantile)) ** 2
    if draws > 1:
        spread = max(spread, float(differences.mean(axis=1).var(ddof=1)))
        square += spread / draws * float(stdtrit(freedom, quantile)) ** 2
    return float(np.sqrt(square))


def _f1_gain(truth: Ints, first: Ints, second: Ints, k: int, *, seed: int) -> Interval:
    """Difference of two macro F1 on the same rows, with its paired bootstrap interval.

    Rows with the same truth and the same two answers fall into one cell, so that the cost
    depends on the cells and not on the rows.
    """
    if not len(truth):
        return Interval(0.0)
    cells, counts = np.unique(
        (np.asarray(truth, np.int64) * k + first) * k + second, return_counts=True
    )
    is_class, says_first, says_second = cells // k**2, cells // k % k, cells % k
    classes = np.arange(k)

    def macro(block: Floats, says: Ints) -> Floats:
        of_it = block @ (is_class[:, None] == classes).astype(float)
        called = block @ (says[:, None] == classes).astype(float)
        hits = block @ ((is_class == says)[:, None] & (says[:, None] == classes)).astype(float)
        seen = of_it > 0  # as in the scores: a class without a row does not count
        f1 = np.where(seen, 2 * hits / np.maximum(of_it + called, 1), 0.0)
        return np.asarray(f1.sum(axis=1) / seen.sum(axis=1))

    def gain(block: Floats) -> Floats:
        return macro(block, says_first) - macro(block, says_second)

    value = float(gain(counts[None].astype(float))[0])
    drawn = np.concatenate(
        [gain(block) for block in resample_counts(counts, replicates=_REPLICATES, seed=seed)]
    )
    low, high = percentiles(drawn)
    return Interval(value, min(low, value), max(high, value))
