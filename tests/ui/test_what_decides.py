"""The report's section on what decides, for each kind of rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.ui.test_pages import calm, words
from tests.ui.test_predict import _made, made, table_with  # noqa: F401 - fixtures
from ui import heat

App = Callable[..., Any]
WHY = {"ev_tab": "Why"}


def test_words_for_and_against(app: App, made: dict[str, str]) -> None:  # noqa: F811
    at = calm(app("evaluate", session=WHY, run=made["text"]))
    (table,) = (one.value for one in at.table if "Speak for it" in one.value)
    assert table["Class"].tolist() == ["fruit", "music", "space"]
    music = "violin guitar piano drum melody chord concert rhythm song tune band chorus".split()
    speaking = re.findall(r":gray-badge\[(.+?)\]", table["Speak for it"][1])
    assert speaking
    assert set(speaking) <= set(music)
    against = re.findall(r":gray-badge\[(.+?)\]", table["Speak against it"][1])
    assert against
    assert not set(against) & set(music)
    assert "Exact: these are the classifier's own weights" in words(at)
    at.selectbox(key="ev_class_words_of").select_index(2).run()
    calm(at)


def test_words_by_leaving_them_out(app: App, made: dict[str, str]) -> None:  # noqa: F811
    at = calm(app("evaluate", session=WHY, run=made["clusters"]))
    assert "training texts: how much the logarithm" in words(at)


@pytest.mark.parametrize(
    ("run", "said"), [("table", "Exact parts of the score"), ("tree", "Sampled parts of")]
)
def test_columns(app: App, made: dict[str, str], run: str, said: str) -> None:  # noqa: F811
    at = calm(app("evaluate", session=WHY, run=made[run]))
    assert said in words(at)
    assert "Partial dependence" in words(at)
    at.selectbox(key="ev_column").set_value("colour").run()
    calm(at)


def test_pictures(app: App, made: dict[str, str]) -> None:  # noqa: F811
    at = calm(app("evaluate", session=WHY, run=made["patches"]))
    assert "The parts add up to the score exactly" in words(at)
    at.selectbox(key="ev_pictures_of").select_index(1).run()
    calm(at)


def test_without_the_data_set(
    app: App,
    made: dict[str, str],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from core.errors import NotFound
    from core.store import datasets

    def gone(fingerprint: str) -> Any:
        raise NotFound("There is no such data set.")

    monkeypatch.setattr(datasets, "load", gone)
    at = app("evaluate", session=WHY, run=made["text"])
    assert "there are no training rows to look at" in words(calm(at))


def test_a_map_over_a_picture() -> None:
    picture = np.array([[0, 255], [0, 255]], dtype=np.uint8)
    values = np.array([[1.0, 0.0], [-0.25, 0.0]])
    drawn = heat.over(picture, values, size=4)
    assert drawn.shape == (4, 4, 3)
    red, _, blue = (int(v) for v in drawn[0, 0])
    assert blue > red  # speaks for it
    red, _, blue = (int(v) for v in drawn[3, 0])
    assert red > blue  # against it
    assert drawn[0, 3].tolist() == [225, 225, 225]
    assert heat.over(np.zeros((2, 2, 3)), np.zeros((2, 2))).max() == 45
