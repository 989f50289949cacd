"""Predictions through the API, beside scikit-learn alone on the same texts, in one run.

TF-IDF learns its vocabulary from all training texts of 20 Newsgroups, and logistic regression from
50 labels per class: once here, and once as scikit-learn's own pipeline on the same rows. The app is started for this machine alone,
and every batch of test texts goes in turn through three ways: the pipeline's ``predict_proba`` in
this process, our classifier in this process, and an HTTP request (JSON there, all probabilities
back, read into lists). The claim: a batch by HTTP takes at most 1.5 times the bare pipeline.

    python benchmarks/api_throughput.py [--batch 500] [--batches 12] [--quick]
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
from common import ROOT, data_file, machine, markdown, median, write_json
from page_latency import free_port

CLAIM = 1.5


def train(home: Path, quick: bool) -> tuple[str, Any, Any]:
    """A finished run, our classifier, and scikit-learn's pipeline."""
    os.environ["WARMSTART_HOME"] = str(home)
    if not quick:
        os.environ["WARMSTART_DATA_HOME"] = str(data_file("scikit_learn_data"))
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    from core import jobs
    from core.jobs.requests import DataRef, FinetuneRequest
    from core.store import classifiers, datasets, runs

    run = jobs.run_here(
        FinetuneRequest(
            data=DataRef(name="python_docs" if quick else "twenty_newsgroups"),
            strategy="scratch",
            head="logistic",
            labels_per_class=50,
            draws=1,
            curve=False,
        )
    )
    if run.state != "done":
        raise RuntimeError(f"the run ended {run.state}: {run.error}")
    dataset = datasets.load(run.dataset or "")
    # as close as scikit-learn comes to what TF-IDF does here
    words = TfidfVectorizer(
        sublinear_tf=True, min_df=2, max_df=0.5, stop_words="english", dtype=np.float32
    )
    words.fit(dataset.take(dataset.pool_rows("all")))
    rows = runs.load_arrays(run.id, "predictions")["train_rows"]
    head = LogisticRegression(max_iter=2000)
    head.fit(words.transform(dataset.take(rows)), np.asarray(dataset.labels)[rows])
    pipeline = make_pipeline(words, head)
    return run.id, dataset, (pipeline, classifiers.load(run.id))


def serve(home: Path) -> tuple[subprocess.Popen[bytes], int]:
    """The app, listening on this machine alone."""
    port = free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)),
            *("--server.address", "localhost", "--server.headless", "true"),
            *("--server.fileWatcherType", "none", "--browser.gatherUsageStats", "false"),
        ],
        cwd=ROOT,
        env={**os.environ, "WARMSTART_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/api/health", timeout=5):
                return process, port
        except OSError:
            time.sleep(0.1)
    process.terminate()
    raise RuntimeError("the app did not start")


def ask(connection: http.client.HTTPConnection, run: str, texts: list[str]) -> Any:
    """One batch by HTTP; the answer as Python values."""
    body = json.dumps({"rows": texts}).encode()
    connection.request(
        "POST", f"/api/runs/{run}/predict", body, {"Content-Type": "application/json"}
    )
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise RuntimeError(content.decode())
    return json.loads(content)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch", type=int, default=500)
    parser.add_argument("--batches", type=int, default=12)
    parser.add_argument("--quick", action="store_true", help="Python docs instead, few batches")
    args = parser.parse_args()
    batches = 3 if args.quick else args.batches
    ways = ("scikit-learn pipeline", "the same here, no HTTP", "through the API")
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        run, dataset, (pipeline, classifier) = train(home, args.quick)
        test = dataset.take(dataset.test_rows[: args.batch * batches])
        process, port = serve(home)
        try:
            connection = http.client.HTTPConnection("localhost", port, timeout=120)
            ask(connection, run, list(test[:5]))  # opens the classifier
            for start in range(0, len(test) - args.batch + 1, args.batch):
                batch = test[start : start + args.batch]
                begun = time.perf_counter()
                pipeline.predict_proba(batch)
                seconds[ways[0]].append(time.perf_counter() - begun)
                begun = time.perf_counter()
                expected = classifier.predict_proba(batch)
                seconds[ways[1]].append(time.perf_counter() - begun)
                begun = time.perf_counter()
                answer = ask(connection, run, list(batch))
                seconds[ways[2]].append(time.perf_counter() - begun)
                assert np.array_equal(np.array(answer["probabilities"]), expected)
        finally:
            process.terminate()
            process.wait()
    report(seconds, args.batch, quick=args.quick)


def report(seconds: dict[str, list[float]], batch: int, *, quick: bool) -> None:
    """Print the table and write the JSON."""
    bare = next(iter(seconds))
    ratios = {
        way: median([own / base for own, base in zip(found, seconds[bare], strict=True)])
        for way, found in seconds.items()
    }
    rows = [
        [way, f"{median(found) * 1000:.0f}", f"{batch / median(found):,.0f}", f"{ratios[way]:.2f}"]
        for way, found in seconds.items()
    ]
    print(markdown(["way", "ms a batch, median", "texts a second", "times the pipeline"], rows))
    print(f"\nBatches of {batch} texts, {len(seconds[bare])} of them; claim: at most {CLAIM}.")
    if quick:
        return
    write_json(
        "api_throughput",
        {
            "command": "python benchmarks/api_throughput.py",
            "data": "20 Newsgroups, test texts without headers, footers and quotes",
            "machine": machine("streamlit", "starlette", "uvicorn"),
            "trained_on": "vocabulary of all training texts, 50 labels per class",
            "batch": batch,
            "batches": len(seconds[bare]),
            "claim": f"at most {CLAIM} times the bare pipeline",
            "median_ms": {way: median(found) * 1000 for way, found in seconds.items()},
            "median_ratio": ratios,
        },
    )


if __name__ == "__main__":
    main()
