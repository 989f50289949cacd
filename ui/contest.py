"""What a comparison of methods found."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from core.errors import NotFound
from core.evaluate.results import Interval
from core.evaluate.standings import headline
from core.figures import contest
from core.store import models
from core.store.records import RunRecord
from ui import charts, shell
from ui.wording import duration, megabytes, percent, plural, points

NOTHING = "Nothing learned"


def show(record: RunRecord) -> None:
    """The result of a finished comparison."""
    result = record.result or {}
    entries = result["entries"]
    names = _names(entries)
    with st.container(border=True):
        st.markdown(f"**{shell.plain(headline(result, names))}**")
        st.caption(
            f"{plural(result['labels'], 'labelled row')} to learn from, drawn "
            f"{plural(result['draws'], 'time')}; {plural(result['test_rows'], 'test row')} whose "
            "labels nothing has seen; the same head for all. Each interval stands for itself: among "
            "many methods some difference looks clear by chance."
        )
    for one in result["failed"]:
        st.warning(one["hint"] or "", title=f"{shell.plain(one['title'])}: {one['error']}")
    for said in result.get("notes", ()):
        st.warning(shell.plain(said), icon=":material/info:")
    found = [_standing(entry, names) for entry in entries]
    left, right = st.columns([3, 2])
    with left.container(border=True, height="stretch"):
        st.markdown("**How many test rows are right**")
        charts.draw(contest.standings(found), key="cmp_scores")
    with right.container(border=True, height="stretch"):
        st.markdown("**What it costs**")
        charts.draw(contest.cost(found), key="cmp_cost")
    _table(entries, names)


def _names(entries: list[dict[str, Any]]) -> dict[str, str]:
    """Names without the data set that they share, told apart where two are the same."""
    short = {e["key"]: e["name"].split(" on ")[0] if "name" in e else NOTHING for e in entries}
    taken = list(short.values())
    return {
        e["key"]: short[e["key"]] if taken.count(short[e["key"]]) == 1 else e["name"]
        for e in entries
    }


def _standing(entry: dict[str, Any], names: dict[str, str]) -> contest.Standing:
    return contest.Standing(
        name=names[entry["key"]],
        accuracy=Interval(**entry["accuracy"]),
        random=Interval(**entry["random"]) if "random" in entry else None,
        seconds=entry.get("seconds"),
    )


def _table(entries: list[dict[str, Any]], names: dict[str, str]) -> None:
    rows = pd.DataFrame(
        [
            {
                "Method": names[e["key"]],
                "Test accuracy": e["accuracy"]["value"],
                "95 % interval": _range(e["accuracy"]),
                "Over nothing learned": _difference(e["gain"]),
                "Over random features": _difference(e["over_rival"]),
                "To learn": duration(e.get("seconds")),
                "Memory": megabytes(e.get("memory_mb")),
                "On disk": megabytes(e["bytes"] / 2**20) if "bytes" in e else "–",
                "To encode 1,000 rows": duration(e.get("encode_seconds")),
                "Numbers a row": e.get("dimensions"),
            }
            for e in entries
        ]
    )
    event = st.dataframe(
        rows,
        hide_index=True,
        key="cmp_table",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "Test accuracy": st.column_config.ProgressColumn(
                min_value=0.0, max_value=1.0, format="%.3f", help="Mean over the draws of labels."
            ),
            "Over nothing learned": st.column_config.TextColumn(
                help="Difference in points with its 95 % interval, on the same test rows and "
                "draws of labels."
            ),
            "Over random features": st.column_config.TextColumn(
                help="The same against as many numbers that nothing was learned for: what is "
                "left is what the method learned, not the size of its rows."
            ),
            "Memory": st.column_config.TextColumn(help="What the program grew by while learning."),
        },
        alt="Methods with scores, differences and costs, best first.",
    )
    picked = event["selection"]["rows"]  # type: ignore[index]
    if not picked or picked[0] >= len(entries) or "model" not in entries[picked[0]]:
        st.caption("Select a method to see what it learned, or to fine-tune it.")
        return
    chosen = entries[picked[0]]["model"]
    try:
        record = models.get(chosen)
    except NotFound:
        st.caption("This model is no longer in the library.")
        return
    with st.container(horizontal=True):
        shell.next_step("See what it learned", "pretrain", model=record.id)
        if st.button("Fine-tune it", icon=":material/tune:", key="cmp_finetune"):
            st.session_state["ft_model"] = record.id
            shell.go("finetune", data=record.dataset[:12])


def _range(score: dict[str, Any]) -> str:
    if score["low"] is None:
        return "–"
    return f"{percent(score['low'])} to {percent(score['high'])}"


def _difference(gain: dict[str, Any] | None) -> str:
    if gain is None:
        return "–"
    if gain["low"] is None:
        return points(gain["value"])
    return f"{points(gain['value'])} ({points(gain['low'])} to {points(gain['high'])})"
