"""The view of a table's columns: each by itself, together, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.data.column_profile import ColumnProfile, Missingness
from core.store.records import DatasetRecord
from ui import charts, resources, shell, word_lists
from ui.wording import number, percent, plural

_SECTIONS = {
    "each": "Each column",
    "together": "How they go together",
    "missing": "What is missing",
}


def columns(record: DatasetRecord) -> None:
    """Columns of a table: profiles, correlations, missing values."""
    section = st.segmented_control(
        "Look at",
        list(_SECTIONS),
        default="each",
        required=True,
        format_func=_SECTIONS.get,
        key="data_columns",
        label_visibility="collapsed",
        bind="query-params",
    )
    {"each": _each, "together": _together, "missing": _missing}[section or "each"](record)


def _each(record: DatasetRecord) -> None:
    from core.figures.columns import distribution

    profiles: Sequence[ColumnProfile] = resources.column_profiles(record.fingerprint)
    event = st.dataframe(
        pd.DataFrame([_line(profile) for profile in profiles]),
        hide_index=True,
        key="data_column_profiles",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "Missing": st.column_config.NumberColumn(format="percent"),
            "Different": st.column_config.NumberColumn(
                format="localized", help="How many different values there are."
            ),
            "Values": st.column_config.BarChartColumn(
                y_min=0,
                help="How often which values occur: from small to large, or the commonest first.",
            ),
            "Mean": st.column_config.NumberColumn(format="compact"),
            "Middle": st.column_config.TextColumn(
                help="The median of numbers, the commonest value of categories."
            ),
        },
        alt="Each column with its kind, missing share and distribution.",
    )
    picked = event["selection"]["rows"]  # type: ignore[index]
    chosen = profiles[picked[0] if picked and picked[0] < len(profiles) else 0]
    st.markdown(f"**{shell.plain(chosen.name)}**")
    charts.draw(distribution(chosen), key="data_column_distribution")
    if not picked:
        st.caption("Select a line above to see another column.")


def _line(profile: ColumnProfile) -> dict[str, object]:
    from core.figures.columns import written

    kind = profile.kind
    if profile.constant:
        kind += ", always the same"
    elif profile.id_like:
        kind += ", like a running number"
    return {
        "Column": profile.name,
        "Kind": kind,
        "Missing": profile.missing / max(profile.rows, 1),
        "Different": profile.distinct,
        "Values": profile.counts.tolist(),
        "Middle": written(profile, profile.quantiles[2])
        if profile.numeric
        else "".join(profile.tops[:1]),
        "From": written(profile, profile.quantiles[0]) if profile.numeric else "",
        "To": written(profile, profile.quantiles[4]) if profile.numeric else "",
    }


def _together(record: DatasetRecord) -> None:
    from core.figures.columns import correlation_map

    found = resources.correlations(record.fingerprint)
    if found is None:
        st.caption("There are not two columns of numbers that vary, so nothing can go together.")
        return
    st.markdown(
        "Blue columns rise together, orange ones against each other. Columns that say the same "
        "(near +1 or −1) count twice in what is learned."
    )
    charts.draw(correlation_map(found), key="data_correlations")
    if found.left_out:
        st.caption(
            f"The {len(found.names)} columns with the strongest correlations; "
            f"{plural(found.left_out, 'more column')} are not drawn."
        )
    if found.pairs:
        st.markdown("**The pairs that go together most**")
        st.dataframe(
            pd.DataFrame(found.pairs[:10], columns=["Column", "And", "Correlation"]),
            hide_index=True,
            key="data_correlated_pairs",
            column_config={"Correlation": st.column_config.NumberColumn(format="%+.2f")},
            alt="The most correlated pairs of columns.",
        )


def _missing(record: DatasetRecord) -> None:
    from core.figures.columns import missing_shares

    found: Missingness = resources.missingness(record.fingerprint)
    if not found.shares:
        st.success("No value is missing: every row says something in every column.")
        return
    st.markdown(
        f"{number(found.complete)} of {number(found.rows)} rows "
        f"({percent(found.complete / max(found.rows, 1))}) have a value in every column."
    )
    charts.draw(missing_shares(found), key="data_missing")
    st.markdown("**Which are missing together**")
    word_lists.table(
        {
            "Rows": [number(count) for _, count in found.patterns],
            "Missing together": [list(names) for names, _ in found.patterns],
        },
        alt="Sets of columns that are missing in the same rows.",
    )
    st.caption(
        "Columns that are always missing together often come from one source that some rows lack. "
        "Methods fill gaps with the middle of a column, and learn that there was a gap."
    )
