"""The description of the interface, as OpenAPI 3.1 has it."""

from __future__ import annotations

from typing import Any

import core
from core.serve.asking import LIMITS, AskLimits

_ERRORS = {
    "400": "No valid JSON",
    "401": "The token is missing or wrong",
    "403": "The API is off here, or the request may not be answered",
    "404": "No such run",
    "409": "The run has no classifier",
    "413": "Too large, or too many rows",
    "415": "Not application/json",
    "422": "The rows are not what the classifier takes",
    "429": "Too many requests at once; Retry-After says when to try again",
    "503": "The home folder or the database does not answer",
}


def openapi(limits: AskLimits = LIMITS) -> dict[str, Any]:
    """The whole description, as JSON values."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Warmstart",
            "version": core.__version__,
            "description": "Classifiers that were fine-tuned here, for programs. On a server that "
            "listens on this machine alone no token is needed; on any other one the API is off "
            "until WARMSTART_API_TOKEN is set.",
        },
        "security": [{}, {"token": []}],
        "paths": {
            "/api/runs/{id}/predict": {"post": _predict(limits)},
            "/api/runs": {"get": _listing("Runs, the newest first", "runs", "Run", _NARROWING)},
            "/api/models": {
                "get": _listing("The library of pretrained models", "models", "Model", [])
            },
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(limits),
        },
    }


_NARROWING = [
    {"name": name, "in": "query", "required": False, "schema": schema}
    for name, schema in (
        ("kind", {"type": "string"}),
        ("state", {"type": "string"}),
        ("limit", {"type": "integer", "minimum": 1, "maximum": 500, "default": 100}),
    )
]


def _predict(limits: AskLimits) -> dict[str, Any]:
    return {
        "operationId": "predict",
        "summary": "Classify a batch of rows with the classifier of a run",
        "description": f"At most {limits.rows:,} rows and {limits.body_bytes // 2**20} MB at once.",
        "parameters": [
            {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
        ],
        "requestBody": {"required": True, "content": _json("Ask")},
        "responses": {
            "200": {
                "description": "The answers, in the order of the rows",
                "content": _json("Answer"),
            },
            **_errors(*_ERRORS),
        },
    }


def _listing(
    summary: str, name: str, schema: str, parameters: list[dict[str, Any]]
) -> dict[str, Any]:
    items = {"type": "array", "items": _ref(schema)}
    shape = {"type": "object", "required": [name], "properties": {name: items}}
    return {
        "operationId": f"list_{name}",
        "summary": summary,
        "parameters": parameters,
        "responses": {
            "200": {"description": summary, "content": {"application/json": {"schema": shape}}},
            **_errors("401", "403", "422", "503"),
        },
    }


def _schemas(limits: AskLimits) -> dict[str, Any]:
    text = {"type": "string", "maxLength": limits.characters}
    cell = {"type": ["string", "number", "boolean", "null"]}
    row = {
        "oneOf": [
            {**text, "description": "For a classifier of texts"},
            {
                "type": "object",
                "additionalProperties": cell,
                "description": "For a classifier of tables: values by the name of their column",
            },
            {"type": "array", "description": "For a classifier of images: lines of pixels"},
        ]
    }
    number = {"type": "number", "minimum": 0, "maximum": 1}
    return {
        "Ask": _object(
            ["rows"],
            rows={"type": "array", "minItems": 1, "maxItems": limits.rows, "items": row},
            probabilities={
                "type": "boolean",
                "default": True,
                "description": "Whether the probabilities of all classes come back",
            },
        ),
        "Answer": _object(
            ["run", "classes", "threshold", "predictions"],
            run={"type": "string"},
            classes={"type": "array", "items": {"type": "string"}},
            threshold={
                "oneOf": [
                    {"type": "null"},
                    _object(["class", "from"], **{"class": {"type": "string"}, "from": number}),
                ],
                "description": "A class that is said from this probability on; below it the "
                "likeliest other one is. Null where the likeliest class is said",
            },
            predictions={
                "type": "array",
                "items": _object(
                    ["class", "probability", "sure", "by_threshold"],
                    **{
                        "class": {"type": "string"},
                        "probability": {**number, "description": "Of the class said"},
                        "sure": {
                            "type": "boolean",
                            "description": "False where it should be taken for: I don't know",
                        },
                        "by_threshold": {
                            "type": "boolean",
                            "description": "True where another class is likelier, and the "
                            "threshold decided",
                        },
                    },
                ),
            },
            probabilities={
                "type": "array",
                "items": {"type": "array", "items": number},
                "description": "A list a row, in the order of classes",
            },
        ),
        "Run": _object(
            ["id", "name", "kind", "state"],
            **{
                n: {"type": "string"} for n in ("id", "name", "kind", "state", "created", "dataset")
            },
            **{n: {"type": ["string", "null"]} for n in ("finished", "model")},
            accuracy={"type": ["number", "null"]},
            tags={"type": "array", "items": {"type": "string"}},
            **{n: {"type": "boolean"} for n in ("starred", "imported", "can_predict")},
        ),
        "Model": _object(
            ["id", "name", "method", "modality"],
            **{
                n: {"type": "string"}
                for n in ("id", "name", "method", "modality", "dataset", "created")
            },
            **{n: {"type": "integer"} for n in ("dimensions", "rows", "bytes")},
        ),
        "Error": _object(
            ["error"],
            error=_object(
                ["code", "message"],
                code={"type": "string"},
                message={"type": "string"},
                hint={"type": ["string", "null"]},
            ),
        ),
    }


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": False,
    }


def _errors(*codes: str) -> dict[str, Any]:
    return {code: {"description": _ERRORS[code], "content": _json("Error")} for code in codes}


def _json(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": _ref(schema)}}


def _ref(schema: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{schema}"}
