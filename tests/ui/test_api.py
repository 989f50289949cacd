"""The routes themselves: HTTP in, JSON out, from a bounded pool; and the line on Predict."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import anyio
import numpy as np
import pytest
from starlette.applications import Starlette
from streamlit import config

from core.serve import asking
from core.serve.access import Declined
from core.store import classifiers
from tests import seed
from ui import api, api_line
from ui.server import routes

TOKEN = "correct-horse-battery"


class Answer:
    """What a request brought back."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self) -> Any:
        return json.loads(self.body)


async def send(
    method: str, path: str, chunks: list[bytes], headers: dict[str, str], query: str = ""
) -> Answer:
    """One request to the app by ASGI, without a server."""
    app = Starlette(routes=routes())
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
        "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "scheme": "http", "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
    }  # fmt: skip
    waiting = [
        {"type": "http.request", "body": c, "more_body": i < len(chunks) - 1}
        for i, c in enumerate(chunks)
    ]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def take(message: Any) -> None:
        sent.append(dict(message))

    await app(scope, receive, take)
    start = next(m for m in sent if m["type"] == "http.response.start")
    body = b"".join(m.get("body", b"") for m in sent if m["type"] == "http.response.body")
    return Answer(start["status"], {k.decode(): v.decode() for k, v in start["headers"]}, body)


def ask(method: str, path: str, body: Any = None, query: str = "", **headers: str) -> Answer:
    """The same from a program on this machine."""
    sent = {"host": "localhost:8501", **{k.replace("_", "-"): v for k, v in headers.items()}}
    chunks = [b""]
    if body is not None:
        chunks = [body if isinstance(body, bytes) else json.dumps(body).encode()]
        sent.setdefault("content-type", "application/json")
    return anyio.run(lambda: send(method, path, chunks, sent, query))


@pytest.fixture(autouse=True)
def _local(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server that listens on this machine alone."""
    monkeypatch.delenv("WARMSTART_API_TOKEN", raising=False)
    monkeypatch.setattr(api, "_slots", api.Slots())
    before = config.get_option("server.address")
    config.set_option("server.address", "localhost")
    yield
    config.set_option("server.address", before)


def test_predict_and_lists(filled: dict[str, str]) -> None:
    rows = list(seed.texts(seed=2).rows[:9])
    found = ask("POST", f"/api/runs/{filled['run']}/predict", {"rows": rows})
    assert found.status == 200
    assert found.headers["content-type"] == "application/json"
    assert found.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in found.headers
    expected = classifiers.load(filled["run"]).predict_proba(np.array(rows, dtype=object))
    np.testing.assert_array_equal(np.array(found.json["probabilities"]), expected)
    listed = ask("GET", "/api/runs", query="kind=finetune&limit=1").json["runs"]
    assert len(listed) == 1
    assert {m["id"] for m in ask("GET", "/api/models").json["models"]} >= {filled["model"]}
    assert ask("HEAD", "/api/models").status == 200


def test_off_where_others_can_reach_it(
    filled: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config.set_option("server.address", None)
    for method, path in (
        ("GET", "/api/runs"),
        ("GET", "/api/models"),
        ("POST", f"/api/runs/{filled['run']}/predict"),
    ):
        found = ask(method, path, {"rows": ["a"]} if method == "POST" else None)
        assert found.status == 403
        assert found.json["error"]["code"] == "off"
        assert "WARMSTART_API_TOKEN" in found.json["error"]["hint"]
        assert filled["run"] not in found.body.decode()
    monkeypatch.setenv("WARMSTART_API_TOKEN", TOKEN)
    assert ask("GET", "/api/runs").status == 401
    assert ask("GET", "/api/runs").headers["www-authenticate"] == "Bearer"
    assert ask("GET", "/api/runs", authorization=f"Bearer {TOKEN}").status == 200
    assert ask("GET", "/api/openapi.json").json["openapi"] == "3.1.0"
    assert ask("GET", "/api/health").status == 200


def test_where_people_sign_in_programs_need_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    from streamlit.runtime import secrets

    class Asking(dict[str, Any]):
        def load_if_toml_exists(self) -> bool:
            return True

    monkeypatch.setattr(secrets, "secrets_singleton", Asking(auth={"client_id": "x"}))
    assert "sign in" in ask("GET", "/api/runs").json["error"]["message"]


def test_a_page_of_another_site_gets_nothing(filled: dict[str, str]) -> None:
    path = f"/api/runs/{filled['run']}/predict"
    assert ask("POST", path, {"rows": ["a"]}, origin="https://evil.example").status == 403
    assert ask("POST", path, {"rows": ["a"]}, host="evil.example").status == 403
    assert ask("POST", path, b'{"rows": ["a"]}', content_type="text/plain").status == 415
    assert ask("OPTIONS", path, origin="https://evil.example").status == 403
    assert "access-control-allow-origin" not in ask("OPTIONS", path).headers


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/api/runs/nosuchrun/predict", {"rows": ["a"]}, 404, "not_found"),
        ("POST", "/api/runs/..%2f..%2fx/predict", {"rows": ["a"]}, 404, "not_found"),
        ("GET", "/api/runs/nosuchrun/predict", None, 405, "method"),
        ("DELETE", "/api/runs", None, 405, "method"),
        ("GET", "/api/nothing/here", None, 404, "not_found"),
        ("POST", "/api/runs/nosuchrun/predict", b"{", 400, "no_json"),
        ("POST", "/api/runs/nosuchrun/predict", {"rows": []}, 422, "rows"),
        ("POST", "/api/runs/nosuchrun/predict", {"rows": ["a"] * 5001}, 413, "too_many_rows"),
    ],
)
def test_errors_are_json_too(method: str, path: str, body: Any, status: int, code: str) -> None:
    found = ask(method, path, body)
    assert found.status == status
    assert found.json["error"]["code"] == code
    assert found.json["error"]["message"]
    if status == 405:
        assert found.headers["allow"]


def test_a_body_is_not_read_beyond_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "LIMITS", asking.AskLimits(body_bytes=100))
    path, headers = (
        "/api/runs/nosuchrun/predict",
        {"host": "localhost", "content-type": "application/json"},
    )
    said = anyio.run(lambda: send("POST", path, [b""], {**headers, "content-length": "101"}))
    assert (said.status, said.json["error"]["code"]) == (413, "too_large")
    said = anyio.run(lambda: send("POST", path, [b""], {**headers, "content-length": "9" * 5000}))
    assert said.status == 413
    # without a length, and more than was said: cut off on the way
    said = anyio.run(lambda: send("POST", path, [b"x" * 60] * 1000, headers))
    assert said.status == 413


def test_a_body_that_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "_READ_SECONDS", 0.05)

    class Slow:
        headers: dict[str, str] = {}  # noqa: RUF012

        async def stream(self) -> Any:
            yield b"{"
            await anyio.sleep(30)

    with pytest.raises(Declined, match="did not arrive in time"):
        anyio.run(api._body, Slow())


def test_a_fault_of_ours_shows_a_number_and_no_more(
    filled: dict[str, str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from core.serve import answering

    def broken(*_: Any) -> Any:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(answering, "list_models", broken)
    with caplog.at_level(logging.ERROR, "warmstart"):
        found = ask("GET", "/api/models")
    assert found.status == 500
    assert "secret" not in found.body.decode()
    mark = found.json["error"]["message"].split()[-1].rstrip(".")
    assert mark in caplog.text
    assert "the secret inside" in caplog.text


def test_so_many_at_once_and_no_more() -> None:
    """Two work, one waits, the fourth is sent away; a thread that is free takes the next."""
    slots = api.Slots(working=2, waiting=1)
    gate, begun, most = threading.Event(), [], [0]

    def work() -> int:
        begun.append(1)
        most[0] = max(most[0], len(begun))
        gate.wait(10)
        begun.pop()
        return 1

    async def main() -> tuple[list[int], Declined]:
        done: list[int] = []

        async def one() -> None:
            done.append(await slots.run(work))

        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(one)
            while len(begun) < 2:
                await anyio.sleep(0.005)
            with pytest.raises(Declined) as caught:
                await slots.run(work)
            gate.set()
        done.append(await slots.run(work))  # there is room again
        return done, caught.value

    done, sent_away = anyio.run(main)
    assert done == [1, 1, 1, 1]
    assert most == [2]
    assert (sent_away.status, sent_away.headers["Retry-After"]) == (429, "1")


@pytest.mark.parametrize(
    ("modality", "piece"), [("text", "a first text"), ("tabular", "column"), ("image", "128")]
)
def test_the_line(modality: Any, piece: str) -> None:
    found = api_line.line("abc", modality, "http://localhost:8501", token=True)
    assert found.startswith("curl -s http://localhost:8501/api/runs/abc/predict -H ")
    assert piece in found
    assert found.endswith('-H "Authorization: Bearer $WARMSTART_API_TOKEN"')
    assert "Authorization" not in api_line.line("abc", modality, "http://h", token=False)
    body = found.split(" -d ")[1].split("'")[1]
    assert asking.parse(body.encode(), "application/json").rows


def test_where_a_page_is() -> None:
    assert api_line.origin("https://host:1/predict?run=x") == "https://host:1"
    assert api_line.origin(None) == api_line.origin("nonsense") == "http://localhost:8501"


def test_predict_shows_it(
    app: Callable[..., Any], filled: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def shown() -> tuple[str, str]:
        at = app("predict", run=filled["run"])
        assert not at.exception
        lines = [code.value for code in at.code if "curl" in code.value]
        return lines[0], "".join(str(w.proto) for w in at.warning)

    line, warned = shown()
    assert f"/api/runs/{filled['run']}/predict" in line
    assert "Authorization" not in line
    assert "API is off" not in warned
    config.set_option("server.address", None)
    line, warned = shown()
    assert "The API is off: this server can be reached from other machines" in warned
    assert "Authorization" in line
    monkeypatch.setenv("WARMSTART_API_TOKEN", TOKEN)
    line, warned = shown()
    assert "API is off" not in warned
    assert TOKEN not in line
