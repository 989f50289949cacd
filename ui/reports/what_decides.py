"""What decides over many rows: words for and against each class, columns, places of pictures."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.errors import WarmstartError
from core.evaluate.results import Evaluation
from core.store.records import RunRecord
from ui import charts, resources, shell, word_lists
from ui.reports.base import Section
from ui.reports.decides import columns, pictures, words
from ui.wording import number, plural

#: Of more classes than these the table scrolls, at so many pixels.
_FEW, _TALL = 6, 480


def absent(record: RunRecord, evaluation: Evaluation) -> str | None:
    """The data set says what rows look like; words alone may do without it."""
    try:
        resources.dataset(record.dataset or "")
    except WarmstartError:
        return "Its data set was deleted, so there are no training rows to look at."
    return None


def draw(record: RunRecord, evaluation: Evaluation) -> None:
    """By the kind of the rows."""
    from core.jobs.handing_over import modality_of

    modality = modality_of(record)
    if modality == "text":
        _words(record)
    elif modality == "image":
        _pictures(record)
    else:
        _columns(record)
    shell.next_step("What decided for one row?", "predict", run=record.id)


def _words(record: RunRecord) -> None:
    from core.figures.contributions import class_words

    classifier = resources.classifier(record.id)
    found = words(f"{record.id}|{classifier.temperature!r}", record.id)
    names = classifier.classes
    word_lists.table(
        {
            "Class": [names[one.label] for one in found.classes],
            "Speak for it": [[term for term, _ in one.speaking[:8]] for one in found.classes],
            "Speak against it": [[term for term, _ in one.opposing[:8]] for one in found.classes],
        },
        height=_TALL if len(found.classes) > _FEW else "content",
        alt="The strongest words for and against each class.",
    )
    if found.exact:
        told = (
            "Exact: these are the classifier's own weights, what a word adds to the score of the "
            "class where it stands once, before the length of the text is scaled away. Words in "
            f"fewer than {found.min_texts} texts of the pool are left out."
        )
    else:
        told = (
            f"Means over {plural(found.texts, 'training text')}: how much the logarithm of the "
            "class's probability falls when the word is left out (occlusion). This model has no "
            f"weights of words. Words in fewer than {found.min_texts} of these texts are left out."
        )
    st.caption(told)
    place = st.selectbox(
        "Class in detail",
        range(len(found.classes)),
        format_func=lambda i: names[found.classes[i].label],
        key="ev_class_words_of",
    )
    charts.draw(class_words(found.classes[place or 0], exact=found.exact), key="ev_class_bars")


def _columns(record: RunRecord) -> None:
    from core.figures.contributions import importance
    from core.figures.dependence import dependence
    from ui.reports.decides import follows

    classifier = resources.classifier(record.id)
    key = f"{record.id}|{classifier.temperature!r}"
    found = columns(key, record.id)
    st.markdown("**Which columns weigh most**")
    charts.draw(importance(found), key="ev_columns")
    st.caption(
        f"Mean size of what a column adds to the class that is answered, over "
        f"{plural(found.rows, 'training row')}. "
        + ("Exact parts of the score." if found.exact else "Sampled parts of the probability.")
    )
    st.markdown("**How the answer follows a column**")
    names = [name for name, _ in found.strongest()]
    known = [int(code) for code in classifier.head.classes_]
    with st.grid(2, min_column_width=200):
        column = st.selectbox("Column", names, key="ev_column")
        label = st.selectbox(
            "Probability of",
            known,
            index=len(known) - 1,
            format_func=lambda code: classifier.classes[code],
            key="ev_column_class",
        )
    code = known[-1] if label is None else int(label)
    one = follows(f"{key}|{column}|{code}", record.id, str(column), code)
    charts.draw(dependence(one, classifier.classes[code]), key="ev_dependence")
    st.caption(
        f"Partial dependence: the column is set to each value in {plural(one.rows, 'training row')}"
        ", all else as it is. Each grey line is a row."
    )


def _pictures(record: RunRecord) -> None:
    classifier = resources.classifier(record.id)
    known = [int(code) for code in classifier.head.classes_]
    code = st.selectbox(
        "Test pictures that it calls",
        known,
        format_func=lambda c: classifier.classes[c],
        key="ev_pictures_of",
    )
    chosen = known[0] if code is None else int(code)
    arrays = resources.predictions(record.id)
    said = arrays["test_proba"].argmax(axis=1)
    at = np.flatnonzero(said == chosen)
    if not len(at):
        st.caption("It calls no test picture that.")
        return
    # the surest ones first: they show the class as the classifier sees it
    at = at[np.argsort(-arrays["test_proba"][at, chosen], kind="stable")][:8]
    found = pictures(f"{record.id}|{chosen}", record.id, chosen, tuple(at.tolist()))
    names = classifier.classes
    with st.grid(4, min_column_width=140):
        for image, place in zip(found.images, at, strict=True):
            truth = names[int(arrays["test_labels"][place])]
            with st.container(gap="xxsmall"):
                st.image(
                    image,
                    width=160,
                    output_format="PNG",
                    alt=f"A test picture called {names[chosen]}, with what speaks for it in blue.",
                )
                row = int(arrays["test_rows"][place])
                wrong = "" if truth == names[chosen] else f", labelled {shell.plain(truth)}"
                st.caption(f"Row {number(row)}{wrong}")
    st.caption(
        "Blue speaks for the class, orange against it, in the test pictures it is surest of. "
        + (
            "The parts add up to the score exactly."
            if found.exact
            else "One square after another was covered (occlusion); the parts do not add up."
        )
    )


SECTION = Section(
    key="decides", group="explain", title="What decides", order=10, draw=draw, absent=absent
)
