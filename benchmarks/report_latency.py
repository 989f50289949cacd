"""How soon the report of a run with 100,000 test rows is there, and how fast it reruns.

Makes texts of 20 classes, 2,000 labelled ones to learn from and 100,000 to test on, fine-tunes LSA
on them, and opens each section of the report in a live server over its websocket:

- computed: the first session that asks for it; everything it shows is worked out;
- appears: the first rerun of a new session after that, as a colleague with the link sees it;
- rerun: the script of the open page again, the median of several;
- empty page: an empty Streamlit script on another server, in turn with the reruns.

    python benchmarks/report_latency.py [--rows 100000] [--reruns 9]
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from typing import Any

from common import ROOT, machine, markdown, median, write_json
from page_latency import Client, serve

CLASSES, LABELLED = 20, 2_000


def made_up(rows: int) -> Any:
    """Texts whose words hint at their class, now and then at another one."""
    import numpy as np

    from core.data.dataset import Dataset

    rng = np.random.default_rng(0)
    n = rows + LABELLED
    labels = rng.integers(0, CLASSES, n)
    hints = np.where(rng.random((n, 3)) < 0.55, labels[:, None], rng.integers(0, CLASSES, (n, 3)))
    words = rng.integers(0, 12, (n, 3))
    common = rng.integers(0, 200, (n, 5))
    texts = [
        " ".join(
            [
                *(f"topic{hint}word{word}" for hint, word in zip(one, two, strict=True)),
                *(f"common{word}" for word in three),
            ]
        )
        for one, two, three in zip(hints, words, common, strict=True)
    ]
    return Dataset(
        name="made_up",
        title=f"Made-up texts, {rows:,} to test on",
        modality="text",
        rows=np.array(texts, dtype=object),
        labels=labels.astype(np.int32),
        classes=tuple(f"class {code}" for code in range(CLASSES)),
        test=np.arange(n) >= LABELLED,
    )


def loaded(home: Path, rows: int) -> str:
    """Fill a home folder; returns the id of the run."""
    os.environ["WARMSTART_HOME"] = str(home)
    from core import jobs
    from core.jobs.requests import DataRef, FinetuneRequest, PretrainRequest
    from core.store import datasets

    data = DataRef(fingerprint=datasets.save(made_up(rows)).fingerprint)
    run = jobs.run_here(
        FinetuneRequest(
            data=data,
            pretrain=PretrainRequest(data=data, method="lsa", settings={"n_components": 50}),
            labels_per_class=20,
            draws=1,
            curve=False,
        )
    )
    if run.state != "done":
        raise RuntimeError(f"the run ended {run.state}: {run.error}")
    return run.id


def addresses(run: str) -> dict[str, str]:
    """The address of each section of the report."""
    from urllib.parse import urlencode

    from ui import reports
    from ui.reports.base import GROUPS

    found = {}
    for group, members in reports.sections().items():
        stacked = len(members) <= reports._STACKED
        for section in members[:1] if stacked else members:
            query = {"run": run, "ev_tab": GROUPS[group]}
            if not stacked:
                query[f"ev_{group}"] = section.title
            name = " + ".join(s.title for s in members) if stacked else section.title
            found[f"{GROUPS[group]}: {name}"] = urlencode(query)
    return found


def headings(port: int, query: str) -> set[str]:
    """The headings that a new session sees: is it the section that was meant?"""
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    client = Client(port)
    message = BackMsg()
    message.rerun_script.query_string = query
    message.rerun_script.page_name = "evaluate"
    client.socket.send(message.SerializeToString())
    found = set()
    while True:
        answer = ForwardMsg()
        answer.ParseFromString(client.socket.recv(timeout=120))
        kind = answer.WhichOneof("type")
        if kind == "delta" and answer.delta.new_element.WhichOneof("type") == "heading":
            found.add(answer.delta.new_element.heading.body)
        if kind == "script_finished":
            return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--reruns", type=int, default=9)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.py"
        empty.write_text('import streamlit as st\n\nst.title("Empty")\n', "utf-8")
        home = Path(folder) / "home"
        run = loaded(home, args.rows)
        ours, port, _ = serve(ROOT / "app.py", home)
        other, other_port, _ = serve(empty, home)
        found: dict[str, dict[str, Any]] = {}
        try:
            plain = Client(other_port)
            plain.rerun()
            Client(port).rerun("runs")  # what every first page of a server imports
            for name, query in addresses(run).items():
                computed = Client(port).rerun("evaluate", query)
                if not set(name.split(": ", 1)[1].split(" + ")) <= headings(port, query):
                    raise RuntimeError(f"{name} is not what {query} shows")
                client = Client(port)
                appears = client.rerun("evaluate", query)
                reruns, beside = [], []
                for _ in range(args.reruns):
                    reruns.append(client.rerun("evaluate", query))
                    beside.append(plain.rerun())
                found[name] = {
                    "computed_s": computed,
                    "appears_s": appears,
                    "rerun_ms": median(reruns) * 1000,
                    "slowest_ms": max(reruns) * 1000,
                    "empty_page_ms": median(beside) * 1000,
                }
        finally:
            ours.terminate()
            other.terminate()
            ours.wait()
            other.wait()
    print(
        markdown(
            ["section", "computed, s", "appears, s", "rerun, ms", "slowest, ms", "empty page, ms"],
            [
                [
                    name,
                    f"{one['computed_s']:.2f}",
                    f"{one['appears_s']:.2f}",
                    f"{one['rerun_ms']:.0f}",
                    f"{one['slowest_ms']:.0f}",
                    f"{one['empty_page_ms']:.0f}",
                ]
                for name, one in found.items()
            ],
        )
    )
    write_json(
        "report_latency",
        {
            "command": f"python benchmarks/report_latency.py --rows {args.rows}",
            "data": f"made-up texts of {CLASSES} classes, {args.rows:,} test rows",
            "machine": machine("streamlit", "plotly"),
            "reruns": args.reruns,
            "sections": found,
        },
    )


if __name__ == "__main__":
    main()
