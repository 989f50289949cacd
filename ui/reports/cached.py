"""What the sections compute and draw, once for each run and state of its answers.

Everything here is shared by all users of the server: read-only.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.errors import BadData
from core.evaluate import validation
from ui import resources


def state_of(run_id: str) -> str:
    """One string for a run and how its classifier answers now: the key of what follows."""
    from core.store import decisions

    decided = decisions.get(run_id)
    return f"{run_id} at {decided.temperature!r} with {decided.threshold!r}"


def held_out(run_id: str) -> validation.Validation | None:
    """The out-of-fold predictions of a run, as its classifier answers now."""
    return validation.from_arrays(resources.predictions(run_id))


def need_held_out(run_id: str) -> validation.Validation:
    """The same, for what cannot do without.

    Raises
    ------
    BadData
        When the run has none.
    """
    found = held_out(run_id)
    if found is None:
        raise BadData("This takes labelled rows that were held out.", hint=validation.ABSENT)
    return found


@st.cache_resource(max_entries=16, show_spinner="Ranking the rows by each class")
def rankings(state: str, _run_id: str, *, baseline: bool) -> Any:
    """ROC and precision–recall of each class (:class:`core.evaluate.ranking.Rankings`)."""
    from core.evaluate.ranking import rankings as compute

    arrays = resources.predictions(_run_id)
    proba = arrays["baseline_proba" if baseline else "test_proba"]
    return compute(arrays["test_labels"], proba, resources.evaluation(_run_id).classes)


@st.cache_resource(max_entries=64, show_spinner=False)
def ranking_charts(state: str, _run_id: str, code: int) -> tuple[Any, Any]:
    """The two curves of a class, beside the baseline's where there is one."""
    from core.figures import ranking

    ours = rankings(state, _run_id, baseline=False).classes[code]
    theirs = None
    if "baseline_proba" in resources.predictions(_run_id):
        theirs = rankings(state, _run_id, baseline=True).classes[code]
    return ranking.roc(ours, theirs), ranking.precision_recall(ours, theirs)


@st.cache_resource(max_entries=16, show_spinner="Holding the probabilities against the truth")
def calibration(state: str, _run_id: str) -> Any:
    """How sure the answers are now, against how often they are right."""
    from core.evaluate.calibration import calibration as compute

    arrays = resources.predictions(_run_id)
    return compute(arrays["test_labels"], arrays["test_proba"])


@st.cache_resource(max_entries=16, show_spinner="Trying a temperature")
def fix(run_id: str) -> Any:
    """What one temperature would do to the answers as trained; None where none can be fitted."""
    from core.evaluate.calibration import fix as compute
    from core.jobs.calibrating import why_not

    arrays = resources.predictions_as_trained(run_id)
    rows = validation.from_arrays(arrays)
    if rows is None or why_not(rows) is not None:
        return None
    return compute(rows, arrays["test_labels"], arrays["test_proba"])


@st.cache_resource(max_entries=32, show_spinner=False)
def reliability(state: str, _run_id: str, *, beside: bool) -> Any:
    """The reliability diagram; ``beside`` shows the answers as trained, too."""
    from core.figures.calibration import reliability as draw

    return draw(calibration(state, _run_id), fix(_run_id).before if beside else None)


@st.cache_resource(max_entries=64, show_spinner=False)
def threshold(state: str, _run_id: str, code: int, miss_cost: float) -> tuple[Any, Any]:
    """The effect of a threshold (:class:`core.evaluate.threshold.Effect`), and its chart."""
    from core.evaluate.threshold import effect
    from core.figures.threshold import costs

    arrays = resources.predictions(_run_id)
    labels, proba = arrays["test_labels"], arrays["test_proba"]
    rows = need_held_out(_run_id)
    found = effect(rows, labels, proba, code, miss_cost=miss_cost)
    name = resources.evaluation(_run_id).classes[code]
    return found, costs(found, rows, labels, proba, name)


@st.cache_resource(max_entries=32, show_spinner=False)
def fit_chart(run_id: str, name: str) -> Any:
    """Training, held-out and test rows beside each other, or the learning curve."""
    from core.figures import fit

    return {"fit": fit.fit, "learning_curve": fit.learning_curve}[name](
        resources.evaluation(run_id)
    )
