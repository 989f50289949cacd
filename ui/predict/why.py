"""What decided: the words, places or columns that speak for a class and against it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ui import charts, heat
from ui.predict import asked as cached
from ui.predict.asked import ANSWER, Asked
from ui.predict.marking import coloured
from ui.wording import percent, signed


def decided(asked: Asked) -> None:
    """What each part of the row adds to the score of a class."""
    # the same options whatever the answer is, so that an edit does not take the choice back
    label = st.selectbox(
        "What speaks for",
        [ANSWER, *sorted(asked.order)],
        format_func=lambda code: "the answer" if code == ANSWER else asked.classifier.classes[code],
        key=f"pr_label_{asked.record.id}",
    )
    code = asked.best if label in (None, ANSWER) else int(label)
    if asked.modality == "text":
        _words(asked, code)
    elif asked.modality == "image":
        _places(asked, code)
    else:
        _columns(asked, code)


def _why_not_exact(asked: Asked) -> str:
    from core.explain.linear import why_not_exact

    return why_not_exact(asked.classifier)


def _words(asked: Asked, code: int) -> None:
    from core.figures.contributions import contributions

    found = cached.explained(f"{asked.key}|{code}", asked, code)
    text = str(asked.rows[0])
    st.html(coloured(text, found.spans, found.values))
    if found.exact:
        st.caption(
            f"Blue speaks for this class, orange against it; the stronger, the more. The parts add "
            f"up exactly: base {signed(found.base)} and words "
            f"{signed(float(np.sum(found.values)))} make the score {signed(found.score)}."
        )
    else:
        st.caption(
            f"Blue speaks for this class, orange against it. {_why_not_exact(asked)}, so "
            "each word was left out in turn (occlusion): the colours show how the answer changed, "
            "and do not add up."
        )
    if not found.spans:
        st.warning(
            "The classifier knows none of these words, so the answer says nothing about the text.",
            icon=":material/help:",
        )
        return
    charts.draw(contributions(found), key="pr_words")


_MAPS = {"patches": "Patches", "pixels": "Pixels", "occlusion": "Occlusion"}


def _places(asked: Asked, code: int) -> None:
    from core.explain.pictures import kinds_of_maps

    kinds = kinds_of_maps(asked.classifier)
    kind = kinds[0]
    if len(kinds) > 1:
        kind = st.segmented_control(  # type: ignore[assignment]
            "Kind of map",
            kinds,
            default=kinds[0],
            required=True,
            format_func=lambda k: _MAPS[k],
            key=f"pr_map_{kinds[0]}",
            help="Patches and pixels add up to the score exactly. Occlusion covers one square "
            "after another and looks how the answer changes.",
        )
    found = cached.explained(f"{asked.key}|{code}|{kind}", asked, code, kind)
    name = asked.classifier.classes[code]
    st.image(
        heat.over(found.picture, found.by_pixel()),
        width=320,
        output_format="PNG",
        alt=f"The picture with the places that speak for {name} in blue, against it in orange.",
    )
    if found.exact:
        thing = {"patches": "the patches", "pixels": "the pixels"}[found.kind]
        base = "for the average picture" if found.kind == "patches" else "for a black picture"
        st.caption(
            f"Blue speaks for this class, orange against it. The parts add up exactly: "
            f"{signed(found.base)} {base} and {thing} {signed(float(found.values.sum()))} make "
            f"the score {signed(found.score)}."
        )
    else:
        why = "" if len(kinds) > 1 else f"{_why_not_exact(asked)}, so "
        start = f"{why}one square after another was covered (occlusion)"
        st.caption(
            f"Blue speaks for this class, orange against it. {start[0].upper()}{start[1:]}: the "
            "colours show how much the answer changed, and do not add up."
        )


def _columns(asked: Asked, code: int) -> None:
    from core.figures.contributions import columns

    found = cached.explained(f"{asked.key}|{code}", asked, code)
    charts.draw(columns(found), key="pr_columns_chart")
    if found.exact:
        st.caption(
            f"Blue speaks for this class, orange against it. The parts add up exactly: the mean "
            f"over training rows {signed(found.base)} and the columns "
            f"{signed(float(found.values.sum()))} make the score {signed(found.score)}."
        )
    else:
        st.caption(
            f"Blue speaks for this class, orange against it. {_why_not_exact(asked)}, so "
            f"contributions to the probability were sampled (Shapley values, ± two standard "
            f"errors): from {percent(found.base)} on average over training rows to "
            f"{percent(found.score)} here."
        )
