"""How fast the pages are, beside an empty Streamlit page in the same run.

Starts the app on a fresh home folder, loads 20 Newsgroups, pretrains and fine-tunes on it, then
asks the live server for each page again and again, as a browser does: over its websocket. What is
timed is a rerun of the script, from the request to the message that it has finished. The cold start
is the time from the start of the server's process to the end of the first page's script.

    python benchmarks/page_latency.py [--reruns 15] [--quick]
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from common import ROOT, data_file, machine, markdown, median, write_json

PAGES = {
    "home": "",
    "data": "data={data}",
    "pretrain": "data={data}",
    "finetune": "data={data}",
    "evaluate": "run={run}",
    "predict": "run={run}",
    "runs": "",
}


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


class Client:
    """One session of a running app, by its websocket."""

    def __init__(self, port: int) -> None:
        from websockets.sync.client import connect

        # left open until the process ends: the session must live as long as the client
        self.opened = ExitStack()
        connection = connect(
            f"ws://127.0.0.1:{port}/_stcore/stream",
            subprotocols=["streamlit"],  # type: ignore[list-item]
            max_size=None,
            open_timeout=30,
        )
        self.socket = self.opened.enter_context(connection)

    def rerun(self, page: str = "", query: str = "") -> float:
        """Ask for a page; returns the seconds until its script has finished."""
        from streamlit.proto.BackMsg_pb2 import BackMsg
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        message = BackMsg()
        message.rerun_script.query_string = query
        message.rerun_script.page_name = page
        start = time.perf_counter()
        self.socket.send(message.SerializeToString())
        faults = []
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(self.socket.recv(timeout=120))
            kind = answer.WhichOneof("type")
            if kind == "delta" and answer.delta.new_element.WhichOneof("type") == "exception":
                faults.append(answer.delta.new_element.exception.message)
            if kind == "script_finished":
                status = answer.ScriptFinishedStatus.Name(answer.script_finished)
                if status == "FINISHED_EARLY_FOR_RERUN":
                    continue
                if faults or "FINISHED_SUCCESSFULLY" not in status:
                    raise RuntimeError(f"{page or 'home'}: {status} {faults}")
                return time.perf_counter() - start


def serve(script: Path, home: Path) -> tuple[subprocess.Popen[bytes], int, float]:
    """Start an app; returns its process, its port, and the moment it was started."""
    port = free_port()
    begun = time.perf_counter()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "streamlit",
            "run",
            str(script),
            "--server.port",
            str(port),
            "--server.headless",
            "true",
            "--server.fileWatcherType",
            "none",
            "--browser.gatherUsageStats",
            "false",
        ],
        cwd=ROOT,
        env={**os.environ, "WARMSTART_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1):
                return process, port, begun
        except OSError:
            if process.poll() is not None or time.perf_counter() - begun > 60:
                raise RuntimeError(f"{script} did not start") from None
            time.sleep(0.02)


def cold(script: Path, home: Path, repeats: int) -> list[float]:
    """Seconds from the start of a process to the end of its first page, some times over."""
    found = []
    for _ in range(repeats):
        process, port, begun = serve(script, home)
        try:
            Client(port).rerun()
            found.append(time.perf_counter() - begun)
        finally:
            process.terminate()
            process.wait()
    return found


def loaded(home: Path, quick: bool) -> dict[str, str]:
    """Fill a home folder; returns the ids that the addresses of the pages name."""
    os.environ["WARMSTART_HOME"] = str(home)
    os.environ["WARMSTART_DATA_HOME"] = str(data_file("scikit_learn_data"))
    from core import jobs
    from core.jobs.requests import DataRef, FinetuneRequest, PretrainRequest

    name = "python_docs" if quick else "twenty_newsgroups"
    data = DataRef(name=name)
    run = jobs.run_here(
        FinetuneRequest(data=data, pretrain=PretrainRequest(data=data, method="ppmi"))
    )
    if run.state != "done":
        raise RuntimeError(f"the run ended {run.state}: {run.error}")
    return {"data": (run.dataset or "")[:12], "run": run.id}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reruns", type=int, default=15)
    parser.add_argument("--quick", action="store_true", help="Python docs instead, few reruns")
    args = parser.parse_args()
    reruns, starts = (5, 2) if args.quick else (args.reruns, 5)
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.py"
        empty.write_text('import streamlit as st\n\nst.title("Empty")\n', "utf-8")
        home = Path(folder) / "home"
        ids = loaded(home, args.quick)
        app = ROOT / "app.py"
        start_ours: list[float] = []
        start_empty: list[float] = []
        for _ in range(starts):  # in turn, so that a slow minute slows both
            start_ours += cold(app, home, 1)
            start_empty += cold(empty, home, 1)
        ours, port, _ = serve(app, home)
        other, other_port, _ = serve(empty, home)
        times: dict[str, list[float]] = {page: [] for page in PAGES}
        times["empty page"] = []
        first: dict[str, float] = {}
        try:
            client, plain = Client(port), Client(other_port)
            plain.rerun()
            for page, query in PAGES.items():
                name = "" if page == "home" else page
                address = query.format(**ids)
                first[page] = client.rerun(name, address)
                client.rerun(name, address)
                for _ in range(reruns):
                    times[page].append(client.rerun(name, address))
                    times["empty page"].append(plain.rerun())
        finally:
            ours.terminate()
            other.terminate()
            ours.wait()
            other.wait()
    report(times, first, start_ours, start_empty, quick=args.quick)


def report(
    times: dict[str, list[float]],
    first: dict[str, float],
    start_ours: list[float],
    start_empty: list[float],
    *,
    quick: bool,
) -> None:
    """Print the table and write the JSON."""
    rows: list[list[Any]] = []
    for page, found in times.items():
        opened = f"{first[page] * 1000:.0f}" if page in first else ""
        rows.append([page, opened, f"{median(found) * 1000:.0f}", f"{max(found) * 1000:.0f}"])
    print(markdown(["page", "first visit, ms", "rerun, median ms", "rerun, slowest ms"], rows))
    print(
        f"\nCold start to first page: {median(start_ours):.2f} s; "
        f"an empty page: {median(start_empty):.2f} s (medians of {len(start_ours)})"
    )
    if quick:
        return
    write_json(
        "page_latency",
        {
            "command": "python benchmarks/page_latency.py",
            "data": "20 Newsgroups, 18,846 texts",
            "machine": machine("streamlit"),
            "rerun_ms": {
                page: {
                    "median": median(found) * 1000,
                    "slowest": max(found) * 1000,
                    "n": len(found),
                }
                for page, found in times.items()
            },
            "first_visit_ms": {page: seconds * 1000 for page, seconds in first.items()},
            "cold_start_s": {
                "app": median(start_ours),
                "empty page": median(start_empty),
                "n": len(start_ours),
            },
        },
    )


if __name__ == "__main__":
    main()
