"""The routes for programs, under ``/api/``: reading requests, and answering from a bounded pool.

What may be asked and what comes back is in :mod:`core.serve`; here is only HTTP.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import anyio
import anyio.to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from core.serve import access, asking
from core.serve.access import Declined

log = logging.getLogger("warmstart")

#: How many requests are worked on at once, and how many may wait for that.
WORKING, WAITING = 2, 16
_READ_SECONDS = 60.0
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

Work = Callable[[], Any]


class Slots:
    """So many requests work at once, so many wait, and the next one is asked to come back."""

    def __init__(self, working: int = WORKING, waiting: int = WAITING) -> None:
        self._most = working + waiting
        self._inside = 0
        self._working = working
        self._limiter: anyio.CapacityLimiter | None = None

    async def run(self, work: Work) -> Any:
        """Do ``work`` in a thread, when it is its turn.

        Raises
        ------
        Declined
            429 when too many wait already.
        """
        if self._inside >= self._most:
            raise Declined(
                429,
                "busy",
                "Too many requests at once.",
                hint="Try again in a moment; send more rows in one request instead.",
                headers={"Retry-After": "1"},
            )
        if self._limiter is None:  # it belongs to the running loop
            self._limiter = anyio.CapacityLimiter(self._working)
        self._inside += 1
        try:
            return await anyio.to_thread.run_sync(work, limiter=self._limiter)
        finally:
            self._inside -= 1


_slots = Slots()


def site() -> access.Site:
    """How this server was started, by its configuration."""
    from streamlit import config
    from streamlit.runtime.secrets import secrets_singleton

    # a file that cannot be read asks nobody to sign in, on pages neither
    signs_in = secrets_singleton.load_if_toml_exists() and bool(secrets_singleton.get("auth"))
    return access.Site(
        address=config.get_option("server.address"),
        token=access.token_of_environment(),
        sign_in=signs_in,
    )


def routes() -> list[BaseRoute]:
    """The addresses for programs; what else is asked under ``/api/`` is not found, in JSON."""
    return [
        Route("/api/runs/{run}/predict", _answered("POST", _predict), methods=_METHODS),
        Route("/api/runs", _answered("GET", _runs), methods=_METHODS),
        Route("/api/models", _answered("GET", _models), methods=_METHODS),
        Route("/api/openapi.json", _answered("GET", _openapi, free=True), methods=_METHODS),
        Route("/api/{rest:path}", _answered("GET", _nothing, free=True), methods=_METHODS),
    ]


async def _predict(request: Request) -> Work:
    from core.serve.answering import predict

    body = await _body(request)
    content_type = request.headers.get("content-type", "")
    run = request.path_params["run"]

    def work() -> Any:
        return predict(run, asking.parse(body, content_type))

    return work


async def _runs(request: Request) -> Work:
    from core.serve.answering import list_runs

    return partial(list_runs, dict(request.query_params))


async def _models(request: Request) -> Work:
    from core.serve.answering import list_models

    return list_models


async def _openapi(request: Request) -> Work:
    from core.serve.description import openapi

    return openapi


async def _nothing(request: Request) -> Work:
    raise Declined(
        404, "not_found", "There is nothing at this address.", hint="See /api/openapi.json."
    )


def _answered(
    method: str, handle: Callable[[Request], Awaitable[Work]], *, free: bool = False
) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that lets in who may, and answers with JSON whatever happens."""

    async def endpoint(request: Request) -> Response:
        try:
            if not free:
                access.check(site(), request.headers)
            if request.method != method and not (method == "GET" and request.method == "HEAD"):
                raise Declined(405, "method", f"Use {method} here.", headers={"Allow": method})
            work = await handle(request)
            # also put into JSON there: thousands of probabilities take their time
            content = await _slots.run(lambda: _json(work()))
            return _response(200, content)
        except Declined as declined:
            return _response(declined.status, _json(declined.body()), declined.headers)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception as error:  # the last stop: told by a number, never shown
            mark = secrets.token_hex(4)
            log.error("fault %s", mark, exc_info=error)
            declined = Declined(
                500, "fault", f"This is a fault of ours; the server's log has it under {mark}."
            )
            return _response(500, _json(declined.body()))

    return endpoint


async def _body(request: Request) -> bytes:
    """The body, refused as soon as it is too large, or takes too long to arrive."""
    most = asking.LIMITS.body_bytes
    declared = request.headers.get("content-length", "")
    known = declared.isascii() and declared.isdigit()
    if known and (len(declared) > 12 or int(declared) > most):
        raise asking.too_large()
    content = bytearray()
    with anyio.move_on_after(_READ_SECONDS) as scope:
        async for chunk in request.stream():
            content += chunk
            if len(content) > most:
                raise asking.too_large()
    if scope.cancelled_caught:
        raise Declined(408, "slow", "The request did not arrive in time.")
    return bytes(content)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode(
        "utf-8", "replace"
    )


def _response(status: int, content: bytes, headers: dict[str, str] | None = None) -> Response:
    return Response(
        content,
        status_code=status,
        media_type="application/json",
        headers={
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            **(headers or {}),
        },
    )
