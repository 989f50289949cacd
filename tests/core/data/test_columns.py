"""The guess at the columns, on tables as people have them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from core.data.columns import ColumnGuess, guess_columns, guess_domain
from core.data.parts import known_parts, part_of

TEXTS = [f"This is the text of row number {i}, with some words." for i in range(40)]
LABELS = ["good", "bad", "so-so", "bad"] * 10


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"text": TEXTS, "label": LABELS}, ("text", "label", None)),
        ({"label": LABELS, "text": TEXTS}, ("text", "label", None)),
        # no name says anything
        ({"column 1": LABELS, "column 2": TEXTS}, ("column 2", "column 1", None)),
        ({"Rückmeldung": TEXTS, "Wertung": LABELS}, ("Rückmeldung", "Wertung", None)),
        # names as programmers write them
        ({"reviewText": TEXTS, "sentiment_class": LABELS}, ("reviewText", "sentiment_class", None)),
        # numbers as labels, and as ids
        ({"id": range(40), "body": TEXTS, "y": [0, 1] * 20}, ("body", "y", None)),
        ({"id": range(40), "body": TEXTS}, ("body", None, None)),
        # links and hashes are long and varied
        (
            {
                "url": [f"https://example.org/a/very/long/way/to/go/{i}" * 3 for i in range(40)],
                "words": TEXTS,
            },
            ("words", None, None),
        ),
        # a split column by its name and by its values
        (
            {"text": TEXTS, "split": ["train", "test"] * 20, "label": LABELS},
            ("text", "label", "split"),
        ),
        (
            {"text": TEXTS, "which": ["train", "dev", "eval", "train"] * 10, "label": LABELS},
            ("text", "label", "which"),
        ),
        # a split column of other words is none
        ({"text": TEXTS, "split": ["a", "b"] * 20, "label": LABELS}, ("text", "label", None)),
        # Chinese has no spaces
        (
            {"内容": [f"这是第{i}条评论的内容" for i in range(40)], "类别": LABELS},
            ("内容", "类别", None),
        ),
        # measured numbers are no label
        ({"text": TEXTS, "price": [i / 7 for i in range(20)] * 2}, ("text", None, None)),
        # nothing but numbers
        ({"a": [str(i * 1.5) for i in range(40)]}, (None, None, None)),
        # the same few words are no text
        ({"status": ["married man", "single man"] * 40}, (None, "status", None)),
        # few rows
        ({"text": ["a b", "c d", "e f"], "label": ["x", "y", "z"]}, ("text", "label", None)),
        ({"text": ["a b", None], "empty": [None, None]}, ("text", None, None)),
    ],
)
def test_the_likeliest_columns(
    columns: dict[str, list[object]], expected: tuple[str | None, str | None, str | None]
) -> None:
    assert guess_columns(pd.DataFrame(columns)) == ColumnGuess(*expected)


def test_one_value_is_no_label_unless_it_is_named_so() -> None:
    frame = pd.DataFrame({"text": TEXTS, "shop": ["x"] * 40})
    assert guess_columns(frame).label is None
    # taken, so that the person hears that a single class cannot be learned
    assert guess_columns(frame.rename(columns={"shop": "label"})).label == "label"


@pytest.mark.parametrize(
    ("columns", "label"),
    [
        ({"age": range(40), "job": ["cook", "clerk"] * 20, "class": LABELS}, "class"),
        ({"x1": range(40), "x2": [i / 7 for i in range(40)], "kind": LABELS}, "kind"),
        ({"kind": LABELS, "x1": range(40), "x2": [i / 7 for i in range(40)]}, "kind"),
        ({"x1": range(40), "kind": LABELS, "x2": [i / 7 for i in range(40)]}, None),
        ({"town": [f"Town {i}" for i in range(40)], "size": range(40)}, None),
    ],
)
def test_a_table_of_values(columns: dict[str, list[object]], label: str | None) -> None:
    guess = guess_columns(pd.DataFrame(columns))
    assert guess.tabular
    assert guess.label == label


def test_short_texts_that_are_named_so_are_texts() -> None:
    frame = pd.DataFrame({"text": ["yes", "no"] * 20, "label": LABELS, "x": range(40)})
    assert not guess_columns(frame).tabular


def test_a_table_without_columns() -> None:
    assert guess_columns(pd.DataFrame()) == ColumnGuess(None, None, None)


@pytest.mark.parametrize("name", ["banking77", "sms_spam", "sst2", "amazon_multidomain_raw"])
def test_real_tables(name: str, bench_data: Path) -> None:
    guess = guess_columns(pd.read_parquet(bench_data / "text" / f"{name}.parquet"))
    assert (guess.text, guess.label) == ("text", "label")
    assert guess.split == ("split" if name in ("banking77", "sst2") else None)


def test_the_domain_is_the_column_of_that_name() -> None:
    frame = pd.DataFrame({"text": TEXTS, "label": LABELS, "domain": ["books", "films"] * 20})
    assert guess_domain(frame) == "domain"
    assert guess_domain(frame, "text", "domain") is None  # it is the label already
    assert guess_domain(frame.assign(domain="books")) is None  # one domain is none
    assert guess_domain(frame.assign(domain=TEXTS)) is None  # as good as a number for each row
    assert guess_domain(frame.drop(columns="domain")) is None


@pytest.mark.parametrize(
    ("word", "part"),
    [
        ("train", "train"),
        (" Training ", "train"),
        ("DEV", "validation"),
        ("valid", "validation"),
        ("hold_out", "test"),
        ("eval", "test"),
        ("all", None),
        (1, None),
    ],
)
def test_words_for_parts(word: object, part: str | None) -> None:
    assert part_of(word) == part
    assert known_parts([word]) is (part is not None)
