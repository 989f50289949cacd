"""The Predict page, for texts, pictures and tables: one row live, every view, files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests import seed
from tests.kinds import finished, pictures_set, table_set
from tests.ui.conftest import ROOT
from tests.ui.test_pages import calm, words

App = Callable[..., Any]


@pytest.fixture(scope="module")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    folder = tmp_path_factory.mktemp("predict") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WARMSTART_HOME", str(folder))
        small = {"filters": 8, "patches": 300, "patch": 3}
        yield (
            folder,
            {
                "text": finished(seed.texts(), "ppmi", "svm", {"min_df": 1, "dimensions": 16}),
                "clusters": finished(
                    seed.texts(), "kmeans", "logistic", {"min_df": 1, "n_clusters": 6}
                ),
                "patches": finished(pictures_set(), "patches", "logistic", small),
                "table": finished(table_set(), "raw", "logistic", {"min_category_rows": 1}),
                "tree": finished(table_set(), "raw", "tree", {"min_category_rows": 1}),
            },
        )


@pytest.fixture
def made(_made: tuple[Path, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Finished runs on texts, pictures and tables; the tests only read them."""
    folder, runs = _made
    monkeypatch.setenv("WARMSTART_HOME", str(folder))
    return runs


def table_with(at: Any, column: str) -> pd.DataFrame:
    return next(d.value for d in at.dataframe if column in d.value)


# texts -------------------------------------------------------------------------------------


def test_words_that_decide_add_up(app: App, made: dict[str, str]) -> None:
    at = calm(app("predict", run=made["text"]))
    at.text_area[0].set_value("a violin and a piano in concert").run()
    said = words(calm(at))
    assert "**music**" in said
    assert "The parts add up exactly" in said
    assert "occlusion" not in said
    at.selectbox(key=f"pr_label_{made['text']}").set_value(2).run()
    assert "The parts add up exactly" in words(calm(at))
    at.text_area[0].set_value("an apple and a pear").run()
    assert at.selectbox(key=f"pr_label_{made['text']}").value == 2  # an edit keeps the choice


def test_the_field_is_empty_until_somebody_writes(app: App, made: dict[str, str]) -> None:
    run = made["text"]
    at = calm(app("predict", run=run))
    assert at.text_area[0].value == ""
    assert at.text_area[0].placeholder == "Write or paste a text of your own."
    assert "Write or paste a text to see its class" in words(at)
    assert not at.dataframe
    labels = [button.label for button in at.button]
    assert "Classify" in labels
    assert "Clear" not in labels  # there is nothing to clear
    at.button(key=f"pr_ask_{run}").click().run()
    assert not calm(at).dataframe


def test_a_row_of_the_data_can_be_tried_and_cleared(app: App, made: dict[str, str]) -> None:
    run, dataset = made["text"], seed.texts()
    at = calm(app("predict", run=run))
    for index in dataset.test_rows[:2]:  # another one each time
        at.button(key=f"pr_try_{run}").click().run()
        assert calm(at).text_area[0].value == dataset.rows[index]
        label = dataset.classes[int(dataset.labels[index])]
        assert f"Row {index} of the data set, labelled {label}." in words(at)
        assert len(at.dataframe[0].value) == 3
    at.text_area[0].set_value("a violin and a piano").run()  # it is that row no more
    assert "of the data set, labelled" not in words(calm(at))
    at.button(key=f"pr_clear_{run}").click().run()
    assert calm(at).text_area[0].value == ""
    assert "Write or paste a text to see its class" in words(at)


def test_examples_are_short_rows_where_there_are_any(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from ui import resources
    from ui.predict.inputs import _examples

    dataset = seed.texts()
    rows = dataset.rows.copy()
    test = dataset.test_rows
    rows[test] = "word " * 100
    rows[test[3]], rows[test[5]] = "short", "  "
    made = replace(dataset, rows=rows)
    monkeypatch.setattr(resources, "dataset", lambda fingerprint: made)
    assert _examples("some") == [test[3]]
    rows[test[3]] = "words " * 50  # all are long: the shortest are taken, shortest first
    rows[test[5]] = "words " * 45
    assert _examples("others")[:3] == [test[5], test[3], test[0]]
    assert len(_examples("others")) == 20


def test_clusters_say_that_words_were_left_out(app: App, made: dict[str, str]) -> None:
    at = app("predict", run=made["clusters"])
    at.text_area[0].set_value("a violin and a piano in concert").run()
    said = words(calm(at))
    assert "This model looks at distances to groups of rows" in said
    assert "occlusion" in said


def test_words_to_leave_out(app: App, made: dict[str, str]) -> None:
    at = app("predict", session={"pr_view": "flip"}, run=made["text"])
    at.text_area[0].set_value("violin piano and rocket planet orbit").run()
    said = words(calm(at))
    assert "Without “" in said
    assert "the model itself has confirmed it" in said.replace("\n", " ")
    before = at.dataframe[0].value["Class"][0]
    at.button(key=f"pr_put_{made['text']}").click().run()
    assert calm(at).dataframe[0].value["Class"][0] != before
    assert at.text_area[0].value != "violin piano and rocket planet orbit"
    at.text_area[0].set_value("violin").run()
    at.selectbox(key=f"pr_wish_{made['text']}").select_index(1).run()
    assert "No set of up to 20 words was found" in words(calm(at)) or "Without “violin”" in words(
        at
    )


def test_rows_that_a_text_is_like(app: App, made: dict[str, str]) -> None:
    at = app("predict", session={"pr_view": "like"}, run=made["text"])
    at.text_area[0].set_value("violin and piano in a concert").run()
    near = table_with(calm(at), "Alike")
    assert near["Label"].iloc[0] == "music"
    assert near["Alike"].is_monotonic_decreasing
    assert "it learned from that are nearest" in words(at)
    at.text_area[0].set_value("qqq zzz").run()
    assert "knows nothing of this text" in words(calm(at))


def test_the_row_of_the_address_wins_once(app: App, made: dict[str, str]) -> None:
    rows = seed.texts().rows
    at = app("predict", run=made["text"], row="3")
    assert at.text_area[0].value == rows[3]
    at.text_area[0].set_value("mine").run()
    assert at.text_area[0].value == "mine"
    at.query_params["row"] = "5"
    at.run()
    assert at.text_area[0].value == rows[5]


def test_probabilities_at_a_temperature_are_said_to_be(
    app: App, made: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.store import decisions

    monkeypatch.setattr(decisions, "get", lambda run: decisions.Decisions(2.5, 9))
    at = app("predict", run=made["text"])
    at.text_area[0].set_value("a violin and a piano in concert").run()
    assert "temperature 2.50" in words(calm(at))


def test_a_threshold_that_decides_says_so(
    app: App, made: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.finetune.deciding import ClassThreshold
    from core.store import decisions

    rule = ClassThreshold(0, 0.001, 5.0, 9)
    monkeypatch.setattr(decisions, "get", lambda run: decisions.Decisions(threshold=rule))
    at = app("predict", run=made["text"])
    at.text_area[0].set_value("a violin and a piano in concert").run()
    said = words(calm(at)).replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert "It says fruit from a probability of 0.1 % on" in said
    assert "**fruit** ·" in said
    assert "Said fruit because its" in said
    assert "music is likelier" in said
    at.text_area[0].set_value("an apple and a pear").run()
    assert "Said fruit because" not in words(calm(at))
    csv = pd.DataFrame({"text": ["violin and piano", "apple and pear"]}).to_csv(index=False)
    at.file_uploader[0].upload("rows.csv", csv.encode()).run()
    result = table_with(calm(at), "by threshold")
    assert result["prediction"].tolist() == ["fruit", "fruit"]
    assert result["by threshold"].tolist() == [True, False]
    assert "The column “by threshold” is ticked" in words(at)


def test_what_it_does_not_know_is_said(app: App, made: dict[str, str]) -> None:
    at = app("predict", run=made["text"])
    at.text_area[0].set_value("a violin and a piano in concert").run()
    assert "I don't know" not in str([w.proto for w in calm(at).warning])
    at.text_area[0].set_value("qqq zzz xyzzy plugh").run()
    told = str([w.proto for w in calm(at).warning])
    assert "I don't know." in told.replace("\\'", "'")
    assert "none of its words" in told


def test_values_out_of_range_are_a_warning(app: App, made: dict[str, str]) -> None:
    run = made["table"]
    at = app("predict", run=run)
    at.number_input(key=value_key(run, "count")).set_value(99).run()
    assert "count is 99, above all training rows" in str([w.proto for w in calm(at).warning])


# pictures ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("view", "said"),
    [
        ("why", "The parts add up exactly"),
        ("flip", "covered it would be"),
        ("like", "that are nearest to this one"),
    ],
)
def test_views_of_a_picture(app: App, made: dict[str, str], view: str, said: str) -> None:
    at = calm(app("predict", session={"pr_view": view}, run=made["patches"]))
    assert said in words(at)
    assert "One picture" in words(at)


def test_another_map_and_another_row(app: App, made: dict[str, str]) -> None:
    at = calm(app("predict", run=made["patches"]))
    first = at.dataframe[0].value["Class"][0]
    at.number_input(key=f"pr_row_{made['patches']}").set_value(2).run()
    assert calm(at).dataframe[0].value["Class"][0] != first
    at.session_state["pr_map_patches"] = "occlusion"
    at.run()
    assert "one square after another was covered" in words(calm(at)).lower()


def png(image: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    return buffer.getvalue()


def bright(side: str) -> Any:
    image = np.full((20, 20, 3), 15, dtype=np.uint8)
    image[:, slice(0, 10) if side == "left" else slice(10, 20)] = 190
    return image


def test_a_picture_of_ones_own(app: App, made: dict[str, str]) -> None:
    at = app("predict", run=made["patches"])
    upload = at.file_uploader(key=f"pr_picture_{made['patches']}")
    upload.upload("mine.png", png(bright("right")), "image/png").run()
    assert calm(at).dataframe[0].value["Class"][0] == "right"
    assert "Your picture" in words(at)
    at.toggle(key=f"pr_swap_{made['patches']}").set_value(True).run()
    assert calm(at).dataframe[0].value["Class"][0] == "left"


def test_a_file_that_is_no_picture(app: App, made: dict[str, str]) -> None:
    at = app("predict", run=made["patches"])
    upload = at.file_uploader(key=f"pr_picture_{made['patches']}")
    upload.upload("mine.png", b"not a picture", "image/png").run()
    assert not at.exception
    assert "cannot be used" in str(at.error[0].proto)


def test_many_pictures(app: App, made: dict[str, str]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a/left.png", png(bright("left")))
        archive.writestr("a/right.png", png(bright("right")))
    at = app("predict", run=made["patches"])
    upload = at.file_uploader(key=f"pr_file_{made['patches']}")
    upload.upload("some.zip", buffer.getvalue(), "application/zip").run()
    found = table_with(calm(at), "file")
    assert sorted(found["prediction"]) == ["left", "right"]
    assert found["Picture"].str.startswith("data:image/png").all()
    at.toggle(key=f"pr_every_{made['patches']}").set_value(True).run()
    assert "probability of left" in table_with(calm(at), "file")
    at.toggle(key=f"pr_doubts_{made['patches']}").set_value(True).run()
    assert "doubt" in table_with(calm(at), "file")


# tables ------------------------------------------------------------------------------------


def value_key(run: str, column: str) -> str:
    """The input of a column of the first test row."""
    return f"pr_value_{run}_1_{column}"


def test_a_changed_column_changes_the_answer(app: App, made: dict[str, str]) -> None:
    run = made["table"]
    at = calm(app("predict", run=run))
    assert at.dataframe[0].value["Class"][0] == "light"
    assert "Change a value, and the answer follows" in words(at)
    assert "The parts add up exactly" in words(at)
    at.number_input(key=value_key(run, "weight")).set_value(9.5).run()
    at.number_input(key=value_key(run, "gap")).set_value(9.5).run()
    assert calm(at).dataframe[0].value["Class"][0] == "heavy"
    assert "changed: weight, gap" in words(at)
    at.button(key=f"pr_undo_{run}").click().run()
    assert calm(at).dataframe[0].value["Class"][0] == "light"


def test_edits_survive_another_page(app: App, made: dict[str, str]) -> None:
    run = made["table"]
    at = calm(app("predict", run=run))
    at.number_input(key=value_key(run, "weight")).set_value(9.5).run()
    at.switch_page(str(ROOT / "pages" / "runs.py")).run()
    at.switch_page(str(ROOT / "pages" / "predict.py")).run()
    assert calm(at).number_input(key=value_key(run, "weight")).value == 9.5


def test_every_kind_of_column_can_be_changed_and_emptied(app: App, made: dict[str, str]) -> None:
    import datetime

    run = made["table"]
    at = calm(app("predict", run=run))
    at.number_input(key=value_key(run, "count")).set_value(None).run()
    at.date_input(key=value_key(run, "day")).set_value(datetime.date(2024, 2, 20)).run()
    at.selectbox(key=value_key(run, "sold")).set_value(True).run()
    at.selectbox(key=value_key(run, "colour")).set_value(None).run()
    assert "changed: count, colour, day, sold" in words(calm(at))


def test_values_beyond_an_input_stay_as_they_are(app: App, made: dict[str, str]) -> None:
    from dataclasses import replace

    dataset = table_set()
    rows = dataset.rows.copy()
    rows["count"] = rows["count"].astype(np.int64) + 2**60
    rows["day"] = pd.Timestamp("1750-03-04") + pd.to_timedelta(np.arange(60), unit="D")
    run = finished(replace(dataset, rows=rows), "raw", "logistic", {"min_category_rows": 1})
    at = calm(app("predict", run=run))
    assert [(field.label, field.disabled) for field in at.text_input] == [
        ("count", True),
        ("day", True),
    ]
    assert at.text_input[1].value == "1750-03-05"


@pytest.mark.parametrize(
    ("view", "said"),
    [
        ("why", "were sampled"),
        ("flip", "changed it would be"),
        ("like", "that are nearest to this one"),
        ("column", "partial dependence"),
    ],
)
def test_views_of_a_table_row(app: App, made: dict[str, str], view: str, said: str) -> None:
    at = calm(app("predict", session={"pr_view": view}, run=made["tree"]))
    assert said in words(at)


def test_a_wide_table_shows_some_columns_and_those_that_change(
    app: App, made: dict[str, str]
) -> None:
    from dataclasses import replace

    dataset = table_set()
    noise = {f"noise {i}": np.random.default_rng(i).normal(size=60) for i in range(18)}
    wide = pd.concat([pd.DataFrame(noise), dataset.rows[["weight"]]], axis=1)
    run = finished(replace(dataset, rows=wide), "raw", "tree", {})
    at = calm(app("predict", session={"pr_view": "flip"}, run=run))
    chosen = at.multiselect(key=f"pr_columns_{run}")
    assert chosen.value == [f"noise {i}" for i in range(16)]
    names = {field.label for field in at.number_input}
    assert "weight" not in names
    at.button(key=f"pr_put_{run}").click().run()
    assert "weight" in at.multiselect(key=f"pr_columns_{run}").value
    assert "weight" in {field.label for field in calm(at).number_input}
    assert at.dataframe[0].value["Class"][0] == "heavy"


def test_columns_that_cannot_change(app: App, made: dict[str, str]) -> None:
    run = made["tree"]
    at = app("predict", session={"pr_view": "flip"}, run=run)
    assert set(table_with(at, "Deviations")["Column"]) <= {"weight", "gap", "day"}
    at.button(key=f"pr_put_{run}").click().run()
    assert calm(at).dataframe[0].value["Class"][0] == "heavy"
    at.button(key=f"pr_undo_{run}").click().run()
    names = list(table_set().rows.columns)
    at.multiselect(key=f"pr_fixed_{run}").set_value(names).run()
    assert "No change of up to three columns" in words(calm(at)) or str(at.info[0].value)
    assert "No change of up to three columns" in str(at.info[0].value)


def test_a_file_of_rows(app: App, made: dict[str, str]) -> None:
    content = table_set().rows.head(3).to_csv(index=False).encode()
    at = app("predict", run=made["table"])
    at.file_uploader(key=f"pr_file_{made['table']}").upload("rows.csv", content, "text/csv").run()
    assert table_with(calm(at), "prediction")["prediction"].tolist() == ["light"] * 3


# without its data set ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["text", "patches", "table"])
def test_without_its_data_set(
    app: App, made: dict[str, str], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.errors import NotFound
    from core.store import datasets

    def gone(fingerprint: str) -> Any:
        raise NotFound("There is no such data set.")

    monkeypatch.setattr(datasets, "get", gone)
    monkeypatch.setattr(datasets, "load", gone)
    at = calm(app("predict", run=made[kind]))
    if kind == "text":
        at.text_area[0].set_value("a violin").run()
        assert calm(at).dataframe[0].value["Class"][0] == "music"
        at.session_state["pr_view"] = "like"
        at.run()
        assert "no rows to hold this one against" in words(calm(at))
    elif kind == "patches":
        assert "Bring a picture to see its class" in words(at)
        upload = at.file_uploader(key=f"pr_picture_{made[kind]}")
        upload.upload("mine.png", png(bright("right")), "image/png").run()
        assert calm(at).dataframe[0].value["Class"][0] == "right"
    else:
        assert "Bring a file" in words(at)
