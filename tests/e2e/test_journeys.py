"""What a person does, in a real browser against a real server."""

from __future__ import annotations

import json
import os
import re
import signal
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import seed
from tests.e2e import browser

pytestmark = pytest.mark.e2e

PAGES = ["home", "data", "pretrain", "finetune", "evaluate", "predict", "runs"]


def wait_for(condition: Callable[[], bool], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.2)
    raise AssertionError(f"did not happen within {seconds} s: {what}")


def seeded(home: Path, monkeypatch: pytest.MonkeyPatch, **kwargs: str) -> str:
    """A home folder with one finished run; returns the run's id."""
    monkeypatch.setenv("WARMSTART_HOME", str(home))
    return seed.finished_run(**kwargs)


def slow_run(home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Queue a gradient descent that takes long enough to be watched; returns the run's id."""
    from core import jobs
    from core.jobs.requests import DataRef, FinetuneRequest

    monkeypatch.setenv("WARMSTART_HOME", str(home))
    return jobs.submit(
        FinetuneRequest(
            data=DataRef(fingerprint=seed.keep_texts()),
            head="gradient",
            head_settings={"passes": 10_000, "batch_size": 1, "patience": 10_000},
            strategy="scratch",
            labels_per_class=None,
            draws=1,
            curve=False,
            name="Slow descent",
        )
    ).id


def record(run: str) -> Any:
    from core.store import runs

    return runs.get(run)


def test_first_request_is_a_deep_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, context: Any
) -> None:
    home = tmp_path / "app-home"
    run = seeded(home, monkeypatch, name="Deep link")
    server = browser.start(home)
    try:
        page = context.new_page()
        page.goto(f"{server.url}/evaluate?run={run}&ev_tab=Mistakes")
        browser.settle(page)
        assert page.locator("h1").inner_text() == "Deep link"
        menu = page.locator('[data-testid="stSidebarNav"]')
        assert "Fine-tune" in menu.inner_text()
        assert f"run={run}" in page.url
        assert "ev_tab=Mistakes" in page.url
        assert (
            page.get_by_text("What is taken for what")
            .or_(page.get_by_text("It makes no mistake"))
            .first.is_visible()
        )
        assert not browser.faults(page)
    finally:
        server.stop()


def test_health_answers(server: browser.Server) -> None:
    with urllib.request.urlopen(server.url + "/api/health", timeout=10) as answer:
        health = json.load(answer)
    assert health["status"] == "ok"
    assert health["running"] == health["queued"] == 0


def test_three_click_start_ends_in_a_verdict(server: browser.Server, context: Any) -> None:
    page = context.new_page()
    page.goto(server.url)
    browser.settle(page)
    page.get_by_role("button", name="Run the example").click()
    page.wait_for_url("**/evaluate?run=*", timeout=20_000)
    page.get_by_text("How many labels does it save?").wait_for(timeout=240_000)
    browser.settle(page)
    heading = page.get_by_role("heading", name="Pretraining helped")
    assert "points" in heading.inner_text()
    assert page.locator('[data-testid="stPlotlyChart"]').count() >= 2
    assert not browser.faults(page)


def test_own_file_to_prediction(server: browser.Server, context: Any, tmp_path: Path) -> None:
    tiny = seed.texts(pool=0)
    lines = [
        f"{text};{tiny.classes[label]}" for text, label in zip(tiny.rows, tiny.labels, strict=True)
    ]
    upload = tmp_path / "notes.csv"
    upload.write_text("text;topic\n" + "\n".join(lines) + "\n", "utf-8")
    page = context.new_page()
    page.goto(server.url)
    browser.settle(page)
    page.get_by_role("button", name="Choose a file").click()
    browser.settle(page)
    page.locator('input[type="file"]').set_input_files(upload)
    page.get_by_role("button", name="Use this file").click(timeout=30_000)
    page.get_by_role("heading", name="notes").wait_for(timeout=30_000)
    browser.settle(page)
    page.get_by_role("link", name="Fine-tune on a few labels").click()
    browser.settle(page)
    page.get_by_role("button", name="Start fine-tuning").click()
    page.wait_for_url("**/evaluate?run=*", timeout=30_000)
    page.get_by_text("Test accuracy").first.wait_for(timeout=120_000)
    browser.settle(page)
    page.get_by_role("link", name="Try it on a text of your own").click()
    browser.settle(page)
    box = page.get_by_label("Text", exact=True)
    box.fill("the guitar and the drum play a melody")
    box.press("Control+Enter")
    browser.settle(page)
    assert page.get_by_text("music", exact=False).first.is_visible()
    assert not browser.faults(page)


def test_training_survives_refresh_and_a_closed_tab(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, context: Any
) -> None:
    home = tmp_path / "app-home"
    run = slow_run(home, monkeypatch)
    server = browser.start(home)
    try:
        address = f"{server.url}/evaluate?run={run}"
        page = context.new_page()
        page.goto(address)
        page.get_by_role("button", name="Cancel").wait_for(timeout=30_000)
        page.reload()
        page.get_by_role("button", name="Cancel").wait_for(timeout=30_000)
        page.close()
        wait_for(lambda: record(run).state == "running", 30, "the run is at work")
        before = record(run).progress
        wait_for(lambda: record(run).progress > before, 30, "it goes on with the tab closed")
        page = context.new_page()
        page.goto(address)
        page.get_by_role("button", name="Cancel").click(timeout=30_000)
        page.get_by_text("This run was cancelled").wait_for(timeout=15_000)
        assert record(run).state == "cancelled"
    finally:
        server.stop()


def test_training_survives_a_restarted_server_and_tells_of_a_killed_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, context: Any
) -> None:
    home = tmp_path / "app-home"
    run = slow_run(home, monkeypatch)
    server = browser.start(home)
    wait_for(lambda: record(run).state == "running", 40, "the run is at work")
    server.stop()
    before = record(run).progress
    wait_for(lambda: record(run).progress > before, 30, "it goes on without a server")
    server = browser.start(home)
    try:
        page = context.new_page()
        page.goto(f"{server.url}/evaluate?run={run}")
        page.get_by_role("button", name="Cancel").wait_for(timeout=30_000)
        os.kill(record(run).pid, signal.SIGKILL)
        page.get_by_text("This run was interrupted").wait_for(timeout=20_000)
        assert record(run).state == "interrupted"
        # which of the two depends on whether a training was over when the worker was killed
        again = re.compile("Go on from where it stopped|Run it again")
        assert page.get_by_role("button", name=again).is_visible()
    finally:
        server.stop()


def test_two_sessions_at_once_keep_their_own_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, context: Any
) -> None:
    home = tmp_path / "app-home"
    monkeypatch.setenv("WARMSTART_HOME", str(home))
    from core.store import datasets

    one = datasets.save(seed.texts()).fingerprint
    two = datasets.save(seed.texts(per_class=20, seed=1)).fingerprint
    server = browser.start(home)
    try:
        first, second = context.new_page(), context.new_page()
        first.goto(f"{server.url}/data?data={one[:12]}")
        second.goto(f"{server.url}/data?data={two[:12]}")
        browser.settle(first)
        browser.settle(second)
        sidebar = '[data-testid="stSidebar"]'
        assert "180 texts" in first.locator(sidebar).inner_text()
        assert "120 texts" in second.locator(sidebar).inner_text()
        first.get_by_role("link", name="Pretrain", exact=True).click()
        browser.settle(first)
        assert "180 texts" in first.locator(sidebar).inner_text()
    finally:
        server.stop()


def test_every_page_fits_a_phone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "app-home"
    run = seeded(home, monkeypatch)
    data = (record(run).dataset or "")[:12]
    server = browser.start(home)
    try:
        with browser.opened(390, 844) as phone:
            page = phone.new_page()
            errors: list[str] = []
            page.on("pageerror", lambda error: errors.append(str(error)))
            for name in PAGES:
                address = "" if name == "home" else name
                asked = f"?run={run}" if name in ("evaluate", "predict") else f"?data={data}"
                page.goto(f"{server.url}/{address}{asked}")
                browser.settle(page)
                assert not browser.faults(page), name
                assert browser.overflow(page) <= 0, name
            assert not errors
    finally:
        server.stop()
