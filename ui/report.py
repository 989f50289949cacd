"""The parts of a run's report."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from core.evaluate import words
from core.evaluate.results import Evaluation, Interval
from core.store.records import RunRecord
from ui import charts, resources, rows, shell
from ui.wording import ago, duration, megabytes, number, percent, plural

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
    if record.finished is not None:
        parts.append(f"finished {ago(record.finished)}")
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
    from ui.predicting import modality_of

    return modality_of(record) == "text"


def verdict_card(evaluation: Evaluation) -> None:
    """The verdict on top, in words."""
    with st.container(border=True):
        if evaluation.comparison is None:
            st.subheader(":material/straighten: The baseline alone", anchor=False)
            accuracy = evaluation.test.accuracy
            st.markdown(
                f"Without pretraining it gets {percent(accuracy.value)} of "
                f"{number(evaluation.test.rows)} test rows right. {interval_words(accuracy)} "
                "Choose a pretrained model on the Fine-tune page to see what it would buy."
            )
        else:
            icon, colour = _LOOKS[evaluation.comparison.kind]
            st.subheader(f":{colour}[{icon}] {words.verdict_title(evaluation)}", anchor=False)
            st.markdown(words.verdict_sentence(evaluation))
        for note in evaluation.notes:
            st.caption(f":material/info: {shell.plain(note)}")


def numbers(evaluation: Evaluation) -> None:
    """The numbers behind the verdict: means over the draws, then the kept model."""
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
    with st.grid(4, min_column_width=150):
        st.metric(
            "Test accuracy",
            percent(ours.value),
            border=True,
            height="stretch",
            help=f"Share of the test rows it gets right. {of}{interval_words(ours)} "
            f"The kept model, from the first draw: {percent(kept.value)}.",
        )
        if theirs is not None:
            st.metric(
                "Without pretraining",
                percent(theirs.value),
                border=True,
                height="stretch",
                help="The same head, labels and test rows, on rows encoded by a method that "
                f"learns nothing. {of}{interval_words(theirs)}",
            )
        st.metric(
            "Macro F1",
            f"{evaluation.test.macro_f1.value:.3f}",
            border=True,
            height="stretch",
            help="Of the kept model: mean over the classes of F1 (the harmonic mean of precision "
            "and recall). Every class counts the same, however rare.",
        )
        st.metric(
            "On training rows",
            percent(evaluation.train.accuracy.value),
            border=True,
            height="stretch",
            help=f"Accuracy of the kept model on the {plural(evaluation.train.rows, 'labelled row')} "
            "it learned from. Far above the test accuracy is usual with few labels; see "
            "Overfitting below.",
        )

    if draws > 1:
        st.caption(
            f"The first two are means over {draws} draws of labels. The others, and every table "
            "below, are of the model that was kept, from the first draw: it gets "
            f"{percent(kept.value)} of the test rows right."
        )


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


def per_class(record: RunRecord, evaluation: Evaluation) -> None:
    """Precision, recall and F1 of each class, beside the baseline's."""
    base = (
        {c.name: c for c in evaluation.baseline_test.per_class} if evaluation.baseline_test else {}
    )
    table = []
    for scores in evaluation.test.per_class:
        line: dict[str, Any] = {
            "Class": scores.name,
            "Test rows": scores.support,
            "Precision": scores.precision.value,
            "Recall": scores.recall.value,
            "Recall, 95 %": f"{scores.recall.low:.2f}–{scores.recall.high:.2f}"
            if scores.recall.low is not None and scores.recall.high is not None
            else "",
            "F1": scores.f1.value,
        }
        if scores.name in base:
            line["F1 without"] = base[scores.name].f1.value
        table.append(line)
    share = st.column_config.ProgressColumn(min_value=0.0, max_value=1.0, format="%.3f")
    st.dataframe(
        pd.DataFrame(table),
        hide_index=True,
        key="ev_class_table",
        column_config={
            "Precision": share,
            "Recall": share,
            "F1": share,
            "Test rows": st.column_config.NumberColumn(width="small"),
            "F1 without": st.column_config.NumberColumn(
                format="%.3f", help="F1 without pretraining."
            ),
        },
        alt="Scores of each class on the test rows.",
    )
    st.caption(
        "Precision: of the rows it calls this class, the share that is. Recall: of the rows of "
        "this class, the share it finds, with its 95 % interval. F1: their harmonic mean."
    )
    st.markdown("**All scores of the kept models, with 95 % intervals**")
    st.dataframe(
        _scores(evaluation),
        hide_index=True,
        key="ev_scores",
        alt="Scores of both kept models on the test rows, with intervals.",
    )
    st.caption(
        "Balanced accuracy is the mean of the classes' recalls. Macro means are over the classes. "
        "Log loss punishes being sure and wrong: lower is better."
    )


def _scores(evaluation: Evaluation) -> pd.DataFrame:
    names = {
        "accuracy": "Accuracy",
        "balanced_accuracy": "Balanced accuracy",
        "macro_precision": "Macro precision",
        "macro_recall": "Macro recall",
        "macro_f1": "Macro F1",
        "log_loss": "Log loss",
    }
    table = []
    for key, title in names.items():
        line = {"Score": title, "This model": _ranged(getattr(evaluation.test, key))}
        if evaluation.baseline_test is not None:
            line["Without pretraining"] = _ranged(getattr(evaluation.baseline_test, key))
        table.append(line)
    return pd.DataFrame(table)


def _ranged(interval: Interval) -> str:
    if interval.low is None or interval.high is None:
        return f"{interval.value:.3f}"
    return f"{interval.value:.3f} ({interval.low:.3f} to {interval.high:.3f})"


def confusion(record: RunRecord, evaluation: Evaluation) -> None:
    """The confusion matrix, and the rows behind one of its cells."""
    from core.evaluate.mistakes import cell_rows

    charts.draw(resources.run_chart(record.id, "confusion"), key="ev_confusion")
    table = [
        (count, truth, said)
        for truth, line in enumerate(evaluation.test.confusion)
        for said, count in enumerate(line)
        if count and truth != said
    ]
    if not table:
        st.success("It makes no mistake on the test rows.", icon=":material/check:")
        return
    table.sort(reverse=True)
    names = evaluation.classes
    st.markdown("**What is taken for what**")
    event = st.dataframe(
        pd.DataFrame([{"Truth": names[t], "Taken for": names[s], "Rows": c} for c, t, s in table]),
        hide_index=True,
        key="ev_cells",
        on_select="rerun",
        selection_mode="single-row",
        height=min(320, 36 * (len(table) + 1)),
        alt="Pairs of classes that are mixed up, most frequent first.",
    )
    picked = event["selection"]["rows"]  # type: ignore[index]
    if not picked:
        st.caption("Select a line to read its rows.")
        return
    _, truth, said = table[picked[0]]
    arrays = resources.predictions(record.id)
    indices = cell_rows(arrays, truth, said)
    st.markdown(
        f"**{plural(len(indices), 'row')} of {shell.plain(names[truth])} "
        f"taken for {shell.plain(names[said])}**"
    )
    rows.listing(record, indices[:50], key="ev_cell_rows")


def mistakes(record: RunRecord, evaluation: Evaluation) -> None:
    """The wrong answers it was surest of."""
    from core.evaluate.mistakes import worst_mistakes

    found = worst_mistakes(resources.predictions(record.id), evaluation.classes, 50)
    if not found:
        st.success("It makes no mistake on the test rows.", icon=":material/check:")
        return
    st.markdown(
        "The wrong answers it was surest of, worst first. Some are wrong labels in the data: "
        "read them before you blame the model."
    )
    rows.mistakes(record, found, key="ev_mistakes")


def overfitting(record: RunRecord, evaluation: Evaluation) -> None:
    """Training against test, in words; and the curves of the descent where there are some."""
    st.markdown(words.overfitting_sentence(evaluation))
    table = []
    for name, scores in (
        ("Pretrained, training rows", evaluation.train),
        ("Pretrained, test rows", evaluation.test),
        ("Baseline, training rows", evaluation.baseline_train),
        ("Baseline, test rows", evaluation.baseline_test),
    ):
        if scores is not None:
            table.append(
                {
                    "": name,
                    "Rows": scores.rows,
                    "Accuracy": scores.accuracy.value,
                    "Macro F1": scores.macro_f1.value,
                    "Log loss": scores.log_loss.value,
                }
            )
    st.dataframe(
        pd.DataFrame(table),
        hide_index=True,
        key="ev_fit",
        column_config={
            name: st.column_config.NumberColumn(format="%.3f")
            for name in ("Accuracy", "Macro F1", "Log loss")
        },
        alt="Scores on training and test rows.",
    )
    curves = dict(evaluation.curves)
    if curves:
        from core.figures.training import losses

        length = max(len(values) for values in curves.values())
        points = [
            {name: values[i] for name, values in curves.items() if i < len(values)}
            for i in range(length)
        ]
        charts.draw(losses(points), key="ev_losses")


def settings(record: RunRecord, evaluation: Evaluation) -> None:
    """The whole request, costs and versions: what it takes to get the same again."""
    from core.jobs.requests import from_json
    from ui.command import command_line

    seconds = (record.result or {}).get("seconds", {})
    names = {
        "load": "opening the data",
        "pretrain": "pretraining",
        "finetune": "fine-tuning and evaluating",
        "total": "in all",
    }
    parts = [
        f"{words_} {duration(seconds[key])}" for key, words_ in names.items() if key in seconds
    ]
    parts.append(f"peak memory {megabytes(record.peak_memory_mb)}")
    st.markdown(" · ".join(parts))
    st.markdown("The same from a shell:")
    st.code(command_line(from_json(record.request), record), language="bash", wrap_lines=True)
    st.markdown("The whole request, as recorded:")
    st.json(record.request, expanded=1)
    if record.versions:
        st.caption(" · ".join(f"{name} {version}" for name, version in record.versions.items()))
    st.caption(f"Run {record.id} · data fingerprint {(record.dataset or '')[:12]}")
