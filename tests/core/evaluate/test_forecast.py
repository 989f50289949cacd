"""A law that is known is found again; where nothing can be said, nothing is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadData, BadParam
from core.evaluate.forecast import FURTHEST, forecast, forecast_sentence
from core.evaluate.results import CurvePoint, Interval


def law(n: float, a: float = 0.8, b: float = 1.2, c: float = 0.5) -> float:
    return a - b * n ** (-c)


def points(places: tuple[int, ...] = (10, 20, 50, 100, 200, 500), half: float = 0.01) -> list:
    return [
        CurvePoint(
            labels_per_class=n // 10,
            labels=n,
            model=Interval(law(n), law(n) - half, law(n) + half),
            baseline=Interval(law(n, 0.7), law(n, 0.7) - half, law(n, 0.7) + half),
            model_draws=(),
        )
        for n in places
    ]


def test_a_known_law_is_found() -> None:
    found = forecast(points(), 1000)
    assert found.accuracy.value == pytest.approx(law(1000), abs=1e-3)
    assert (found.ceiling, found.drop, found.power) == pytest.approx((0.8, 1.2, 0.5), abs=3e-2)
    assert found.accuracy.low is not None
    assert found.accuracy.high is not None
    assert found.accuracy.low <= law(1000) <= found.accuracy.high
    assert forecast(points(), 1000, baseline=True).accuracy.value == pytest.approx(
        law(1000, 0.7), abs=1e-3
    )


def test_wider_points_a_wider_forecast() -> None:
    narrow, wide = (forecast(points(half=half), 1500).accuracy for half in (0.005, 0.05))
    assert (wide.high or 0) - (wide.low or 0) > 2 * ((narrow.high or 0) - (narrow.low or 0))


def test_a_seed_gives_one_answer() -> None:
    assert forecast(points(), 900, seed=3) == forecast(points(), 900, seed=3)


def test_too_few_points() -> None:
    with pytest.raises(BadData, match="has 4 points; a forecast needs at least 5") as error:
        forecast(points()[:4], 300)
    assert "Measure the whole label curve" in (error.value.hint or "")


def test_the_same_number_of_labels_is_one_point() -> None:
    with pytest.raises(BadData, match="has 4 points"):
        forecast([*points()[:4], points()[3]], 300)


@pytest.mark.parametrize("labels", [0, 1501, 10_000])
def test_too_far(labels: int) -> None:
    with pytest.raises(BadParam, match="goes too far: 500 were measured") as error:
        forecast(points(), labels)
    assert error.value.hint == "Ask for at most 1,500."
    assert FURTHEST * 500 == 1500


def test_points_without_an_interval_still_count() -> None:
    bare = [
        CurvePoint(p.labels_per_class, p.labels, Interval(p.model.value), None, ())
        for p in points()
    ]
    assert forecast(bare, 1000).accuracy.value == pytest.approx(law(1000), abs=1e-3)


def test_a_falling_curve_is_refused() -> None:
    falling = [CurvePoint(n, n, Interval(0.9 - n / 1000), None, ()) for n in (10, 20, 50, 90, 99)]
    with pytest.raises(BadData, match="do not rise"):
        forecast(falling, 120)


@given(st.floats(0.5, 0.95), st.floats(0.2, 1.0), st.floats(0.2, 0.9))
def test_never_outside_what_can_be(a: float, b: float, c: float) -> None:
    made = [
        CurvePoint(n, n, Interval(max(law(n, a, b, c), 0.01), 0.0, 1.0), None, ())
        for n in (5, 10, 20, 40, 80)
    ]
    try:
        found = forecast(made, 240).accuracy
    except BadData:
        return
    assert 0 <= (found.low or 0) <= found.value <= (found.high or 1) <= 1


def test_in_words() -> None:
    said = forecast_sentence(forecast(points(), 1000), 20)
    assert said.startswith("With 1,000 labels (about 50 per class) expect ")
    assert said.endswith("if the curve goes on as it did.")
