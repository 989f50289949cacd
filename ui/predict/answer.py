"""The answer to one row: its classes, and what is to be said against it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.errors import WarmstartError
from core.evaluate.deciding_words import because
from ui import resources, shell
from ui.predict.asked import Asked
from ui.wording import sure


def show(asked: Asked) -> None:
    """The likeliest classes."""
    name = asked.classifier.classes[asked.best]
    st.markdown(f"**{shell.plain(name)}** · {sure(asked.proba[asked.best])}")
    names = [shell.plain(one) for one in asked.classifier.classes]
    why = because(asked.proba, names, asked.classifier.threshold)
    if why:
        st.markdown(f":material/gavel: {why}")
    probabilities(asked.classifier.classes, asked.proba, "pr_proba")
    if asked.classifier.temperature != 1.0:
        st.caption(
            f"Probabilities are at the temperature {asked.classifier.temperature:.2f} that was "
            "fitted on held-out labels."
        )


def probabilities(classes: tuple[str, ...], proba: np.ndarray, key: str) -> None:
    """The likeliest classes of one row, as bars."""
    order = np.argsort(-proba)[:8]
    st.dataframe(
        pd.DataFrame(
            {"Class": [classes[i] for i in order], "Probability": [float(proba[i]) for i in order]}
        ),
        hide_index=True,
        key=key,
        column_config={
            "Probability": st.column_config.ProgressColumn(
                min_value=0.0, max_value=1.0, format="%.3f"
            )
        },
        alt="The likeliest classes with their probabilities.",
    )


@st.cache_resource(max_entries=4, show_spinner="Getting to know the training rows")
def acquaintance(run_id: str) -> Any:
    """What the classifier of a run has seen (:class:`core.evaluate.acquaintance.Acquaintance`)."""
    from core.evaluate.acquaintance import acquaint
    from core.store import runs

    record = runs.get(run_id)
    return acquaint(resources.classifier(run_id), resources.dataset(record.dataset or ""))


def doubts(asked: Asked) -> None:
    """What makes the answer doubtful: a row unlike the training rows, words nobody knows.

    Getting to know the training rows takes an encoder some seconds, once; a large model that others
    pretrained takes minutes, and is asked only when somebody wants that.
    """
    if asked.dataset is None:  # nothing is left to hold the row against
        return
    from core.pretrain.sentences import SentenceEncoder

    slow = isinstance(asked.classifier.encoder, SentenceEncoder)
    if slow and not st.toggle(
        "Check whether it knows such rows",
        key=f"pr_check_{asked.record.id}",
        persist_state="session",
        help="It encodes up to 4,000 training rows first, which takes this model some minutes.",
    ):
        return
    from core.evaluate.doubt import doubt
    from core.store import doubts as kept

    run = asked.record.id
    try:
        found = doubt(
            asked.classifier,
            asked.rows,
            acquaintance(run),
            settings=kept.get(run, arrays=resources.predictions(run)),
            proba=asked.proba[None],
        )[0]
    except WarmstartError as error:
        st.caption(shell.plain(error.words))
        return
    if not found.reasons:
        return
    reasons = "\n".join(f"- {shell.plain(reason)}" for reason in found.reasons)
    if found.knows:
        st.warning(reasons, title="Take this with care.", icon=":material/help:")
    else:
        st.warning(reasons, title="I don't know.", icon=":material/help:")
