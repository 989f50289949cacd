"""What a search may try: encoders, strategies and heads, with settings from their tables."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.evaluate.tuning.configuration import Configuration, EncoderChoice
from core.finetune import get_head, get_strategy
from core.params import Param, Value
from core.pretrain import baseline_for, get_method
from core.pretrain.base import PoolSize
from core.types import Modality

#: Methods tried where nobody names any, the likeliest to pay first; the others are slow, want a
#: file, or make fine pictures rather than good rows for a classifier.
WORTH_A_TRY: Mapping[Modality, tuple[str, ...]] = {
    "text": ("beside", "ppmi", "lsa"),
    "image": ("patches", "kmeans", "lsa"),
    "tabular": ("kmeans", "lsa", "autoencoder"),
}

#: Settings of which no value is better by itself, or that a search has no business with.
_LEFT_ALONE = frozenset(
    {
        "language", "lowercase", "word_form", "min_length", "max_length", "group_bond",
        "max_features", "piece_max", "keep_counts", "iterations", "rarity", "weighting",
        "validation_share", "patience", "passes", "refit", "momentum", "warm_up", "clip",
        "learning_rate", "batch_size", "rounds", "eigenvalue_power", "smoothing",
        "max_categories", "min_category_rows", "patches",
    }
)  # fmt: skip

#: Values worth trying where the table's range is what is possible rather than what is sensible.
_VALUES: Mapping[str, tuple[Value, ...]] = {
    "min_df": (1, 2, 3, 5),
    "max_df": (0.3, 0.5, 1.0),
    "window": (5, 8, 15, 0),
    "weight": (0.25, 0.5, 1.0),
    "max_depth": (None, 5, 10, 20),
    "min_samples_leaf": (1, 2, 5, 10),
    "l2": (0.0, 1e-6, 1e-5, 1e-4, 1e-3),
    "neighbours": (5, 15, 30),
    "flow": (0.5, 0.8, 0.9, 0.99),
    "share": (0.2, 0.5, 0.8),
    "grid": (2, 3),
    "hidden": (64, 256),
    "noise_level": (0.1, 0.25, 0.5),
}
#: Sizes of what is learned: half, as usual, double; in between nothing changes that can be seen.
_SIZES = ("dimensions", "n_components", "n_clusters", "filters")
_SPAN = 30.0  # a number on a logarithmic scale is searched from default / 30 to default × 30

#: Groups of settings that mean something for one kind of rows only.
_ONLY_FOR: Mapping[str, Modality] = {"Text preparation": "text", "Tables": "tabular"}

#: Strategies that take rows without labels as well.
POOL_STRATEGIES = ("spreading", "self_training")
#: Strategies that change the encoder, and so want to have it.
CHANGING_STRATEGIES = ("probe_then_tune",)
_STRATEGIES = ("frozen", *POOL_STRATEGIES, *CHANGING_STRATEGIES)
_HEADS = ("svm", "logistic", "gradient")
#: Beside C = 1, for the first kinds of plain rows: one answer is enough to see what the others do.
_STRICTNESS: Mapping[int, tuple[float, ...]] = {0: (0.3, 3.0), 1: (3.0,)}
_AFFORD = 0.25  # an encoder may take this share of the budget, by its own estimate
_AFFORD_ONE = 0.5  # and where none costs so little, the cheapest may take this one
_READY_AT_ONCE = 2  # fitted encoders in the very first round
_NEW_ENCODERS = 2  # learned for one round of new configurations, at most


@dataclass(frozen=True)
class Space:
    """Everything that may be combined.

    Attributes
    ----------
    default : Configuration
        What is used when nobody chooses.
    encoders : tuple of EncoderChoice
        To begin with; methods among them may be varied.
    strategies, heads : tuple of str
        Keys.
    modality : {"text", "image", "tabular"}
        Of the rows; settings for others are left alone.
    """

    default: Configuration
    encoders: tuple[EncoderChoice, ...]
    strategies: tuple[str, ...]
    heads: tuple[str, ...]
    modality: Modality

    def first(self) -> tuple[tuple[Configuration, ...], ...]:
        """The configurations to begin with, in rounds; one that came before is not tried again.

        A search that begins with combinations which are known to do well on other data finds
        good ones sooner than one that begins by chance.
        """
        head = self.heads[0]
        plain = [one for one in self.encoders if not one.learns]
        learned = [one for one in self.encoders if one.learns]
        quick = [self.default]
        for place, encoder in enumerate(plain):
            quick.append(Configuration.of(encoder, head))
            if head in ("svm", "logistic"):
                quick += [
                    Configuration.of(encoder, head, {"C": c}) for c in _STRICTNESS.get(place, ())
                ]
        quick += [Configuration.of(one, other) for one in plain[:1] for other in self.heads[1:2]]
        # a small round to begin with, so that the likeliest gain is fully measured early
        ready = [one for one in learned if one.model is not None]  # there is nothing to wait for
        early = (*ready[:_READY_AT_ONCE], *plain[1:2], *(() if ready else learned[:1]))
        likeliest = [Configuration.of(one, head) for one in early]
        rounds = [[self.default, *likeliest], quick]
        for encoder in learned:
            rounds.append([Configuration.of(encoder, head)])
            if head in ("svm", "logistic"):
                rounds[-1] += [Configuration.of(encoder, head, {"C": c}) for c in (0.3, 3.0)]
        # what takes longer has rounds of its own, so that nothing quick waits for it
        for way in self.strategies:
            fitting = [one for one in learned if way != "frozen" and self._fits(way, one, head)]
            rounds.append([Configuration.of(one, head, strategy=way) for one in fitting])
        return _distinct(rounds)

    def draw(
        self,
        count: int,
        best: Sequence[Configuration],
        *,
        seen: Sequence[str],
        known: Sequence[EncoderChoice],
        rng: np.random.RandomState,
    ) -> tuple[Configuration, ...]:
        """New configurations: two of three are the best ones with something changed.

        Parameters
        ----------
        count : int
            How many, at most; fewer where nothing new is left.
        best : sequence of Configuration
            The best first; may be empty.
        seen : sequence of str
            Keys of configurations that were tried.
        known : sequence of EncoderChoice
            Encoders that have been learned; a few others may be drawn beside them.
        """
        taken = set(seen)
        have = {one.key for one in known}
        new: set[str] = set()
        found: list[Configuration] = []
        for place in range(20 * count):
            if len(found) == count:
                break
            if best and place % 3:
                one = self._vary(best[rng.randint(min(len(best), 3))], rng)
            else:
                one = self._random(rng)
            encoder = one.encoder.key
            if one.key in taken or (encoder not in have | new and len(new) >= _NEW_ENCODERS):
                continue
            taken.add(one.key)
            if encoder not in have:
                new.add(encoder)
            found.append(one)
        return tuple(found)

    def _random(self, rng: np.random.RandomState) -> Configuration:
        encoder = self.encoders[rng.randint(len(self.encoders))]
        if rng.random_sample() < 0.5:
            encoder = self._vary_encoder(encoder, rng)
        head = self.heads[rng.randint(len(self.heads))]
        ways = [way for way in self.strategies if self._fits(way, encoder, head)]
        strategy = ways[rng.randint(len(ways))] if ways else "frozen"
        return Configuration.of(
            encoder,
            head,
            {p.name: _draw(p, rng) for p in searched(get_head(head).params)},
            strategy,
            {p.name: _draw(p, rng) for p in searched(get_strategy(strategy).params)},
        )

    def _vary(self, one: Configuration, rng: np.random.RandomState) -> Configuration:
        """The same with something changed: a setting of the head most often."""
        what = rng.random_sample()
        encoder, head, settings = one.encoder, one.head, dict(one.head_settings)
        strategy, how = one.strategy, dict(one.strategy_settings)
        if what < 0.35:
            encoder = self._vary_encoder(encoder, rng)
        elif what < 0.5:
            head = self.heads[rng.randint(len(self.heads))]
            settings = settings if head == one.head else {}
        elif what < 0.6 and searched(get_strategy(strategy).params):
            params = searched(get_strategy(strategy).params)
            param = params[rng.randint(len(params))]
            how[param.name] = _draw(param, rng)
        if what >= 0.35 or encoder == one.encoder:
            settings = _nudge(head, settings, rng)
        if strategy not in ("scratch", "frozen") and not self._fits(strategy, encoder, head):
            strategy, how = "frozen", {}
        return Configuration.of(encoder, head, settings, strategy, how)

    def _vary_encoder(self, encoder: EncoderChoice, rng: np.random.RandomState) -> EncoderChoice:
        """The method with one setting drawn anew; a fitted encoder as it is."""
        params = [] if encoder.model else searched(get_method(encoder.method).params)
        params = [p for p in params if _ONLY_FOR.get(p.group, self.modality) == self.modality]
        if not params:
            return encoder
        param = params[rng.randint(len(params))]
        return replace(encoder, settings={**encoder.settings, param.name: _draw(param, rng)})

    def _fits(self, strategy: str, encoder: EncoderChoice, head: str) -> bool:
        if strategy in CHANGING_STRATEGIES and not _is_words(encoder):
            return False
        if strategy in POOL_STRATEGIES and not _is_dense(encoder):
            return False
        heads = get_strategy(strategy).heads
        return not heads or head in heads


def make_space(
    modality: Modality,
    size: PoolSize,
    *,
    seconds: float,
    pool: bool,
    methods: Sequence[str] = (),
    fitted: Sequence[EncoderChoice] = (),
    library: Sequence[EncoderChoice] = (),
    strategies: Sequence[str] = (),
    heads: Sequence[str] = (),
) -> Space:
    """The space for rows of this kind.

    Parameters
    ----------
    modality : {"text", "image", "tabular"}
        Of the rows.
    size : PoolSize
        Of the training rows; methods that would take too long for the budget are left out.
    seconds : float
        The budget.
    pool : bool
        Whether there are training rows outside the label budget, for strategies that use them.
    methods, strategies, heads : sequence of str
        Keys of what may be tried; by default what is known to do well.
    fitted : sequence of EncoderChoice
        Fitted encoders that take part. The only one of a search that names no methods is the
        default, too.
    library : sequence of EncoderChoice
        Fitted encoders that nobody named and that take part all the same, for they cost nothing
        to learn. What one of them was learned by is not learned again at the same settings.
    """
    encoders: list[EncoderChoice] = []
    slow: list[tuple[float, EncoderChoice]] = []
    have = [(one.method, one.settings) for one in library]
    if not fitted or methods:
        keys = list(methods) or [baseline_for(modality).key, *WORTH_A_TRY[modality]]
        for key in keys:
            method = get_method(key)
            for encoder in _versions(key):
                cost = method.estimate(size, encoder.settings).seconds
                if (encoder.method, encoder.settings) in have:
                    continue
                if methods or method.baseline or cost <= _AFFORD * seconds:
                    encoders.append(encoder)
                elif cost <= _AFFORD_ONE * seconds:
                    slow.append((cost, encoder))
    encoders = [*fitted, *library, *encoders]
    if slow and not any(one.learns for one in encoders):
        encoders.append(min(slow, key=lambda pair: pair[0])[1])
    plain = EncoderChoice.of(baseline_for(modality).key)
    chosen = tuple(heads) or (*_HEADS, *(("tree",) if modality == "tabular" else ()))
    default = Configuration.of(fitted[0] if len(fitted) == 1 and not methods else plain)
    if default.encoder not in encoders:
        encoders.insert(0, default.encoder)
    order = sorted(encoders, key=lambda one: one.learns)  # nothing to learn: quick
    ways = [way for way in (strategies or _STRATEGIES) if pool or way not in POOL_STRATEGIES]
    return Space(default, tuple(order), tuple(ways) or ("frozen",), chosen, modality)


def _versions(key: str) -> list[EncoderChoice]:
    """A method at its defaults, and in the variants that are known to be worth a try."""
    if key == "beside":  # groups of words cost little beside the vectors
        return [EncoderChoice.of(key, ngram_max=2)]
    found = [EncoderChoice.of(key)]
    names = {param.name for param in get_method(key).params}
    if "ngram_max" in names and get_method(key).baseline:
        found.append(EncoderChoice.of(key, ngram_max=2))
        found.append(EncoderChoice.of(key, ngram_max=2, stop_words=False, max_df=1.0))
    return found


def searched(params: Sequence[Param]) -> list[Param]:
    """The settings of a table that a search varies."""
    return [
        param
        for param in params
        if param.name not in _LEFT_ALONE
        and param.kind not in ("text", "file")
        and (param.name in _VALUES or param.kind in ("bool", "choice") or param.default is not None)
    ]


def _draw(param: Param, rng: np.random.RandomState) -> Value:
    """A value of a setting, by its table."""
    sizes = (0.5, 1, 2) if param.name in _SIZES else ()
    given = _VALUES.get(param.name) or [int(f * float(param.default or 0)) for f in sizes]
    if given:
        values = [value for value in given if _allowed(param, value)]
        return values[rng.randint(len(values))] if values else param.default
    if param.kind == "bool":
        return bool(rng.randint(2))
    if param.kind == "choice":
        return param.choices[rng.randint(len(param.choices))]
    assert isinstance(param.default, (int, float))  # noqa: S101 - searched() sees to it
    low, high = _range(param)
    if param.scale == "log":
        value = math.exp(rng.uniform(math.log(low), math.log(high)))
    else:
        value = rng.uniform(low, high)
    return _tidy(param, value)


def _range(param: Param) -> tuple[float, float]:
    default = float(param.default or 0)
    low = -math.inf if param.low is None else param.low
    high = math.inf if param.high is None else param.high
    if param.scale == "log" and default > 0:
        return max(low, default / _SPAN), min(high, default * _SPAN)
    return (low if math.isfinite(low) else default - 1), (
        high if math.isfinite(high) else default + 1
    )


def _tidy(param: Param, value: float) -> Value:
    """Two digits: a third changes nothing, and people read these numbers."""
    if param.kind == "int":
        return round(value)
    return float(f"{value:.2g}")


def _allowed(param: Param, value: Value) -> bool:
    if value is None:
        return param.optional
    if param.low is not None and float(value) < param.low:
        return False
    return param.high is None or float(value) <= param.high


def _nudge(
    head: str, settings: Mapping[str, Value], rng: np.random.RandomState
) -> dict[str, Value]:
    """One setting of a head drawn anew, or moved a little where it is a number on a log scale."""
    params = searched(get_head(head).params)
    found = dict(settings)
    if not params:
        return found
    param = params[rng.randint(len(params))]
    if len(params) > 1 and params[0].scale == "log" and rng.random_sample() < 0.6:
        param = params[0]  # strictness: what matters most of every linear head
    now = found.get(param.name, param.default)
    if param.scale == "log" and param.name not in _VALUES and isinstance(now, (int, float)):
        low, high = _range(param)
        found[param.name] = _tidy(
            param, min(max(float(now) * math.exp(rng.normal(0, 0.7)), low), high)
        )
    else:
        found[param.name] = _draw(param, rng)
    return found


def _is_words(encoder: EncoderChoice) -> bool:
    """Whether an encoder is made of word vectors."""
    return get_method(encoder.method).insight == "words"


def _is_dense(encoder: EncoderChoice) -> bool:
    """Whether rows are short: nearness among long sparse rows is slow to find and says little."""
    return encoder.learns and encoder.method != "beside"


def _distinct(rounds: Sequence[Sequence[Configuration]]) -> tuple[tuple[Configuration, ...], ...]:
    """The rounds without what an earlier one has, and without those that are empty then."""
    seen: set[str] = set()
    found = []
    for some in rounds:
        new = {one.key: one for one in some if one.key not in seen}
        seen |= set(new)
        found.append(tuple(new.values()))
    return tuple(one for one in found if one)
