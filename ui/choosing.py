"""What a ranking of encoders found, and how right such rankings were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core import jobs
from core.evaluate.choosing_words import headline, reasons
from core.figures.board import Placed, board
from core.jobs.report_card import Grade, grade, report_card
from core.jobs.requests import ChooseRequest, CompareRequest, DataRef, from_json
from core.store.records import DatasetRecord, RunRecord
from core.transfer.scores import KINDS
from ui import charts, faults, shell
from ui.wording import duration, megabytes, number, percent, plural, points

#: Fewer encoders have no order that could be wrong in more than one way.
ENOUGH = 3
RANK, PLAN, CARD = "Rank encoders", "Plan for me", "How right it was"
#: What the page offers, in the words of its address too.
VIEWS = (RANK, PLAN, CARD)


def quick(costs: Mapping[str, float], *, within: float = 45.0) -> list[str]:
    """The methods that together take no longer than so many seconds, the cheapest first."""
    taken, spent = [], 0.0
    for key, seconds in sorted(costs.items(), key=lambda item: item[1]):
        if spent + seconds <= within:
            taken.append(key)
            spent += seconds
    return [key for key in costs if key in taken]


def ways_on(record: RunRecord) -> None:
    """What else the page offers, above a result: the menu may open the last one again."""
    data = {"data": record.dataset[:12]} if record.dataset else {}
    with st.container(horizontal=True):
        shell.next_step("Rank again", "choose", icon=":material/replay:", **data)
        shell.next_step(PLAN, "choose", icon=":material/map:", ch_view=PLAN, **data)
        shell.next_step(CARD, "choose", icon=":material/grading:", ch_view=CARD, **data)


def show(record: RunRecord) -> None:
    """The board of a finished ranking, with one click to fine-tune."""
    result = record.result or {}
    entries = result["entries"]
    names = titles(entries)
    pick = result["recommendation"]["pick"]
    with st.container(border=True):
        st.markdown(f"**{shell.plain(headline(result))}**")
        for reason in reasons(result):
            st.markdown(f"- {shell.plain(reason)}")
        with st.container(horizontal=True):
            if st.button(
                "Fine-tune with it", type="primary", icon=":material/tune:", key="ch_finetune"
            ):
                _finetune(next(e for e in entries if e["key"] == pick), record)
        st.caption(
            f"Scored on {plural(result['scored_rows'], 'labelled training row')} within the budget; "
            "no test row was looked at."
        )
    for one in result["failed"]:
        st.warning(one["hint"] or "", title=f"{shell.plain(one['title'])}: {one['error']}")
    for said in result.get("notes", ()):
        st.warning(shell.plain(said), icon=":material/info:")
    ranked = [e for e in entries if e["rank"]]
    with st.container(border=True):
        st.markdown("**The board**")
        st.caption(
            "Each encoder is ranked by every score; the mean of its ranks counts (those of the "
            "linear probe and k-NN twice), never the values. "
            "Lines are the middle 95 % over 40 bootstrap draws of the labelled rows. Blue: the range "
            "overlaps that of the first, shaded, so your labels cannot tell them apart."
        )
        charts.draw(
            board(
                [
                    Placed(
                        names[e["key"]],
                        *(e["rank"][name] for name in ("mean", "low", "high", "tied")),
                        pick=e["key"] == pick,
                    )
                    for e in ranked
                ]
            ),
            key="ch_board",
        )
    _table(record, entries, names)


def titles(entries: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Names of encoders, told apart by what they learned from where two are the same."""
    short = [e["title"] for e in entries]
    return {
        e["key"]: e["title"]
        if short.count(e["title"]) == 1
        else f"{e['title']}, {e['learned_from'] or 'all rows'}"
        for e in entries
    }


def _table(record: RunRecord, entries: Sequence[dict[str, Any]], names: dict[str, str]) -> None:
    rows = pd.DataFrame([_row(e, names[e["key"]]) for e in entries])
    if not rows["Note"].any():
        rows = rows.drop(columns="Note")
    event = st.dataframe(
        rows,
        hide_index=True,
        key="ch_table",
        placeholder="–",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "Place": st.column_config.TextColumn(help="By the mean of its ranks."),
            "Mean rank": st.column_config.TextColumn(help="With its 95 % bootstrap range."),
            "Usually gains": st.column_config.TextColumn(
                help="Over nothing learned, on the benchmark's sets and in the finished runs of this "
                "installation on other sets of this kind."
            ),
            **{
                kind.title: st.column_config.NumberColumn(
                    format="%.3f", help=f"{kind.help} {kind.source}."
                )
                for kind in KINDS.values()
            },
        },
        alt="Encoders with ranks, costs and scores, best first.",
    )
    picked = event["selection"]["rows"]  # type: ignore[index]
    if not picked or picked[0] >= len(entries):
        st.caption("Select a line to fine-tune that one instead.")
        return
    if st.button("Fine-tune the selected one", icon=":material/tune:", key="ch_finetune_other"):
        _finetune(entries[picked[0]], record)


def _row(entry: Mapping[str, Any], name: str) -> dict[str, Any]:
    rank = entry["rank"]
    track = entry["track"]
    return {
        "Encoder": name,
        "Place": "–" if not rank else f"{rank['place']}" + (", tied" if rank["tied"] else ""),
        "Mean rank": "–"
        if not rank
        else f"{rank['mean']:.1f} ({rank['low']:.1f} to {rank['high']:.1f})",
        "To learn": ("" if entry["ready"] else "about ") + duration(entry["seconds"]),
        "Memory": megabytes(entry["memory_mb"]),
        "On disk": megabytes(entry["size_mb"]),
        "Usually gains": "–"
        if track is None
        else f"{points(track['gain'])} on {plural(track['sets'], 'set')}",
        **{
            kind.title: entry["scores"][key]["value"] if key in entry["scores"] else None
            for key, kind in KINDS.items()
        },
        "Learned from": entry["learned_from"] or ("" if entry["nothing"] else "this data set"),
        "Note": entry["note"],
    }


def _finetune(entry: Mapping[str, Any], record: RunRecord) -> None:
    """Leave for the Fine-tune page with this encoder and the label budget of the ranking."""
    if entry["nothing"]:
        chosen = "none"
    elif entry["run"]:
        chosen = f"run:{entry['run']}"
    else:
        chosen = entry["model"] or f"new:{entry['method']}"
    budget = record.request.get("labels_per_class")
    st.session_state["ft_model"] = chosen
    st.session_state["ft_all"] = budget is None
    if budget is not None:
        st.session_state["ft_labels"] = budget
    shell.go("finetune", data=(record.dataset or "")[:12])


def graded(record: RunRecord, data: DatasetRecord | None) -> None:
    """How right one ranking was, or the way to find out."""
    st.subheader("How right was it?", anchor=False)
    one = grade(record)
    ranked = sum(bool(entry["rank"]) for entry in (record.result or {})["entries"])
    few = one is not None and one.compared < ENOUGH
    if one is not None:
        with st.container(border=True):
            st.markdown(f"**{shell.plain(_sentence(one))}**")
            _numbers([one])
            if few:
                st.caption(
                    f":material/info: {one.compared} of {ranked} encoders are fine-tuned: too few to "
                    f"tell how right the order was. It takes {ENOUGH} or more."
                )
    else:
        st.caption(
            "Nothing of this board has been fine-tuned on this data set yet, or only one of it. "
            "Fine-tune all of them with the same labels, and the ranking is graded on the test rows."
        )
    reason = None
    if data is None:
        reason = "The data set is no longer here."
    elif not data.labelled_test:
        reason = "There are no labelled test rows."
    more = few and ranked >= ENOUGH
    if (one is None or not one.same_budget or more) and st.button(
        "Fine-tune all of them and grade the ranking",
        icon=":material/grading:",
        key="ch_grade",
        disabled=reason is not None,
        help=reason,
    ):
        with faults.shown():
            shell.go("compare", run=jobs.submit(everything(record)).id)


def everything(record: RunRecord) -> CompareRequest:
    """The comparison that fine-tunes every ranked encoder of a board with its label budget."""
    request = from_json(record.request)
    if not isinstance(request, ChooseRequest):
        raise TypeError(f"the run {record.id} ranked nothing")
    entries = [e for e in (record.result or {})["entries"] if e["rank"] and not e["nothing"]]
    ready = [e["model"] for e in entries if e["model"] and not e["run"]]
    missing = {e["method"] for e in entries if not e["model"]}
    return CompareRequest(
        data=DataRef(fingerprint=record.dataset),
        methods=[one for one in request.methods if one.method in missing],
        models=ready,
        labels_per_class=request.labels_per_class,
        draws=1 if request.labels_per_class is None else 5,
        seed=request.seed,
    )


def card() -> None:
    """The grades of all rankings of this installation."""
    grades = report_card()
    if not grades:
        with st.container(border=True):
            st.markdown("**No ranking has been graded yet.**")
            st.markdown(
                "Rank encoders, then fine-tune at least two of them on the same labels: here stands "
                "how much the recommended one lost against the best, and how well the order fits."
            )
        return
    mean = sum(one.regret for one in grades) / len(grades)
    best = sum(one.regret <= 0 for one in grades)
    with st.container(border=True):
        st.markdown(
            f"**The pick was the best of those fine-tuned in {best} of {len(grades)} rankings; on "
            f"average it lost {_lost(mean)}.**"
        )
        _numbers(grades)
        st.caption(
            "Regret: accuracy of the best minus that of the pick, on the test rows. The best of "
            "several is a little too good by luck, so regret is overstated rather than understated. "
            "Weighted Kendall τ: 1 for the same order, −1 for the reverse, with more weight at the top."
        )
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "Data": one.title,
                    "Labels": "all"
                    if one.labels_per_class is None
                    else f"{one.labels_per_class} per class",
                    "Pick": one.pick,
                    "Best": one.best,
                    "Regret, points": 100 * one.regret,
                    "Weighted τ": one.tau,
                    "Fine-tuned": one.compared,
                    "Ranking": f"choose?run={one.run}",
                }
                for one in grades
            ]
        ),
        hide_index=True,
        key="ch_grades",
        placeholder="–",
        column_config={
            "Regret, points": st.column_config.NumberColumn(format="%.1f"),
            "Weighted τ": st.column_config.NumberColumn(format="%.2f"),
            "Ranking": st.column_config.LinkColumn(display_text="Open"),
        },
        alt="Rankings with what was picked, what came out best, and what the pick lost.",
    )


def _numbers(grades: Sequence[Grade]) -> None:
    taus = [one.tau for one in grades if one.tau is not None]
    with st.container(horizontal=True):
        st.metric(
            "Mean regret" if len(grades) > 1 else "Regret",
            _lost(_mean(grades)),
            help="Test accuracy of the best of those fine-tuned minus that of the pick: 0 where the "
            "pick was the best of them. Says little where few were fine-tuned.",
        )
        st.metric(
            "Weighted Kendall τ",
            f"{sum(taus) / len(taus):.2f}".replace("-", "−") if taus else "–",
            help="Needs at least three encoders that were ranked and fine-tuned.",
        )
        st.metric("Encoders", number(sum(one.compared for one in grades)))


def _mean(grades: Sequence[Grade]) -> float:
    return sum(one.regret for one in grades) / len(grades)


def _lost(regret: float) -> str:
    return f"{100 * regret:.1f} points"


def _sentence(one: Grade) -> str:
    labels = "" if one.same_budget else ", with other labels than the ranking had"
    if one.regret <= 0:
        return f"{one.pick} was the best of {one.compared} that were fine-tuned{labels}."
    return (
        f"{one.best} came out best of {one.compared}: {percent(one.regret)} more test rows right than "
        f"{one.pick}{labels}."
    )
