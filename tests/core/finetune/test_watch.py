from __future__ import annotations

import threading

import pytest

from core.errors import BadData, Cancelled
from core.finetune.watch import watch
from core.progress import SILENT, Progress


def test_gives_back_what_the_work_gives():
    said = []
    told = Progress(lambda share, message, metrics: said.append((share, message)))
    assert watch(lambda: 7, told, "Counting") == 7
    assert said[0] == (0, "Counting")


def test_raises_what_the_work_raises():
    def fails():
        raise BadData("No rows.")

    with pytest.raises(BadData, match="No rows"):
        watch(fails, SILENT, "Counting")


def test_cancelling_does_not_wait_for_the_work():
    release = threading.Event()
    calls = []

    def cancel(share, message, metrics):
        calls.append(message)
        if len(calls) > 1:
            raise Cancelled

    try:
        with pytest.raises(Cancelled):
            watch(lambda: release.wait(60), Progress(cancel), "Waiting")
        assert not release.is_set()
    finally:
        release.set()


def test_reports_again_and_again_until_the_work_is_done(monkeypatch):
    monkeypatch.setattr("core.finetune.watch._EVERY", 0.001)
    release = threading.Event()
    calls = []

    def count(share, message, metrics):
        calls.append(message)
        if len(calls) == 5:
            release.set()

    assert watch(lambda: release.wait(60), Progress(count), "Waiting") is True
    assert len(calls) >= 5
