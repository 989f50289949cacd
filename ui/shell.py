"""What every page calls first: page config, sign-in gate, title, and the data set at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui.site import BY_KEY, Place
from ui.wording import number, plural

if TYPE_CHECKING:
    from core.store.records import DatasetRecord

#: How each kind of row is called.
ROWS = {"text": ("text", "texts"), "image": ("image", "images"), "tabular": ("row", "rows")}


def start(key: str, *, title: str | None = None, intro: bool = True) -> Place:
    """Open a page: browser title, sign-in gate, and unless ``intro`` is off its heading.

    Every page calls this first, so that a page is guarded whichever way it was reached.
    """
    place = BY_KEY[key]
    st.set_page_config(
        page_title=f"{title or place.title} · Warmstart",
        page_icon=":material/rocket_launch:",
        layout="wide",
    )
    _gate()
    if intro:
        st.title(title or place.title, anchor=False)
        st.markdown(place.purpose)
    return place


def _gate() -> None:
    """Stop here until the person has signed in, where the installation asks for that."""
    signed_in = getattr(st.user, "is_logged_in", None)
    if signed_in is False:  # None: no sign-in is configured
        st.title("Warmstart", anchor=False)
        st.markdown("This installation asks you to sign in first.")
        st.button("Sign in", type="primary", icon=":material/login:", on_click=st.login)
        st.stop()


def frame() -> None:
    """What stands beside every page: the data set at hand and the work under way."""
    from core.errors import WarmstartError
    from core.store import runs

    with st.sidebar:
        try:
            record = current_data()
            busy = runs.list_all(states=["running", "queued"], limit=20, brief=True)
        except WarmstartError:
            # The page itself says what is wrong with the home folder.
            return
        if record is not None:
            st.caption("Data set")
            st.markdown(f"**{_plain(record.title)}** · {size_of(record)}")
        if busy:
            st.page_link(
                BY_KEY["runs"].file,
                label=f"{plural(len(busy), 'job')} under way",
                icon=":material/progress_activity:",
            )
        st.caption("Everything stays on this server.")


def size_of(record: DatasetRecord) -> str:
    """A data set in a few words: 18,846 texts · 20 classes."""
    one, many = ROWS[record.modality]
    text = f"{number(record.rows)} {one if record.rows == 1 else many}"
    if record.classes:
        text += f" · {plural(len(record.classes), 'class', 'classes')}"
    return text


def current_data() -> DatasetRecord | None:
    """The data set that the address or this session names, if the home folder has it."""
    asked = st.query_params.get("data") or _data_of_run() or st.session_state.get("data")
    if not asked:
        return None
    from core.store import datasets  # late: it brings pandas, and the first page needs none

    # Addresses carry the first 12 characters: short enough to send, long enough to be unique.
    for record in datasets.list_all():
        if record.fingerprint.startswith(asked) and len(asked) >= 8:
            st.session_state["data"] = record.fingerprint
            return record
    return None


def _data_of_run() -> str | None:
    """The data set of the run that the address names."""
    from core.errors import NotFound
    from core.store import runs

    asked = st.query_params.get("run")
    if not asked:
        return None
    try:
        return runs.get(asked).dataset
    except NotFound:  # the page says so
        return None


def use_data(fingerprint: str) -> None:
    """Make a data set the one at hand."""
    st.session_state["data"] = fingerprint
    if "data" in st.query_params:
        st.query_params["data"] = fingerprint[:12]


def say_if_unknown() -> None:
    """Say so where the address names a data set that is not here."""
    asked = st.query_params.get("data")
    if asked:
        st.warning(
            "It may have been deleted, or the address is of another server.",
            title=f"There is no data set {asked!r} here.",
        )


def need_data() -> DatasetRecord:
    """The data set at hand; without one the page stops with the ways to get one."""
    record = current_data() or _loaded()
    if record is None:
        from core.store import datasets

        say_if_unknown()
        with st.container(border=True):
            st.markdown("**No data set is open yet.**")
            for kept in datasets.list_all()[:3]:
                st.button(
                    f"Open {_plain(kept.title)} · {size_of(kept)}",
                    key=f"open_{kept.fingerprint[:12]}",
                    on_click=_open,
                    args=(kept.fingerprint,),
                )
            st.markdown(
                "Open a built-in set or bring a file of your own; this page goes on from there."
            )
            next_step("Choose data", "data", icon=":material/database:")
        st.stop()
    st.query_params["data"] = record.fingerprint[:12]
    return record


def _open(fingerprint: str) -> None:
    st.session_state["data"] = fingerprint
    st.query_params["data"] = fingerprint[:12]


def _loaded() -> DatasetRecord | None:
    """The data set that this session began to load and left to its worker."""
    from core.errors import NotFound
    from core.store import datasets, runs

    try:
        run = runs.get(st.session_state.get("loading") or "")
        if run.live:
            st.info(f"{_plain(run.name)} is being opened.", icon=":material/hourglass:")
            next_step("See how far it is", "data", run=run.id)
            st.stop()
        record = datasets.get(run.dataset or "")
    except NotFound:
        return None
    use_data(record.fingerprint)
    return record


def next_step(label: str, key: str, *, icon: str | None = None, **params: str) -> None:
    """A link to another page with choices carried along."""
    st.page_link(
        BY_KEY[key].file, label=label, icon=icon or BY_KEY[key].icon, query_params=params or None
    )


def go(key: str, **params: str) -> None:
    """Leave for another page."""
    st.switch_page(BY_KEY[key].file, query_params=params or None)


def plain(text: str) -> str:
    """Text of strangers for places that read Markdown: nothing in it is markup."""
    return _plain(text)


def _plain(text: str) -> str:
    return "".join("\\" + c if c in "\\`*_{}[]()#+-.!|<>~$:&" else c for c in text)
