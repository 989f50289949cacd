"""What the server does beside the pages: start-up, health, and faults in callbacks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from core import __version__
from core.errors import WarmstartError
from ui import api


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[dict[str, Any]]:
    """Before the first request: say of runs whose worker is gone that they were interrupted."""
    # An unusable home folder must not keep the server down: the pages say what is wrong.
    with suppress(WarmstartError):
        await run_in_threadpool(_sweep)
    yield {}


def _sweep() -> None:
    from core import jobs

    jobs.sweep()


def _health() -> dict[str, Any]:
    from core.store import home, runs

    home.ensure_home()
    running = len(runs.list_all(states=["running"]))
    queued = len(runs.list_all(states=["queued"]))
    return {"status": "ok", "version": __version__, "running": running, "queued": queued}


async def health(_request: Request) -> JSONResponse:
    """``GET /api/health``: 200 when home folder and database answer, else 503 and why."""
    try:
        return JSONResponse(await run_in_threadpool(_health))
    except WarmstartError as error:
        return JSONResponse({"status": "failing", "reason": error.words}, status_code=503)


def routes() -> list[BaseRoute]:
    """The addresses beside the pages, all under ``/api/``."""
    return [Route("/api/health", health), *api.routes()]


def on_script_error(error: Exception) -> bool:
    """Errors that no page caught (in callbacks, in fragments) are shown the same way."""
    from ui import faults

    faults.show(error)
    return True
