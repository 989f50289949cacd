"""Only what differs, by its path."""

from __future__ import annotations

from core.evaluate.side_by_side import MISSING, differing_settings


def test_only_what_differs() -> None:
    frame = differing_settings(
        [
            {"head": "svm", "head_settings": {"C": 1.0, "loss": None}, "curve": True, "name": "x"},
            {"head": "svm", "head_settings": {"C": 0.5}, "curve": False, "name": "y"},
        ]
    )
    assert list(frame.index) == ["head_settings.C", "head_settings.loss", "curve"]
    assert list(frame.columns) == [0, 1]
    assert frame.loc["head_settings.C"].tolist() == ["1", "0.5"]
    assert frame.loc["head_settings.loss"].tolist() == ["none", MISSING]
    assert frame.loc["curve"].tolist() == ["yes", "no"]


def test_close_numbers_stay_apart() -> None:
    frame = differing_settings([{"rate": 0.12345678}, {"rate": 0.12345679}])
    assert frame.loc["rate"].tolist() == ["0.12345678", "0.12345679"]


def test_lists_and_ignored_names() -> None:
    frame = differing_settings(
        [{"data": {"options": {"remove": ["headers", "quotes"]}}, "seed": 0}]
        + [{"data": {"options": {"remove": []}}, "seed": 1}],
        ignore=("seed",),
    )
    assert list(frame.index) == ["data.options.remove"]
    assert frame.iloc[0].tolist() == ["headers, quotes", "none"]


def test_equal_runs_and_no_runs() -> None:
    assert differing_settings([{"a": 1}, {"a": 1}]).empty
    assert differing_settings([]).empty
