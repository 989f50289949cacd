"""From a table to a data set: texts, labels, split, and each thing that can be wrong."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.data.dataset import UNLABELLED, Dataset
from core.data.labels import MAX_CLASSES, read_labels
from core.data.reading import Table, read_table
from core.data.table import dataset_from_table
from core.errors import BadData, BadParam

WORDS = [f"word{i} and more" for i in range(12)]


def make(columns: dict[str, Any], **options: Any) -> Dataset:
    options = {"text_column": "text", "label_column": "label", "name": "mine", **options}
    frame = pd.DataFrame({name: pd.Series(values) for name, values in columns.items()})
    return dataset_from_table(frame, **options)


class TestTexts:
    def test_a_whole_data_set(self) -> None:
        content = "text,label,author\n" + "".join(
            f"{word},{'ab'[i % 2]},me{i}\n" for i, word in enumerate(WORDS)
        )
        table = read_table(content.encode(), "tea.csv")
        ds = dataset_from_table(
            table, text_column="text", label_column="label", name="tea", test_share=0.5, seed=3
        )
        assert (ds.name, ds.title, ds.modality) == ("tea", "tea", "text")
        assert ds.rows.tolist() == WORDS
        assert ds.rows.dtype == object
        assert all(type(text) is str for text in ds.rows)
        assert ds.classes == ("a", "b")
        assert ds.labels.tolist() == [0, 1] * 6
        assert np.bincount(ds.labels[ds.test]).tolist() == [3, 3]
        assert ds.extra is not None
        assert ds.extra["author"].tolist() == [f"me{i}" for i in range(12)]
        assert ds.options == {
            "file": "tea.csv",
            "format": "csv",
            "sheet": None,
            "text_column": "text",
            "label_column": "label",
            "split_column": None,
            "test_share": 0.5,
            "seed": 3,
            "notes": [],
        }
        assert json.loads(json.dumps(ds.options)) == ds.options
        assert ds.about == "12 rows from the file tea.csv (CSV)."

    def test_equal_tables_have_equal_fingerprints(self) -> None:
        columns = {"text": WORDS, "label": [1, 2] * 6, "other": WORDS}
        assert make(columns).fingerprint == make(columns).fingerprint
        assert make(columns).fingerprint != make(columns, seed=1).fingerprint

    def test_without_a_label_column_all_is_pool(self) -> None:
        ds = make({"text": WORDS}, label_column=None)
        assert ds.classes == ()
        assert len(ds.pool_rows("unlabelled")) == 12
        assert ds.extra is None

    def test_missing_texts_are_empty(self) -> None:
        ds = make({"text": [*WORDS, None, ""], "label": ["a", "b"] * 7})
        assert ds.rows[12:].tolist() == ["", ""]
        assert ds.options["notes"] == ["There is no text in 1 row."]

    def test_numbers_are_written_out(self) -> None:
        ds = make({"text": np.arange(12), "label": ["a", "b"] * 6})
        assert ds.rows.tolist() == [str(i) for i in range(12)]
        assert "not text in 12 rows" in ds.options["notes"][0]

    def test_mixed_kinds_are_written_out(self) -> None:
        ds = make(
            {"text": [1.0, "a", True, pd.Timestamp("2024-05-01")] * 3, "label": ["a", "b"] * 6},
            test_share=0.4,
        )
        assert ds.rows[:4].tolist() == ["1", "a", "True", "2024-05-01"]

    def test_signs_that_no_text_has(self) -> None:
        texts = np.array(["a\0b", "\ud83d\ude00", "c\ud83d", *WORDS[3:]], dtype=object)
        frame = pd.DataFrame({"text": pd.Series(texts, dtype=object), "label": ["a", "b"] * 6})
        ds = dataset_from_table(frame, text_column="text", label_column="label", name="x")
        assert ds.rows[:3].tolist() == ["a b", "\U0001f600", "c\ufffd"]
        assert "replaced in 3 texts" in ds.options["notes"][0]
        assert len(ds.fingerprint) == 64

    @pytest.mark.parametrize("texts", [[None] * 12, [""] * 12, ["  ", None] * 6])
    def test_no_texts_at_all(self, texts: list[str | None]) -> None:
        with pytest.raises(BadData, match=r"text column 'text' is empty in all 12 rows"):
            make({"text": texts, "label": ["a", "b"] * 6})

    def test_the_frame_is_left_alone(self) -> None:
        frame = pd.DataFrame({"text": WORDS, "label": ["a", "b"] * 6, 5: range(12)})
        before = frame.copy()
        ds = dataset_from_table(frame, text_column="text", label_column="label", name="x")
        pd.testing.assert_frame_equal(frame, before)
        assert ds.extra is not None
        assert list(ds.extra.columns) == ["5"]

    def test_an_index_does_not_matter(self) -> None:
        frame = pd.DataFrame({"text": WORDS, "label": ["a", "b"] * 6, "n": range(12)})
        frame = frame.iloc[::-1]
        ds = dataset_from_table(frame, text_column="text", label_column="label", name="x")
        assert ds.rows.tolist() == WORDS[::-1]
        assert ds.extra is not None
        assert ds.extra["n"].tolist() == list(range(11, -1, -1))

    def test_notes_of_the_reader_travel_along(self) -> None:
        table = Table(pd.DataFrame({"text": WORDS}), "csv", notes=("Odd.",), name="f.csv")
        ds = dataset_from_table(table, text_column="text", name="x")
        assert ds.options["notes"] == ["Odd."]


class TestColumns:
    def test_a_missing_column(self) -> None:
        with pytest.raises(BadData, match="no column 'label' for the label") as caught:
            make({"text": WORDS, "klass": WORDS})
        assert "'klass'" in str(caught.value.hint)

    def test_a_column_twice(self) -> None:
        frame = pd.DataFrame([["a", "b"]] * 3, columns=["text", "text"])
        with pytest.raises(BadData, match="2 columns are named 'text'"):
            dataset_from_table(frame, text_column="text", name="x")

    def test_one_column_for_two_things(self) -> None:
        with pytest.raises(BadData, match="'text' cannot be text and label at once"):
            make({"text": WORDS}, label_column="text")

    @pytest.mark.parametrize(("rows", "words"), [([], "no rows"), (["one"], "only one row")])
    def test_too_few_rows(self, rows: list[str], words: str) -> None:
        with pytest.raises(BadData, match=f"has {words}; at least two"):
            make({"text": rows}, label_column=None)

    @pytest.mark.parametrize("share", [0.0, 1.0])
    def test_a_share_out_of_range(self, share: float) -> None:
        with pytest.raises(BadParam, match="test_share cannot be"):
            make({"text": WORDS}, label_column=None, test_share=share)


class TestLabels:
    def codes(self, values: list[Any], **kind: Any) -> tuple[list[int], tuple[str, ...]]:
        classes = read_labels(pd.Series(values, name="label", **kind))
        return classes.codes.tolist(), classes.names

    def test_one_is_one_however_it_is_written(self) -> None:
        values = [1, "1", 1.0, " 1 ", "1.0", 2]
        assert self.codes(values, dtype=object) == ([0, 0, 0, 0, 0, 1], ("1", "2"))

    def test_whole_numbers_after_a_detour_by_floats(self) -> None:
        assert self.codes([0.0, 1.0, np.nan, 10.0, 2.0]) == (
            [0, 1, UNLABELLED, 3, 2],
            ("0", "1", "2", "10"),
        )
        assert self.codes(["0.0", "1.0", ""]) == ([0, 1, UNLABELLED], ("0", "1"))

    def test_versions_stay_as_they_are(self) -> None:
        assert self.codes(["1.0", "1.1", "2.0"])[1] == ("1.0", "1.1", "2.0")
        assert self.codes(["1.0", "beta"])[1] == ("1.0", "beta")
        assert self.codes(["01", "1"])[1] == ("01", "1")

    def test_true_and_false(self) -> None:
        assert self.codes([True, False, True]) == ([1, 0, 1], ("False", "True"))

    def test_numbers_of_numpy_among_objects(self) -> None:
        assert self.codes([np.int64(1), "1", np.float32(2)], dtype=object) == (
            [0, 0, 1],
            ("1", "2"),
        )

    def test_categories(self) -> None:
        assert self.codes(["b", "a", None], dtype="category") == ([1, 0, -1], ("a", "b"))

    def test_white_space_and_written_accents_do_not_count(self) -> None:
        assert self.codes([" caf\u00e9", "cafe\u0301\u00a0", "tea"]) == ([0, 0, 1], ("café", "tea"))

    def test_nothing_is_no_label_but_words_are(self) -> None:
        values = ["NA", "None", "nan", "", "  ", None]
        assert self.codes(values) == ([0, 1, 2, -1, -1, -1], ("NA", "None", "nan"))

    def test_missing_labels_are_noted(self) -> None:
        (note,) = read_labels(pd.Series(["a", "b", None], name="label")).notes
        assert note == "Without a value in 'label', and so in the unlabelled pool: 1 row."

    def test_case_keeps_classes_apart_with_a_note(self) -> None:
        classes = read_labels(pd.Series(["Spam", "spam", "ham"], name="label"))
        assert classes.names == ("Spam", "ham", "spam")
        assert "Spam and spam" in classes.notes[0]

    @pytest.mark.parametrize("values", [[None] * 3, ["", " ", ""]])
    def test_no_label_at_all(self, values: list[str | None]) -> None:
        with pytest.raises(BadData, match="'label' is empty: no row has a label"):
            self.codes(values)

    def test_a_single_class(self) -> None:
        with pytest.raises(BadData, match=r"All 3 labelled rows have the same label 'spam'"):
            self.codes(["spam", "spam ", None, "spam"])

    def test_measured_numbers(self) -> None:
        with pytest.raises(BadData, match=r"holds measured numbers .* 30 different values"):
            self.codes([i / 4 + 0.1 for i in range(30)] * 4)

    def test_an_id_column(self) -> None:
        with pytest.raises(BadData, match=r"30 different values in 40 labelled rows; .* an id or"):
            self.codes([f"id{i % 30}" for i in range(40)])

    def test_too_many_classes(self) -> None:
        values = [f"c{i}" for i in range(MAX_CLASSES + 1)] * 3
        with pytest.raises(BadData, match="has 1,001 different values"):
            self.codes(values)
        assert len(self.codes(values[:MAX_CLASSES] * 3)[1]) == MAX_CLASSES


class TestOwnSplit:
    def test_the_same_text_is_on_one_side(self) -> None:
        texts = ["Same text", " same TEXT ", *WORDS[:6]]
        for seed in range(8):
            ds = make({"text": texts, "label": ["a", "b"] * 4}, test_share=0.4, seed=seed)
            assert ds.test[0] == ds.test[1]

    def test_an_unlabelled_copy_of_a_test_text_is_in_no_pool(self) -> None:
        texts, labels = [*WORDS, *WORDS], [*["a", "b"] * 6, *[None] * 12]
        ds = make({"text": texts, "label": labels}, test_share=0.5)
        assert len(ds.test_rows) == 6
        pool = set(ds.take(ds.pool_rows("all")).tolist())
        assert not pool & set(ds.take(ds.test_rows).tolist())
        assert len(ds.pool_rows("unlabelled")) == 6
        assert ds.options["notes"][-1].endswith("the test part: 6 unlabelled rows.")

    def test_two_labelled_rows_cannot_be_split(self) -> None:
        with pytest.raises(BadData, match="test part has no labelled rows after splitting"):
            make({"text": ["a", "b", "c"], "label": ["x", "y", None]})

    def test_a_class_of_one_row_cannot_be_tested(self) -> None:
        ds = make({"text": WORDS, "label": ["a", "b"] * 5 + ["a", "rare"]})
        assert "No test row has the label 'rare'" in ds.options["notes"][-1]


class TestGivenSplit:
    def given(self, parts: list[Any], labels: list[Any] | None = None) -> Dataset:
        labels = labels or ["a", "b"] * 3
        return make({"text": WORDS[:6], "label": labels, "part": parts}, split_column="part")

    def test_words_for_parts(self) -> None:
        ds = self.given(["train", "Training", " dev ", "valid", "TEST", "eval"])
        assert ds.test.tolist() == [False] * 4 + [True] * 2
        assert "The validation part (2 rows) is learned from" in ds.options["notes"][0]
        assert (ds.options["test_share"], ds.options["seed"]) == (None, None)

    def test_no_word_is_train(self) -> None:
        ds = self.given(["train", None, "", "train", "test", "test"])
        assert ds.test.tolist() == [False] * 4 + [True] * 2
        assert "taken for training: 2 rows" in ds.options["notes"][0]

    def test_categories(self) -> None:
        frame = pd.DataFrame({"text": WORDS[:6], "label": ["a", "b"] * 3})
        frame["part"] = pd.Series(
            ["train", "train", None, "train", "test", "test"], dtype="category"
        )
        ds = dataset_from_table(
            frame, text_column="text", label_column="label", split_column="part", name="x"
        )
        assert ds.test.tolist() == [False] * 4 + [True] * 2

    def test_test_rows_without_a_label(self) -> None:
        ds = self.given(["train"] * 3 + ["test"] * 3, ["a", "b", "a", "b", "a", None])
        assert ds.test_rows.tolist() == [3, 4]
        assert ds.pool_rows("all").tolist() == [0, 1, 2]
        assert any("neither tested nor learned from: 1 row" in n for n in ds.options["notes"])

    def test_without_labels_it_is_kept_for_the_pool(self) -> None:
        ds = make(
            {"text": WORDS[:4], "part": ["train", "train", "test", "test"]},
            label_column=None,
            split_column="part",
        )
        assert ds.pool_rows("all").tolist() == [0, 1]
        assert ds.options["notes"] == []

    def test_other_words_are_named(self) -> None:
        with pytest.raises(BadData, match=r"'part' has values that name no part: 'one', '2'"):
            self.given(["one", "2", "test", "train", "train", "test"])

    def test_a_test_part_without_labels(self) -> None:
        with pytest.raises(BadData, match="test part has no labelled rows by the split column"):
            self.given(["train"] * 4 + ["test"] * 2, ["a", "b", "a", "b", None, None])

    def test_no_test_part(self) -> None:
        with pytest.raises(BadData, match="test part has no labelled rows"):
            self.given(["train"] * 6)

    def test_no_training_part(self) -> None:
        with pytest.raises(BadData, match="training part has no labelled rows"):
            self.given(["test"] * 6)

    def test_one_class_to_learn_from(self) -> None:
        with pytest.raises(BadData, match="All labelled training rows are of the class 'a'"):
            self.given(["train", "test", "train", "test", "train", "test"])

    def test_classes_that_one_side_lacks(self) -> None:
        ds = self.given(["train"] * 3 + ["test"] * 3, ["a", "b", "c", "a", "b", "d"])
        assert ds.options["notes"] == [
            "No training row has the label 'd': it can never be predicted rightly.",
            "No test row has the label 'c': its scores cannot be measured.",
        ]


class TestDomains:
    def test_a_column_says_where_a_row_is_from(self) -> None:
        shops = ["north", " south ", None] * 4
        ds = make({"text": WORDS, "label": ["a", "b"] * 6, "shop": shops}, domain_column="shop")
        assert ds.domain is not None
        assert ds.domain.tolist() == ["north", "south", "(none)"] * 4
        assert ds.extra is None
        assert ds.options["domain_column"] == "shop"

    @pytest.mark.parametrize(
        ("values", "why"),
        [(["one"] * 30, "the same everywhere"), (range(30), "different in almost every row")],
    )
    def test_a_column_that_tells_nothing(self, values: Any, why: str) -> None:
        columns = {"text": WORDS * 2 + WORDS[:6], "label": ["a", "b"] * 15, "shop": values}
        with pytest.raises(BadData, match=f"'shop' cannot be the domain: it is {why}"):
            make(columns, domain_column="shop")

    def test_one_column_cannot_be_two_things(self) -> None:
        with pytest.raises(BadData, match="cannot be label and domain at once"):
            make({"text": WORDS, "label": ["a", "b"] * 6}, domain_column="label")


def test_a_frame_that_was_put_together_keeps_its_rows_apart() -> None:
    half = pd.DataFrame({"size": [1.0, 2.0, 3.0, 4.0], "kind": ["a", "b", "a", "b"], "by": "x"})
    frame = pd.concat([half, half.assign(size=half["size"] + 4, by="y")])
    dataset = dataset_from_table(frame, feature_columns=["size"], label_column="kind", name="both")
    assert dataset.rows["size"].tolist() == [1, 2, 3, 4, 5, 6, 7, 8]  # type: ignore[index]
    assert dataset.labels.tolist() == [0, 1] * 4
    assert dataset.extra is not None
    assert dataset.extra["by"].tolist() == ["x"] * 4 + ["y"] * 4
