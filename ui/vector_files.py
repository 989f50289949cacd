"""The widget for a setting that is a file: choose a kept one, or bring a new one."""

from __future__ import annotations

import streamlit as st

from core.params import Param
from core.store import vector_files
from ui import deleting, faults, shell
from ui.wording import ago, megabytes

_LARGEST = 500  # MB; an upload lies in memory until it is kept


def choose(param: Param, key: str, start: str = "") -> str:
    """Draw an uploader and the kept files; returns the id of the chosen one, or "".

    Parameters
    ----------
    param : Param
        Of the kind "file"; its choices are the endings that names may have.
    key : str
        Of the widgets.
    start : str
        The id chosen at first.
    """
    turn = st.session_state.setdefault(f"{key}_turn", 0)
    upload = st.file_uploader(
        f"Bring a {param.title[0].lower()}{param.title[1:]}",
        type=[ending.lstrip(".") for ending in param.choices] or None,
        key=f"{key}_upload_{turn}",
        max_upload_size=_LARGEST,
        help=f"{param.help} It stays on this server and is kept for next time.",
    )
    if upload is not None:
        with faults.shown():
            kept = vector_files.add(upload, upload.name)
            st.session_state[key] = kept.id
            st.session_state[f"{key}_turn"] = turn + 1  # a fresh uploader lets go of its memory
            st.toast(f"{shell.plain(kept.name)} is kept.", icon=":material/check:")
            st.rerun()
    files = {one.id: one for one in vector_files.list_all() if _fits(one.name, param)}
    if not files:
        st.caption(
            f"No such file is kept yet. For one above {_LARGEST} MB on this server, name its path "
            f"in a shell: `--set {param.name}=/path/to/file`."
        )
        return ""
    options = list(files)
    if st.session_state.get(key) not in files:
        st.session_state.pop(key, None)  # deleted meanwhile
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen: str = st.selectbox(
            param.title,
            options,
            index=options.index(start) if start in files else 0,
            format_func=lambda one: (
                f"{files[one].name} · {megabytes(files[one].bytes / 2**20)} · {ago(files[one].added)}"
            ),
            key=key,
            help=param.help,
            persist_state="session",
        )
        with deleting.popover():
            st.markdown(
                f"Delete **{shell.plain(files[chosen].name)}** from this server? Models that were "
                "made from it stay."
            )
            if deleting.button("Delete it", key=f"{key}_delete"):
                vector_files.delete(chosen)
                st.rerun()
    return chosen


def _fits(name: str, param: Param) -> bool:
    return not param.choices or name.lower().endswith(param.choices)
