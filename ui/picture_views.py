"""The view of a data set's pictures: some of each class."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.data.gallery import Wall
from core.store.records import DatasetRecord
from ui import pictures, resources, shell
from ui.wording import number, plural

_PAGE = 12


def gallery(record: DatasetRecord) -> None:
    """Pictures by class, others at a click."""
    parts = {"train": "To learn from"} | ({"test": "Of the test"} if record.labelled_test else {})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        part = st.segmented_control(
            "Pictures",
            list(parts),
            default="train",
            required=True,
            format_func=parts.get,
            key="data_wall_part",
        )
        if st.button("Show others", icon=":material/shuffle:", key="data_wall_others"):
            st.session_state["data_wall_seed"] = st.session_state.get("data_wall_seed", 0) + 1
        average = st.toggle(
            "Average of each class",
            key="data_wall_average",
            help="All pictures of a class laid over each other: sharp where they agree.",
        )
    seed = int(st.session_state.get("data_wall_seed", 0))
    walls: Sequence[Wall] = resources.gallery(record.fingerprint, seed, part == "test")
    if not walls:
        st.caption("There are no such pictures.")
        return
    pages = -(-len(walls) // _PAGE)
    page = st.pagination(pages, key="data_wall_page") if pages > 1 else 1
    dataset = resources.dataset(record.fingerprint)
    with st.grid(3, min_column_width=280):
        for wall in walls[(int(page or 1) - 1) * _PAGE : int(page or 1) * _PAGE]:
            with st.container(gap="xxsmall"):
                name = shell.plain(wall.name) if wall.name else "without a label"
                st.markdown(f"**{name}** · {number(wall.count)}")
                of = f"of {wall.name}" if wall.name else "without a label"
                if average:
                    st.image(
                        pictures.enlarged(wall.average, 112),
                        output_format="PNG",
                        alt=f"The average picture {of}.",
                    )
                else:
                    st.image(
                        pictures.strip(list(dataset.take(wall.indices)), size=64),
                        output_format="PNG",
                        alt=f"{plural(len(wall.indices), 'picture')} {of}.",
                    )
