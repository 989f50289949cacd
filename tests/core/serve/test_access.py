"""Who may ask, in every combination of address, token, sign-in and headers."""

from __future__ import annotations

import hmac
from typing import Any

import pytest

from core.serve import access
from core.serve.access import Declined, Site, check, is_loopback, why_off

TOKEN = "correct-horse-battery"
EVERY = "0.0.0.0"  # noqa: S104 - that such an address is refused is the point
LOCAL = {"host": "localhost:8501"}


def declined(site: Site, headers: dict[str, str]) -> Declined:
    with pytest.raises(Declined) as caught:
        check(site, headers)
    return caught.value


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("localhost", True), ("LOCALHOST", True), ("127.0.0.1", True), ("127.3.2.1", True),
        ("::1", True), ("[::1]", True), (None, False), ("", False), (EVERY, False),
        ("::", False), ("192.168.1.7", False), ("example.org", False),
        ("localhost.example.org", False), ("unix:///run/app.sock", False),
    ],
)  # fmt: skip
def test_loopback(address: str | None, local: bool) -> None:
    assert is_loopback(address) is local


@pytest.mark.parametrize("address", [None, "", EVERY, "::", "10.0.0.3", "unix:///x"])
def test_off_by_default_where_others_can_reach_it(address: str | None) -> None:
    found = declined(Site(address), LOCAL)
    assert (found.status, found.code) == (403, "off")
    assert "can be reached from other machines" in found.message
    assert "WARMSTART_API_TOKEN" in found.hint
    assert "--server.address localhost" in found.hint


def test_on_for_this_machine() -> None:
    for host in ("localhost", "localhost:8501", "127.0.0.1:80", "[::1]:8501"):
        check(Site("localhost"), {"host": host})
    assert why_off(Site("127.0.0.1")) is None


def test_sign_in_asks_for_a_token() -> None:
    found = declined(Site("localhost", sign_in=True), LOCAL)
    assert "asks people to sign in" in found.message
    check(Site("localhost", TOKEN, sign_in=True), {"authorization": f"Bearer {TOKEN}"})


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"host": "evil.example"}, "host"),  # a name that somebody bound to 127.0.0.1
        ({"host": "localhost.evil.example"}, "host"),
        ({}, "host"),
        ({**LOCAL, "origin": "https://evil.example"}, "origin"),
        ({**LOCAL, "origin": "http://localhost:8501"}, "origin"),
        ({**LOCAL, "origin": "null"}, "origin"),
        ({**LOCAL, "sec-fetch-site": "cross-site"}, "origin"),
        ({**LOCAL, "x-forwarded-for": "1.2.3.4"}, "forwarded"),
        ({**LOCAL, "forwarded": "for=1.2.3.4"}, "forwarded"),
        ({**LOCAL, "x-real-ip": "1.2.3.4"}, "forwarded"),
    ],
)
def test_a_local_server_serves_no_browser_and_no_proxy(headers: dict[str, str], code: str) -> None:
    found = declined(Site("localhost"), headers)
    assert (found.status, found.code) == (403, code)
    assert found.hint


@pytest.mark.parametrize("address", [None, EVERY, "localhost"])
def test_with_a_token(address: str | None) -> None:
    site = Site(address, TOKEN)
    check(site, {"authorization": f"Bearer {TOKEN}", "host": "anything", "origin": "https://a.b"})
    check(site, {"authorization": f"bearer  {TOKEN} "})
    for sent in ("", "Bearer", "Bearer ", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", "Bearer ü"):
        found = declined(site, {**LOCAL, "authorization": sent})
        assert (found.status, found.code) == (401, "token")
        assert found.headers == {"WWW-Authenticate": "Bearer"}
        assert TOKEN not in str(found.body())


def test_a_token_that_can_be_guessed() -> None:
    found = declined(Site("localhost", "short"), {"authorization": "Bearer short"})
    assert (found.status, found.code) == (403, "off")
    assert "has 5 characters" in found.message
    assert "short" not in found.body()["error"]["message"]


def test_tokens_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[Any, Any]] = []

    def compare(a: bytes, b: bytes) -> bool:
        seen.append((a, b))
        return False

    monkeypatch.setattr(hmac, "compare_digest", compare)
    declined(Site(None, TOKEN), {"authorization": f"Bearer {TOKEN}"})
    assert seen == [(TOKEN.encode(), TOKEN.encode())]


def test_the_token_is_no_part_of_what_is_printed() -> None:
    assert TOKEN not in repr(Site(None, TOKEN))


def test_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WARMSTART_API_TOKEN", raising=False)
    assert access.token_of_environment() == ""
    monkeypatch.setenv("WARMSTART_API_TOKEN", f" {TOKEN}\n")
    assert access.token_of_environment() == TOKEN
