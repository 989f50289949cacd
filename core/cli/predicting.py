"""``predict``: a file in, the same file with predictions out."""

from __future__ import annotations

import argparse
import io
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli.naming import run_of
from core.cli.output import Output
from core.errors import BadParam
from core.progress import Progress
from core.store import classifiers
from core.store.files import write_atomic
from core.store.records import RunRecord
from core.types import Modality

if TYPE_CHECKING:
    import pandas as pd

    from core.finetune.classifier import Classifier
    from core.jobs.doubting import Sayer

_FORMATS = (".csv", ".tsv", ".jsonl", ".parquet", ".xlsx")


def predict(chosen: argparse.Namespace, out: Output) -> None:
    """Classify the rows of a file."""
    from core.data.reading import read_table
    from core.jobs.predictions import predict_table

    run = run_of(chosen.run)
    target = Path(chosen.out).expanduser() if chosen.out else None
    if target is not None and target.suffix.lower() not in _FORMATS:
        raise BadParam(
            f"A file cannot be written as {target.suffix or 'a name without an ending'!r}.",
            hint="Use one of these endings: " + ", ".join(_FORMATS) + ".",
        )
    classifier = classifiers.load(run.id)
    table = read_table(Path(chosen.file).expanduser())
    modality, text_column = _trained_on(run)
    if text_column not in table.frame.columns:
        text_column = None
    result = predict_table(
        classifier,
        table.frame,
        modality=modality,
        text_column=chosen.text_column or text_column,
        all_classes=chosen.all_classes,
        doubts=_doubter(run, classifier) if chosen.doubts else None,
        progress=Progress(lambda share, message, _: out.progress(share, message)),
    )
    for note in table.notes:
        out.note(note)
    if classifier.threshold is not None:
        from core.evaluate.deciding_words import kept_sentence

        out.note(kept_sentence(classifier.threshold, classifier.classes[classifier.threshold.code]))
    if target is not None:
        write_atomic(target, lambda file: file.write(_bytes(result, target.suffix.lower())))
    counts = result.iloc[:, len(table.frame.columns)].value_counts()
    values = {
        "run": run.id,
        "rows": len(result),
        "file": str(target) if target else None,
        "counts": {str(name): int(count) for name, count in counts.items()},
    }
    if target is None:
        values["predictions"] = result.iloc[:, len(table.frame.columns) :].to_dict("records")
        # as one line: a text may hold any sign that ends a line
        out.result(values, [_bytes(result, ".csv").decode("utf-8").removesuffix("\n")])
    else:
        out.result(values, [f"{len(result):,} rows with predictions are in {target}."])


def _doubter(run: RunRecord, classifier: Classifier) -> Sayer:
    from core.jobs.doubting import doubter
    from core.store import datasets

    return doubter(run.id, classifier, datasets.load(run.dataset or ""))


def _trained_on(run: RunRecord) -> tuple[Modality, str | None]:
    """The kind of rows that the classifier takes, and the column that they were in."""
    from core.errors import NotFound
    from core.pretrain import get_method
    from core.store import datasets

    try:
        record = datasets.get(run.dataset or "")
    except NotFound:  # deleted meanwhile
        method = (run.result or {}).get("recipe", {}).get("method", "tfidf")
        return get_method(method).modalities[0], None
    column = record.options.get("text_column")
    return record.modality, column if isinstance(column, str) else None


def _bytes(frame: pd.DataFrame, suffix: str) -> bytes:
    buffer = io.BytesIO()
    if suffix == ".parquet":
        frame.to_parquet(buffer, index=False)
    elif suffix == ".xlsx":
        frame.to_excel(buffer, index=False)
    elif suffix == ".jsonl":
        frame.to_json(buffer, orient="records", lines=True, force_ascii=False)
    else:
        frame.to_csv(buffer, index=False, sep="\t" if suffix == ".tsv" else ",")
    return buffer.getvalue()
