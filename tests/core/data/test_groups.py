"""The group column of an upload: reading it, splitting by it, and what a file's own split tears."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.checks import check
from core.data.columns import guess_group
from core.data.dataset import UNLABELLED, Dataset
from core.data.profile import profile
from core.data.reading import read_table
from core.data.table import dataset_from_table
from core.data.units import tied, units_of
from core.errors import BadData
from core.store import datasets

N = 40
TEXTS = [f"text number {i} here" for i in range(N)]
LABELS = ["a", "b"] * (N // 2)
SPEAKERS = [f"s{i // 4}" for i in range(N)]  # ten of four rows, two of each class


def make(speakers: Any = SPEAKERS, **given: Any) -> Dataset:
    columns = {"text": TEXTS, "label": LABELS, "speaker": speakers}
    columns |= {name: given.pop(name) for name in ("text", "label", "part") if name in given}
    options: dict[str, Any] = {
        "text_column": "text",
        "label_column": "label",
        "group_column": "speaker",
        "name": "mine",
        **given,
    }
    return dataset_from_table(pd.DataFrame(columns), **options)


def sides(ds: Dataset) -> tuple[set[Any], set[Any]]:
    assert ds.group is not None
    return set(ds.group[ds.test]) - {None}, set(ds.group[~ds.test]) - {None}


class TestReading:
    def test_it_is_kept_and_is_no_further_column(self) -> None:
        ds = make()
        assert ds.group is not None
        assert ds.group.tolist() == SPEAKERS
        assert ds.extra is None
        assert ds.options["group_column"] == "speaker"
        assert ds.options["notes"] == []

    def test_without_one_nothing_changes(self) -> None:
        ds = make(group_column=None)
        assert ds.group is None
        assert "group_column" not in ds.options
        assert ds.fingerprint != make().fingerprint

    def test_other_groups_are_another_data_set(self) -> None:
        part = ["train", "test"] * (N // 4) + ["test", "train"] * (N // 4)
        one = make(part=part, split_column="part")
        other = make(SPEAKERS[::-1], part=part, split_column="part")
        assert one.test.tolist() == other.test.tolist()
        assert one.fingerprint != other.fingerprint

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ([1.0, 1.0, np.nan, 2.5], ["1", "1", None, "2.5"]),
            ([7, 7, 8, 8], ["7", "7", "8", "8"]),
            ([" x ", "x", "", None], ["x", "x", None, None]),
            (pd.Categorical(["x", "x", None, "y"]), ["x", "x", None, "y"]),
        ],
    )
    def test_words_numbers_and_nothing(self, given: Any, words: list[Any]) -> None:
        frame = pd.DataFrame({"size": [1.0, 2.0, 3.0, 4.0], "who": given})
        ds = dataset_from_table(frame, feature_columns=["size"], group_column="who", name="few")
        assert ds.group is not None
        assert ds.group.tolist() == words
        assert list(ds.rows) == ["size"]

    def test_rows_without_a_group_stand_alone_and_are_counted(self) -> None:
        ds = make([None, "", *SPEAKERS[2:]])
        assert ds.options["notes"] == [
            "Without a group in 'speaker', and so standing alone: 2 rows."
        ]
        units = units_of(ds, np.arange(N))
        assert len(np.unique(units)) == 2 + 10

    def test_groups_of_one_row_are_a_note(self) -> None:
        (note,) = make([f"s{i}" for i in range(N)]).options["notes"]
        assert note.startswith("No two rows are of one group in the column 'speaker'")

    def test_a_kept_set_keeps_them(self, home: Any) -> None:
        ds = make([None, *SPEAKERS[1:]])
        again = datasets.load(datasets.save(ds).fingerprint)
        assert again.group is not None
        assert ds.group is not None
        assert again.group.tolist() == ds.group.tolist()
        assert again.options["group_column"] == "speaker"

    def test_a_set_kept_without_them_still_opens(self, home: Any) -> None:
        ds = make(group_column=None)
        assert datasets.load(datasets.save(ds).fingerprint).group is None
        # as it was before files could name a group column
        assert ds.fingerprint.startswith("bf2a90f8e1324186")


class TestErrors:
    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"group_column": "who"}, "no column 'who' for the group"),
            (
                {"speakers": ["one"] * N},
                r"Every row is of one group in the column 'speaker' \('one'\)",
            ),
            ({"speakers": [None] * N}, "group column 'speaker' is empty in all 40 rows"),
            ({"group_column": "label"}, "cannot be label and group at once"),
            ({"group_column": "text"}, "cannot be text and group at once"),
            ({"domain_column": "speaker"}, "cannot be domain and group at once"),
            ({"split_column": "speaker"}, "cannot be split and group at once"),
        ],
    )
    def test_what_cannot_be(self, given: dict[str, Any], said: str) -> None:
        with pytest.raises(BadData, match=said):
            make(**given)

    def test_values_cannot_be_groups(self) -> None:
        with pytest.raises(BadData, match="cannot be values and group at once"):
            make(text_column=None, feature_columns=["text", "speaker"])

    def test_labels_of_one_group_cannot_be_split(self) -> None:
        with pytest.raises(BadData, match="All labelled rows are of one group") as caught:
            make(label=[*LABELS[:4], *[None] * (N - 4)])
        assert "('s0')" in str(caught.value)
        assert "Label rows of another group too" in str(caught.value.hint)

    def test_each_class_in_a_group_of_its_own_says_what_to_do(self) -> None:
        with pytest.raises(BadData, match="no labelled rows after splitting") as caught:
            make(LABELS)
        assert "several rows with different texts and groups" in str(caught.value.hint)


class TestSplit:
    @settings(max_examples=25, deadline=None)
    @given(
        speakers=st.lists(st.sampled_from([None, *"uvwxyz"]), min_size=N, max_size=N),
        seed=st.integers(0, 9),
    )
    def test_no_group_is_torn(self, speakers: list[Any], seed: int) -> None:
        labels = [None if i % 5 == 0 else label for i, label in enumerate(LABELS)]
        try:
            ds = make(speakers, label=labels, seed=seed)
        except BadData:
            return  # too few groups
        tested, learned = sides(ds)
        assert not tested & learned
        finding = next(one for one in check(ds) if one.key == "test_groups")
        assert finding.severity == "ok"

    def test_an_unlabelled_row_leaves_the_pool_with_its_group(self) -> None:
        labels = [None if i % 4 == 3 else label for i, label in enumerate(LABELS)]
        ds = make(label=labels)
        tested, learned = sides(ds)
        assert tested
        assert learned
        assert not tested & learned
        left = int((ds.test & (ds.labels == UNLABELLED)).sum())
        assert left == len(tested)  # one in each
        assert ds.options["notes"][-1] == (
            "Left out of the pool, as of a group in the test part, or repeating a text of the "
            f"test part: {left} unlabelled rows."
        )

    def test_what_everybody_says_does_not_tie_all_groups(self) -> None:
        texts = ["yes" if i % 4 == 0 else text for i, text in enumerate(TEXTS)]
        ds = make(text=texts)
        tested, learned = sides(ds)
        assert tested
        assert learned
        assert not tested & learned
        (note,) = ds.options["notes"]
        assert note.startswith("Equal texts would tie most groups together")
        # folds of the training rows are cut by the same rule
        units = units_of(ds, ds.train_rows)
        assert len(np.unique(units)) == len(learned)

    def test_unlabelled_rows_tie_no_groups_and_no_test_text_is_in_the_pool(self) -> None:
        texts = ["yes" if i % 4 == 0 else text for i, text in enumerate(TEXTS)]
        labels = [None if i % 4 == 0 and i else label for i, label in enumerate(LABELS)]
        for seed in range(4):
            ds = make(text=texts, label=labels, seed=seed)
            pool = ds.pool_rows()
            assert ds.group is not None
            assert len(ds.test_rows)
            assert not set(ds.group[ds.test_rows]) & set(ds.group[pool])
            assert not set(ds.rows[ds.test_rows]) & set(ds.rows[pool])

    def test_equal_texts_of_two_groups_tie_these(self) -> None:
        texts = list(TEXTS)
        texts[0] = texts[4]
        for seed in range(5):
            ds = make(text=texts, seed=seed)
            assert ds.test[0] == ds.test[4]
            assert ds.options["notes"] == []

    def test_a_file_from_bytes_to_folds(self) -> None:
        rows = [
            f"{text},{label},{i % 5}\n"
            for i, (text, label) in enumerate(zip(TEXTS, LABELS, strict=True))
        ]
        table = read_table(("text,label,patient\n" + "".join(rows)).encode(), "p.csv")
        ds = dataset_from_table(
            table, text_column="text", label_column="label", group_column="patient", name="p"
        )
        tested, learned = sides(ds)
        assert (len(tested), len(learned)) == (1, 4)
        assert len(np.unique(units_of(ds, ds.train_rows))) == 4


class TestGivenSplit:
    def test_a_torn_group_is_said_and_the_split_followed(self) -> None:
        part = ["test" if i % 4 == 0 and i < 20 else "train" for i in range(N)]
        labels = ["a", "b", "b", "a"] * 5 + ["a", "b"] * 10
        labels[0] = "b"
        ds = make(part=part, label=labels, split_column="part")
        assert ds.test.tolist() == [one == "test" for one in part]
        assert ds.options["notes"] == [
            "On both sides of the split: 5 groups of the 10 in 'speaker'. "
            "The split column was followed."
        ]
        finding = next(one for one in check(ds) if one.key == "test_groups")
        assert finding.severity == "serious"
        assert finding.title == "5 test rows of 5 (100 %) are of 5 groups with training rows"
        assert finding.rows == [0, 4, 8, 12, 16]
        assert "without its split column" in finding.advice

    @pytest.mark.parametrize(
        ("torn", "severity"), [(1, "note"), (2, "warning"), (20, "serious"), (0, "ok")]
    )
    def test_how_bad_it_is(self, torn: int, severity: str) -> None:
        speakers = [f"s{i}" for i in range(N)]
        speakers[1 : 1 + 2 * torn : 2] = [f"s{i}" for i in range(0, 2 * torn, 2)]
        test = np.arange(N) % 2 == 0
        if torn == 1:  # one in forty
            speakers, test = ["s0", *[f"s{i}" for i in range(N - 1)]], np.arange(N) > 0
            speakers[1] = "s0"
        ds = Dataset(
            name="x",
            title="x",
            modality="text",
            rows=np.array(TEXTS, dtype=object),
            labels=np.arange(N) // 2 % 2,
            classes=("a", "b"),
            test=test,
            group=np.array(speakers, dtype=object),
        )
        finding = next(one for one in check(ds) if one.key == "test_groups")
        assert (finding.severity, finding.count) == (severity, torn)

    def test_whole_groups_pass(self) -> None:
        part = ["test" if i < 12 else "train" for i in range(N)]
        ds = make(part=part, split_column="part")
        assert ds.options["notes"] == []
        finding = next(one for one in check(ds) if one.key == "test_groups")
        assert finding.severity == "ok"

    def test_without_groups_there_is_no_such_check(self) -> None:
        assert "test_groups" not in {one.key for one in check(make(group_column=None))}


def test_the_profile_counts_them() -> None:
    found = profile(make(["one", *["two"] * 3, None, *SPEAKERS[5:]]))
    # two: 3 rows; s1: 3; s2 to s9: 4 each. Alone: "one" and the row without a value.
    assert (found.groups, found.largest_group, found.ungrouped) == (10, 4, 2)
    none = profile(make(group_column=None))
    assert (none.groups, none.largest_group, none.ungrouped) == (0, 0, 0)


@pytest.mark.parametrize(
    ("name", "values", "taken", "found"),
    [
        ("speaker_id", SPEAKERS, (), "speaker_id"),
        ("Patient", [i // 4 for i in range(N)], (), "Patient"),
        ("shop", SPEAKERS, (), None),
        ("group", ["control", "treated"] * (N // 2), (), None),  # arms of a study
        ("speaker", [f"s{i}" for i in range(N)], (), None),  # nothing to keep together
        ("speaker", SPEAKERS, ("speaker",), None),
    ],
)
def test_guessing(name: str, values: list[Any], taken: tuple[str, ...], found: str | None) -> None:
    frame = pd.DataFrame({"text": TEXTS, name: values})
    assert guess_group(frame, "text", *taken) == found


def test_rows_are_tied_by_what_they_have_in_common_but_not_by_a_large_group() -> None:
    yes = np.array([0, 1, 0, 2, 0, 3])
    assert tied(yes, np.array(["u", "u", "v", "v", "w", "w"], dtype=object))
    assert not tied(np.arange(6), np.array(["u", "u", "u", "u", "w", "w"], dtype=object))
    assert not tied(yes, np.array(["u"] * 5 + ["w"], dtype=object))  # a group is nearly all
    half = np.array([0, 1, 0, 2, 3, 4])  # ties two of three groups: 4 of 6 rows
    assert not tied(half, np.array(["u", "u", "v", "v", "w", "w"], dtype=object))
    assert not tied(yes[:0], np.array([], dtype=object))
