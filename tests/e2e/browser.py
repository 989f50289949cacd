"""A server of the app on a free port, and a real browser to look at it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent

#: Without these a headless Chromium fails as root and looks for the network at every start.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """Path of an installed Chromium or Chrome."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@dataclass
class Server:
    """A running app."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]
    log: Path

    def stop(self) -> None:
        """End the server; detached workers go on, as they should."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(10)


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def start(home: Path, port: int | None = None, **env: str) -> Server:
    """Start the app with ``home`` as its home folder and wait until it answers."""
    port = port or free_port()
    home.mkdir(parents=True, exist_ok=True)
    log = home.parent / f"server-{port}.log"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
            + ["--server.headless", "true", "--server.fileWatcherType", "none"],
            cwd=ROOT,
            env={**os.environ, "WARMSTART_HOME": str(home), **env},
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Server(f"http://127.0.0.1:{port}", home, process, log)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(server.url + "/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return server
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        if process.poll() is not None:
            break
    server.stop()
    raise RuntimeError("the app did not start:\n" + log.read_text("utf-8", "replace")[-3000:])


@contextmanager
def opened(width: int = 1280, height: int = 900) -> Iterator[Any]:
    """A browser context; its pages are closed at the end."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        context = browser.new_context(
            viewport={"width": width, "height": height}, accept_downloads=True
        )
        try:
            yield context
        finally:
            context.close()
            browser.close()


_BUSY = """() => {
    const app = document.querySelector('[data-testid="stApp"]');
    const main = document.querySelector('[data-testid="stMain"]');
    if (!app || !main) return true;
    if (app.getAttribute('data-test-script-state') === 'running') return true;
    return document.querySelectorAll('[data-testid="stSkeleton"], [data-testid="stAppSkeleton"]').length > 0;
}"""


def settle(page: Any, seconds: float = 40) -> None:
    """Wait until the script has run and has been calm for a moment."""
    end, calm = time.monotonic() + seconds, None
    while time.monotonic() < end:
        if page.evaluate(_BUSY):
            calm = None
        elif calm is None:
            calm = time.monotonic()
        elif time.monotonic() - calm > 0.6:
            return
        page.wait_for_timeout(100)
    raise TimeoutError(f"{page.url} did not settle in {seconds} s")


def faults(page: Any) -> list[str]:
    """Exceptions and faults of ours that the page shows."""
    shown: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('[data-testid="stException"], [data-testid="stAlert"]')]
              .map(e => e.innerText)"""
    )
    return [text for text in shown if "Something went wrong" in text or "Traceback" in text]


def overflow(page: Any) -> int:
    """Pixels by which the page is wider than the window."""
    return int(
        page.evaluate(
            """() => { const m = document.querySelector('[data-testid="stMain"]');
                       return m ? m.scrollWidth - m.clientWidth : 0; }"""
        )
    )
