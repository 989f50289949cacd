"""Names beside dots."""

from __future__ import annotations

from typing import Any

from core.figures.placing import beside, free, size_of


def way(found: dict[str, Any] | None) -> tuple[str, str] | None:
    return found and (found["xanchor"], found["yanchor"])


def test_a_name_stands_to_the_right_and_at_the_right_edge_to_the_left() -> None:
    first, second = beside([(0.1, 0.5), (0.95, 0.2)], ["one", "another"])
    assert first == {"xanchor": "left", "yanchor": "middle", "xshift": 9, "yshift": 0}
    assert way(second) == ("right", "middle")


def test_a_dot_in_the_way_moves_a_name() -> None:
    # of 255 pixels the second is 26 to the right of the first: on its name
    first, second = beside([(0.4, 0.5), (0.5, 0.5)], ["long name", "x"])
    assert way(first) == ("right", "middle")
    assert way(second) == ("left", "middle")


def test_a_name_in_the_way_moves_a_name_and_the_last_has_none() -> None:
    at = [(0.02, 0.5), (0.02, 0.53), (0.02, 0.47), (0.02, 0.5)]
    found = beside(at, ["first", "second", "third", "fourth"])
    assert way(found[0]) == ("left", "middle")
    assert found[3] is None  # right and left, above and below: nothing is free


def test_what_is_taken_is_not_covered() -> None:
    (free_way,) = beside([(0.1, 0.5)], ["one"])
    (moved,) = beside([(0.1, 0.5)], ["one"], taken=[(0.0, 0.49, 1.0, 0.51)])  # a line across
    assert way(free_way) == ("left", "middle")
    assert way(moved) == ("left", "bottom")


def test_names_too_long_for_the_plot_are_left_out() -> None:
    assert beside([(0.5, 0.5)], ["n" * 60]) == [None]
    assert beside([], []) == []


def test_free() -> None:
    assert free((0.5, 0.5, 0.9, 0.6), [(0.2, 0.55)])
    assert not free((0.5, 0.5, 0.9, 0.6), [(0.49, 0.55)])  # half of the dot reaches in
    assert size_of("12345678") == (8 * 6.5 / 255, 18 / 250)
