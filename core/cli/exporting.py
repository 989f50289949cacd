"""``export``, ``import``, ``describe``: what leaves, what comes in, what is written on a run."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.cli.naming import run_of
from core.cli.output import Output
from core.errors import BadParam
from core.jobs.handing_over import facts_of, finished
from core.store.files import write_atomic

#: The forms in the order of ``--help``, and how their files end.
ENDINGS = {
    "html": ".html",
    "bundle": ".zip",
    "script": ".py",
    "card": ".md",
    "onnx": ".onnx",
    "joblib": ".joblib",
}


def export(chosen: argparse.Namespace, out: Output) -> None:
    """Write a run in the forms that were asked for."""
    run = finished(run_of(chosen.run).id)
    wanted = {form: getattr(chosen, form) for form in ENDINGS if getattr(chosen, form) is not None}
    if not wanted:
        raise BadParam(
            "Nothing to export was named.",
            hint="Name one form or several: " + ", ".join(f"--{form}" for form in ENDINGS) + ".",
        )
    written: dict[str, str] = {}
    for form, named in wanted.items():
        path = Path(named or f"{run.id}{ENDINGS[form]}").expanduser().absolute()
        if not path.parent.is_dir():
            raise BadParam(f"There is no folder {path.parent}.", hint="Create it first.")
        out.progress(len(written) / len(wanted), f"Writing {path.name}")
        _WRITERS[form](run.id, path)
        written[form] = str(path)
        if form == "joblib":
            from core.jobs.formats import JOBLIB_WARNING

            out.note(JOBLIB_WARNING)
        if form == "onnx":
            from core.jobs.formats import without_threshold
            from core.store import classifiers

            if (left_out := without_threshold(classifiers.load(run.id))) is not None:
                out.note(left_out)
    out.result({"run": run.id, "files": written}, [f"{k}: {v}" for k, v in written.items()])


def _html(run_id: str, path: Path) -> None:
    from datetime import UTC, datetime

    from core.report.page import page

    _write(path, page(facts_of(run_id), made=datetime.now(UTC)).encode("utf-8"))


def _script(run_id: str, path: Path) -> None:
    from core.report.script import script

    _write(path, script(facts_of(run_id, with_rows=False)).encode("utf-8"))


def _card(run_id: str, path: Path) -> None:
    from core.report.card import card, markdown

    _write(path, markdown(card(facts_of(run_id, with_rows=False))).encode("utf-8"))


def _bundle(run_id: str, path: Path) -> None:
    from core.jobs.bundles import export_bundle

    export_bundle(run_id, path)


def _onnx(run_id: str, path: Path) -> None:
    from core.jobs.formats import onnx_bytes

    _write(path, onnx_bytes(run_id))


def _joblib(run_id: str, path: Path) -> None:
    from core.jobs.formats import joblib_bytes

    _write(path, joblib_bytes(run_id))


def _write(path: Path, content: bytes) -> None:
    write_atomic(path, lambda file: file.write(content))


_WRITERS: dict[str, Callable[[str, Path], None]] = {
    "html": _html,
    "bundle": _bundle,
    "script": _script,
    "card": _card,
    "onnx": _onnx,
    "joblib": _joblib,
}


def import_(chosen: argparse.Namespace, out: Output) -> None:
    """Take in a bundle."""
    from core.jobs.importing import import_bundle

    run = import_bundle(Path(chosen.file).expanduser())
    values: dict[str, Any] = {"run": run.id, "name": run.name, "origin": run.origin}
    out.result(
        values,
        [
            f"{run.name} was imported as run {run.id}.",
            f"Next: python -m core evaluate {run.id}, or predict {run.id} FILE",
        ],
    )


def describe(chosen: argparse.Namespace, out: Output) -> None:
    """Change what people write on a run, or show it."""
    from core.store import describing

    run = describing.describe(
        run_of(chosen.run).id,
        name=chosen.name,
        note=chosen.note,
        tags=None if chosen.tags is None else chosen.tags.split(","),
        starred=chosen.star,
    )
    values = {
        "run": run.id,
        "name": run.name,
        "note": run.note,
        "tags": list(run.tags),
        "starred": run.starred,
    }
    lines = [("* " if run.starred else "") + run.name]
    lines += [" ".join(f"#{tag}" for tag in run.tags)] if run.tags else []
    lines += ["", *run.note.splitlines()] if run.note else []
    out.result(values, lines)
