"""The top of a run's report; its sections are in :mod:`ui.reports`."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.evaluate import words
from core.evaluate.results import Evaluation, Interval
from core.store.records import RunRecord
from ui import shell
from ui.wording import ago, duration, percent, plural

_LOOKS = {
    "helped": (":material/trending_up:", "green"),
    "unclear": (":material/trending_flat:", "orange"),
    "hurt": (":material/trending_down:", "red"),
}


def summary(record: RunRecord) -> str:
    """One line under the title: what was asked, when, how long it took."""
    request = record.request
    parts = []
    if record.kind == "finetune":
        from core.finetune import get_head, get_strategy

        per_class = request.get("labels_per_class")
        parts.append("all labels" if per_class is None else f"{per_class} labels per class")
        parts.append(_inside(get_head(request["head"]).title))
        parts.append(_inside(get_strategy(request["strategy"]).title))
        parts.append(f"seed {request['seed']}, {plural(request['draws'], 'draw')}")
    if record.dataset_title:
        parts.append(shell.plain(record.dataset_title))
    if record.imported:
        parts.append(f"imported from a bundle {ago(record.created)}")
    elif record.finished is not None:
        ended = "finished" if record.state == "done" else record.state
        parts.append(f"{ended} {ago(record.finished)}")
    if record.seconds is not None:
        parts.append(duration(record.seconds))
    return " · ".join(parts)


def _inside(title: str) -> str:
    """A title inside a line: "Linear SVM" becomes "linear SVM"."""
    return title[:1].lower() + title[1:]


def interval_words(interval: Interval) -> str:
    """The 95 % interval as a sentence, or nothing where there is none."""
    if interval.low is None or interval.high is None:
        return ""
    return f"95 % interval: {percent(interval.low)} to {percent(interval.high)}."


def is_text(record: RunRecord) -> bool:
    """Whether the run's rows are texts."""
    from core.jobs.handing_over import modality_of

    return modality_of(record) == "text"


def verdict_card(evaluation: Evaluation) -> None:
    """The verdict on top, in words."""
    with st.container(border=True):
        if evaluation.comparison is None:
            st.subheader(":material/straighten: The baseline alone", anchor=False)
            st.markdown(
                f"Without pretraining. {words.verdict_sentence(evaluation)} "
                "Choose a pretrained model on the Fine-tune page to see what it would buy."
            )
        else:
            icon, colour = _LOOKS[evaluation.comparison.kind]
            st.subheader(f":{colour}[{icon}] {words.verdict_title(evaluation)}", anchor=False)
            st.markdown(words.verdict_sentence(evaluation))
        for note in evaluation.notes:
            st.caption(f":material/info: {shell.plain(note)}")


def numbers(evaluation: Evaluation) -> None:
    """The numbers behind the verdict: means over the draws."""
    point = evaluation.point
    ours = point.model if point else evaluation.test.accuracy
    theirs = (
        point.baseline
        if point and point.baseline
        else evaluation.baseline_test and evaluation.baseline_test.accuracy
    )
    draws = len(point.model_draws) if point else 1
    of = f"Mean of {draws} draws of labels. " if draws > 1 else ""
    kept = evaluation.test.accuracy
    with st.grid(2, min_column_width=150):
        st.metric(
            "Test accuracy",
            percent(ours.value),
            border=True,
            height="stretch",
            help=f"Share of the test rows it gets right. {of}{interval_words(ours)} "
            f"The kept model, from the first draw: {percent(kept.value)}.",
            **_interval(ours),
        )
        if theirs is not None:
            st.metric(
                "Without pretraining",
                percent(theirs.value),
                border=True,
                height="stretch",
                help="The same head, labels and test rows, on rows encoded by a method that "
                f"learns nothing. {of}{interval_words(theirs)}",
                **_interval(theirs),
            )


def of_the_kept_model(evaluation: Evaluation) -> None:
    """Further numbers, and which are means over draws and which of the model that was kept."""
    draws = len(evaluation.point.model_draws) if evaluation.point else 1
    if draws > 1:
        two = evaluation.comparison is not None
        first = "The two accuracies above are means" if two else "The accuracy above is a mean"
        st.caption(
            f"{first} over {draws} draws of labels. The two below, and every table of this report, "
            "are of the model that was kept, from the first draw: it gets "
            f"{percent(evaluation.test.accuracy.value)} of the test rows right."
        )
    with st.grid(2, min_column_width=150):
        st.metric(
            "Macro F1",
            f"{evaluation.test.macro_f1.value:.3f}",
            border=True,
            height="stretch",
            help="Of the kept model: mean over the classes of F1 (the harmonic mean of precision "
            "and recall). Every class counts the same, however rare.",
            **_interval(evaluation.test.macro_f1, times=1, digits=3),
        )
        st.metric(
            "On training rows",
            percent(evaluation.train.accuracy.value),
            border=True,
            height="stretch",
            help=f"Accuracy of the kept model on the {plural(evaluation.train.rows, 'labelled row')} "
            "it learned from. Far above the test accuracy is usual with few labels; see "
            "Overfitting under Trust below.",
            **_interval(evaluation.train.accuracy),
        )


def decided(record: RunRecord, evaluation: Evaluation) -> None:
    """That a class has a threshold, where one was kept: the numbers here are without it."""
    from core.store import decisions

    rule = decisions.get(record.id).threshold
    if rule is None or rule.code >= len(evaluation.classes):
        return
    name = shell.plain(evaluation.classes[rule.code])
    st.caption(
        f":material/gavel: A threshold is in use: Predict says {name} from {percent(rule.threshold)} "
        "on. Scores and tables here are of the likeliest class; what the threshold changes stands "
        "under Decisions."
    )


def _interval(interval: Interval, *, times: float = 100, digits: int = 1) -> dict[str, Any]:
    """The 95 % interval as the small line under a number."""
    if interval.low is None or interval.high is None:
        return {}
    low, high = f"{times * interval.low:.{digits}f}", f"{times * interval.high:.{digits}f}"
    return {"delta": f"{low} to {high}", "delta_color": "off", "delta_arrow": "off"}


def more_labels(evaluation: Evaluation) -> None:
    """What more labels would bring, where the curve can be carried on."""
    from core.errors import WarmstartError
    from core.evaluate import forecast

    classes = len(evaluation.classes)
    most = max(point.labels for point in evaluation.curve)
    with st.popover("What would more labels bring?", icon=":material/trending_up:"):
        per_class = st.number_input(
            "Labels per class",
            min_value=1,
            value=max(1, round(1.5 * most / classes)),
            step=1,
            key="ev_forecast",
            help="The measured curve is carried on by an inverse power law, up to three times the "
            "labels that were measured.",
        )
        try:
            found = forecast.forecast(evaluation.curve, int(per_class or 1) * classes)
        except WarmstartError as error:
            st.caption(f"{error.message} {error.hint or ''}")
        else:
            st.markdown(forecast.forecast_sentence(found, classes))
