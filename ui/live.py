"""The fragment that follows a running job, and what is shown when it ended without a result."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import streamlit as st

from core import jobs
from core.errors import NotFound
from core.jobs import waiting
from core.store import runs
from core.store.records import RunRecord
from ui import charts, faults, shell
from ui.site import OF_KIND
from ui.wording import duration, number, plural

#: After this long without any news a person wonders whether it still works.
_SILENT_SECONDS = 15.0


def follow(run_id: str) -> RunRecord:
    """Show how far a run is; returns its record, which is ``done`` when the page may go on.

    While it waits or works this draws a panel that renews itself, and the page stops. A run
    that failed, was cancelled or was interrupted is explained, with a way to run it again.
    """
    record = runs.get(run_id)
    if record.live:
        _panel(run_id)
        st.caption(
            "The work goes on when you close this page. Come back by this address, or from Runs."
        )
        st.stop()
    if record.state != "done":
        _ended(record)
        st.stop()
    return record


def panel(run_id: str) -> None:
    """How far a run is, on a page that goes on below; the page is drawn anew when it ends."""
    _panel(run_id)


@st.fragment(run_every="1s")
def _panel(run_id: str) -> None:
    jobs.sweep()
    record = runs.get(run_id)
    if not record.live:
        st.rerun()
    with st.container(border=True):
        if record.state == "queued":
            st.progress(0.0, text=_queued(waiting.before(record)))
        else:
            left = None if jobs.paused(run_id) else jobs.time_left(record)
            text = shell.plain(record.message or "Working")
            if left is not None:
                text += f" · about {duration(left)} left"
            st.progress(record.progress, text=text)
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button(
                "Cancel",
                icon=":material/cancel:",
                key=f"cancel_{run_id}",
                disabled=record.cancel_requested,
                help="It stops within two seconds. What other runs made is kept.",
            ):
                with faults.shown():
                    jobs.cancel(run_id)
                st.rerun(scope="fragment")
            rests = jobs.paused(run_id)
            if st.button(
                "Go on" if rests else "Pause",
                icon=":material/play_arrow:" if rests else ":material/pause:",
                key=f"pause_{run_id}",
                disabled=record.cancel_requested,
                help="It goes on where it stands."
                if rests
                else "It rests until you let it go on, and keeps all that it has. A rest frees the "
                "processor, not the memory.",
            ):
                with faults.shown():
                    (jobs.go_on if rests else jobs.pause)(run_id)
                st.rerun(scope="fragment")
            points = runs.points(run_id)
            descends = any("train_loss" in point for point in points)
            if (
                descends
                and "train_loss" in points[-1]
                and st.button(
                    "Stop and keep the best",
                    icon=":material/check:",
                    key=f"enough_{run_id}",
                    disabled=record.cancel_requested or rests,
                    help="Ends the training whose losses are shown below and keeps its best step. What "
                    "follows, such as measuring other draws, goes on.",
                )
            ):
                with faults.shown():
                    jobs.enough(run_id)
                st.toast("It ends after this pass.")
            if record.cancel_requested:
                st.caption("Stopping …")
            elif record.started is not None:
                from datetime import UTC, datetime

                since = (datetime.now(UTC) - record.started).total_seconds()
                st.caption(f"Running for {duration(since)}")
        _patience(record)
        if descends:
            _descent(run_id, points)
        if any("model_mean" in point for point in points):
            _label_curve(record, points)


def _queued(before: Sequence[RunRecord]) -> str:
    """What a queued run waits for: the work under way, and how many come after that."""
    at_work = [one for one in before if one.state == "running"]
    if not before:
        return "Waiting for a worker to start: a few seconds"
    if not at_work:
        return f"Waiting in the queue · {plural(len(before), 'job')} before it"
    first = at_work[0]
    text = f"Waiting behind {shell.plain(first.name)}"
    left = None if jobs.paused(first.id) else jobs.time_left(first)
    if jobs.paused(first.id):
        text += ", which rests"
    elif left is not None:
        text += f", about {duration(left)} left"
    more = len(before) - 1
    if more:
        text += f" · {plural(more, 'more job')} before it"
    return text


def _descent(run_id: str, points: list[dict[str, Any]]) -> None:
    """The training by gradient descent: where it stands, its losses and accuracies."""
    from core.figures.training import accuracies, losses

    last = next(point for point in reversed(points) if "train_loss" in point)
    words = [f"Pass {number(last.get('pass_', 0))}"]
    if last.get("learning_rate") is not None:
        words.append(f"learning rate {last['learning_rate']:.2g}")
    if last.get("patience_left") is not None:
        left = int(last["patience_left"])
        words.append(
            f"patience for {plural(left, 'more pass', 'more passes')} without progress"
            if left
            else "its patience is over"
        )
    st.caption(" · ".join(words))
    known = any("train_accuracy" in point for point in points)
    places = st.columns(2) if known else [st.container()]
    with places[0]:
        charts.draw(losses(points), key=f"live_losses_{run_id}")
    if known:
        with places[1]:
            charts.draw(accuracies(points), key=f"live_accuracies_{run_id}")


def _label_curve(record: RunRecord, points: list[dict[str, Any]]) -> None:
    """Scores at the label budgets that were measured so far."""
    from core.evaluate.curve import points_so_far
    from core.figures.label_curve import growing_curve
    from core.store import datasets

    so_far = points_so_far(points)
    try:
        classes = len(datasets.get(record.dataset or "").classes)
    except NotFound:
        return
    st.markdown("**Test accuracy so far**")
    charts.draw(growing_curve(so_far, classes), key=f"live_curve_{record.id}")
    measured = ", ".join(
        "all" if point.labels_per_class is None else number(point.labels_per_class)
        for point in so_far
    )
    st.caption(
        f"Measured at {measured} labels per class. A budget stands in the chart once all its draws "
        "of labels are there, with its 95 % band; the verdict comes at the end."
    )


def _patience(record: RunRecord) -> None:
    """Say so when nothing new was heard for a while: some steps cannot tell how far they are."""
    heard = (record.progress, record.message)
    key = f"live_heard_{record.id}"
    before, since = st.session_state.get(key, (None, 0.0))
    now = time.monotonic()
    if heard != before:
        st.session_state[key] = (heard, now)
    elif record.state == "running" and now - since > _SILENT_SECONDS and not jobs.paused(record.id):
        st.caption(
            f"This step has said nothing new for {duration(now - since)}. Some steps are long; it "
            "still works, and can be cancelled at any time."
        )


_ENDINGS = {
    "failed": ("This run failed.", ":material/error:"),
    "cancelled": ("This run was cancelled.", ":material/cancel:"),
    "interrupted": ("This run was interrupted.", ":material/power_off:"),
}


def _ended(record: RunRecord) -> None:
    title, icon = _ENDINGS[record.state]
    goes_on = jobs.can_go_on(record)
    if goes_on and record.state != "failed":
        parts = [
            record.error,
            "All that it had learned is kept, but for the last moments.",
        ]
    else:
        parts = [record.error, record.hint]
    words = " ".join(part for part in parts if part)
    show = st.error if record.state == "failed" else st.warning
    show(words or "Nothing else was lost.", title=title, icon=icon)
    label = "Go on from where it stopped" if goes_on else "Run it again"
    with st.container(horizontal=True):
        if st.button(label, type="primary", icon=":material/replay:", key="live_again"):
            again = jobs.again(record.id)
            shell.go(OF_KIND[record.kind], run=again.id)
        shell.next_step("All runs", "runs")
