"""``explain``: why a classifier answers as it does, for one row or over many."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.cli.naming import run_of
from core.cli.output import Output, table
from core.data.dataset import Dataset
from core.errors import BadParam, NotFound
from core.evaluate.deciding_words import because
from core.explain.dependence import as_written
from core.explain.linear import why_not_exact
from core.finetune.classifier import Classifier
from core.progress import Progress
from core.store import classifiers, datasets, runs
from core.store.records import RunRecord
from core.types import Modality, Rows

_SHOWN, _NEAR, _BACKGROUND = 12, 5, 500


def explain(chosen: argparse.Namespace, out: Output) -> None:
    """What decided for one row; without one, what decides over many."""
    from core.jobs.taking import taken_by

    run = run_of(chosen.run)
    if run.kind != "finetune" or run.state != "done":
        raise NotFound(
            f"The run {run.id} is a {run.kind} that is {run.state}; only a finished fine-tuning "
            "has a classifier to explain.",
            hint="Choose another run; see `runs`.",
        )
    classifier = classifiers.load(run.id)
    modality = taken_by(classifier)
    rows = _row(chosen, run, classifier, modality)
    if rows is None:
        values, words = _over_many(run, classifier, modality, out)
    else:
        values, words = _one(chosen, run, classifier, modality, rows)
    out.result({"run": run.id, **values}, words)


def _row(
    chosen: argparse.Namespace, run: RunRecord, classifier: Classifier, modality: Modality
) -> Rows | None:
    """The row that is asked about, if any."""
    given = [name for name in ("text", "row", "picture") if getattr(chosen, name, None) is not None]
    if len(given) > 1:
        raise BadParam(
            f"Both --{given[0]} and --{given[1]} were given.", hint="Ask about one row at a time."
        )
    if not given:
        return None
    if given[0] == "row":
        dataset = datasets.load(run.dataset or "")
        if not 0 <= chosen.row < len(dataset):
            raise BadParam(
                f"There is no row {chosen.row}.",
                hint=f"The data set has {len(dataset):,} rows, numbered from 0.",
            )
        return dataset.take(np.array([chosen.row]))
    wanted = {"text": "text", "picture": "image"}[given[0]]
    if modality != wanted:
        kind = {"text": "texts", "image": "pictures", "tabular": "table rows"}[modality]
        raise BadParam(
            f"This classifier takes {kind}, not a {given[0]}.", hint="Use --row to name a row."
        )
    if given[0] == "text":
        return np.array([chosen.text], dtype=object)
    from core.jobs.picture_predictions import read_picture

    path = Path(chosen.picture).expanduser()
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NotFound(f"{path} cannot be read: {error.strerror}.") from error
    return read_picture(classifier, content, path.name)[None]


# one row -----------------------------------------------------------------------------------


def _one(
    chosen: argparse.Namespace,
    run: RunRecord,
    classifier: Classifier,
    modality: Modality,
    rows: Rows,
) -> tuple[dict[str, Any], list[str]]:
    proba = classifier.predict_proba(rows)[0]
    answer = int(classifier.answers(proba[None])[0])
    why = because(proba, classifier.classes, classifier.threshold)
    label = answer if chosen.label is None else _code(classifier, chosen.label)
    names = classifier.classes
    needs_rows = modality == "tabular"
    dataset = datasets.load(run.dataset or "") if needs_rows or chosen.nearest else None
    parts, exact, base, score = _parts(classifier, modality, rows, label, dataset)
    values: dict[str, Any] = {
        "answer": names[answer],
        "probability": float(proba[answer]),
        "by_threshold": bool(why),
        "class": names[label],
        "exact": exact,
        "base": base,
        "score": score,
        "parts": [{"part": part, "adds": value} for part, value in parts],
    }
    words = [f"{names[answer]} ({proba[answer]:.1%})", *([why] if why else []), ""]
    if exact:
        words.append(f"What each part adds to the score of {names[label]} (they add up to it):")
    else:
        words.append(f"What speaks for {names[label]} (an estimate: parts do not add up exactly).")
        words.append(f"{why_not_exact(classifier)}.")
    words += table(["Part", "Adds"], [(part, f"{value:+.3f}") for part, value in parts[:_SHOWN]])
    if exact:
        words.append(f"base {base:+.3f}, all parts {score - base:+.3f}, score {score:+.3f}")
    flip = _flip(classifier, modality, rows, dataset)
    values["flip"] = flip
    words += ["", *_flip_words(flip)]
    if dataset is not None and chosen.nearest:
        near = _nearest(run, classifier, dataset, rows)
        values["nearest"] = near
        words += ["", "The labelled rows that it learned from and that are nearest:"]
        words += table(
            ["Row", "Label", "Distance"],
            [(one["row"], one["label"], f"{one['distance']:.3f}") for one in near],
        )
    return values, words


def _parts(
    classifier: Classifier, modality: Modality, rows: Rows, label: int, dataset: Dataset | None
) -> tuple[list[tuple[str, float]], bool, float, float]:
    """Parts of the row with what they add, strongest first; whether exact; base and score."""
    if modality == "text":
        from core.explain.words import explain_text

        found = explain_text(classifier, str(np.asarray(rows)[0]), label=label)
        return found.by_term(), found.exact, found.base, found.score
    if modality == "image":
        from core.explain.pictures import explain_picture

        seen = explain_picture(classifier, np.asarray(rows)[0], label=label)
        pairs = [
            (f"rows {top + 1} to {bottom}, columns {left + 1} to {right}", float(value))
            for (top, bottom, left, right), value in zip(
                seen.cells, seen.values.ravel(), strict=True
            )
        ]
        pairs.sort(key=lambda pair: -abs(pair[1]))
        return pairs, seen.exact, seen.base, seen.score
    from core.explain.tables import explain_row

    assert dataset is not None and isinstance(rows, pd.DataFrame)  # noqa: S101, PT018 - table
    columns = explain_row(classifier, rows, _background(dataset), label=label)
    return columns.strongest(), columns.exact, columns.base, columns.score


def _flip(
    classifier: Classifier, modality: Modality, rows: Rows, dataset: Dataset | None
) -> dict[str, Any] | None:
    """The smallest change that was found, as JSON values."""
    names = classifier.classes
    if modality == "tabular":
        from core.explain.moves import columns_to_move

        assert dataset is not None and isinstance(rows, pd.DataFrame)  # noqa: S101, PT018 - table
        moves = columns_to_move(classifier, rows, _background(dataset))
        if moves is None:
            return None
        return {
            "becomes": names[moves.other],
            "probability": float(moves.after[moves.other]),
            "change": [
                f"{move.column} from {as_written(move.before)} to {as_written(move.after)}"
                for move in moves.moves
            ],
        }
    from core.explain.flips import cells_to_cover, words_to_remove

    one = np.asarray(rows)[0]
    found = (
        words_to_remove(classifier, str(one))
        if modality == "text"
        else cells_to_cover(classifier, one)
    )
    if found is None:
        return None
    change = (
        [f"without “{word}”" for word in found.words]
        if modality == "text"
        else [
            f"covered: rows {top + 1} to {bottom}, columns {left + 1} to {right}"
            for top, bottom, left, right in found.cells
        ]
    )
    return {
        "becomes": names[found.other],
        "probability": float(found.after[found.other]),
        "change": change,
    }


def _flip_words(flip: dict[str, Any] | None) -> list[str]:
    if flip is None:
        return ["No small change was found that makes the answer another."]
    changed = "; ".join(flip["change"])
    return [f"The answer would be {flip['becomes']} ({flip['probability']:.1%}): {changed}."]


def _nearest(
    run: RunRecord, classifier: Classifier, dataset: Dataset, rows: Rows
) -> list[dict[str, Any]]:
    from core.evaluate.encoding import encode_rows
    from core.explain.neighbours import nearest_rows

    learned = runs.load_arrays(run.id, "predictions")["train_rows"]
    encoded = encode_rows(classifier.encoder, dataset, learned)
    found = nearest_rows(encoded, classifier.encoder.transform(rows), k=_NEAR)
    return [
        {
            "row": int(learned[one.position]),
            "label": dataset.classes[int(dataset.labels[learned[one.position]])],
            "distance": one.distance,
            "cosine": one.cosine,
        }
        for one in found
    ]


# over many ---------------------------------------------------------------------------------


def _over_many(
    run: RunRecord, classifier: Classifier, modality: Modality, out: Output
) -> tuple[dict[str, Any], list[str]]:
    if modality == "image":
        raise BadParam(
            "Pictures have no words or columns to list over all of them.",
            hint="Ask about one: --row N or --picture FILE.",
        )
    dataset = datasets.load(run.dataset or "")
    progress = Progress(lambda share, message, _: out.progress(share, message))
    if modality == "tabular":
        from core.explain.important import important_columns

        found = important_columns(classifier, _background(dataset), progress=progress)
        how = "exact" if found.exact else "sampled"
        return (
            {
                "exact": found.exact,
                "columns": [{"column": name, "weight": v} for name, v in found.strongest()],
            },
            [
                f"Mean size of what each column adds, over {found.rows} training rows ({how}):",
                *table(["Column", "Adds"], [(n, f"{v:.3f}") for n, v in found.strongest()]),
            ],
        )
    from core.explain.classes import words_of_classes

    learned = runs.load_arrays(run.id, "predictions")["train_rows"]
    told = words_of_classes(classifier, np.asarray(dataset.take(learned)), progress=progress)
    values = {
        "exact": told.exact,
        "classes": [
            {
                "class": classifier.classes[one.label],
                "for": dict(one.speaking),
                "against": dict(one.opposing),
            }
            for one in told.classes
        ],
    }
    return values, list(_class_lines(classifier, told))


def _class_lines(classifier: Classifier, told: Any) -> Iterator[str]:
    how = "weights" if told.exact else f"means over {told.texts} training texts"
    yield f"The words that speak most for and against each class ({how}):"
    for one in told.classes:
        yield ""
        yield classifier.classes[one.label]
        yield "  for:     " + ", ".join(word for word, _ in one.speaking)
        yield "  against: " + ", ".join(word for word, _ in one.opposing)


def _background(dataset: Dataset) -> pd.DataFrame:
    pool = dataset.pool_rows("all")
    drawn = np.sort(np.random.default_rng(0).permutation(pool)[:_BACKGROUND])
    rows = dataset.take(drawn)
    assert isinstance(rows, pd.DataFrame)  # noqa: S101 - a table
    return rows


def _code(classifier: Classifier, name: str) -> int:
    if name not in classifier.classes:
        raise BadParam(
            f"There is no class {name!r}.", hint="There are: " + ", ".join(classifier.classes) + "."
        )
    return classifier.classes.index(name)
