"""A threshold for one class, by what its mistakes cost."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from core.errors import WarmstartError
from core.evaluate import report_words, validation
from core.evaluate.deciding_words import kept_sentence
from core.evaluate.results import Evaluation
from core.evaluate.threshold import FEW, Count, Effect
from core.finetune.deciding import HIGHEST_COST, LOWEST_COST, ClassThreshold
from core.store import decisions, doubts
from core.store.records import RunRecord
from ui import charts, resources, shell
from ui.reports import cached
from ui.reports.base import Section
from ui.wording import percent, plural


def absent(record: RunRecord, evaluation: Evaluation) -> str | None:
    """Without held-out predictions there is nothing to choose a threshold on."""
    return None if cached.held_out(record.id) is not None else validation.ABSENT


def draw(record: RunRecord, evaluation: Evaluation) -> None:
    """Which class, what a miss costs; the threshold and what it changes."""
    rows = cached.need_held_out(record.id)
    kept = decisions.get(record.id).threshold
    known = [int(code) for code in np.unique(rows.labels)]
    st.markdown(
        "By default the likeliest class is the answer. Where missing one class is worse than a "
        "false alarm, a lower threshold for it costs less."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        code = st.selectbox(
            "A missed row of",
            known,
            index=known.index(kept.code) if kept is not None and kept.code in known else 0,
            format_func=lambda c: evaluation.classes[c],
            key=f"ev_cost_class_{record.id}",
            width=280,
        )
        cost = st.number_input(
            "costs as many false alarms as",
            min_value=LOWEST_COST,
            max_value=HIGHEST_COST,
            value=5.0 if kept is None else kept.miss_cost,
            step=1.0,
            format="%g",
            key="ev_cost",
            bind="query-params",
            width=240,
        )
    effect: Effect
    effect, chart = cached.threshold(cached.state_of(record.id), record.id, code, float(cost or 1))
    name = shell.plain(evaluation.classes[code])
    st.markdown(
        f"**Say {name} from a probability of {percent(effect.threshold)} on**, and the likeliest "
        f"other class below. {report_words.effect_sentence(effect, name)}"
    )
    if effect.few:
        st.warning(
            f"Only {plural(effect.likeliest_held_out.positives, 'labelled row')} of this class "
            f"could be held out to choose on: with fewer than {FEW} a threshold is little more "
            f"than a guess. Exact probabilities would put it at {percent(effect.in_theory)}.",
            icon=":material/warning:",
        )
    _keep(record, effect, kept, evaluation)
    charts.draw(chart, key="ev_costs")
    st.caption(
        "Cost by threshold: blue on the test rows, grey on the held-out labels that it was chosen "
        "on. Dotted: what the likeliest class costs on the test rows."
    )
    st.dataframe(
        pd.DataFrame(
            [
                _line("Test rows, likeliest class", effect.likeliest, effect.miss_cost),
                _line("Test rows, threshold", effect.with_threshold, effect.miss_cost),
                _line("Held-out, likeliest class", effect.likeliest_held_out, effect.miss_cost),
                _line("Held-out, threshold", effect.threshold_held_out, effect.miss_cost),
            ]
        ),
        hide_index=True,
        key="ev_cost_table",
        column_config={"All classes right": st.column_config.NumberColumn(format="percent")},
        alt="Missed rows, false alarms and cost with and without the threshold.",
    )
    st.caption(
        "The threshold was chosen on labelled rows that were held out; the test rows had no say "
        "in it. The interval covers the choice of test rows, not that of the threshold."
    )


def _keep(
    record: RunRecord, effect: Effect, kept: ClassThreshold | None, evaluation: Evaluation
) -> None:
    """The threshold that is in use, and the buttons to use this one or none."""
    mine = kept is not None and (kept.code, kept.miss_cost) == (effect.code, effect.miss_cost)
    possible = effect.threshold <= 1
    clear = effect.saved.low is not None and effect.saved.low > 0  # else nothing urges it
    with st.container(border=True):
        if kept is None:
            st.markdown(
                "Nothing is kept yet: Predict says the likeliest class. Keep this threshold, and "
                "Predict, the command line, the API and what is handed on answer by it."
            )
        else:
            name = shell.plain(evaluation.classes[kept.code])
            st.markdown(
                f":material/check: **A threshold for {name} is in use.** "
                f"{kept_sentence(kept, name)}"
            )
            broken = doubts.broken(record.id, arrays=resources.predictions(record.id))
            if broken:
                st.warning(broken, icon=":material/warning:")
        refused = st.session_state.pop(f"ev_threshold_refused_{record.id}", None)
        if refused:
            st.error(shell.plain(refused), icon=":material/error:")
        with st.container(horizontal=True):
            st.button(
                "Answer by this threshold",
                type="primary" if clear and not (effect.few or mine) else "secondary",
                icon=":material/gavel:",
                key="ev_keep_threshold",
                disabled=not possible or mine,
                help="It is in use already."
                if mine
                else "Nothing is trained again, and it can be taken back. A run has one threshold."
                if possible
                else "On the held-out rows it is cheapest never to say this class, which is no "
                "threshold.",
                on_click=_keep_it,
                args=(record.id, effect.code, effect.miss_cost),
            )
            if kept is not None:
                st.button(
                    "Say the likeliest class again",
                    icon=":material/undo:",
                    key="ev_forget_threshold",
                    on_click=_forget,
                    args=(record.id,),
                )


def _keep_it(run_id: str, code: int, miss_cost: float) -> None:
    from core.jobs.deciding import keep_threshold

    try:
        keep_threshold(run_id, code, miss_cost=miss_cost)
    except WarmstartError as error:
        st.session_state[f"ev_threshold_refused_{run_id}"] = error.words


def _forget(run_id: str) -> None:
    from core.jobs.deciding import forget_threshold

    forget_threshold(run_id)


def _line(name: str, found: Count, miss_cost: float) -> dict[str, object]:
    return {
        "": name,
        "Rows": found.rows,
        "Of the class": found.positives,
        "Missed": found.missed,
        "False alarms": found.false_alarms,
        "Cost": f"{found.cost(miss_cost):,.6g}",
        "All classes right": found.right / found.rows if found.rows else 0.0,
    }


SECTION = Section(
    key="threshold",
    group="decisions",
    title="Threshold by cost",
    order=20,
    draw=draw,
    absent=absent,
)
