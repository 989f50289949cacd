"""Requests travel as JSON, and their fields are declared once."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest

from core.errors import BadParam
from core.jobs.fields import FINETUNE_PARAMS, PRETRAIN_PARAMS
from core.jobs.requests import (
    DataRef,
    FinetuneRequest,
    LoadRequest,
    PretrainRequest,
    Request,
    from_json,
    kind_of,
    to_json,
)

DATA = DataRef(name="digits", options={"seed": 1})


@pytest.mark.parametrize(
    ("request_", "kind"),
    [
        (LoadRequest(DATA), "load"),
        (PretrainRequest(DATA, "lsa", {"n_components": 8}), "pretrain"),
        (FinetuneRequest(DATA, model="0" * 12, labels_per_class=None), "finetune"),
        (FinetuneRequest(DATA, pretrain=PretrainRequest(DATA, "lsa")), "finetune"),
    ],
)
def test_there_and_back(request_: Request, kind: str) -> None:
    assert kind_of(request_) == kind
    assert from_json(json.loads(json.dumps(to_json(request_)))) == request_


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"kind": "dance"},
        {"kind": "load"},
        {"kind": "load", "data": {"colour": "red"}},
        {"kind": "pretrain", "data": {}},
        {"kind": "load", "data": {}, "extra": 1},
    ],
)
def test_what_is_no_request(values: dict[str, object]) -> None:
    with pytest.raises(BadParam):
        from_json(values)


@pytest.mark.parametrize(
    ("params", "request_"),
    [(PRETRAIN_PARAMS, PretrainRequest(DATA, "lsa")), (FINETUNE_PARAMS, FinetuneRequest(DATA))],
)
def test_the_declared_defaults_are_those_of_the_requests(
    params: tuple[object, ...], request_: PretrainRequest | FinetuneRequest
) -> None:
    known = {field.name for field in fields(request_)}
    for param in params:
        assert param.name in known  # type: ignore[attr-defined]
        assert getattr(request_, param.name) == param.default  # type: ignore[attr-defined]
