"""How fast the answer follows an edit on the Predict page: a word, a column, another picture.

Starts the app on a fresh home folder with classifiers of texts (the Python docs, once where words
add up exactly, once by occlusion), of table rows and of pictures, opens the Predict page of each
by its websocket as a browser does, and changes its input again and again. Each change is another
one, so that nothing comes from a cache. What is timed is the whole way: from sending the change to
the message that the script has finished, with class probabilities, doubts and the contributions
of all words or columns in it.

    python benchmarks/what_if.py [--edits 20] [--quick]
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from common import ROOT, machine, markdown, median, write_json
from page_latency import Client, serve

LIMIT_MS = 200


class Page:
    """An open page of the app: the widgets it drew, and what they were set to."""

    def __init__(self, port: int, name: str, query: str) -> None:
        self.client, self.name, self.query = Client(port), name, query
        self.widgets: dict[str, str] = {}  # key of a widget: its id
        self.fragments: dict[str, str] = {}
        self.values: dict[str, tuple[str, Any]] = {}
        self.send({})

    def send(self, changed: dict[str, tuple[str, Any]]) -> float:
        """Change widgets by their keys; returns the seconds until the script has finished."""
        from streamlit.proto.BackMsg_pb2 import BackMsg
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        self.values |= changed
        message = BackMsg()
        message.rerun_script.query_string = self.query
        message.rerun_script.page_name = self.name
        for key, (kind, value) in self.values.items():
            state = message.rerun_script.widget_states.widgets.add()
            state.id = self.widgets[key]
            setattr(state, kind, value)
        for key in changed:  # a browser asks for the fragment that the widget stands in
            message.rerun_script.fragment_id = self.fragments.get(key, "")
        self.drawn: set[str] = set()
        start = time.perf_counter()
        self.client.socket.send(message.SerializeToString())
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(self.client.socket.recv(timeout=180))
            kind = answer.WhichOneof("type")
            if kind == "delta":
                self._remember(answer)
            if kind == "script_finished":
                status = answer.ScriptFinishedStatus.Name(answer.script_finished)
                if status == "FINISHED_EARLY_FOR_RERUN":
                    continue
                if "SUCCESSFULLY" not in status:
                    raise RuntimeError(f"{self.query}: {status}")
                return time.perf_counter() - start

    def _remember(self, answer: Any) -> None:
        element = answer.delta.new_element
        kind = element.WhichOneof("type")
        self.drawn.add(str(kind))
        if kind == "exception":
            raise RuntimeError(element.exception.message)
        widget = getattr(element, kind, None) if kind else None
        identity = getattr(widget, "id", "")
        if identity:
            # the key that a script gives a widget stands at the end of its id
            key = identity.split("-", 2)[-1] if identity.count("-") >= 2 else identity
            self.widgets[key] = identity
            self.fragments[key] = answer.delta.fragment_id


def made(home: Path, *, quick: bool) -> dict[str, str]:
    """Fill a home folder with a classifier of each kind; returns the runs' ids."""
    os.environ["WARMSTART_HOME"] = str(home)
    from core import jobs
    from core.jobs.requests import DataRef, FinetuneRequest, PretrainRequest

    runs = {}
    wanted = {
        "text, word vectors": ("python_docs", "ppmi"),
        "text, K-means, by occlusion": ("python_docs", "kmeans"),
        "table row": ("breast_cancer", "raw"),
        "picture": ("digits", "patches"),
    }
    if quick:
        wanted = {kind: how for kind, how in wanted.items() if not kind.startswith("text")}
    for kind, (name, method) in wanted.items():
        data = DataRef(name=name)
        run = jobs.run_here(
            FinetuneRequest(
                data=data,
                pretrain=PretrainRequest(data=data, method=method),
                labels_per_class=20,
                draws=1,
                curve=False,
            )
        )
        if run.state != "done":
            raise RuntimeError(f"the run ended {run.state}: {run.error}")
        runs[kind] = run.id
    return runs


def edits(kind: str, run: str, page: Page) -> Iterator[dict[str, tuple[str, Any]]]:
    """Changes to a page, each another one, as (kind of value, value) by the key of a widget."""

    def key_of(end: Callable[[str], bool]) -> str:
        return next(key for key in page.widgets if end(key))

    words = ("matrix", "spectrum", "filter", "window", "gradient", "file", "cluster", "tree")
    text = key_of(lambda key: key.endswith(f"pr_text_{run}")) if kind.startswith("text") else ""
    place = 0
    while True:
        place += 1
        if kind.startswith("text"):
            written = " ".join(words[(place * step) % len(words)] for step in range(1, 9))
            yield {text: ("string_value", f"{written}. Edit number {place} of the {written}.")}
        elif kind == "table row":
            column = key_of(lambda key: "pr_value_" in key and key.endswith("mean radius"))
            yield {column: ("double_value", 8.0 + 0.31 * place)}
        else:
            row = key_of(lambda key: key.endswith(f"pr_row_{run}"))
            yield {row: ("double_value", float(place + 1))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=20)
    parser.add_argument("--quick", action="store_true", help="no texts, few edits; not recorded")
    args = parser.parse_args()
    count = 5 if args.quick else args.edits
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        runs = made(home, quick=args.quick)
        process, port, _ = serve(ROOT / "app.py", home)
        times: dict[str, list[float]] = {}
        try:
            for kind, run in runs.items():
                page = Page(port, "predict", f"run={run}")
                changes = edits(kind, run, page)
                page.send(next(changes))  # opens what is kept from then on
                times[kind] = []
                for _ in range(count):
                    times[kind].append(page.send(next(changes)))
                    if not page.drawn & {"plotly_chart", "imgs"}:
                        raise RuntimeError(f"nothing was explained: {sorted(page.drawn)}")
        finally:
            process.terminate()
            process.wait()
    table = [
        [kind, f"{median(found) * 1000:.0f}", f"{max(found) * 1000:.0f}", len(found)]
        for kind, found in times.items()
    ]
    print(markdown(["edit of a", "median ms", "slowest ms", "edits"], table))
    if args.quick:
        return
    write_json(
        "what_if",
        {
            "command": "python benchmarks/what_if.py",
            "limit_ms": LIMIT_MS,
            "machine": machine("streamlit"),
            "edit_ms": {
                kind: {
                    "median": median(found) * 1000,
                    "slowest": max(found) * 1000,
                    "n": len(found),
                }
                for kind, found in times.items()
            },
        },
    )


if __name__ == "__main__":
    main()
