"""Runs as jobs: submit, follow, cancel; the worker process that does them."""

from core.jobs.queue import again, cancel, run_here, submit, sweep, time_left, wait

__all__ = ["again", "cancel", "run_here", "submit", "sweep", "time_left", "wait"]
