"""The cached doors into core.

What comes out of ``cache_resource`` is shared by every user of the server: read-only. Every
function is keyed by fingerprints or ids of things that never change once they exist, and
bounded by ``max_entries``. Names with an underscore in front are not part of a key.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from core.data.dataset import Dataset


@st.cache_resource(max_entries=4, show_spinner="Opening the data set")
def dataset(fingerprint: str) -> Dataset:
    """A data set that the home folder keeps."""
    from core.store import datasets

    return datasets.load(fingerprint)


@st.cache_data(max_entries=16, show_spinner="Counting")
def profile(fingerprint: str) -> Any:
    """Its numbers (:class:`core.data.profile.Profile`)."""
    from core.data.profile import profile as compute

    return compute(dataset(fingerprint))


@st.cache_data(max_entries=16, show_spinner="Looking for what would fool you")
def findings(fingerprint: str) -> list[Any]:
    """Its checks (:class:`core.data.checks.Finding`)."""
    from core.data.checks import check

    return check(dataset(fingerprint))


@st.cache_data(max_entries=16, show_spinner="Comparing the classes' words")
def class_terms(fingerprint: str) -> dict[str, list[tuple[str, float]]]:
    """The terms that tell its classes apart."""
    from core.data.terms import class_terms as compute

    return compute(dataset(fingerprint), k=12)


@st.cache_data(max_entries=16, show_spinner="Drawing the map: a few seconds, once")
def row_map(fingerprint: str, method: str) -> Any:
    """A 2-D map of its rows (:class:`core.data.row_map.RowMap`)."""
    from core.data.row_map import row_map as compute

    return compute(dataset(fingerprint), method=method)  # type: ignore[arg-type]


@st.cache_data(max_entries=16, show_spinner="Looking at the columns")
def column_profiles(fingerprint: str) -> list[Any]:
    """Its columns (:class:`core.data.column_profile.ColumnProfile`)."""
    from core.data.column_profile import column_profiles as compute

    return compute(dataset(fingerprint).rows)  # type: ignore[arg-type]


@st.cache_data(max_entries=16, show_spinner="Comparing the columns")
def correlations(fingerprint: str) -> Any:
    """How its columns go together (:class:`core.data.column_profile.Correlations`)."""
    from core.data.column_profile import correlations as compute

    return compute(dataset(fingerprint).rows)  # type: ignore[arg-type]


@st.cache_data(max_entries=16, show_spinner="Looking for gaps")
def missingness(fingerprint: str) -> Any:
    """Where its values are missing (:class:`core.data.column_profile.Missingness`)."""
    from core.data.column_profile import missingness as compute

    return compute(dataset(fingerprint).rows)  # type: ignore[arg-type]


@st.cache_data(max_entries=16, show_spinner="Choosing pictures")
def gallery(fingerprint: str, seed: int, test: bool) -> list[Any]:
    """Some of its pictures by class (:class:`core.data.gallery.Wall`)."""
    from core.data.gallery import gallery as compute

    return compute(dataset(fingerprint), seed=seed, test=test)


@st.cache_resource(max_entries=4, show_spinner="Opening the pretrained model")
def encoder(model_id: str) -> Any:
    """A fitted encoder of the library."""
    from core.store import models

    return models.load(model_id)


def classifier(run_id: str) -> Any:
    """The classifier that a finished run kept, with what was decided about its answers."""
    from core.store import decisions

    return decisions.answering(_as_trained(run_id), run_id)


@st.cache_resource(max_entries=4, show_spinner="Opening the classifier")
def _as_trained(run_id: str) -> Any:
    from core.store import classifiers

    return classifiers.load(run_id, as_trained=True)


@st.cache_data(max_entries=32, show_spinner=False)
def evaluation(run_id: str) -> Any:
    """The evaluation of a finished run."""
    from core.evaluate.results import evaluation_from_json
    from core.store import runs

    result = runs.get(run_id).result or {}
    return evaluation_from_json(result["evaluation"])


@st.cache_resource(max_entries=64, show_spinner=False)
def run_chart(run_id: str, name: str) -> Any:
    """A chart of a finished run, by name: building one takes longer than the rest of a page."""
    from core.figures import confusion, gain, label_curve

    draw = {
        "label_curve": label_curve.label_curve,
        "gain_interval": gain.gain_interval,
        "gain_per_class": gain.gain_per_class,
        "confusion": confusion.confusion,
    }[name]
    return draw(evaluation(run_id))


@st.cache_resource(max_entries=32, show_spinner=False)
def data_chart(fingerprint: str, name: str) -> Any:
    """A chart of a data set, by name."""
    from core.figures import data

    return {"class_balance": data.class_balance, "lengths": data.lengths}[name](
        profile(fingerprint)
    )


def predictions(run_id: str) -> dict[str, np.ndarray]:
    """Test rows, their labels and probabilities, of a finished run, as its classifier answers now.

    Read-only, like all that comes out of ``cache_resource``.
    """
    from core.store import decisions

    decided = decisions.get(run_id)
    return _answers(f"{run_id} at {decided.temperature!r}", run_id, decided)


@st.cache_resource(max_entries=8, show_spinner=False)
def _answers(key: str, _run_id: str, _decided: Any) -> dict[str, np.ndarray]:
    from core.store import decisions

    arrays = decisions.applied(predictions_as_trained(_run_id), _decided)
    for array in arrays.values():
        array.setflags(write=False)
    return arrays


@st.cache_resource(max_entries=8, show_spinner=False)
def predictions_as_trained(run_id: str) -> dict[str, np.ndarray]:
    """The same, before anything was decided about how sure the answers may sound."""
    from core.store import runs

    return runs.load_arrays(run_id, "predictions")
