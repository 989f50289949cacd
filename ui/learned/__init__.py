"""What a pretrained model learned: one file here for each kind of insight a method declares."""

from __future__ import annotations

import importlib

import streamlit as st

from core.figures import training
from core.pretrain import get_method
from core.store.records import ModelRecord
from ui import charts, continuing, library, resources, shell
from ui.learned import coverage
from ui.wording import ago, duration, megabytes, number


def show(record: ModelRecord) -> None:
    """The page of one model."""
    method = get_method(record.method)
    st.header(shell.plain(record.name), anchor=False)
    after = ", after what it had learned before" if record.parent else ""
    st.caption(
        f"{method.title} · learned from {number(record.rows)} rows of {shell.plain(record.dataset_title)} "
        f"without their labels{after} · {number(record.dimensions)} numbers a row · {duration(record.seconds)} · "
        f"{megabytes(record.bytes / 2**20)} on disk · {ago(record.created)}"
    )
    library.actions(record, opened=True)
    continuing.descent(record)
    if method.insight:
        importlib.import_module(f"ui.learned.{method.insight}").show(record)
    losses = getattr(resources.encoder(record.id), "losses_", ())
    if len(losses) > 1:
        st.subheader("How the learning went", anchor=False)
        points = [{"pass_": i + 1, "train_loss": float(v)} for i, v in enumerate(losses)]
        held_out = getattr(resources.encoder(record.id), "validation_losses_", ())
        for point, loss in zip(points, held_out, strict=False):
            point["validation_loss"] = float(loss)
        charts.draw(training.losses(points), key="pt_losses")
    if not method.insight and not method.baseline:
        coverage.show(record)
        st.info(method.learns, icon=":material/straighten:")
    elif not method.insight:
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
