"""Requests, read and refused."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.serve.access import Declined
from core.serve.asking import Ask, AskLimits, as_rows, parse

JSON = "application/json"
SMALL = AskLimits(body_bytes=200, rows=3, characters=5, columns=2, values=8)


def refused(status: int, code: str, words: str, body: Any, content_type: str = JSON) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(Declined, match=words) as caught:
        parse(content, content_type, limits=SMALL)
    assert (caught.value.status, caught.value.code) == (status, code)


def test_a_good_request() -> None:
    assert parse(b'{"rows": ["a", "b"]}', "application/json; charset=utf-8") == Ask(["a", "b"])
    assert parse(b'{"rows": [1], "probabilities": false}', JSON) == Ask([1], False)


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded"])
def test_another_content_type(content_type: str) -> None:
    refused(415, "content_type", "has to be JSON", {"rows": ["a"]}, content_type)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b'{"rows": [NaN]}', b"[" * 150, b'{"rows": [Infinity]}']
)
def test_no_json(body: bytes) -> None:
    refused(400, "no_json", "no valid JSON", body)


def test_deep_nesting_is_no_crash() -> None:
    with pytest.raises(Declined, match="no valid JSON"):
        parse(b"[" * 1_000_000, JSON)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ([], "no list 'rows'"),
        ({}, "no list 'rows'"),
        ({"rows": "a"}, "no list 'rows'"),
        ({"rows": []}, "'rows' is empty"),
        ({"rows": ["a"], "top": 3}, "a field 'top', which is not known"),
        ({"rows": ["a"], "probabilities": 1}, "has to be true or false"),
    ],
)
def test_other_json(body: Any, words: str) -> None:
    refused(422, "rows", words, body)


def test_too_much() -> None:
    refused(413, "too_large", "larger than", b'{"rows": ["' + b"a" * 300 + b'"]}')
    refused(413, "too_many_rows", "has 4 rows, and no more than 3", {"rows": list("abcd")})


def bad(rows: list[Any], modality: Any, words: str) -> None:
    with pytest.raises(Declined, match=words) as caught:
        as_rows(rows, modality, limits=SMALL)
    assert caught.value.status == 422


def test_texts() -> None:
    rows = as_rows(["a", "\ud800"], "text", limits=SMALL)
    assert rows.dtype == object
    assert list(rows) == ["a", "?"]
    bad(["a", 1], "text", "Row 1 is no text")
    bad(["abcdef"], "text", "Row 0 has 6 characters; 5 are taken")


def test_tables() -> None:
    frame = as_rows([{"a": 1, "b": "x"}, {"b": None}], "tabular", limits=SMALL)
    assert isinstance(frame, pd.DataFrame)
    assert list(frame.columns) == ["a", "b"]
    assert np.isnan(frame["a"][1])
    bad(["a"], "tabular", "Row 0 is no object")
    bad([{"a": [1]}], "tabular", "no single value")
    bad([{"a": "abcdef"}], "tabular", "too long a text in 'a'")
    bad([{"a": 1, "b": 1, "c": 1}], "tabular", "more than 2 columns")


def test_pictures() -> None:
    assert as_rows([[[0, 255]]], "image", limits=SMALL).dtype == np.uint8
    assert as_rows([[[0, 256]]], "image", limits=SMALL).dtype == np.float64
    assert as_rows([[[0.5, 1]]], "image", limits=SMALL).shape == (1, 1, 2)
    bad([[[1, 2]], [[1]]], "image", "not all of one size")
    bad([["ab"]], "image", "list of lines of numbers")
    bad([1, 2], "image", "list of lines of numbers")
    bad([[[1] * 9]], "image", "more than 8 values")
    bad([[[10**400]]], "image", "list of lines|not all of one size")
