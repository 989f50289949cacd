"""The library of pretrained models."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.pretrain import methods
from core.store import models
from core.store.records import DatasetRecord, ModelRecord
from ui import continuing, deleting, shell
from ui.wording import ago, duration, megabytes


def method_title(record: ModelRecord) -> str:
    """The method's name for people; its key where this version no longer has it."""
    method = methods().get(record.method)
    return method.title if method else record.method


def show(data: DatasetRecord) -> None:
    """The models that fit the data set at hand, to open, rename and delete."""
    st.header("Library of pretrained models", anchor=False)
    records = models.list_all(modality=data.modality)
    if not records:
        st.caption(
            "Nothing has been pretrained on this kind of data yet. The first one starts above."
        )
        return
    table = pd.DataFrame(
        [
            {
                "Name": r.name,
                "Method": method_title(r),
                "Learned from": r.dataset_title,
                "Rows": r.rows,
                "Numbers a row": r.dimensions,
                "Took": duration(r.seconds),
                "On disk": megabytes(r.bytes / 2**20),
                "When": ago(r.created),
            }
            for r in records
        ]
    )
    names = {r.id: r.name for r in records}
    if any(r.parent for r in records):
        table.insert(3, "Continues", [names.get(r.parent or "", "") for r in records])
    event = st.dataframe(
        table,
        hide_index=True,
        key="pt_library",
        on_select="rerun",
        selection_mode="single-row",
        alt="Pretrained models with method, data, size and age.",
    )
    picked = event["selection"]["rows"]  # type: ignore[index]
    if not picked or picked[0] >= len(records):
        st.caption("Select a model to see what it learned, rename it, delete it or fine-tune it.")
        return
    actions(records[picked[0]])


def actions(record: ModelRecord, *, opened: bool = False) -> None:
    """The buttons for one model."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if not opened and st.button(
            "See what it learned", type="primary", icon=":material/visibility:", key="pt_see"
        ):
            shell.go("pretrain", model=record.id)
        if st.button("Fine-tune it", icon=":material/tune:", key="pt_finetune"):
            st.session_state["ft_model"] = record.id
            shell.go("finetune", data=record.dataset[:12])
        continuing.popover(record)
        with st.popover("Rename", icon=":material/edit:"):
            name = st.text_input(
                "New name", value=record.name, max_chars=80, key=f"pt_rename_{record.id}"
            )
            if st.button("Save the name", type="primary", key="pt_rename_save"):
                models.rename(record.id, name or "")
                st.rerun()
        with deleting.popover():
            st.markdown(
                f"Delete **{shell.plain(record.name)}** from the library? Runs that used it keep "
                "their reports and classifiers. This cannot be undone."
            )
            if deleting.button("Delete for good", key="pt_delete"):
                models.delete(record.id)
                st.toast("The model is deleted.", icon=":material/delete:")
                shell.go("pretrain")
