from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.errors import BadModelFile, NotFound, StoreFailed
from core.store import modelfile
from core.store.audit import Limits

PAYLOAD: dict[str, Any] = {
    "kind": "test",
    "none": None,
    "yes": True,
    "whole": -(2**63),
    "real": 0.1,
    "infinite": float("inf"),
    "text": 'é "quoted" \ud800 日本',
    "empty": {"list": [], "dict": {}, "text": ""},
    "list": [1, "a", [2.5, None], {"deep": False}],
    "floats": np.arange(6, dtype=np.float32).reshape(2, 3),
    "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "ints": np.array([-1, 2], dtype=np.int8),
    "bools": np.array([True, False]),
    "texts": np.array(["a", "日本", "\U0010ffff"]),
    "none_at_all": np.zeros((0, 3), dtype=np.float16),
    "single": np.array(3, dtype=np.uint64),
}


def assert_same(one: Any, other: Any) -> None:
    assert type(one) is type(other)
    if isinstance(one, dict):
        assert list(one) == list(other)
        for name in one:
            assert_same(one[name], other[name])
    elif isinstance(one, list):
        assert len(one) == len(other)
        for mine, yours in zip(one, other, strict=True):
            assert_same(mine, yours)
    elif isinstance(one, np.ndarray):
        assert one.dtype == other.dtype
        assert one.shape == other.shape
        np.testing.assert_array_equal(one, other)
    else:
        assert one == other


def test_a_payload_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "m.skops"
    digest = modelfile.write(path, PAYLOAD)
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest()
    read = modelfile.read(path, sha256=digest)
    assert_same(read, {"format": "warmstart-model", "version": 1, **PAYLOAD})
    assert read["fortran"].flags.f_contiguous
    assert all(a.flags.writeable for a in read.values() if isinstance(a, np.ndarray))
    assert os.listdir(tmp_path) == ["m.skops"]


def test_it_is_a_skops_file_like_any_other(tmp_path: Path) -> None:
    modelfile.write(tmp_path / "m.skops", PAYLOAD)
    assert skops.io.get_untrusted_types(file=tmp_path / "m.skops") == []
    assert_same(skops.io.load(tmp_path / "m.skops"), modelfile.read(tmp_path / "m.skops"))


def test_one_array_in_two_places_is_kept_once(tmp_path: Path) -> None:
    large = np.zeros(100_000)
    modelfile.write(tmp_path / "m.skops", {"a": large, "b": [large, large]})
    assert (tmp_path / "m.skops").stat().st_size < 1_000_000
    read = modelfile.read(tmp_path / "m.skops")
    assert read["a"] is read["b"][1]


def test_values_become_plain(tmp_path: Path) -> None:
    modelfile.write(
        tmp_path / "m.skops",
        {
            "tuple": (1, (2,)),
            "numpy": [np.float32(0.5), np.int16(3), np.bool_(True), np.str_("x")],
            "big_endian": np.array([1, 2], dtype=">i4"),
            "view": np.arange(10)[::3],
            "no_letters": np.array([], dtype="<U0"),
        },
    )
    read = modelfile.read(tmp_path / "m.skops")
    assert read["tuple"] == [1, [2]]
    assert_same(read["numpy"], [0.5, 3, True, "x"])
    assert_same(read["big_endian"], np.array([1, 2], dtype="<i4"))
    assert_same(read["view"], np.array([0, 3, 6, 9]))
    assert read["no_letters"].shape == (0,)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (object(), "payload.x is a object"),
        ({1: 2}, "payload.x has the key 1, which is no text"),
        ([{"y": {1, 2}}], r"payload.x\[0\].y is a set"),
        (2**65, "more than 64 bits"),
        (np.array([None]), "array of object"),
        (np.array([1 + 2j]), "array of complex128"),
        (np.array(["2020"], dtype="M8[s]"), "array of datetime64"),
        (np.zeros(2, dtype=[("a", "i4")]), "which a model file does not hold"),
        (np.zeros(2, dtype=np.longdouble), "which a model file does not hold"),
        (np.ma.masked_array([1, 2], [True, False]), "is a MaskedArray"),
        (np.random.RandomState(0), "is a RandomState"),
        (print, "is a builtin_function_or_method"),
    ],
)
def test_what_does_not_belong_there_is_not_written(
    tmp_path: Path, value: object, words: str
) -> None:
    with pytest.raises(TypeError, match=words):
        modelfile.write(tmp_path / "m.skops", {"x": value})
    assert os.listdir(tmp_path) == []


def test_the_format_is_not_for_others_to_set(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="are added to the payload"):
        modelfile.write(tmp_path / "m.skops", {"version": 2})


def test_nothing_is_written_that_would_not_open_again(tmp_path: Path) -> None:
    deep: Any = 1
    for _ in range(40):
        deep = [deep]
    with pytest.raises(TypeError, match="would not open again: its values are nested"):
        modelfile.write(tmp_path / "m.skops", {"x": deep})
    assert os.listdir(tmp_path) == []


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modelfile.write(tmp_path / "m.skops", {"x": 1})

    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreFailed, match=r"m\.skops: the disk is full"):
        modelfile.write(tmp_path / "m.skops", {"x": 2})
    assert modelfile.read(tmp_path / "m.skops")["x"] == 1
    assert os.listdir(tmp_path) == ["m.skops"]


def test_a_changed_byte_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.skops"
    digest = modelfile.write(path, {"x": np.zeros(100), "y": "abc"})
    whole = path.read_bytes()
    for place in range(0, len(whole), 53):
        changed = bytearray(whole)
        changed[place] ^= 0x20
        path.write_bytes(changed)
        with pytest.raises(BadModelFile, match=r"was changed since it was written \(its SHA-256"):
            modelfile.read(path, sha256=digest)


def test_a_changed_byte_of_a_value_is_refused_without_a_check_sum_too(tmp_path: Path) -> None:
    path = tmp_path / "m.skops"
    modelfile.write(path, {"x": np.full(100, 7, dtype=np.uint8)})
    content = bytearray(path.read_bytes())
    content[content.index(b"\x07" * 100) + 50] = 8
    path.write_bytes(content)
    with pytest.raises(BadModelFile, match="is damaged"):
        modelfile.read(path)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"m\.skops is not there") as caught:
        modelfile.read(tmp_path / "m.skops")
    assert str(tmp_path) in caught.value.message


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    with pytest.raises(StoreFailed, match="Could not read"):
        modelfile.read(tmp_path)


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ({"x": 1}, "none that Warmstart wrote"),
        ([1, 2], "none that Warmstart wrote"),
        ({"format": "another", "version": 1}, "none that Warmstart wrote"),
        ({"format": "warmstart-model"}, "does not say which version"),
        ({"format": "warmstart-model", "version": "1"}, "does not say which version"),
        ({"format": "warmstart-model", "version": True}, "does not say which version"),
        ({"format": "warmstart-model", "version": 0}, "version 0 was never in use"),
        ({"format": "warmstart-model", "version": 2}, "written by a newer Warmstart"),
    ],
)
def test_files_of_others_and_of_other_times(tmp_path: Path, payload: object, words: str) -> None:
    skops.io.dump(payload, tmp_path / "m.skops")
    with pytest.raises(BadModelFile, match=words) as caught:
        modelfile.read(tmp_path / "m.skops")
    assert caught.value.message.startswith("The model file m.skops is refused: ")
    assert caught.value.hint is not None
    assert "Nothing in it was executed." in caught.value.hint


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    modelfile.write(tmp_path / "m.skops", {"x": np.zeros(1000)})
    with pytest.raises(BadModelFile, match="no more than 1,000 are read"):
        modelfile.read(tmp_path / "m.skops", limits=Limits(file_bytes=1000))


def test_fields_are_taken_by_kind() -> None:
    payload = {"a": "text", "b": True, "c": 3}
    assert modelfile.taken(payload, "a", str) == "text"
    assert modelfile.taken(payload, "c", int) == 3
    with pytest.raises(BadModelFile, match="its field 'd' is missing, and should be a str"):
        modelfile.taken(payload, "d", str)
    with pytest.raises(BadModelFile, match="its field 'a' is a str, and should be a dict"):
        modelfile.taken(payload, "a", dict)
    with pytest.raises(BadModelFile, match="its field 'b' is a bool, and should be a int"):
        modelfile.taken(payload, "b", int)


def test_every_version_that_was_written_still_opens() -> None:
    """A file of version 1, as it was on the day the version was laid down."""
    read = modelfile.read(Path(__file__).parent / "model-version-1.skops")
    assert_same(
        read,
        {
            "format": "warmstart-model",
            "version": 1,
            "kind": "test",
            "numbers": np.array([0.5, -1.0], dtype=np.float32),
            "words": ["é", None, 3],
        },
    )
    assert set(modelfile._READERS) == set(range(1, modelfile.VERSION + 1))


_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(alphabet=st.characters()),
    hnp.arrays(
        st.sampled_from(["f4", "f8", "i2", "i8", "u1", "?", "U3"]),
        hnp.array_shapes(min_dims=0, min_side=0, max_side=3),
        elements=None,
        fill=st.nothing(),
    ).filter(lambda array: array.dtype.kind != "f" or not np.isnan(array).any()),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.text(max_size=5),
        st.recursive(
            _LEAVES,
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.text(max_size=5), inner, max_size=3)
            ),
            max_leaves=8,
        ),
        max_size=4,
    )
)
def test_any_payload_comes_back(
    tmp_path_factory: pytest.TempPathFactory, payload: dict[str, Any]
) -> None:
    for name in ("format", "version"):
        payload.pop(name, None)
    path = tmp_path_factory.mktemp("any") / "m.skops"
    modelfile.write(path, payload)
    assert_same(modelfile.read(path), {"format": "warmstart-model", "version": 1, **payload})
