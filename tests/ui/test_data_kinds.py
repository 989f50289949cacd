"""Pictures and tables on the Data page: bringing them, and the views that fit them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.data.pictures import dataset_from_pictures, read_pictures
from core.data.table import dataset_from_table
from core.store import datasets
from tests.core.data.picture_files import by_class, npz, png, zipped
from tests.ui.test_pages import calm, words
from ui import pictures

App = Callable[..., Any]


def keep_pictures(*, colour: bool = False, labels: bool = True) -> str:
    rng = np.random.default_rng(0)
    stack = rng.integers(0, 256, (60, 6, 5, *((3,) if colour else ()))).astype(np.uint8)
    given = {"y": np.arange(60) % 3} if labels else {}
    found = read_pictures(npz(X=stack, **given), "pictures.npz")
    return datasets.save(dataset_from_pictures(found, name="Pictures")).fingerprint


def keep_table(*, gaps: bool = True) -> str:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "age": rng.integers(20, 60, 80),
            "height": rng.normal(170, 10, 80),
            "job": rng.choice(["cook", "clerk", "nurse"], 80),
            "since": pd.date_range("2020-01-01", periods=80, freq="9D"),
            "class": np.arange(80) % 2,
        }
    )
    frame["twice"] = frame["height"] * 2
    if gaps:
        frame.loc[:9, ["age", "job"]] = None
    features = ["age", "height", "job", "since", "twice"]
    ds = dataset_from_table(frame, feature_columns=features, label_column="class", name="Table")
    return datasets.save(ds).fingerprint


def bring(app: App, name: str, content: bytes) -> Any:
    at = app("data", data_start="file")
    at.file_uploader[0].upload(name, content).run()
    return at


class TestBringing:
    def test_an_archive_of_pictures(self, app: App, home: Path) -> None:
        files = by_class(10) | {"a/broken.png": b"no"}
        at = calm(bring(app, "shapes.zip", zipped(files)))
        assert not at.error
        assert "21 pictures of 2 classes. Most have 4 × 4 pixels" in words(at)
        at.button(key="data_use_pictures").click().run()
        calm(at)
        (kept,) = datasets.list_all()
        assert (kept.modality, kept.rows, kept.classes) == ("image", 20, ("a", "b"))
        assert "as broken: 1 picture" in words(at).replace("\\", "")

    def test_a_size_can_be_chosen(self, app: App, home: Path) -> None:
        at = calm(bring(app, "shapes.zip", zipped(by_class(10))))
        at.number_input(key="data_side_shapes.zip").set_value(7).run()
        at.button(key="data_use_pictures").click().run()
        calm(at)
        (kept,) = datasets.list_all()
        assert datasets.load(kept.fingerprint).rows.shape == (20, 7, 7)

    def test_arrays(self, app: App, home: Path) -> None:
        images = np.random.default_rng(0).integers(0, 256, (30, 4, 4)).astype(np.uint8)
        content = npz(X_train=images, y_train=np.arange(30) % 2, X_test=images, y_test=[0, 1] * 15)
        at = calm(bring(app, "a.npz", content))
        assert "60 pictures of 2 classes, 30 of them for the test" in words(at)
        at.button(key="data_use_pictures").click().run()
        calm(at)
        assert datasets.list_all()[0].labelled_test == 30

    @pytest.mark.parametrize(
        ("name", "content", "said"),
        [
            ("bad.zip", b"no archive", "bad.zip is not a zip archive"),
            ("up.zip", zipped({"../x.png": png(np.zeros((2, 2), np.uint8))}), "points outside"),
            ("text.zip", zipped({"a.csv": b"a,b"}), "holds no PNG or JPEG pictures"),
            ("objects.npz", npz(X=np.array([None, 1], dtype=object)), "holds Python objects"),
        ],
    )
    def test_what_is_refused_is_explained(
        self, app: App, home: Path, name: str, content: bytes, said: str
    ) -> None:
        at = bring(app, name, content)
        assert not at.exception
        (error,) = at.error
        assert said in str(error.proto)
        assert datasets.list_all() == []

    def test_a_table_of_values(self, app: App, home: Path) -> None:
        lines = [f"{i},{i * i / 7:.2f},{'ab'[i % 2]},{'xyz'[i % 3]}" for i in range(60)]
        at = calm(bring(app, "v.csv", ("id,size,kind,label\n" + "\n".join(lines)).encode()))
        assert at.multiselect[0].value == ["size", "kind"]
        assert "Left out: **id** (different in every row" in words(at)
        at.button(key="data_use").click().run()
        calm(at)
        (kept,) = datasets.list_all()
        assert (kept.modality, kept.classes) == ("tabular", ("x", "y", "z"))

    def test_a_column_called_domain_is_taken_for_it(self, app: App, home: Path) -> None:
        lines = [f"some text number {i} here,{'ab'[i % 2]},{'xyz'[i % 3]}" for i in range(60)]
        at = calm(bring(app, "d.csv", ("text,label,domain\n" + "\n".join(lines)).encode()))
        assert at.selectbox(key="data_domain_d.csv").value == "domain"
        at.button(key="data_use").click().run()
        calm(at)
        (kept,) = datasets.list_all()
        assert sorted(set(datasets.load(kept.fingerprint).domain)) == ["x", "y", "z"]

    def test_another_label_makes_another_choice(self, app: App, home: Path) -> None:
        lines = [f"{i * i / 7:.2f},{'ab'[i % 2]},{'xyz'[i % 3]}" for i in range(60)]
        at = calm(bring(app, "v.csv", ("size,kind,label\n" + "\n".join(lines)).encode()))
        at.selectbox(key="data_label_v.csv").set_value("kind").run()
        calm(at)
        assert at.multiselect[0].value == ["size", "label"]

    def test_no_columns(self, app: App, home: Path) -> None:
        lines = [f"{i * i / 7:.2f},{'ab'[i % 2]}" for i in range(60)]
        at = calm(bring(app, "v.csv", ("size,label\n" + "\n".join(lines)).encode()))
        at.multiselect[0].set_value([]).run()
        at.button(key="data_use").click().run()
        assert "No column was chosen" in str(at.error[0].proto)


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("view", ["Checks", "Pictures", "Classes", "Rows", "Map"])
def test_every_view_of_pictures(app: App, home: Path, view: str, colour: bool) -> None:
    at = calm(app("data", session={"data": keep_pictures(colour=colour), "data_tab": view}))
    assert not at.error
    assert {tab.label for tab in at.tabs} == {"Checks", "Pictures", "Classes", "Rows", "Map"}


def test_pictures_without_labels(app: App, home: Path) -> None:
    data = keep_pictures(labels=False)
    at = calm(app("data", session={"data": data, "data_tab": "Pictures"}))
    assert "without a label" in words(at)


def test_other_pictures_and_averages(app: App, home: Path) -> None:
    at = calm(app("data", session={"data": keep_pictures(), "data_tab": "Pictures"}))
    at.button(key="data_wall_others").click().run()
    assert calm(at).session_state["data_wall_seed"] == 1
    at.toggle(key="data_wall_average").set_value(True).run()
    calm(at)


@pytest.mark.parametrize("view", ["Checks", "Columns", "Classes", "Rows", "Map"])
def test_every_view_of_a_table(app: App, home: Path, view: str) -> None:
    at = calm(app("data", session={"data": keep_table(), "data_tab": view}))
    assert not at.error
    assert "Columns" in {tab.label for tab in at.tabs}


@pytest.mark.parametrize("section", ["each", "together", "missing"])
def test_columns(app: App, home: Path, section: str) -> None:
    session = {"data": keep_table(), "data_tab": "Columns", "data_columns": section}
    at = calm(app("data", session=session))
    tables = [table.value for table in at.dataframe]
    if section == "each":
        lines = tables[0].set_index("Column")
        assert lines.loc["age", "Missing"] == 0.125
        assert lines.loc["since", "From"] == "2020-01-01"
        assert lines.loc["job", "Kind"] == "category"
    elif section == "together":
        assert tables[0].iloc[0].tolist() == ["height", "twice", pytest.approx(1)]
    else:
        together = at.table[0].value.iloc[0].tolist()
        assert together == ["10", ":gray-badge[age] :gray-badge[job]"]
        assert "70 of 80 rows" in words(at)


def test_nothing_is_missing(app: App, home: Path) -> None:
    session = {"data": keep_table(gaps=False), "data_tab": "Columns", "data_columns": "missing"}
    at = calm(app("data", session=session))
    assert "No value is missing" in at.success[0].value


class TestPictures:
    def test_bytes_stay_and_others_are_scaled(self) -> None:
        assert pictures.as_bytes(np.full((2, 2), 7, np.uint8)).max() == 7
        assert pictures.as_bytes(np.array([[0.0, 0.5, 1.0]])).tolist() == [[0, 128, 255]]
        assert pictures.as_bytes(np.zeros((2, 2, 1))).shape == (2, 2)

    def test_enlarged(self) -> None:
        assert pictures.enlarged(np.array([[1, 2]], np.uint8), 4).tolist() == [[1, 1, 2, 2]] * 2
        assert pictures.enlarged(np.zeros((100, 50), np.uint8), 50).shape == (50, 25)

    def test_strip(self) -> None:
        cell = np.full((2, 2), 9, np.uint8)
        sheet = pictures.strip([cell] * 3, size=2, columns=2)
        assert sheet.shape == (6, 6)
        assert sheet[0].tolist() == [9, 9, 128, 128, 9, 9]
        assert sheet[4].tolist() == [9, 9, 128, 128, 128, 128]
        assert pictures.strip([cell] * 3, size=2, columns=3, gap=5).shape == (2, 3 * 2 + 2 * 5)
        mixed = pictures.strip([cell, np.zeros((2, 2, 3), np.uint8)], size=2)
        assert mixed.shape == (2, 6, 3)
