"""Looking for a learning rate before a training starts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from core.data.dataset import Dataset
from ui import charts, faults, resources

_KEY = "ft_gradient_learning_rate"
_USED = ("loss", "optimiser", "momentum", "l2", "clip", "batch_size")


def offer(
    dataset: Dataset,
    model: str | None,
    settings: Mapping[str, Any],
    *,
    labels_per_class: int | None,
    seed: int,
) -> None:
    """A button that tries learning rates on the labelled rows, and what came of it.

    Parameters
    ----------
    dataset : Dataset
        Its first draw of labels is looked at.
    model : str or None
        Id of a pretrained model; None for the baseline.
    settings : mapping
        Of the gradient head.
    labels_per_class, seed
        As the run would have them.
    """
    used = tuple((name, settings[name]) for name in _USED)
    asked = (dataset.fingerprint, model or "", used, labels_per_class, seed)
    with st.popover("Find a learning rate", icon=":material/monitoring:", width="content"):
        st.markdown(
            "A hundred steps on the labelled rows, each at a higher rate than the last. Where the "
            "loss falls fastest is a good rate; where it turns up again it is too high."
        )
        if st.button("Try rates", key="ft_rates"):
            st.session_state["ft_rates_asked"] = asked
        if st.session_state.get("ft_rates_asked") != asked:
            return
        with faults.shown():
            from core.figures.rates import rate_sweep

            found = _sweep(*asked)
            charts.draw(rate_sweep(found), key="ft_rates_chart")
            st.button(
                f"Use {found.suggested:.2g}",
                key="ft_rates_use",
                type="primary",
                on_click=_use,
                args=(float(f"{found.suggested:.2g}"),),
            )
            st.caption(
                f"Left empty, {found.automatic:.2g} is used: half of what is stable on these rows, "
                "which is careful."
            )


def _use(rate: float) -> None:
    st.session_state[_KEY] = rate


@st.cache_data(max_entries=8, show_spinner="Trying learning rates")
def _sweep(
    fingerprint: str,
    model: str,
    used: tuple[tuple[str, Any], ...],
    labels_per_class: int | None,
    seed: int,
) -> Any:
    from core.finetune.draws import draw_labels
    from core.finetune.rate_finder import find_rate
    from core.finetune.training import TrainingSettings
    from core.jobs.encoders import baseline

    dataset = resources.dataset(fingerprint)
    labels = np.asarray(dataset.labels)[dataset.train_rows]
    drawn = draw_labels(labels, labels_per_class, seed=seed)
    encoder = resources.encoder(model) if model else baseline(dataset, None).encoder
    rows = encoder.transform(dataset.take(dataset.train_rows[drawn]))
    classes, codes = np.unique(labels[drawn], return_inverse=True)
    return find_rate(rows, codes, len(classes), TrainingSettings.of(dict(used)), seed=seed)
