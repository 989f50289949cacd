from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import hypergeom

from core.data.dataset import Dataset
from core.evaluate.groupings import NOWHERE, Grouping, by_cluster, groupings
from core.evaluate.slices import slice_rows, slices, slices_sentence


def of_texts(texts: list[str], **more: object) -> Dataset:
    n = len(texts)
    return Dataset(
        "t",
        "T",
        "text",
        np.array(texts, dtype=object),
        np.arange(n, dtype=np.int32) % 2,
        ("a", "b"),
        np.ones(n, dtype=bool),
        **more,  # type: ignore[arg-type]
    )


def named(found: list[Grouping], dimension: str) -> list[str]:
    one = next(g for g in found if g.dimension == dimension)
    return [one.names[code] for code in one.codes]


def test_texts_fall_into_quarters_of_their_length() -> None:
    found = groupings(of_texts(["w " * n for n in range(1, 9)]), np.arange(8))
    assert named(found, "Length") == [
        *["1 to 2 words"] * 2,
        *["3 to 4 words"] * 2,
        *["5 to 6 words"] * 2,
        *["7 to 8 words"] * 2,
    ]


def test_every_column_of_the_upload_is_a_way_to_divide() -> None:
    n = 12
    extra = pd.DataFrame(
        {
            "shop": ["east", "west", None] * 4,
            "price": np.arange(n) / 4,
            "sold": pd.to_datetime(["2026-01-01"] * 6 + ["2026-05-02"] * 6),
            "written": [str(i) for i in range(n)],
            "yes": [True, False] * 6,
            "stars": [1, 2, 3] * 4,
            "id": [f"row {i}" for i in range(n)],
            "same": ["x"] * n,
            "nothing": [None] * n,
        }
    )
    domain = np.array(["books", "films"] * 6, dtype=object)
    group = np.array(["g1", "g1", "g2"] * 4, dtype=object)
    found = groupings(of_texts(["a"] * n, extra=extra, domain=domain, group=group), np.arange(n))
    by = {one.dimension for one in found}
    assert by == {"Domain", "Group", "shop", "price", "sold", "written", "yes", "stars"}
    assert named(found, "shop")[:3] == ["east", "west", "no value"]
    assert named(found, "price")[0] == "0 to 0.5"
    assert named(found, "sold")[::6] == ["2026-01-01", "2026-05-02"]
    assert named(found, "written")[-1] == "9 to 11"
    assert named(found, "stars")[:3] == ["1", "2", "3"]
    assert named(found, "yes")[:2] == ["True", "False"]


def test_numbers_that_are_names_are_no_quantity() -> None:
    n = 80
    few = np.array([7, 8, 9, 10, 11, 12, 13, 14] * 10, dtype=object)
    many = np.array([str(i) for i in range(40)] * 2, dtype=object)
    extra = pd.DataFrame({"user_id": list(range(40)) * 2, "paid": list(range(40)) * 2})
    texts = of_texts(["a"] * n, extra=extra, group=few)
    found = groupings(texts, np.arange(n))
    assert named(found, "Group")[:3] == ["7", "8", "9"]
    assert {one.dimension for one in found} == {"Group", "paid"}
    assert named(found, "paid")[0] == "0 to 9"
    assert not groupings(of_texts(["a"] * n, group=many), np.arange(n))
    names = np.array([f"author {i}" for i in range(40)] * 2, dtype=object)
    assert len(groupings(of_texts(["a"] * n, group=names), np.arange(n))) == 1


def test_only_the_rows_asked_for_are_divided() -> None:
    found = groupings(of_texts(["a", "a b", "a b c", "a b c d e"]), np.array([3, 0]))
    assert named(found, "Length") == ["5 words", "1 words"]


def test_a_column_of_many_values_keeps_the_commonest() -> None:
    values = [f"v{i}" for i in range(40) for _ in range(2)]
    one = groupings(of_texts(["a"] * 80, extra=pd.DataFrame({"c": values})), np.arange(80))[0]
    assert len(set(one.codes)) == 31
    assert one.names[30] == "all other values"
    assert int((one.codes == 30).sum()) == 20


def test_tables_and_pictures() -> None:
    frame = pd.DataFrame({"age": [np.nan, *range(1, 12)], "sex": ["f", "m"] * 6})
    labels, test = np.zeros(12, np.int32), np.ones(12, bool)
    found = groupings(Dataset("t", "T", "tabular", frame, labels, ("a",), test), np.arange(12))
    assert named(found, "age")[0] == "no value"
    assert named(found, "sex")[:2] == ["f", "m"]
    pictures = np.stack([np.full((2, 2), level, np.uint8) for level in range(12)])
    found = groupings(Dataset("t", "T", "image", pictures, labels, ("a",), test), np.arange(12))
    assert named(found, "Brightness")[-1] == "9 to 11"


def test_scores_of_a_slice_by_hand() -> None:
    right = np.array([True] * 28 + [False] * 12)
    codes = np.array([0] * 20 + [1] * 10 + [2] * 10)  # 20, 8 and 0 right
    found = slices(right, [by_cluster(codes, ("one", "two", "three"))])
    assert [one.name for one in found] == ["three", "two", "one"]
    weakest = found[0]
    assert weakest.rows == 10
    assert weakest.accuracy.value == 0
    assert weakest.rest == 28 / 30
    assert weakest.p_value == pytest.approx(3 * hypergeom.pmf(10, 40, 12, 10))
    assert weakest.weak
    assert not found[1].weak
    assert found[1].accuracy.value == 0.8
    assert slice_rows([by_cluster(codes, ("one", "two", "three"))], weakest).tolist() == list(
        range(30, 40)
    )
    said = slices_sentence(found)
    assert said.startswith("Weaker than the rest, corrected for looking at 3 slices: Cluster three")
    assert "0.0 % right of 10 rows, against 93.3 % elsewhere" in said


def test_small_slices_and_whole_ones_are_left_out() -> None:
    right = np.ones(30, bool)
    small = Grouping("Small", np.array([0] * 9 + [NOWHERE] * 21), ("few",))
    whole = Grouping("Whole", np.zeros(30, int), ("all",))
    assert slices(right, [small, whole]) == []
    assert "no groups of enough rows" in slices_sentence([])


def test_chance_is_not_called_weak() -> None:
    """Over many made-up sets without any weak slice, one is named in one of twenty at most."""
    rng = np.random.default_rng(0)
    by = [Grouping(f"by {i}", rng.integers(0, 5, 400), tuple("abcde")) for i in range(6)]
    named_weak = 0
    for _ in range(200):
        found = slices(rng.random(400) < 0.8, by)
        named_weak += any(one.weak for one in found)
    assert named_weak <= 200 * 0.05 + 3 * np.sqrt(200 * 0.05 * 0.95)
    assert "none is weaker" in slices_sentence(slices(np.arange(400) % 2 == 0, by[:1]))


def test_more_than_three_weak_slices_are_counted() -> None:
    right = np.arange(400) >= 200
    by = [Grouping(f"by {i}", np.arange(400) // 200, ("low", "high")) for i in range(5)]
    assert slices_sentence(slices(right, by)).endswith(", and 2 more.")
