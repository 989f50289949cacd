"""Settings: checked, parsed, resolved, and explained when they will not do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadParam
from core.params import Param, by_name, parse_settings, resolve

WINDOW = Param("window", "int", 8, "How far words see.", low=1, high=50)
RATE = Param("rate", "float", 0.1, "Size of a step.", low=0.0)
DEPTH = Param("depth", "int", None, "How deep.", low=1, optional=True)
KIND = Param("kind", "choice", "a", "Which one.", choices=("a", "b"))
FOLD = Param("fold_case", "bool", True, "Whether case counts.")
NOTE = Param("note", "text", "", "Anything.", label="A note")
FILE = Param("file", "file", "", "A table.", choices=(".csv",))
ALL = (WINDOW, RATE, DEPTH, KIND, FOLD, NOTE)


@pytest.mark.parametrize(
    ("param", "given", "wanted"),
    [
        (WINDOW, 1, 1),
        (WINDOW, 50.0, 50),
        (WINDOW, np.int64(7), 7),
        (RATE, 0, 0.0),
        (RATE, np.float32(0.5), 0.5),
        (DEPTH, None, None),
        (DEPTH, 3, 3),
        (KIND, "b", "b"),
        (FOLD, False, False),
        (FOLD, np.bool_(True), True),
        (NOTE, "so", "so"),
        (FILE, "0123456789abcdef", "0123456789abcdef"),
    ],
)
def test_good_values_come_back_in_their_own_type(
    param: Param, given: object, wanted: object
) -> None:
    value = param.check(given)
    assert value == wanted
    assert type(value) is type(wanted)


@pytest.mark.parametrize(
    ("param", "given"),
    [
        (WINDOW, 0),
        (WINDOW, 51),
        (WINDOW, 2.5),
        (WINDOW, True),
        (WINDOW, "8"),
        (WINDOW, None),
        (WINDOW, np.array([1, 2])),
        (RATE, -0.1),
        (RATE, float("nan")),
        (RATE, float("inf")),
        (DEPTH, 0),
        (KIND, "c"),
        (FILE, 3),
        (KIND, 1),
        (FOLD, 1),
        (FOLD, "true"),
        (NOTE, 3),
    ],
)
def test_bad_values_are_refused_with_name_value_and_what_is_allowed(
    param: Param, given: object
) -> None:
    with pytest.raises(BadParam) as caught:
        param.check(given)
    assert param.name in caught.value.message
    assert repr(given) in caught.value.message
    assert caught.value.hint is not None
    assert param.allowed in caught.value.hint


@pytest.mark.parametrize(
    ("param", "typed", "wanted"),
    [
        (WINDOW, " 12 ", 12),
        (WINDOW, "1e1", 10),
        (RATE, "0.25", 0.25),
        (DEPTH, "none", None),
        (DEPTH, "", None),
        (DEPTH, "4", 4),
        (KIND, "b", "b"),
        (FOLD, "YES", True),
        (FOLD, "off", False),
        (NOTE, "a b", "a b"),
    ],
)
def test_values_are_read_as_typed(param: Param, typed: str, wanted: object) -> None:
    value = param.parse(typed)
    assert value == wanted
    assert type(value) is type(wanted)


@pytest.mark.parametrize(
    ("param", "typed"), [(WINDOW, "many"), (WINDOW, "none"), (FOLD, "maybe"), (KIND, "z")]
)
def test_what_cannot_be_read_is_refused(param: Param, typed: str) -> None:
    with pytest.raises(BadParam, match=param.name):
        param.parse(typed)


@pytest.mark.parametrize(
    ("param", "words"),
    [
        (WINDOW, "a whole number from 1 to 50"),
        (RATE, "a number of at least 0"),
        (Param("x", "float", 1.0, "", high=2), "a number of at most 2"),
        (DEPTH, "a whole number of at least 1, or none"),
        (KIND, "one of a, b"),
        (FOLD, "true or false"),
        (NOTE, "a text"),
    ],
)
def test_what_is_allowed_in_words(param: Param, words: str) -> None:
    assert param.allowed == words


def test_titles_come_from_the_label_or_the_name() -> None:
    assert NOTE.title == "A note"
    assert FOLD.title == "Fold case"


def test_resolve_fills_in_defaults_in_the_order_of_the_table() -> None:
    values = resolve(ALL, {"rate": 1})
    assert list(values) == [param.name for param in ALL]
    assert values == {
        "window": 8,
        "rate": 1.0,
        "depth": None,
        "kind": "a",
        "fold_case": True,
        "note": "",
    }
    assert resolve(()) == {}


def test_unknown_names_are_refused_with_those_there_are() -> None:
    with pytest.raises(BadParam, match="'windw'") as caught:
        resolve((WINDOW, RATE), {"windw": 3})
    assert caught.value.hint == "There is: rate, window."
    with pytest.raises(BadParam) as caught:
        resolve((), {"x": 1})
    assert caught.value.hint == "There is: no settings at all."


def test_settings_of_a_command_line() -> None:
    assert parse_settings(ALL, ["window=3", "note = a=b"]) == {"window": 3, "note": "a=b"}
    assert parse_settings(ALL, []) == {}
    with pytest.raises(BadParam, match="has no value"):
        parse_settings(ALL, ["window"])
    with pytest.raises(BadParam, match="'nope'"):
        parse_settings(ALL, ["nope=1"])


@given(st.integers(1, 50))
def test_what_is_written_can_be_read_again(value: int) -> None:
    assert WINDOW.parse(str(WINDOW.check(value))) == value


def test_by_name() -> None:
    assert by_name(ALL)["kind"] is KIND
