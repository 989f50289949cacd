"""Bring pictures of one's own: look at them by class, choose a size, make a data set."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.data.pictures import Look, Shaping, dataset_from_pictures, look_at, read_pictures
from core.progress import Progress
from ui import pictures, shell
from ui.wording import number, plural

ENDINGS = (".zip", ".npz")
_SHOWN_CLASSES = 12


@st.cache_resource(max_entries=4, show_spinner="Looking at the pictures")
def _look(file_id: str, name: str, _content: Any) -> Look:
    return look_at(_content.getvalue(), name)


def draw(upload: Any) -> None:
    """What is in an archive or array file, and the way to a data set of it."""
    look = _look(upload.file_id, upload.name, upload)
    _say(look)
    _samples(look)
    with st.grid(3, min_column_width=200, vertical_alignment="bottom"):
        side = st.number_input(
            "Side in pixels",
            min_value=4,
            max_value=256,
            value=None,
            step=1,
            placeholder=f"Automatic: {look.size[1]} × {look.size[0]}",
            key=f"data_side_{upload.name}",
            help="All pictures are brought to one size. Left empty, it is the most common one, or a "
            "square where they differ, at most 64 pixels. Small pictures are learned from much faster.",
        )
        fit = st.segmented_control(
            "Other proportions",
            ["letterbox", "stretch"],
            default="letterbox",
            required=True,
            format_func={"letterbox": "Add margins", "stretch": "Stretch"}.get,
            key=f"data_fit_{upload.name}",
            help="What happens to a picture that is wider or taller than the others. Margins take "
            "the mean colour of its border.",
        )
        colour = st.segmented_control(
            "Colours",
            ["auto", "grey"],
            default="auto",
            required=True,
            format_func={"auto": "Keep, if any", "grey": "Grey"}.get,
            key=f"data_colour_{upload.name}",
            help="Grey pictures have a third of the numbers, and are learned from faster.",
        )
    if st.button("Use these pictures", type="primary", key="data_use_pictures"):
        _use(upload, Shaping(side, fit, colour))  # type: ignore[arg-type]


def _say(look: Look) -> None:
    text = plural(look.count, "picture")
    if look.classes:
        text += f" of {plural(len(look.classes), 'class', 'classes')}"
    if look.unlabelled and look.classes:
        text += f", {number(look.unlabelled)} without a class"
    if look.test:
        text += f", {number(look.test)} of them for the test"
    (height, width), count = look.sizes[0]
    if 2 * count >= sum(times for _, times in look.sizes):
        text += f". Most have {number(width)} × {number(height)} pixels"
    else:
        text += f". They have {plural(len(look.sizes), 'size')}"
    st.markdown(f"**{text}.**")
    if not look.test and look.classes:
        st.caption(
            "A quarter of each class is kept for the test, equal pictures on one side. To divide "
            "them yourself, use folders called train and test."
        )
    for note in look.notes:
        st.caption(f":material/info: {shell.plain(note)}")


def _samples(look: Look) -> None:
    shown = list(look.samples.items())[:_SHOWN_CLASSES]
    with st.grid(3, min_column_width=280):
        for name, some in shown:
            with st.container(gap="xxsmall"):
                said = shell.plain(name) if name else "without a class"
                count = look.classes.get(name, look.unlabelled)
                st.markdown(f"**{said}** · {number(count)}")
                st.image(
                    pictures.strip(some, size=64, columns=6),
                    output_format="PNG",
                    alt=f"{plural(len(some), 'picture')} {f'of {name}' if name else 'without a class'}.",
                )
    rest = len(look.classes) + bool(look.unlabelled and look.classes) - len(shown)
    if rest > 0:
        st.caption(f"And {plural(rest, 'more class', 'more classes')}.")


def _use(upload: Any, shaping: Shaping) -> None:
    from core.store import datasets

    bar = st.progress(0.0, "Reading the pictures")
    found = read_pictures(
        upload.getvalue(),
        upload.name,
        shaping=shaping,
        progress=Progress(lambda share, words, _: bar.progress(min(share, 1.0), words)),
    )
    bar.progress(1.0, "Keeping the data set")
    kept = datasets.save(dataset_from_pictures(found, name=upload.name))
    shell.use_data(kept.fingerprint)
    shell.go("data", data=kept.fingerprint[:12])
