"""What decides over many rows, computed once; the section that shows it is ``what_decides``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from core.store import runs
from ui import heat, resources
from ui.predict.asked import background


@st.cache_resource(max_entries=16, show_spinner="Looking at the words of each class")
def words(key: str, _run_id: str) -> Any:
    """Words for and against each class; ``key`` stands for the rest."""
    from core.explain.classes import words_of_classes

    dataset = resources.dataset(runs.get(_run_id).dataset or "")
    learned = resources.predictions(_run_id)["train_rows"]
    return words_of_classes(resources.classifier(_run_id), dataset.take(learned))  # type: ignore[arg-type]


@st.cache_resource(max_entries=16, show_spinner="Looking at the columns")
def columns(key: str, _run_id: str) -> Any:
    """Columns that weigh most; ``key`` stands for the rest."""
    from core.explain.important import important_columns

    rows = background(runs.get(_run_id).dataset or "")
    return important_columns(resources.classifier(_run_id), rows)


@st.cache_resource(max_entries=32, show_spinner="Moving the column")
def follows(key: str, _run_id: str, _column: str, _label: int) -> Any:
    """The answer as a function of one column; ``key`` stands for the rest."""
    from core.explain.dependence import partial_dependence

    rows = background(runs.get(_run_id).dataset or "")
    return partial_dependence(resources.classifier(_run_id), rows, _column, label=_label)


@dataclass(frozen=True, eq=False)
class Maps:
    """Pictures with what speaks for a class drawn over them, and whether the parts add up."""

    images: list[np.ndarray]
    exact: bool


@st.cache_resource(max_entries=16, show_spinner="Looking where it looks")
def pictures(key: str, _run_id: str, _label: int, _places: tuple[int, ...]) -> Maps:
    """Test pictures with their maps; ``key`` stands for the rest."""
    from core.explain.pictures import explain_picture

    dataset = resources.dataset(runs.get(_run_id).dataset or "")
    classifier = resources.classifier(_run_id)
    rows = resources.predictions(_run_id)["test_rows"][list(_places)]
    found = [explain_picture(classifier, image, label=_label) for image in dataset.take(rows)]
    return Maps(
        [heat.over(one.picture, one.by_pixel(), size=160) for one in found],
        exact=all(one.exact for one in found),
    )
