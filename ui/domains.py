"""Two domains on a page: choosing them, how they differ, and what adapting across them found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from core.evaluate.across_results import Across, Entry, across_from_json
from core.evaluate.across_words import (
    OVER_SOURCE,
    OVER_TARGET,
    curve_sentence,
    kept_sentence,
    transfer_sentence,
    verdict_sentence,
    verdict_title,
)
from core.evaluate.results import Comparison
from core.figures import domains as figures
from core.finetune.adaptations import SOURCE_ONLY
from core.store import datasets
from core.store.records import DatasetRecord, RunRecord
from core.transfer.domains import words
from core.transfer.domains.distance import DomainDistance, domain_distance
from core.transfer.domains.pair import DomainPair, domain_names, pair
from ui import charts, resources, shell
from ui.wording import duration, percent, points

WHOLE = "(all of it)"
_LOOKS = {
    "helped": (":material/trending_up:", "green"),
    "unclear": (":material/drag_handle:", "gray"),
    "hurt": (":material/trending_down:", "red"),
}


@dataclass(frozen=True)
class Side:
    """A chosen source or target; ``domain`` is None for the whole data set."""

    record: DatasetRecord
    domain: str | None

    @property
    def name(self) -> str:
        """For people."""
        return self.domain or self.record.title


@st.cache_data(max_entries=64, show_spinner="Looking for domains")
def names(fingerprint: str, labelled: bool = False) -> list[str]:
    """The domains of a data set that have enough training rows, or enough with a label."""
    return domain_names(resources.dataset(fingerprint), labelled=labelled)


@st.cache_resource(max_entries=8, show_spinner="Putting the two domains together")
def paired(key: str, _source: Side, _target: Side) -> DomainPair:
    """The rows of both; ``key`` stands for the two sides."""
    return pair(
        resources.dataset(_source.record.fingerprint),
        resources.dataset(_target.record.fingerprint),
        source_domain=_source.domain,
        target_domain=_target.domain,
        labelled=False,
    )


@st.cache_data(max_entries=16, show_spinner="Comparing the two domains: some seconds, once")
def distance(key: str, _pair: DomainPair) -> DomainDistance:
    """How far they are apart."""
    return domain_distance(_pair)


@st.cache_resource(max_entries=8, show_spinner="Drawing the map: a few seconds, once")
def shared_map(key: str, _pair: DomainPair) -> Any:
    """Rows of both on one map, coloured by domain."""
    from core.data.row_map import row_map

    both = _pair.as_dataset()
    return figures.shared_map(row_map(both, rows=1200), both)


def key_of(source: Side, target: Side) -> str:
    """A key for caches and widgets that stands for two sides."""
    return "|".join(f"{side.record.fingerprint}:{side.domain or ''}" for side in (source, target))


def choose(records: Mapping[str, DatasetRecord], at_hand: str) -> tuple[Side, Side]:
    """Ask for the source and the target; what lies nearest is offered first."""
    first = at_hand if len(names(at_hand)) > 1 else _partner(records, at_hand)
    left, right = st.columns(2)
    with left.container(border=True, height="stretch"):
        st.markdown("**Source**: where the labels are")
        source = _side(records, first, "dm_source", None)
    with right.container(border=True, height="stretch"):
        st.markdown("**Target**: where you want answers")
        target = _side(records, at_hand, "dm_target", source)
    return source, target


def _partner(records: Mapping[str, DatasetRecord], at_hand: str) -> str:
    """The labelled data set that shares most with one: its kind of rows and names of classes.

    The one at hand itself where no other has its kind: what is missing is then said without a
    fault being shown first.
    """
    here = records[at_hand]
    fitting = [
        key
        for key, one in records.items()
        if key != at_hand and one.labelled_train and one.modality == here.modality
    ]
    return max(
        fitting,
        key=lambda key: len(set(records[key].classes) & set(here.classes)),
        default=at_hand,
    )


def _side(records: Mapping[str, DatasetRecord], first: str, key: str, source: Side | None) -> Side:
    """One side; the target, whose ``source`` is known by then, starts with another domain."""
    keys = list(records)
    chosen = st.selectbox(
        "Data set",
        keys,
        index=keys.index(first),
        format_func=lambda one: f"{records[one].title} · {shell.size_of(records[one])}",
        key=f"{key}_set",
        persist_state="session",
    )
    offered = names(chosen)
    if len(offered) < 2:
        return Side(records[chosen], None)
    if source is None:
        start = next(iter(names(chosen, True)), offered[0])
    else:
        start = next(name for name in offered if name != source.domain)
    domain = st.selectbox(
        "Domain",
        [*offered, WHOLE],
        index=offered.index(start),
        key=f"{key}_domain_{chosen[:8]}",
        persist_state="session",
        help="Rows of the data set that come from there.",
    )
    return Side(records[chosen], None if domain == WHOLE else domain)


def differences(key: str, found: DomainPair) -> None:
    """How far the domains are apart, in what, and on a map."""
    measured = distance(key, found)
    with st.container(border=True):
        st.markdown(f"#### {shell.plain(words.headline(measured))}")
        st.markdown(shell.plain(words.differ_sentence(measured)))
        for sentence in (
            words.proxy_sentence(measured),
            words.discrepancy_sentence(measured),
            words.overlap_sentence(measured),
            words.shift_sentence(measured),
        ):
            if sentence:
                st.caption(shell.plain(sentence))
        for note in measured.notes:
            st.caption(f":material/info: {shell.plain(note)}")
    what = "words" if found.modality == "text" else "columns"
    left, right = st.columns(2)
    with left.container(border=True, height="stretch"):
        st.markdown(f"**The {what} that tell them apart**")
        charts.draw(figures.telling(measured), key="dm_telling")
        st.caption("How much each adds to the difference that a classifier of the domains sees.")
    with right.container(border=True, height="stretch"):
        st.markdown("**Both on one map**")
        charts.draw(shared_map(key, found), key="dm_map")
        st.caption("Training rows; those that are alike lie close.")
    shift = measured.label_shift
    if shift is not None and len(measured.classes) <= 20:
        with st.expander("How common the classes are", icon=":material/balance:"):
            pair_of = (measured.source_name, measured.target_name)
            charts.draw(figures.class_shares(shift, measured.classes, pair_of), key="dm_shares")
            st.caption(
                "The target's shares are estimated without its labels, from what the source's "
                "classifier answers (black-box shift estimation). Right where only the shares "
                "changed; rows that look different mislead it."
            )


def show(record: RunRecord) -> None:
    """What a finished run found."""
    report = across_from_json((record.result or {})["across"])
    kept = report.entry(report.kept)
    with st.container(border=True):
        icon, colour = _LOOKS[_kind(kept)]
        st.subheader(f":{colour}[{icon}] {shell.plain(verdict_title(report))}", anchor=False)
        for sentence in (verdict_sentence(report), transfer_sentence(report)):
            if sentence:
                st.markdown(shell.plain(sentence))
        st.caption(shell.plain(_facts(report)))
        st.caption(shell.plain(kept_sentence(report)))
        for note in report.notes:
            st.caption(f":material/info: {shell.plain(note)}")
    for one in report.entries:
        if one.failed:
            st.warning(one.hint or "", title=f"{one.title} was left out: {one.failed}")
    scored = kept.accuracy is not None
    if scored:
        left, right = st.columns(2)
        with left.container(border=True, height="stretch"):
            st.markdown("**How many test rows of the target are right**")
            charts.draw(figures.ways(report), key="dm_ways")
        with right.container(border=True, height="stretch"):
            st.markdown("**From how many target labels on does the source stop helping?**")
            if report.curve:
                charts.draw(figures.replacing(report), key="dm_curve")
                st.caption(shell.plain(curve_sentence(report)))
            else:
                st.caption(
                    "Not measured: it was left out, or the target has no labelled training rows."
                )
    table(report)


def _kind(kept: Entry) -> str:
    if kept.over_target is not None and kept.over_target.kind == "hurt":
        return "hurt"
    return kept.over_source.kind if kept.over_source else "unclear"


def _facts(report: Across) -> str:
    seen = (
        "no target label was seen"
        if report.labels_per_class == 0
        else f"{report.labels_per_class} target labels per class were seen, drawn {report.draws}"
        f" {'time' if report.draws == 1 else 'times'}"
    )
    return (
        f"{report.source_labels:,} labelled rows of {report.source_name}, {report.target_rows:,} "
        f"training rows of {report.target_name} without labels; {seen}. "
        f"{report.test_rows:,} test rows that nothing has seen."
    )


def table(report: Across) -> None:
    """Every way with its scores and verdicts."""
    rows = pd.DataFrame([_row(one, report) for one in report.entries if not one.failed])
    st.dataframe(
        rows,
        hide_index=True,
        key="dm_table",
        column_config={
            "Verdict over the source": st.column_config.TextColumn(
                help="Paired on the same test rows: helped or hurt where the 95 % interval of the "
                "difference leaves zero out."
            ),
            "Against the target alone": st.column_config.TextColumn(
                help="The same against the target with as many target labels and without the "
                "source; without any label it can only guess. Negative transfer: the source hurts."
            ),
            "Without test rows": st.column_config.TextColumn(
                help="The estimate that the choice of the kept way stands on. Without target "
                "labels: held-out source rows, weighted by how likely they are in the target. A "
                "hint, not a test."
            ),
        },
        alt="Ways across with scores, differences and verdicts.",
    )


def _row(one: Entry, report: Across) -> dict[str, Any]:
    estimate = one.estimate.accuracy if one.estimate else None
    return {
        "Way": one.title + (" (kept)" if one.key == report.kept else ""),
        "Test accuracy": percent(one.accuracy.value) if one.accuracy else "–",
        "Over the source, points": _difference(one.over_source),
        "Verdict over the source": OVER_SOURCE[one.over_source.kind] if one.over_source else "–",
        "Against the target alone": OVER_TARGET[one.over_target.kind] if one.over_target else "–",
        "Without test rows": "–"
        if estimate is None
        else f"{percent(estimate.value)} ({percent(estimate.low or 0)} to "
        f"{percent(estimate.high or 1)})",
        "Took": duration(one.seconds),
    }


def _difference(found: Comparison | None) -> str:
    if found is None:
        return "–"
    gain = found.gain
    if gain.low is None or gain.high is None:
        return points(gain.value)
    return f"{points(gain.value)} ({points(gain.low)} to {points(gain.high)})"


def empty() -> None:
    """Nothing to choose from: what to do about it."""
    with st.container(border=True):
        st.markdown("**Two domains are needed, and there are none yet.**")
        st.markdown(
            "Load two data sets with the same classes, such as reviews of two shops: one with "
            "labels, the other with or without. Or bring one table with a column that says where "
            "each row is from, and name it as the domain column."
        )
        shell.next_step("Load a data set", "data")


def loaded() -> dict[str, DatasetRecord]:
    """The kept data sets that can be a side, by fingerprint."""
    return {record.fingerprint: record for record in datasets.list_all()}


#: For the choice of ways: the source alone always takes part.
HIDDEN = SOURCE_ONLY
