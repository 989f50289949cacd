"""Encoders that are known to be good, bad and random, on rows whose class can be read off."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.errors import BadParam, Cancelled
from core.evaluate.contest import contest
from core.evaluate.standings import headline
from core.pretrain.base import Encoder
from core.progress import Progress
from core.types import Floats, Rows


class Column(Encoder):
    """Takes one column of a plain array."""

    def __init__(self, column: int = 0) -> None:
        self.column = column

    def fit(self, rows: Rows, y: Any = None, **_: Any) -> Self:
        return self

    def transform(self, rows: Rows) -> Floats:
        column = np.asarray(rows, dtype=np.float32)[:, self.column]
        return np.column_stack([column, 1 - column]).astype(np.float32)


@pytest.fixture(name="dataset")
def _dataset() -> Dataset:
    """Column 0 is the class; column 1 is always the same; column 2 is right in 3 of 4 rows."""
    n = 400
    labels = np.arange(n, dtype=np.int32) % 2
    often = labels.copy()
    often[np.arange(n) % 8 < 2] ^= 1
    frame = np.column_stack([labels, np.zeros(n), often])[:, :, None].astype(np.uint8)
    return Dataset(
        name="readable",
        title="Readable",
        modality="image",
        rows=frame,
        labels=labels,
        classes=("even", "odd"),
        test=np.arange(n) >= 200,
    )


def _encoders() -> dict[str, Encoder]:
    class Flat(Column):
        def transform(self, rows: Rows) -> Floats:
            return super().transform(np.asarray(rows)[:, :, 0])

    return {"constant": Flat(1), "truth": Flat(0), "often": Flat(2), "copy": Flat(0)}


def test_places_and_differences(dataset: Dataset) -> None:
    found = contest(
        dataset,
        _encoders(),
        yardstick="constant",
        rivals={"often": "truth"},
        head="logistic",
        labels_per_class=None,
    )
    assert list(found.placings) == ["truth", "copy", "often", "constant"]
    assert (found.labels, found.test_rows) == (200, 200)
    truth, copy, often, constant = found.placings.values()
    assert truth.accuracy.value == 1.0
    assert truth.gain is not None
    assert truth.gain.value == 0.5
    assert truth.kind == "helped"
    assert truth.behind is None
    assert truth.tied
    assert copy.tied  # equal in every row
    assert copy.behind is not None
    assert copy.behind.value == 0
    assert often.accuracy.value == 0.75
    assert not often.tied
    assert often.over_rival is not None
    assert often.over_rival.value == -0.25
    assert constant.accuracy.value == 0.5
    assert constant.gain is None
    assert constant.kind is None


def test_draws_are_the_same_for_all(dataset: Dataset) -> None:
    one = contest(dataset, _encoders(), yardstick="constant", labels_per_class=3, draws=4, seed=5)
    two = contest(dataset, _encoders(), yardstick="constant", labels_per_class=3, draws=4, seed=5)
    assert one == two
    assert one.labels == 6
    assert len(one.placings["truth"].draws) == 4
    assert one.placings["truth"].draws == one.placings["copy"].draws


def test_refusals(dataset: Dataset) -> None:
    with pytest.raises(BadParam, match="not among the encoders"):
        contest(dataset, _encoders(), yardstick="other")
    with pytest.raises(BadParam, match="draws cannot be 0"):
        contest(dataset, _encoders(), yardstick="constant", draws=0)


def test_can_be_cancelled(dataset: Dataset) -> None:
    seen = []

    def report(fraction: float, *_: Any) -> None:
        seen.append(fraction)
        if fraction > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        contest(dataset, _encoders(), yardstick="constant", progress=Progress(report))
    assert seen == sorted(seen)


def _entry(key: str, value: float, gain: float | None, kind: str | None, tied: bool) -> Any:
    interval = None if gain is None else {"value": gain, "low": gain - 0.01, "high": gain + 0.01}
    return {"key": key, "accuracy": {"value": value}, "gain": interval, "kind": kind, "tied": tied}


NAMES = {"a": "Word vectors", "b": "LSA", "c": "K-means", "n": "Nothing learned"}


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        (
            [_entry("a", 0.7, 0.1, "helped", True), _entry("n", 0.6, None, None, False)],
            "Word vectors did best with 5 labels per class: 70.0 % of the test rows right, "
            "+10.0 points over nothing learned. It is clearly ahead of all others.",
        ),
        (
            [
                _entry("a", 0.7, 0.02, "unclear", True),
                _entry("b", 0.7, 0.02, "unclear", True),
                _entry("n", 0.68, None, None, True),
            ],
            "Word vectors did best with 5 labels per class: 70.0 % of the test rows right, "
            "+2.0 points over nothing learned, which may be luck. No clear difference to LSA and "
            "Nothing learned.",
        ),
        (
            [_entry("n", 0.7, None, None, True), _entry("b", 0.6, -0.1, "hurt", False)],
            "Nothing learned did best with 5 labels per class: 70.0 % of the test rows right. "
            "Nothing that was learned did better than learning nothing. It is clearly ahead of "
            "all others.",
        ),
        (
            [_entry("a", 0.7, 0.1, "helped", True)],
            "Word vectors did best with 5 labels per class: 70.0 % of the test rows right, "
            "+10.0 points over nothing learned.",
        ),
    ],
)
def test_headline(entries: list[Any], said: str) -> None:
    result = {"entries": entries, "labels_per_class": 5}
    assert (
        headline(result, NAMES)
        .replace("\N{NARROW NO-BREAK SPACE}", " ")
        .replace("\N{NO-BREAK SPACE}", " ")
        == said
    )


def test_headline_shortens_a_long_list() -> None:
    names = {str(i): f"Way {i}" for i in range(7)}
    entries = [_entry(str(i), 0.7, 0.1, "helped", True) for i in range(7)]
    said = headline({"entries": entries, "labels_per_class": None}, names)
    assert said.endswith("No clear difference to Way 1, Way 2, Way 3 and 3 more.")
