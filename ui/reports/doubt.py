"""When to say "I don't know": a threshold on how sure it is, for a stated error."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.evaluate import validation
from core.evaluate.doubt import DoubtSettings
from core.evaluate.reject import first_offer, rule_sentence
from core.evaluate.results import Evaluation
from core.store import doubts
from core.store.records import RunRecord
from ui import charts, resources, shell
from ui.reports import cached
from ui.reports.base import Section
from ui.wording import number, percent

#: Share of wrong answers that most would like to allow.
_USUAL = 0.05


def absent(record: RunRecord, evaluation: Evaluation) -> str | None:
    """Without held-out predictions there is nothing to choose a threshold on."""
    return None if cached.held_out(record.id) is not None else validation.ABSENT


@st.cache_resource(max_entries=32, show_spinner=False)
def _chosen(state: str, _run_id: str, allowed_error: float) -> Any:
    """The rule, what it does on the test rows, and the chart."""
    from core.evaluate.intervals import proportion
    from core.evaluate.reject import risk_coverage
    from core.figures.trust import risk_coverage_chart
    from core.finetune.deciding import probability_of, said
    from core.store import decisions

    arrays = resources.predictions(_run_id)
    rule = doubts.rule(_run_id, allowed_error, arrays=arrays)
    rows = cached.need_held_out(_run_id)
    of_class = decisions.get(_run_id).threshold
    answers = said(rows.proba, of_class)
    curve = risk_coverage(probability_of(rows.proba, answers), answers == rows.labels)
    tested = None
    if rule.threshold is not None:
        answers = said(arrays["test_proba"], of_class)
        sure = probability_of(arrays["test_proba"], answers) >= rule.threshold
        right = answers == arrays["test_labels"]
        wrong = proportion(int((~right[sure]).sum()), int(sure.sum()))
        tested = (float(sure.mean()) if len(sure) else 0.0, wrong)
    point = None if tested is None else (tested[0], tested[1].value)
    return rule, tested, risk_coverage_chart(curve, rule, test=point)


def draw(record: RunRecord, evaluation: Evaluation) -> None:
    """The error that may be, the threshold that promises it, and what it costs."""
    kept = doubts.get(record.id, arrays=resources.predictions(record.id))
    st.markdown(
        "A classifier that may say “I don't know” can promise how many of its answers are wrong. "
        "Choose what you allow; it then answers only where it is sure enough."
    )
    usual = doubts.rule(record.id, _USUAL, arrays=resources.predictions(record.id))
    first = first_offer(usual)
    wanted = st.number_input(
        "Wrong answers allowed, in per cent",
        min_value=0.5,
        max_value=50.0,
        value=round(100 * (first if kept.allowed_error is None else kept.allowed_error), 4),
        step=0.5,
        format="%g",
        key="ev_allowed_error",
        bind="query-params",
        width=280,
    )
    if first != _USUAL:
        st.caption(f"Less than {percent(usual.bound)} cannot be promised on so few held-out rows.")
    allowed = round(float(wanted or 100 * first) / 100, 6)
    rule, tested, chart = _chosen(cached.state_of(record.id), record.id, allowed)
    same = doubts.same_rows(record.id, [shell.plain(name) for name in evaluation.classes])
    st.markdown(rule_sentence(rule) + (f" {same}" if same and rule.threshold is not None else ""))
    if tested is not None:
        coverage, wrong = tested
        with st.grid(3, min_column_width=150):
            st.metric(
                "Least confidence",
                percent(rule.threshold),
                border=True,
                height="stretch",
                help="Below this it says “I don't know”.",
            )
            st.metric(
                "Test rows answered",
                percent(coverage),
                border=True,
                height="stretch",
                help="The test rows had no say in the threshold; they only tell what it does.",
            )
            st.metric(
                "Of these wrong",
                percent(wrong.value),
                border=True,
                height="stretch",
                help="On the test rows. 95 % interval: "
                + (
                    f"{percent(wrong.low)} to {percent(wrong.high)}."
                    if wrong.low is not None and wrong.high is not None
                    else "none."
                ),
            )
    with st.container(border=True):
        charts.draw(chart, key="ev_doubt_chart")
    _keep(record, kept, allowed, possible=rule.threshold is not None)
    st.caption(
        "The promise is that of Geifman & El-Yaniv (2017), for rows like the "
        f"{number(rule.rows)} held-out ones, which models of the same recipe had not learned. Predict "
        "also doubts rows that are unlike the training rows, texts of unknown words, and values out "
        "of range."
    )


def _keep(record: RunRecord, kept: DoubtSettings, allowed: float, *, possible: bool) -> None:
    mine = kept.allowed_error is not None and abs(kept.allowed_error - allowed) < 1e-9
    if kept.allowed_error is not None:
        st.markdown(
            ":material/check: **Predict says “I don't know”**, chosen for at most "
            f"{percent(kept.allowed_error)} wrong answers."
        )
        broken = doubts.broken(record.id, arrays=resources.predictions(record.id))
        if broken:
            st.warning(broken, icon=":material/warning:")
    with st.container(horizontal=True):
        st.button(
            "Answer by this threshold",
            type="primary",
            icon=":material/help:",
            key="ev_keep_doubt",
            disabled=not possible or mine,
            help="It is in use already."
            if mine
            else "Predict then says “I don't know” below it. It can be taken back."
            if possible
            else "No threshold can promise this error. Allow more, or run it with more labels.",
            on_click=doubts.keep,
            args=(record.id, DoubtSettings(allowed_error=allowed)),
        )
        if kept.allowed_error is not None:
            st.button(
                "Answer always",
                icon=":material/undo:",
                key="ev_forget_doubt",
                on_click=doubts.keep,
                args=(record.id, DoubtSettings()),
            )


SECTION = Section(
    key="doubt",
    group="decisions",
    title="I don't know",
    order=30,
    draw=draw,
    absent=absent,
)
