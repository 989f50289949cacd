"""Bring a table of one's own: say what a row is and which column is what."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.data.columns import guess_columns, guess_domain, guess_group
from core.data.features import FeatureChoice, choose_features
from core.data.reading import Table, read_table
from core.data.table import dataset_from_table
from ui import shell
from ui.wording import number, plural

NONE = "(none)"
WAYS = {"text": "One text a row", "values": "A table of values"}


@st.cache_resource(max_entries=4, show_spinner="Reading the file")
def _read(file_id: str, name: str, _content: Any) -> Table:
    return read_table(_content.getvalue(), name)


@st.cache_data(max_entries=16, show_spinner="Looking at the columns")
def _features(file_id: str, taken: tuple[str | None, ...], _frame: Any) -> FeatureChoice:
    return choose_features(_frame, list(taken))


def draw(upload: Any) -> None:
    """Let the person say which column is what, with a preview, and make the data set."""
    from core.store import datasets

    name = upload.name
    table = _read(upload.file_id, name, upload)
    frame = table.frame
    guess = guess_columns(frame)
    columns = [str(column) for column in frame.columns]
    for note in table.notes:
        st.caption(f":material/info: {shell.plain(note)}")
    way = st.segmented_control(
        "What a row is",
        list(WAYS),
        default="values" if guess.tabular else "text",
        required=True,
        format_func=WAYS.get,
        key=f"data_row_{name}",
        help="A text to classify, such as a message; or values to classify together, such as the "
        "measurements of a flower or the answers of a person.",
    )
    with st.grid(3, min_column_width=200):
        text = None
        if way == "text":
            text = st.selectbox(
                "Text column",
                columns,
                index=columns.index(guess.text) if guess.text in columns else 0,
                key=f"data_text_{name}",
                help="What is to be classified.",
            )
        label = _column("Label column", columns, guess.label, f"data_label_{name}",
            "Rows where it is empty are learned from without labels.")  # fmt: skip
        split = _column("Split column", columns, guess.split, f"data_split_{name}",
            "Says train or test. Without one, a quarter of the labelled rows is kept for the "
            "test: each class in proportion, duplicates on one side.")  # fmt: skip
        domain = _column("Domain column", columns, guess_domain(frame, text, label, split),
            f"data_domain_{name}",
            "Where a row is from, such as a shop or a year: to see how domains differ and to adapt "
            "across them. None is needed.")  # fmt: skip
        taken = (text, label, split, domain)
        group = _column("Rows that belong together", columns, guess_group(frame, *taken),
            f"data_group_{name}",
            "What a row belongs to, such as a speaker, a patient or a document. All rows of one "
            "stay on the same side of the split and of every fold, so that the score is that of "
            "speakers or patients not seen before. Rows without a value stand alone. None is "
            "needed.")  # fmt: skip
    features = None
    if way == "values":
        features = _choose(upload, frame, columns, (label, split, domain, group))
    _preview(frame, features)
    if st.button("Use this file", type="primary", key="data_use"):
        dataset = dataset_from_table(
            table,
            text_column=text,
            feature_columns=features,
            label_column=label,
            split_column=split,
            domain_column=domain,
            group_column=group,
            name=name,
        )
        kept = datasets.save(dataset)
        shell.use_data(kept.fingerprint)
        shell.go("data", data=kept.fingerprint[:12])


def _column(title: str, columns: list[str], guess: str | None, key: str, help: str) -> str | None:
    """Ask for a column that need not be there."""
    chosen = st.selectbox(
        title,
        [NONE, *columns],
        index=columns.index(guess) + 1 if guess in columns else 0,
        key=key,
        help=help,
    )
    return None if chosen == NONE else chosen


def _choose(
    upload: Any, frame: Any, columns: list[str], taken: tuple[str | None, ...]
) -> list[str]:
    """Ask for the columns of values, and say why some were left out."""
    found = _features(upload.file_id, taken, frame)
    free = [column for column in columns if column not in taken]
    chosen = st.multiselect(
        "Columns to learn from",
        free,
        default=found.columns,
        # another label makes another choice
        key=f"data_features_{upload.name}_{'_'.join(map(str, taken))}",
        help="Numbers, dates, yes and no, and categories. What is written as numbers is read as "
        "numbers, empty cells as missing. All other columns are kept beside the rows.",
    )
    left = {name: why for name, why in found.left_out.items() if name not in chosen}
    if left:
        said = "; ".join(f"**{shell.plain(name)}** ({why})" for name, why in list(left.items())[:6])
        more = f"; and {plural(len(left) - 6, 'more')}" if len(left) > 6 else ""
        st.caption(f":material/info: Left out: {said}{more}. Choose them above to take them.")
    return list(chosen)


def _preview(frame: Any, features: list[str] | None) -> None:
    shown = frame.head(8)
    if features:
        shown = shown[[*features, *(column for column in shown.columns if column not in features)]]
    st.dataframe(shown, hide_index=True, key="data_preview", alt="First rows of the file.")
    st.caption(
        f"{number(len(frame))} rows, {len(frame.columns)} columns. The first eight are shown."
    )
