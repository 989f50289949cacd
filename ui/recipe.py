"""The founding recipe: what it is, and what came out of it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.evaluate.results import Interval
from core.figures.comparison import compare_runs
from core.store.records import RunRecord
from ui import charts, shell
from ui.tables import VERDICTS
from ui.wording import duration, number, percent, points


def explain() -> None:
    """The recipe, and what is wrong with it."""
    st.markdown(
        "**As published:** train TF-IDF and a one-against-the-rest logistic regression on the "
        "training part of 20 Newsgroups, headers and all, and save it. Load it, split the test part 80/20 with "
        "seed 42, call `fit` on the loaded model with the 80 %, and measure on the 20 %."
    )
    st.markdown(
        "**What is wrong with it:** `fit` begins from nothing. The weights that were loaded are thrown away, so "
        "nothing is transferred. Beside it run the strategies that do transfer, on the same rows."
    )


def show(record: RunRecord) -> None:
    """The result of a finished run."""
    result = record.result or {}
    rows = result["rows"]
    with st.container(border=True):
        st.markdown(f"**{shell.plain(result['sentence'])}**")
        st.caption(
            f"{number(result['source_rows'])} source rows, {number(result['target_rows'])} target rows, and "
            f"{number(result['test_rows'])} test rows that nothing has learned from."
        )
    with st.container(border=True):
        st.markdown("**How many test rows are right**")
        charts.draw(
            compare_runs(
                [(row["title"], Interval(**row["accuracy"]), row["kind"]) for row in rows]
            ),
            key="recipe_scores",
        )
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "Way": row["title"],
                    "Test accuracy": percent(row["accuracy"]["value"]),
                    "Over the recipe as published": _gain(row),
                    "Verdict": VERDICTS[row["kind"]] if row["kind"] else "–",
                    "Took": duration(row["seconds"]),
                    "What it does": row["help"],
                }
                for row in rows
            ]
        ),
        hide_index=True,
        key="recipe_table",
        row_height=44,
        alt="Ways to classify the test rows, with accuracy and difference to the recipe.",
    )
    st.caption(
        "Differences are in points with their 95 % interval, on the same test rows. Reading the texts is not "
        "part of the time of what comes after the first of each kind."
    )


def _gain(row: dict) -> str:  # type: ignore[type-arg]
    gain = row["gain"]
    if gain is None:
        return "–"
    return f"{points(gain['value'])} ({points(gain['low'])} to {points(gain['high'])})"
