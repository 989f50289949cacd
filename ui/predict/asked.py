"""One row that a classifier is asked about, and what is computed for it, cached."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st

from core.data.dataset import Dataset
from core.store.records import RunRecord
from core.types import Floats, Modality, Rows
from ui import resources

if TYPE_CHECKING:
    from core.finetune.classifier import Classifier

#: Stands for the class that is answered (or any other one) where a class can be chosen.
ANSWER = -1


@dataclass(frozen=True, eq=False)
class Asked:
    """One row, and the classifier's answer.

    Attributes
    ----------
    record, classifier
        The run and its classifier.
    modality : {"text", "image", "tabular"}
        The kind of the row.
    dataset : Dataset, optional
        The run's; None where it was deleted.
    rows : Rows
        The one row.
    proba : ndarray, shape (n_classes,)
        The answer.
    key : str
        A hash of all that the answer depends on.
    """

    record: RunRecord
    classifier: Classifier
    modality: Modality
    dataset: Dataset | None
    rows: Rows
    proba: Floats
    key: str

    @property
    def best(self) -> int:
        """Code of the class said."""
        return int(self.classifier.answers(self.proba[None])[0])

    @property
    def order(self) -> list[int]:
        """Codes of the classes that the classifier knows, likeliest first."""
        known = {int(code) for code in self.classifier.head.classes_}
        return [int(code) for code in np.argsort(-self.proba, kind="stable") if int(code) in known]


def ask(
    record: RunRecord,
    classifier: Classifier,
    modality: Modality,
    dataset: Dataset | None,
    rows: Rows,
) -> Asked:
    """Ask a classifier about one row."""
    decided = f"{classifier.temperature!r}|{classifier.threshold!r}"
    digest = hashlib.sha256(f"{record.id}|{decided}|".encode())
    if isinstance(rows, pd.DataFrame):
        digest.update(repr(rows.iloc[0].to_dict()).encode("utf-8", "surrogatepass"))
    elif modality == "text":
        digest.update(str(rows[0]).encode("utf-8", "surrogatepass"))
    else:
        digest.update(f"{rows.shape}{rows.dtype}".encode() + np.ascontiguousarray(rows).tobytes())
    return Asked(
        record=record,
        classifier=classifier,
        modality=modality,
        dataset=dataset,
        rows=rows,
        proba=classifier.predict_proba(rows)[0],
        key=digest.hexdigest(),
    )


# what is slow enough to be kept ------------------------------------------------------------


@st.cache_resource(max_entries=4, show_spinner="Encoding the rows that it learned from")
def encoded_training(run_id: str) -> tuple[np.ndarray, Any]:
    """The rows that a run's classifier learned from: their indices, and them encoded."""
    from core.evaluate.encoding import encode_rows
    from core.store import runs

    record = runs.get(run_id)
    rows = resources.predictions(run_id)["train_rows"]
    dataset = resources.dataset(record.dataset or "")
    return rows, encode_rows(resources.classifier(run_id).encoder, dataset, rows)


@st.cache_resource(max_entries=8, show_spinner=False)
def background(fingerprint: str) -> pd.DataFrame:
    """Up to 500 training rows of a table, labelled or not: what a row is held against."""
    dataset = resources.dataset(fingerprint)
    pool = dataset.pool_rows("all")
    drawn = np.sort(np.random.default_rng(0).permutation(pool)[:500])
    return dataset.take(drawn)  # type: ignore[return-value]


@st.cache_resource(max_entries=64, show_spinner="Looking at what decides")
def explained(key: str, _asked: Asked, _label: int, _kind: str | None = None) -> Any:
    """What the parts of a row contribute to a class; ``key`` stands for the rest."""
    if _asked.modality == "text":
        from core.explain.words import explain_text

        return explain_text(_asked.classifier, str(_asked.rows[0]), label=_label)
    if _asked.modality == "image":
        from core.explain.pictures import explain_picture

        return explain_picture(_asked.classifier, _asked.rows[0], label=_label, kind=_kind)  # type: ignore[arg-type]
    from core.explain.tables import explain_row

    rows = background(_asked.record.dataset or "")
    return explain_row(_asked.classifier, _asked.rows, rows, label=_label)  # type: ignore[arg-type]


@st.cache_resource(max_entries=64, show_spinner="Looking for the smallest change")
def flipped(key: str, _asked: Asked, _wished: int | None, _fixed: tuple[str, ...] = ()) -> Any:
    """The smallest change that flips the answer, or None; ``key`` stands for the rest."""
    if _asked.modality == "text":
        from core.explain.flips import words_to_remove

        return words_to_remove(_asked.classifier, str(_asked.rows[0]), wished=_wished)
    if _asked.modality == "image":
        from core.explain.flips import cells_to_cover

        return cells_to_cover(_asked.classifier, _asked.rows[0], wished=_wished)
    from core.explain.moves import columns_to_move

    rows = background(_asked.record.dataset or "")
    return columns_to_move(
        _asked.classifier,
        _asked.rows,  # type: ignore[arg-type]
        rows,
        wished=_wished,
        fixed=_fixed,
    )


@st.cache_resource(max_entries=64, show_spinner="Moving the column")
def dependence(key: str, _asked: Asked, _column: str, _label: int) -> Any:
    """The answer as a function of one column; ``key`` stands for the rest."""
    from core.explain.dependence import partial_dependence

    rows = background(_asked.record.dataset or "")
    return partial_dependence(_asked.classifier, rows, _column, label=_label)
