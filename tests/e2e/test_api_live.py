"""The API of a real server that listens on every address, as `make run` starts it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests import seed
from tests.e2e import browser

pytestmark = pytest.mark.e2e

TOKEN = "correct-horse-battery"


def ask(url: str, body: Any = None, token: str = "") -> tuple[int, Any]:
    """Status and JSON of an answer."""
    headers = {"Content-Type": "application/json"}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, data, headers), timeout=60
        ) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_off_without_a_token_on_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "app-home"
    monkeypatch.setenv("WARMSTART_HOME", str(home))
    run = seed.finished_run(method="tfidf")
    for token in ("", TOKEN):
        server = browser.start(home, WARMSTART_API_TOKEN=token)
        try:
            path = f"{server.url}/api/runs/{run}/predict"
            status, said = ask(path, {"rows": ["apple pear"]})
            if not token:
                assert (status, said["error"]["code"]) == (403, "off")
                continue
            assert (status, said["error"]["code"]) == (401, "token")
            status, said = ask(path, {"rows": ["apple pear"]}, token)
            assert (status, said["predictions"][0]["class"]) == (200, "fruit")
            assert ask(server.url + "/api/runs", token=token)[0] == 200
            assert ask(server.url + "/api/nothing", token=token)[0] == 404
            assert ask(server.url + "/api/health")[1]["status"] == "ok"
        finally:
            server.stop()
