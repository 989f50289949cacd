from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest

from ui.word_lists import badges


def test_words_of_strangers_are_no_markup() -> None:
    assert badges(["a_b", "c]"]) == ":gray-badge[a\\_b] :gray-badge[c\\]]"
    assert badges([]) == ""


def page() -> None:
    from ui import word_lists

    word_lists.table({"Class": ["*x*", "y"], "Words": [["one", "two"], []]}, alt="Words.")


def test_a_table_of_words() -> None:
    at: Any = AppTest.from_function(page, default_timeout=60).run()
    assert not at.exception
    (table,) = at.table
    assert table.value["Class"].tolist() == ["\\*x\\*", "y"]
    assert table.value["Words"].tolist() == [":gray-badge[one] :gray-badge[two]", ""]
