"""``cancel``, ``pause``, ``resume``, ``again`` and ``delete``."""

from __future__ import annotations

import argparse

from core import jobs
from core.cli.naming import model_of, run_of
from core.cli.output import Output
from core.store import models, runs

_PATIENCE = 5.0


def cancel(chosen: argparse.Namespace, out: Output) -> None:
    """Cancel a run, and wait until it is over."""
    run = run_of(chosen.run)
    jobs.cancel(run.id)
    run = jobs.wait(run.id, _PATIENCE)
    out.result({"run": run.id, "state": run.state}, [f"Run {run.id} is {run.state}."])


def pause(chosen: argparse.Namespace, out: Output) -> None:
    """Let a run rest until ``resume``."""
    run = run_of(chosen.run)
    jobs.pause(run.id)
    rests = jobs.paused(run.id)
    out.result(
        {"run": run.id, "state": run.state, "paused": rests},
        [
            f"Run {run.id} rests at its next report. Next: python -m core resume {run.id}"
            if rests
            else f"Run {run.id} is {run.state}: there is nothing to pause."
        ],
    )


def resume(chosen: argparse.Namespace, out: Output) -> None:
    """Let a run that rests go on."""
    run = run_of(chosen.run)
    jobs.go_on(run.id)
    out.result({"run": run.id, "state": run.state, "paused": False}, [f"Run {run.id} goes on."])


def again(chosen: argparse.Namespace, out: Output) -> None:
    """Start a run once more; a worker does it."""
    run = jobs.again(run_of(chosen.run).id)
    out.result(
        {"run": run.id, "state": run.state, "parent": run.parent},
        [f"Run {run.id} waits for a worker. See `runs`, then `evaluate {run.id}`."],
    )


def delete(chosen: argparse.Namespace, out: Output) -> None:
    """Delete a run with its files, or a model of the library."""
    if not chosen.model:
        run = run_of(chosen.run)
        about = runs.delete(run.id)
        also = {0: "", 1: ", with its examination"}.get(about, f", with its {about} examinations")
        out.result({"deleted": run.id, "examinations": about}, [f"Run {run.id} is deleted{also}."])
        return
    found = model_of(chosen.run)
    models.delete(found.id)
    out.result({"deleted": found.id}, [f"Model {found.id} ({found.name}) is deleted."])
