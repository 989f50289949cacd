"""Do the probabilities mean what they say? And one temperature as a remedy."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.evaluate import report_words, validation
from core.evaluate.calibration import Calibration, Fix
from core.evaluate.deciding_words import dropped_sentence
from core.evaluate.results import Evaluation, Interval
from core.store import decisions
from core.store.decisions import Decisions
from core.store.records import RunRecord
from ui import charts, resources, shell
from ui.reports import cached
from ui.reports.base import Section


def draw(record: RunRecord, evaluation: Evaluation) -> None:
    """The finding in words, the diagram, the scores, and the remedy."""
    state = cached.state_of(record.id)
    found: Calibration = cached.calibration(state, record.id)
    decided = decisions.get(record.id)
    calibrated = decided.temperature != 1.0
    st.markdown(
        f"**{report_words.calibration_title(found)}.** {report_words.calibration_sentence(found)}"
    )
    dropped = st.session_state.pop(_dropped(record.id), None)
    if dropped is not None:
        st.warning(
            dropped_sentence(shell.plain(evaluation.classes[dropped])), icon=":material/undo:"
        )
    elif decided.threshold is not None:
        name = shell.plain(evaluation.classes[decided.threshold.code])
        st.caption(
            f":material/info: A threshold for {name} is in use. It is one for the probabilities as "
            "they are now, so another temperature takes it back."
        )
    _remedy(record, calibrated, fits=found.kind == "fits")
    remedy: Fix | None = cached.fix(record.id)
    left, right = st.columns([3, 2])
    with left.container(border=True):
        beside = calibrated and remedy is not None
        charts.draw(cached.reliability(state, record.id, beside=beside), key="ev_reliability")
        if beside:
            st.caption("Blue: as it answers now. Grey: as it was trained to.")
    with right:
        st.dataframe(
            _table(found, remedy, calibrated),
            hide_index=True,
            key="ev_calibration",
            alt="Calibration error, Brier score and log loss with intervals.",
        )
        st.caption(
            "Calibration error (ECE): mean distance between how sure answers sound and how often "
            "they are right, over ten bars. Brier: mean squared distance of all probabilities "
            "from the truth, 0 to 2. Lower is better in each. Bars of fewer than 20 rows are "
            "faint."
        )


def _remedy(record: RunRecord, calibrated: bool, *, fits: bool) -> None:
    from core.jobs.calibrating import why_not

    found: Fix | None = cached.fix(record.id)
    if found is None:
        reason = why_not(validation.from_arrays(resources.predictions(record.id)))
        st.caption(f":material/info: It cannot be calibrated here. {reason}")
        return
    with st.container(border=True):
        if calibrated:
            st.markdown(
                ":material/check: **Its answers are calibrated.** Predict, the command line and "
                "what is handed on use this temperature; the classifier itself is as it was."
            )
        st.markdown(report_words.fix_sentence(found))
        if calibrated:
            st.button(
                "Answer as trained again",
                icon=":material/undo:",
                key="ev_uncalibrate",
                on_click=_as_trained,
                args=(record.id,),
            )
        else:
            st.button(
                "Calibrate its answers",
                # what is no clear gain, or mends what is right already, is not urged
                type="primary" if found.helps and not fits else "secondary",
                icon=":material/tune:",
                key="ev_calibrate",
                on_click=_calibrate,
                args=(record.id,),
                help="Predict and everything else that asks this classifier then use the "
                "temperature. Nothing is trained again, and it can be taken back.",
            )


def _calibrate(run_id: str) -> None:
    from core.jobs.calibrating import calibrate

    before = decisions.get(run_id)
    _remember_dropped(run_id, before, calibrate(run_id))


def _as_trained(run_id: str) -> None:
    from core.jobs.calibrating import as_trained

    before = decisions.get(run_id)
    _remember_dropped(run_id, before, as_trained(run_id))


def _remember_dropped(run_id: str, before: Decisions, after: Decisions) -> None:
    """For the next drawing: which class lost its threshold with the probabilities it was for."""
    if before.threshold is not None and after.threshold is None:
        st.session_state[_dropped(run_id)] = before.threshold.code


def _dropped(run_id: str) -> str:
    return f"ev_threshold_dropped_{run_id}"


def _table(found: Calibration, remedy: Fix | None, calibrated: bool) -> pd.DataFrame:
    columns = {"As trained" if remedy is None or not calibrated else "Now": found}
    if remedy is not None:
        columns = {
            "As trained": remedy.before,
            "Calibrated" if calibrated else "It would be": remedy.after,
        }
    names = {"ece": "ECE", "brier": "Brier", "log_loss": "Log loss"}
    return pd.DataFrame(
        [
            {"": title} | {head: _ranged(getattr(one, name)) for head, one in columns.items()}
            for name, title in names.items()
        ]
    )


def _ranged(interval: Interval) -> str:
    if interval.low is None or interval.high is None:
        return f"{interval.value:.3f}"
    return f"{interval.value:.3f} ({interval.low:.3f}–{interval.high:.3f})"


SECTION = Section(key="calibration", group="decisions", title="Calibration", order=10, draw=draw)
