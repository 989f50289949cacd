"""What is asked about: a text, a picture or a table row, ready to be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st

from core.data.dataset import Dataset
from core.store.records import RunRecord
from core.types import Rows
from ui import faults, resources, rows, shell

if TYPE_CHECKING:
    from core.finetune.classifier import Classifier

_MAX_CHARACTERS = 20_000
#: Examples are looked for among so many test rows; up to so many characters are short, and of
#: longer ones so few are taken.
_LOOKED_AT, _AT_A_GLANCE, _FEW = 500, 240, 20
#: So many columns of a table are laid out to be changed at first.
_SHOWN = 16


def _arriving(record: RunRecord, dataset: Dataset) -> int | None:
    """The row that the address asks for, the first time that it does."""
    asked = st.query_params.get("row", "")
    seen = f"pr_arrived_{record.id}"
    if not asked.isdigit() or st.session_state.get(seen) == asked:
        return None
    st.session_state[seen] = asked
    return int(asked) if int(asked) < len(dataset) else None


def a_text(record: RunRecord, dataset: Dataset | None) -> tuple[Rows, str] | None:
    """A text to write or change: empty at first, or the row asked for in the address."""
    key, named = f"pr_text_{record.id}", f"pr_example_{record.id}"
    index = None if dataset is None else _arriving(record, dataset)
    if index is not None and dataset is not None:
        st.session_state[key] = _words_of(dataset, index)
        st.session_state[named] = index
    text = st.text_area(
        "Text",
        key=key,
        height=120,
        max_chars=_MAX_CHARACTERS,
        persist_state="session",
        placeholder="Write or paste a text of your own.",
        help="Change it and leave the field, or press Ctrl+Enter: the answer follows.",
    )
    empty = not text or not text.strip()
    with st.container(horizontal=True):
        # leaving the field is enough; whoever looks for a button finds one
        st.button(
            "Classify", type="primary", icon=":material/play_arrow:", key=f"pr_ask_{record.id}"
        )
        if dataset is not None and len(dataset.test_rows):
            st.button(
                "Try a row of the data",
                icon=":material/shuffle:",
                key=f"pr_try_{record.id}",
                on_click=_next_example,
                args=(record, dataset),
            )
        if not empty:
            st.button(
                "Clear",
                icon=":material/backspace:",
                key=f"pr_clear_{record.id}",
                on_click=put_text,
                args=(record, ""),
            )
    if empty:
        st.caption("Write or paste a text to see its class, and which of its words decide.")
        return None
    index = st.session_state.get(named)
    if index is not None and dataset is not None and text == _words_of(dataset, index):
        label = rows.label_of(dataset, index)
        st.caption(f"Row {index} of the data set, labelled {shell.plain(label)}.")
    return np.array([text], dtype=object), ""


def _words_of(dataset: Dataset, index: int) -> str:
    return str(dataset.take(np.array([index]))[0])[:_MAX_CHARACTERS]


def _next_example(record: RunRecord, dataset: Dataset) -> None:
    """Put the next of the examples into the field."""
    examples = _examples(dataset.fingerprint)
    key = f"pr_example_{record.id}"
    before = st.session_state.get(key)
    place = examples.index(before) + 1 if before in examples else 0
    index = examples[place % len(examples)]
    st.session_state[key] = index
    put_text(record, _words_of(dataset, index))


@st.cache_data(max_entries=16, show_spinner=False)
def _examples(fingerprint: str) -> list[int]:
    """Test rows to try: those short enough to be read at a glance, where there are any."""
    dataset = resources.dataset(fingerprint)
    first = dataset.test_rows[:_LOOKED_AT]
    lengths = np.array([len(str(text).strip()) for text in dataset.take(first)])
    found = first[(lengths > 0) & (lengths <= _AT_A_GLANCE)]
    if not len(found):  # all are long: the shortest of them
        some = np.flatnonzero(lengths > 0)
        found = first[some[np.argsort(lengths[some], kind="stable")][:_FEW]]
    return [int(index) for index in found] or [int(first[0])]


def _place(record: RunRecord, dataset: Dataset) -> int:
    """The test row that is chosen."""
    test, key = dataset.test_rows, f"pr_row_{record.id}"
    index = _arriving(record, dataset)
    if index is not None and index in test:
        st.session_state[key] = int(np.flatnonzero(test == index)[0]) + 1
    elif key not in st.session_state:
        st.session_state[key] = 1
    place = st.number_input(
        f"Test row, 1 to {len(test):,}",
        min_value=1,
        max_value=len(test),
        step=1,
        key=key,
        persist_state="session",
    )
    return int(test[min(int(place or 1), len(test)) - 1])


def a_picture(
    record: RunRecord, classifier: Classifier, dataset: Dataset | None
) -> tuple[Rows, str] | None:
    """A test picture, or one of one's own."""
    from core.jobs.picture_predictions import read_picture

    choices, own = st.columns([1, 2])
    with own:
        upload = st.file_uploader(
            "Or a picture of your own",
            type=["png", "jpg", "jpeg"],
            key=f"pr_picture_{record.id}",
        )
    image: Any = None
    about = "Your picture, as the model sees it."
    if upload is not None:
        with faults.shown():
            image = read_picture(classifier, upload.getvalue(), upload.name)
            swapped = st.toggle(
                "Swap light and dark",
                key=f"pr_swap_{record.id}",
                help="For drawings in dark ink, where the model learned from light ones on dark.",
            )
            image = 255 - image if swapped else image
    with choices:
        if dataset is not None:
            index = _place(record, dataset)
            if image is None and upload is None:
                image = dataset.take(np.array([index]))[0]
                about = f"Row {index} of the data set, labelled {rows.label_of(dataset, index)}."
        elif image is None:
            st.caption("Its data set was deleted. Bring a picture to see its class.")
    if image is None:
        return None
    return np.asarray(image)[None], about


def a_table_row(record: RunRecord, dataset: Dataset | None) -> tuple[Rows, str] | None:
    """A test row, each of its columns ready to be changed."""
    if dataset is None:
        st.caption("Its data set was deleted, and with it what its columns may hold. Bring a file.")
        return None
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    with left:
        index = _place(record, dataset)
    row: pd.DataFrame = dataset.take(np.array([index]))  # type: ignore[assignment]
    names = list(row.columns)
    prefix = f"pr_value_{record.id}_{index}_"
    with right:
        shown = names
        if len(names) > _SHOWN:
            shown = st.multiselect(
                "Columns to change",
                names,
                default=names[:_SHOWN],
                format_func=str,
                key=f"pr_columns_{record.id}",
            )
    made = {}
    with st.grid(4, min_column_width=150):
        for name in names:
            if name in shown:
                made[name] = _input(dataset, name, row[name].iloc[0], f"{prefix}{name}")
    changed = row.copy()
    for name, value in made.items():
        changed[name] = _column(value, row[name])
    differ = [name for name in names if not _same(changed[name].iloc[0], row[name].iloc[0])]
    about = f"Row {index} of the data set, labelled {shell.plain(rows.label_of(dataset, index))}"
    with st.container(horizontal=True, vertical_alignment="center"):
        if differ:
            st.caption(f"{about}; changed: {shell.plain(', '.join(map(str, differ)))}.")
            st.button(
                "Back to the row as it is",
                icon=":material/undo:",
                key=f"pr_undo_{record.id}",
                on_click=_forget,
                args=(prefix,),
            )
        else:
            st.caption(f"{about}. Change a value, and the answer follows.")
    return changed, ""


def put_text(record: RunRecord, text: str) -> None:
    """Put a text into its field."""
    st.session_state[f"pr_text_{record.id}"] = text


def put_values(record: RunRecord, dataset: Dataset, values: dict[str, Any]) -> None:
    """Put values into the fields of the table row that is shown."""
    place = int(st.session_state.get(f"pr_row_{record.id}") or 1)
    index = int(dataset.test_rows[place - 1])
    for name, value in values.items():
        st.session_state[f"pr_value_{record.id}_{index}_{name}"] = _widget_value(value)
    shown = f"pr_columns_{record.id}"
    if shown in st.session_state:  # wide tables show some columns alone
        new = [name for name in values if name not in st.session_state[shown]]
        st.session_state[shown] = [*st.session_state[shown], *new]


def _input(dataset: Dataset, column_name: Any, value: Any, key: str) -> Any:
    """One input, by what the column holds; empty is missing."""
    kinds = pd.api.types
    column = dataset.rows[column_name]
    name = shell.plain(str(column_name))
    if _beyond(value):
        from core.explain.dependence import as_written

        st.text_input(
            name,
            as_written(value),
            disabled=True,
            key=f"{key}_fixed",
            help="Beyond what an input can hold.",
        )
        return value
    if key not in st.session_state:
        st.session_state[key] = _widget_value(value)
    if kinds.is_bool_dtype(column.dtype):
        return st.selectbox(
            name, [True, False], format_func=_yes_no, key=key, persist_state="session"
        )
    if kinds.is_datetime64_any_dtype(column.dtype):
        day = st.date_input(
            name, key=key, min_value=_DAYS[0], max_value=_DAYS[1], persist_state="session"
        )
        return pd.NaT if day is None else _with_time(day, value)
    if kinds.is_numeric_dtype(column.dtype):
        whole = kinds.is_integer_dtype(column.dtype)
        step = {"step": 1} if whole else {"step": _step(column), "format": "%.6g"}
        found = st.number_input(
            name, key=key, placeholder="missing", persist_state="session", **step
        )  # type: ignore[call-overload]
        return np.nan if found is None else found
    options = _commonest(dataset.fingerprint, str(column_name))
    if value is not None and not pd.isna(value) and str(value) not in options:
        options = [str(value), *options]
    found = st.selectbox(
        name,
        options,
        key=key,
        accept_new_options=True,
        placeholder="missing",
        format_func=str,
        persist_state="session",
    )
    return None if found is None or found == "" else found


@st.cache_data(max_entries=256, show_spinner=False)
def _commonest(fingerprint: str, name: str) -> list[str]:
    """The commonest categories of a column."""
    column = resources.dataset(fingerprint).rows[name]
    return [str(value) for value in column.dropna().astype(str).value_counts().index[:100]]


def _beyond(value: Any) -> bool:
    """Whether a value is out of the range of its widget: browsers count to 2 to the 53rd."""
    if isinstance(value, pd.Timestamp):
        return not _DAYS[0] <= value.date() <= _DAYS[1]
    return isinstance(value, int | np.integer) and abs(int(value)) >= 2**53


_DAYS = (pd.Timestamp("1800-01-01").date(), pd.Timestamp("2200-12-31").date())


def _widget_value(value: Any) -> Any:
    """A cell as its widget holds it."""
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date()
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, np.floating):
        return float(value)
    return value if isinstance(value, bool | int | float) else str(value)


def _column(value: Any, like: pd.Series) -> pd.Series:
    """One cell as a column of the same type where the value fits in."""
    try:
        return pd.Series([value], name=like.name, dtype=like.dtype)
    except (TypeError, ValueError):  # a missing value among whole numbers, say
        return pd.Series([value], name=like.name)


def _with_time(day: Any, before: Any) -> pd.Timestamp:
    moment = pd.Timestamp(day)
    if isinstance(before, pd.Timestamp) and not pd.isna(before):
        moment += before - before.normalize()
    return moment


def _step(column: pd.Series) -> float:
    spread = float(column.std(skipna=True) or 1.0)
    return float(10.0 ** np.floor(np.log10(spread / 5))) if np.isfinite(spread) and spread else 1.0


def _yes_no(value: bool) -> str:
    return "yes" if value else "no"


def _same(one: Any, other: Any) -> bool:
    if pd.isna(one) or pd.isna(other):
        return bool(pd.isna(one) and pd.isna(other))
    return bool(one == other)


def _forget(prefix: str) -> None:
    for key in [key for key in st.session_state if str(key).startswith(prefix)]:
        del st.session_state[key]
