"""Runs as jobs: submit, follow, cancel; the worker process that does them."""

from core.jobs.queue import (
    again,
    cancel,
    enough,
    go_on,
    pause,
    paused,
    run_here,
    submit,
    sweep,
    time_left,
    wait,
)
from core.jobs.resume import can_go_on

__all__ = [
    "again",
    "can_go_on",
    "cancel",
    "enough",
    "go_on",
    "pause",
    "paused",
    "run_here",
    "submit",
    "sweep",
    "time_left",
    "wait",
]
