"""Many rows at once: a file in, the same rows with predictions out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from core.progress import Progress
from core.store.records import RunRecord
from core.types import Modality
from ui import faults, shell
from ui.wording import number, plural

if TYPE_CHECKING:
    from core.finetune.classifier import Classifier


def many(record: RunRecord, classifier: Classifier, modality: Modality) -> None:
    """A file in, the same file with predictions out."""
    if modality == "image":
        _pictures(record, classifier)
    else:
        _table(record, classifier, modality)


def _table(record: RunRecord, classifier: Classifier, modality: Modality) -> None:
    from core.data.reading import read_table
    from core.jobs.predictions import predict_table

    st.subheader("A file of rows", anchor=False)
    upload = st.file_uploader(
        "The file comes back with two more columns: the class, and how sure it is",
        type=["csv", "tsv", "txt", "parquet", "jsonl", "ndjson", "json", "xlsx", "xls"],
        key=f"pr_file_{record.id}",
    )
    if upload is None:
        return
    with faults.shown():
        table = read_table(upload.getvalue(), upload.name)
        column = None
        if modality == "text":
            from core.data.columns import guess_columns

            guess = guess_columns(table.frame)
            columns = list(table.frame.columns)
            column = st.selectbox(
                "Text column",
                columns,
                index=columns.index(guess.text) if guess.text in columns else 0,
                key=f"pr_column_{record.id}",
            )
        every = _every_class(record)
        doubts = _doubter(record, classifier)
        bar = st.progress(0.0, "Predicting")
        result = predict_table(
            classifier,
            table.frame,
            modality=modality,
            text_column=column,
            all_classes=every,
            doubts=doubts,
            progress=Progress(lambda share, words, _: bar.progress(min(share, 1.0), words)),
        )
        bar.empty()
        _by_threshold(classifier)
        _result(result, {})


def _pictures(record: RunRecord, classifier: Classifier) -> None:
    from core.jobs.picture_predictions import predict_pictures, read_upload
    from ui.rows import picture

    st.subheader("Many pictures", anchor=False)
    uploads = st.file_uploader(
        "PNG or JPEG files, or a zip of them: a table comes back with the class of each",
        type=["png", "jpg", "jpeg", "zip"],
        accept_multiple_files=True,
        key=f"pr_file_{record.id}",
    )
    if not uploads:
        return
    with faults.shown():
        every = _every_class(record)
        doubts = _doubter(record, classifier)
        bar = st.progress(0.0, "Reading the pictures")
        report = Progress(lambda share, words, _: bar.progress(min(share, 1.0), words))
        images, names = read_upload(
            classifier,
            [(upload.name, upload.getvalue()) for upload in uploads],
            progress=report.part(0.0, 0.5),
        )
        result = predict_pictures(
            classifier,
            images,
            names,
            all_classes=every,
            doubts=doubts,
            progress=report.part(0.5, 1.0),
        )
        bar.empty()
        _by_threshold(classifier)
        _result(result, {"Picture": [picture(image) for image in images[:20]]})


def _doubter(record: RunRecord, classifier: Classifier) -> Any:
    """What says where it does not know, when that is wanted and the training rows are there."""
    from core.errors import NotFound
    from core.jobs.doubting import doubter
    from ui import resources
    from ui.predict.answer import acquaintance

    wanted = st.toggle(
        "Say where it does not know",
        key=f"pr_doubts_{record.id}",
        persist_state="session",
        help="One more column: rows unlike the training rows, of unknown words, out of range, or "
        "less sure than was chosen on the report under “I don't know”.",
    )
    if not wanted:
        return None
    try:
        dataset = resources.dataset(record.dataset or "")
    except NotFound:
        st.caption("The data set was deleted, so nothing is left to hold new rows against.")
        return None
    return doubter(record.id, classifier, dataset, acquaintance=acquaintance(record.id))


def _by_threshold(classifier: Classifier) -> None:
    if classifier.threshold is not None:
        name = shell.plain(classifier.classes[classifier.threshold.code])
        st.caption(
            "The column “by threshold” is ticked where another class is likelier, and the "
            f"threshold for {name} decided."
        )


def _every_class(record: RunRecord) -> bool:
    return st.toggle(
        "Probability of every class",
        key=f"pr_every_{record.id}",
        persist_state="session",
        help="One more column for each class.",
    )


def _result(result: pd.DataFrame, front: dict[str, Any]) -> None:
    shown = result.head(20)
    config: dict[str, Any] = {}
    for name, values in front.items():
        shown.insert(0, name, values)
        config[name] = st.column_config.ImageColumn()
    st.dataframe(
        shown, hide_index=True, key="pr_result", column_config=config, alt="Rows with predictions."
    )
    st.caption(f"{plural(len(result), 'row')}; the first {number(min(20, len(result)))} are shown.")
    st.download_button(
        "Download all as CSV",
        data=lambda: result.to_csv(index=False).encode("utf-8-sig"),
        file_name="predictions.csv",
        mime="text/csv",
        type="primary",
        icon=":material/download:",
        on_click="ignore",
        key="pr_download",
    )
