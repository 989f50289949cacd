"""The views of the Data page."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from core.store.records import DatasetRecord
from ui import charts, forms, resources, rows, shell, word_lists
from ui.wording import number, percent, plural

_LOOKS = {
    "serious": (":red[:material/error:]", 0),
    "warning": (":orange[:material/warning:]", 1),
    "note": (":blue[:material/info:]", 2),
    "ok": (":green[:material/check_circle:]", 3),
}


def numbers(record: DatasetRecord) -> None:
    """The numbers that matter, each with what it means."""
    profile = resources.profile(record.fingerprint)
    _, many = shell.ROWS[record.modality]
    facts = [
        (many.capitalize(), number(record.rows), None),
        ("Classes", number(len(record.classes)), None),
        (
            "Share labelled",
            percent(profile.share_labelled),
            "Of all rows, those of the test among them. The others are the pool that only "
            "pretraining learns from.",
        ),
        ("Duplicates", number(profile.duplicates), "Rows that repeat an earlier row."),
        (
            "To learn from",
            number(record.labelled_train),
            "Labelled rows that fine-tuning may draw its labels from.",
        ),
        (
            "Kept for the test",
            number(record.labelled_test),
            "Never used to pretrain, train, tune or stop early.",
        ),
        ("Without a label", number(record.unlabelled), "The unlabelled pool."),
    ]
    if profile.words is not None:
        facts.append(
            (
                "Median length",
                plural(round(profile.words.median), "word"),
                "Half of the texts are shorter, half are longer.",
            )
        )
    elif profile.shape:
        size = " × ".join(map(str, profile.shape))
        facts.append(("Size of a row", size, "Pixels of an image, or columns of a table."))
    with st.grid(4, min_column_width=150):
        for label, value, help_text in facts:
            st.metric(label, value, border=True, height="stretch", help=help_text)
    _groups(record, profile)


def _groups(record: DatasetRecord, profile: Any) -> None:
    """How many groups of rows that belong together there are."""
    if not profile.groups:
        return
    column = record.options.get("group_column")
    of = f" (by **{shell.plain(str(column))}**)" if column else ""
    alone = plural(profile.ungrouped, "row")
    st.caption(
        f":material/group_work: Rows that belong together{of}: {plural(profile.groups, 'group')} of "
        f"up to {number(profile.largest_group)} rows"
        + (
            f"; {alone} {'stands' if profile.ungrouped == 1 else 'stand'} alone"
            if profile.ungrouped
            else ""
        )
        + ". Whatever is held out to tune or calibrate is held out in whole groups."
    )


def notes(record: DatasetRecord) -> None:
    """What was left out or changed when the file was read."""
    said = [str(note) for note in record.options.get("notes") or []]
    if not said:
        return
    title = f"{plural(len(said), 'note')} from reading the file"
    with st.expander(title, icon=":material/info:", key="data_notes"):
        for note in said:
            st.markdown(shell.plain(note))


def checks(record: DatasetRecord) -> None:
    """Before you fool yourself."""
    found = sorted(resources.findings(record.fingerprint), key=lambda f: _LOOKS[f.severity][1])
    trouble = [finding for finding in found if finding.severity != "ok"]
    fine = [finding for finding in found if finding.severity == "ok"]
    if not trouble:
        st.success("Nothing here would fool you, as far as these checks see.")
    for finding in trouble:
        icon, _ = _LOOKS[finding.severity]
        with st.container(border=True):
            st.markdown(f"{icon} **{shell.plain(finding.title)}**")
            st.markdown(f"{shell.plain(finding.meaning)} {shell.plain(finding.advice)}")
            if finding.rows:
                with st.expander(
                    f"Show {plural(min(len(finding.rows), 50), 'row')}",
                    key=f"data_check_{finding.key}",
                    on_change="rerun",
                ) as box:
                    if box.open:
                        st.dataframe(
                            rows.table(resources.dataset(record.fingerprint), finding.rows[:50]),
                            hide_index=True,
                            key=f"data_check_rows_{finding.key}",
                            column_config=rows.COLUMNS,
                            alt="The rows that this check found.",
                        )
    if fine:
        with st.expander(f"{plural(len(fine), 'check')} passed", icon=":material/check_circle:"):
            for finding in fine:
                st.markdown(f"{_LOOKS['ok'][0]} {shell.plain(finding.title)}")


def classes(record: DatasetRecord) -> None:
    """Class balance and length distribution."""
    if record.classes:
        st.markdown("**How many labelled rows each class has**")
        charts.draw(resources.data_chart(record.fingerprint, "class_balance"), key="data_balance")
    else:
        st.caption("No row has a label: this set is for pretraining only.")
    if record.modality == "text":
        st.markdown("**How long the texts are**")
        charts.draw(resources.data_chart(record.fingerprint, "lengths"), key="data_lengths")


def words(record: DatasetRecord) -> None:
    """The terms that tell classes apart."""
    if not record.classes:
        st.caption("Without labels there are no classes to tell apart.")
        return
    terms = resources.class_terms(record.fingerprint)
    st.markdown(
        "The words each class uses more than the others, strongest first, counted on labelled "
        "training rows. A word that names the class itself gives the answer away."
    )
    word_lists.table(
        {
            "Class": list(terms),
            "Words": [[term for term, _ in found] for found in terms.values()],
        },
        alt="Each class with the words that set it apart.",
    )


def rows_table(record: DatasetRecord) -> None:
    """A table of rows that can be searched and filtered."""
    from core.data.browse import find_rows

    searchable = record.modality != "image"
    text = ""
    with st.grid(3 if searchable else 2, min_column_width=200):
        if searchable:
            text = st.text_input(
                "Contains", key="data_find", persist_state="session", icon=":material/search:"
            )
        wanted = st.multiselect(
            "Classes", record.classes, key=f"data_find_classes_{record.fingerprint[:8]}"
        )
        part = st.selectbox(
            "Part",
            [None, "train", "test", "unlabelled"],
            format_func=lambda p: {
                None: "All rows",
                "train": "Labelled, to learn from",
                "test": "Kept for the test",
                "unlabelled": "Without a label",
            }[p],
            key="data_find_part",
        )
    dataset = resources.dataset(record.fingerprint)
    found = find_rows(dataset, text=text or "", classes=tuple(wanted), part=part)
    size = 200
    pages = max(1, -(-len(found) // size))
    st.caption(f"{plural(len(found), 'row')} found" + (f", {size} at a time" if pages > 1 else ""))
    page = st.pagination(pages, key="data_find_page") if pages > 1 else 1
    part_rows = found[(int(page or 1) - 1) * size : int(page or 1) * size]
    if not len(part_rows):
        st.caption("No row fits. Take a filter away.")
        return
    event = st.dataframe(
        rows.table(dataset, part_rows),
        key="data_rows",
        hide_index=True,
        column_config=rows.COLUMNS,
        on_select="rerun",
        selection_mode="single-row",
        alt="Rows of the data set.",
    )
    picked = event["selection"]["rows"]  # type: ignore[index]
    if picked and picked[0] < len(part_rows):
        rows.read(dataset, int(part_rows[picked[0]]))
    else:
        st.caption("Select a row to read it in full.")


def map_of_rows(record: DatasetRecord) -> None:
    """A map where rows that are alike lie close together."""
    from core.figures.maps import row_map as figure

    method = st.segmented_control(
        "Layout",
        ["tsne", "pca"],
        default="tsne",
        required=True,
        format_func={"tsne": "Neighbourhoods (t-SNE)", "pca": "Directions (PCA)"}.get,
        key="data_map",
        bind="query-params",
    )
    mapped = resources.row_map(record.fingerprint, method)
    chart = figure(mapped, resources.dataset(record.fingerprint))
    charts.draw(chart, key="data_map_figure")
    st.caption(
        (
            "A class in the legend can be hidden by a click, and seen alone by a double click. "
            if chart.figure.layout.showlegend
            else "Point at a dot to see its class. "
            if record.classes
            else ""
        )
        + f"{plural(len(mapped.indices), 'row')} drawn at random, placed by their words or values alone: "
        "labels only colour the dots. "
        + (
            "Neighbours mean likeness; the distance between far groups means nothing."
            if method == "tsne"
            else "The two directions along which the rows differ most."
        )
    )


def preparation(record: DatasetRecord) -> None:
    """What text preparation does to a real row."""
    from core.text.preparation import TEXT_PARAMS, TextPreparation
    from core.text.show import before_after

    st.markdown(
        "How a text becomes terms. Try settings on a real row here; the Pretrain page has the same ones."
    )
    dataset = resources.dataset(record.fingerprint)
    shown = dataset.pool_rows("all")
    position = st.number_input(
        "Training row",
        min_value=1,
        max_value=max(1, len(shown)),
        value=1,
        step=1,
        key="data_prep_row",
    )
    chosen = forms.settings_form(TEXT_PARAMS, key="data_prep")
    index = int(shown[min(int(position or 1), len(shown)) - 1])
    text = str(dataset.take(np.array([index]))[0])[:3000]
    for stage, content in before_after(text, TextPreparation.from_settings(chosen)):
        st.markdown(f"**{stage}**")
        with st.container(border=True):
            st.text(
                content if isinstance(content, str) else " · ".join(content) or "(nothing left)"
            )
