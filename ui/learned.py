"""What a pretrained model learned: words, topics, clusters."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from core.errors import NotFound
from core.pretrain import get_method
from core.store import datasets
from core.store.records import ModelRecord
from ui import charts, library, resources, rows, shell
from ui.wording import ago, duration, megabytes, number


def show(record: ModelRecord) -> None:
    """The page of one model."""
    method = get_method(record.method)
    st.header(shell.plain(record.name), anchor=False)
    st.caption(
        f"{method.title} · learned from {number(record.rows)} rows of {shell.plain(record.dataset_title)} "
        f"without their labels · {number(record.dimensions)} numbers a row · {duration(record.seconds)} · "
        f"{megabytes(record.bytes / 2**20)} on disk · {ago(record.created)}"
    )
    library.actions(record, opened=True)
    views = {
        "words": [_nearest, _arithmetic],
        "topics": [_variance, _topics],
        "clusters": [_clusters],
    }
    for view in views.get(method.insight, []):
        view(record)
    if not method.insight:
        st.info(
            "This method learns nothing beyond counting: it is the baseline the others are held against.",
            icon=":material/straighten:",
        )
    with st.expander("Settings and details", icon=":material/list:"):
        st.json(
            {
                "method": record.method,
                "pool": record.pool,
                "seed": record.seed,
                "settings": record.settings,
            }
        )
        st.caption(
            f"Model {record.id} · SHA-256 {record.sha256} · learned by run {record.run or '–'}"
        )
    shell.next_step("Back to the library", "pretrain", data=record.dataset[:12])


def _words(text: str) -> list[str]:
    return [word for word in text.replace(",", " ").lower().split() if word]


def _nearest(record: ModelRecord) -> None:
    st.subheader("Nearest words", anchor=False)
    space = resources.encoder(record.id).word_space()
    # the very commonest words say little; a little further down they have a subject
    examples = [term for term in space.terms[60:400] if len(term) > 5 and term.isalpha()][:6]
    examples = examples or [term for term in space.terms if len(term) > 2][:6]
    word = st.text_input(
        "Word",
        value=examples[0] if examples else "",
        key=f"pt_near_{record.id}",
        icon=":material/search:",
        help="Words that are used in the same company lie close together.",
    )
    st.caption("For example: " + ", ".join(shell.plain(e) for e in examples))
    if not word:
        return
    try:
        found = space.nearest(word.strip().lower(), 15)
    except NotFound as error:
        st.warning(error.hint or "", title=error.message)
        return
    _closeness(found, f"pt_near_table_{record.id}")


def _arithmetic(record: ModelRecord) -> None:
    st.subheader("Word arithmetic", anchor=False)
    space = resources.encoder(record.id).word_space()
    with st.grid(2, min_column_width=220):
        plus = st.text_input("Add", key=f"pt_plus_{record.id}", placeholder="several words")
        minus = st.text_input("Take away", key=f"pt_minus_{record.id}", placeholder="several words")
    if not plus and not minus:
        st.caption("Add and take away words; what lies closest to the result is listed.")
        return
    try:
        found = space.arithmetic(_words(plus or ""), _words(minus or ""), 10)
    except NotFound as error:
        st.warning(error.hint or "", title=error.message)
        return
    _closeness(found, f"pt_sum_table_{record.id}")


def _closeness(found: list[tuple[str, float]], key: str) -> None:
    st.dataframe(
        pd.DataFrame(found, columns=["Word", "Likeness"]),
        hide_index=True,
        key=key,
        column_config={
            "Likeness": st.column_config.ProgressColumn(
                min_value=0.0,
                max_value=1.0,
                format="%.2f",
                help="Cosine of the two vectors: 1 is the same direction.",
            )
        },
        alt="Words with their likeness, closest first.",
    )


def _variance(record: ModelRecord) -> None:
    from core.figures.learned import explained_variance as figure
    from core.pretrain.insights import explained_variance

    st.subheader("How much of the differences it keeps", anchor=False)
    charts.draw(figure(explained_variance(resources.encoder(record.id))), key="pt_variance")


def _topics(record: ModelRecord) -> None:
    from core.pretrain.insights import topics

    st.subheader("What its directions stand for", anchor=False)
    st.markdown(
        "Each direction runs from rows with the words on the left to rows with those on the right."
    )
    lines = []
    for topic in topics(resources.encoder(record.id), 10)[:30]:
        ordered = sorted(topic.terms, key=lambda pair: pair[1])
        lines.append(
            {
                "Direction": topic.index + 1,
                "Share": topic.share,
                "One end": [name for name, weight in ordered if weight < 0][:6],
                "Other end": [name for name, weight in reversed(ordered) if weight > 0][:6],
            }
        )
    st.dataframe(
        pd.DataFrame(lines),
        hide_index=True,
        key="pt_topics",
        row_height=44,
        column_config={
            "Share": st.column_config.NumberColumn(format="percent"),
            "One end": st.column_config.ListColumn(width="large"),
            "Other end": st.column_config.ListColumn(width="large"),
        },
        alt="Directions with their strongest terms.",
    )


def _clusters(record: ModelRecord) -> None:
    from core.figures.learned import clusters as figure

    st.subheader("Its clusters", anchor=False)
    found, indices = _found_clusters(record)
    charts.draw(figure(found), key="pt_clusters")
    table = pd.DataFrame(
        [
            {"Cluster": c.index + 1, "Rows": c.size, "Top words": [term for term, _ in c.terms]}
            for c in found
        ]
    )
    event = st.dataframe(
        table,
        hide_index=True,
        key="pt_cluster_table",
        row_height=44,
        on_select="rerun",
        selection_mode="single-row",
        column_config={"Top words": st.column_config.ListColumn(width="large")},
        alt="Clusters with size and top words.",
    )
    picked = event["selection"]["rows"]  # type: ignore[index]
    if not picked:
        st.caption("Select a cluster to read its typical rows.")
        return
    typical = indices[np.asarray(found[picked[0]].rows, dtype=int)]
    st.dataframe(
        rows.table(resources.dataset(record.dataset), typical),
        hide_index=True,
        key="pt_cluster_rows",
        column_config=rows.COLUMNS,
        alt="Typical rows of the cluster.",
    )


@st.cache_data(max_entries=8, show_spinner="Sorting rows into clusters")
def _cluster_rows(model_id: str, fingerprint: str, pool: str) -> tuple[object, np.ndarray]:
    from core.pretrain.insights import clusters

    dataset = resources.dataset(fingerprint)
    indices = dataset.pool_rows(pool)  # type: ignore[arg-type]
    indices = indices[:: max(1, len(indices) // 3000)]
    return clusters(resources.encoder(model_id), dataset.take(indices)), indices


def _found_clusters(record: ModelRecord) -> tuple[list, np.ndarray]:  # type: ignore[type-arg]
    datasets.get(record.dataset)  # says in words when the data set was deleted
    return _cluster_rows(record.id, record.dataset, record.pool)  # type: ignore[return-value]
