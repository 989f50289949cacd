"""Forged model files: each is refused in its own words, and nothing in it happens."""

from __future__ import annotations

import copy
import io
import json
import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io

from core.errors import BadModelFile
from core.store import modelfile
from core.store.audit import SCHEMA, Audit, Limits, Refused
from tests.core.store.forging import Forge

Node = dict[str, Any]


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    """A model file that can be taken apart and put together wrongly."""
    return Forge(tmp_path)


def refused(forge: Forge, words: str) -> None:
    with pytest.raises(BadModelFile, match=words) as caught:
        modelfile.read(forge.written())
    assert caught.value.message.startswith("The model file forged.skops is refused: ")
    assert caught.value.hint is not None
    assert "Nothing in it was executed." in caught.value.hint
    assert not forge.trap.exists()


def test_an_untouched_file_opens(forge: Forge) -> None:
    read = modelfile.read(forge.written())
    np.testing.assert_array_equal(read["array"], np.arange(6, dtype=np.float32).reshape(2, 3))
    assert read["inner"] == {"text": "a"}


class Trap:
    """Creates a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.path,))


def test_the_trap_works(tmp_path: Path) -> None:
    pickle.loads(pickle.dumps(Trap(tmp_path / "sprung")))
    assert (tmp_path / "sprung").exists()


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_dressed_as_a_model(forge: Forge, protocol: int) -> None:
    forge.path.write_bytes(pickle.dumps(Trap(forge.trap), protocol))
    with pytest.raises(BadModelFile, match="it is a Python pickle, which could run any program"):
        modelfile.read(forge.path)
    assert not forge.trap.exists()


def test_old_pickles_are_no_models_either(forge: Forge) -> None:
    forge.path.write_bytes(pickle.dumps(Trap(forge.trap), 0))
    with pytest.raises(BadModelFile, match="it is no skops file"):
        modelfile.read(forge.path)
    assert not forge.trap.exists()


def test_a_pickle_inside(forge: Forge) -> None:
    forge.members["1.npy"] = pickle.dumps(Trap(forge.trap))
    forge.node("array")["file"] = "1.npy"
    forge.drop_arrays(keep={"1.npy"})
    refused(forge, "the array at the top → array does not begin as an array of numpy does")


def test_an_array_of_pickled_objects_inside(forge: Forge) -> None:
    buffer = io.BytesIO()
    np.save(buffer, np.array([Trap(forge.trap)], dtype=object), allow_pickle=True)
    forge.set_array("array", buffer.getvalue())
    refused(forge, "is of the kind |O, which no model has".replace("|", r"\|"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is empty"),
        (b"hello, I am a model", "it is no skops file"),
        (b"PK\x03\x04", "it is cut off or damaged"),
        (b"PK\x05\x06" + bytes(18), "it is no skops file"),
        (b"\x1f\x8b\x08\x00", "it is no skops file"),
    ],
)
def test_what_is_no_zip_file(forge: Forge, content: bytes, words: str) -> None:
    forge.path.write_bytes(content)
    with pytest.raises(BadModelFile, match=words):
        modelfile.read(forge.path)


def test_a_program_before_the_zip_file(forge: Forge) -> None:
    forge.path.write_bytes(b"#!/bin/sh\n" + forge.written().read_bytes())
    with pytest.raises(BadModelFile, match="it is no skops file"):
        modelfile.read(forge.path)


def test_a_file_that_is_cut_off_anywhere(forge: Forge) -> None:
    whole = forge.written().read_bytes()
    for length in range(0, len(whole), 41):
        forge.path.write_bytes(whole[:length])
        with pytest.raises(BadModelFile, match="is refused"):
            modelfile.read(forge.path)


def test_a_changed_byte_is_refused_or_without_effect(forge: Forge) -> None:
    """Without a check sum to hold it against: the file says no other thing than before."""
    whole = forge.written().read_bytes()
    before = modelfile.read(forge.path)
    array = before.pop("array")
    harmless = 0
    for place in range(0, len(whole), 3):
        changed = bytearray(whole)
        changed[place] ^= 1 << (place % 8)
        forge.path.write_bytes(changed)
        try:
            after = modelfile.read(forge.path)
        except BadModelFile:
            continue
        harmless += 1  # a time of day, an attribute
        np.testing.assert_array_equal(after.pop("array"), array)
        assert after == before
    assert 0 < harmless < len(whole) / 15


# --- the zip file ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "../escape.npy",
        "/etc/passwd",
        "a/b.npy",
        "..\\x.npy",
        "evil.py",
        "1.NPY",
        "x" * 99,
        "１.npy",
    ],
)
def test_names_of_parts(forge: Forge, name: str) -> None:
    forge.members[name] = b"x"
    refused(forge, "it holds a part of the name .*, which no model has")


def test_a_part_that_nobody_names(forge: Forge) -> None:
    forge.members["77.npy"] = b"x"
    refused(forge, r"it holds a part '77\.npy' that its description does not name")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_part_twice(forge: Forge) -> None:
    with zipfile.ZipFile(forge.written(), "a") as opened:
        opened.writestr(SCHEMA, b"{}")
    with pytest.raises(BadModelFile, match=r"it holds the part 'schema\.json' twice"):
        modelfile.read(forge.path)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_bomb(forge: Forge, method: int) -> None:
    forge.set_array("array", Forge.npy(np.zeros(10**6)))
    refused_at = forge.written(compression=method)
    assert refused_at.stat().st_size < 100_000
    with pytest.raises(BadModelFile, match="is compressed, which Warmstart never does"):
        modelfile.read(refused_at)


def test_many_names_for_the_same_bytes(forge: Forge) -> None:
    """The other zip bomb: a table of contents whose entries all point at one part."""
    forge.set_array("array", Forge.npy(np.zeros(1000)))
    forge.written()
    with zipfile.ZipFile(forge.path, "a") as opened:
        large = next(info for info in opened.infolist() if info.filename != SCHEMA)
        for number in range(5):
            twin = copy.copy(large)
            twin.filename = twin.orig_filename = f"{number}.npy"
            opened.filelist.append(twin)
            opened.NameToInfo[twin.filename] = twin
        opened._didModify = True  # type: ignore[attr-defined]
    with pytest.raises(BadModelFile, match="larger than the file itself"):
        modelfile.read(forge.path)


def test_more_parts_than_are_told(forge: Forge) -> None:
    """zipfile goes by the length of the table, not by the number of its entries."""
    content = bytearray(forge.written().read_bytes())
    content[-10:-6] = struct.pack("<L", 10**9)
    forge.path.write_bytes(content)
    with pytest.raises(BadModelFile, match=r"table of contents is too long \(1,000,000,000 bytes"):
        modelfile.read(forge.path)


def test_the_longer_form_of_zip_files(forge: Forge) -> None:
    content = forge.written().read_bytes()
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)
    forge.path.write_bytes(content[:-22] + locator + content[-22:])
    with pytest.raises(BadModelFile, match="it holds more than 10,000 parts"):
        modelfile.read(forge.path)


def test_a_remark_after_the_zip_file(forge: Forge) -> None:
    with zipfile.ZipFile(forge.written(), "a") as opened:
        opened.comment = b"hello"
    with pytest.raises(BadModelFile, match="its table of contents is missing"):
        modelfile.read(forge.path)


def test_absurd_sizes_in_the_table_of_contents(forge: Forge) -> None:
    content = bytearray(forge.written().read_bytes())
    entry = content.index(b"PK\x01\x02")
    content[entry + 20 : entry + 28] = struct.pack("<II", 0xFFFFFFF0, 0xFFFFFFF0)
    forge.path.write_bytes(content)
    with pytest.raises(BadModelFile, match="larger than the file itself"):
        modelfile.read(forge.path)


def test_an_encrypted_part(forge: Forge) -> None:
    content = bytearray(forge.written().read_bytes())
    entry = content.index(b"PK\x01\x02")
    content[entry + 8] |= 1
    forge.path.write_bytes(content)
    with pytest.raises(BadModelFile, match="is encrypted"):
        modelfile.read(forge.path)


def test_a_part_under_two_names(forge: Forge) -> None:
    """The table of contents and the part itself disagree."""
    content = bytearray(forge.written().read_bytes())
    content[30] ^= 1  # first letter of the first part's own name
    forge.path.write_bytes(content)
    with pytest.raises(BadModelFile, match=r"is damaged \(File name in directory"):
        modelfile.read(forge.path)


def test_no_description(forge: Forge) -> None:
    forge.members = {"1.npy": b"x"}
    forge.schema = None
    refused(forge, r"it has no description \(schema\.json\)")


def limited(forge: Forge, **limits: int) -> None:
    with open(forge.written(), "rb") as file:
        Audit(file, limits=Limits(**limits))


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"members": 1}, "it holds more than 1 parts"),
        ({"schema_bytes": 100}, "its description is larger than"),
        ({"nodes": 5}, "it holds more than 5 values"),
        ({"depth": 1}, "its values are nested more than 1 deep"),
        ({"file_bytes": 10}, "no more than 10 are read"),
    ],
)
def test_limits(forge: Forge, limits: dict[str, int], words: str) -> None:
    limited(forge)
    with pytest.raises(Refused, match=words):
        limited(forge, **limits)


# --- the description ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        (b"not json", "cannot be read"),
        (b"\xff\xfe", "cannot be read"),
        (b"[" * 100_000, "cannot be read"),
        (b"[]", "is no table of names and values"),
        (b'"text"', "is no table of names and values"),
        (b"{}", "its skops protocol is None, and only 2 is known"),
    ],
)
def test_descriptions_that_are_none(forge: Forge, schema: bytes, words: str) -> None:
    forge.schema = schema
    refused(forge, words)


@pytest.mark.parametrize("protocol", [0, 1, 3, 10**9, -1, "2", 2.0, True, None])
def test_protocols_of_other_times(forge: Forge, protocol: object) -> None:
    forge.root["protocol"] = protocol
    refused(forge, "its skops protocol is .*, and only 2 is known")


def test_no_version_of_skops(forge: Forge) -> None:
    del forge.root["_skops_version"]
    refused(forge, "does not say which skops wrote it")


def test_a_description_nested_without_end(forge: Forge) -> None:
    node = forge.node("whole")
    for _ in range(40):
        node = {**Forge.marks("ListNode", "builtins", "list"), "content": [node]}
    forge.content["whole"] = node
    refused(forge, "its values are nested more than 32 deep")


FOREIGN: dict[str, tuple[str, str, str]] = {
    "function": ("FunctionNode", "numpy", "load"),
    "method": ("MethodNode", "builtins", "method"),
    "operator": ("OperatorFuncNode", "operator", "methodcaller"),
    "partial": ("PartialNode", "functools", "partial"),
    "reduce": ("ReduceNode", "builtins", "eval"),
    "object": ("ObjectNode", "os", "system"),
    "estimator": ("ObjectNode", "sklearn.linear_model._logistic", "LogisticRegression"),
    "type": ("TypeNode", "builtins", "str"),
    "random state": ("RandomStateNode", "numpy.random.mtrand", "RandomState"),
    "generator": ("RandomGeneratorNode", "numpy.random._generator", "Generator"),
    "sparse": ("SparseMatrixNode", "scipy.sparse._csr", "csr_matrix"),
    "tuple": ("TupleNode", "builtins", "tuple"),
    "set": ("SetNode", "builtins", "set"),
    "bytes": ("BytesNode", "builtins", "bytes"),
    "default dict": ("DefaultDictNode", "collections", "defaultdict"),
    "dtype": ("DTypeNode", "numpy", "dtype"),
    "masked": ("MaskedArrayNode", "numpy.ma", "MaskedArray"),
    "cached": ("CachedNode", "builtins", "dict"),
    "slice": ("SliceNode", "builtins", "slice"),
    "tree": ("TreeNode", "sklearn.tree._tree", "Tree"),
    "unknown": ("NoSuchNode", "nowhere", "nothing"),
    # a loader of ours that is asked for another type
    "dict of another kind": ("DictNode", "collections", "OrderedDict"),
    "dict that runs": ("DictNode", "os", "system"),
    "list that runs": ("ListNode", "builtins", "exec"),
    "text that is none": ("JsonNode", "builtins", "eval"),
    "array of another kind": ("NdArrayNode", "numpy", "matrix"),
    "number of numpy": ("NdArrayNode", "numpy", "float64"),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_foreign_nodes(forge: Forge, kind: str) -> None:
    loader, module, name = FOREIGN[kind]
    node = {**forge.node("whole"), **Forge.marks(loader, module, name)}
    forge.content["whole"] = node
    refused(
        forge,
        f"the value at the top → whole asks for {module}.{name} by {loader}, and a model file "
        "holds numbers, texts and arrays only".replace(".", r"\."),
    )


@pytest.mark.parametrize("mark", ["__loader__", "__module__", "__class__"])
def test_marks_that_are_no_texts(forge: Forge, mark: str) -> None:
    forge.node("whole")[mark] = ["DictNode"]
    refused(forge, "asks for")
    del forge.node("whole")[mark]
    refused(forge, "does not say what it is")


def test_an_object_that_skops_itself_would_load(forge: Forge) -> None:
    """What skops trusts by default is not what we trust."""
    for value in (np.random.RandomState(0), np.random.default_rng(0), np.float64(1), {1: 2}, (1,)):
        skops.io.dump({"format": "warmstart-model", "version": 1, "x": value}, forge.path)
        assert skops.io.get_untrusted_types(file=forge.path) == []
        with pytest.raises(BadModelFile, match="is refused"):
            modelfile.read(forge.path)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("inner", "content"),
        ("inner", "key_types"),
        ("list", "content"),
        ("whole", "content"),
        ("whole", "is_json"),
        ("whole", "__id__"),
        ("array", "type"),
        ("array", "file"),
    ],
)
def test_missing_fields(forge: Forge, name: str, field: str) -> None:
    del forge.node(name)[field]
    refused(forge, f"the value at the top → {name} lacks {field}")


def test_a_field_too_many(forge: Forge) -> None:
    forge.node("array")["shape"] = [1]
    refused(forge, "the value at the top → array says more than it should: shape")


def change(name: str, **fields: object) -> Callable[[Forge], None]:
    return lambda forge: forge.node(name).update(fields)


def _many_keys(forge: Forge) -> None:
    forge.node("inner")["key_types"]["content"] *= 2


def _foreign_key(forge: Forge) -> None:
    forge.node("inner")["key_types"]["content"][0].update(__module__="os", __class__="system")


def _numbers_as_keys(forge: Forge) -> None:
    forge.node("inner")["key_types"]["content"][0]["__class__"] = "int"


def _text_for_a_key(forge: Forge) -> None:
    forge.node("inner")["key_types"]["content"][0] = "str"


def _keys_that_are_no_list(forge: Forge) -> None:
    forge.node("inner")["key_types"] = forge.node("whole")


def _keys_without_items(forge: Forge) -> None:
    forge.node("inner")["key_types"]["content"] = None


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda forge: forge.content.update(whole=3), "the top → whole is not described"),
        (change("inner", content=[1]), "the dict at the top → inner has no values"),
        (change("list", content={"a": 1}), "the list at the top → list has no items"),
        (_many_keys, "has 1 values for other keys"),
        (_foreign_key, "has keys that are no texts"),
        (_numbers_as_keys, "has keys that are no texts"),
        (_text_for_a_key, "has keys that are no texts: str"),
        (_keys_that_are_no_list, "does not say of what kind its keys are"),
        (_keys_without_items, "does not say of what kind its keys are"),
        (change("whole", content=7), "whole is no plain value"),
        (change("whole", is_json=False), "whole is no plain value"),
        (change("whole", content="[1, 2]"), "whole is no single number or text"),
        (change("whole", content="os.system"), "whole cannot be read"),
        (change("whole", content="9" * 5000), "whole cannot be read"),
        (change("array", type="json"), "the array at the top → array is of the kind json"),
        (change("array", file="2.npy"), "array is not in the file"),
        (change("array", file=["1.npy"]), "array is not in the file"),
        (change("array", file=SCHEMA), "array is not in the file"),
        (change("array", file="../../x"), "array is not in the file"),
    ],
)
def test_values_that_are_no_plain_ones(
    forge: Forge, spoil: Callable[[Forge], None], words: str
) -> None:
    spoil(forge)
    refused(forge, words)


def test_names_from_the_file_stay_short_and_on_one_line(forge: Forge) -> None:
    forge.content["evil\n" + "x" * 500] = {"__loader__": "a\nb"}
    forge.node("whole")["__class__"] = "y" * 500
    with pytest.raises(BadModelFile) as caught:
        modelfile.read(forge.written())
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < 400


# --- arrays ---------------------------------------------------------------------------------


def npy(header: str, data: bytes = b"", start: bytes = b"\x93NUMPY\x01\x00") -> bytes:
    line = header.encode("latin-1") + b"\n"
    return start + len(line).to_bytes(2, "little") + line + data


def head(descr: str = "<f4", order: str = "False", shape: str = "(2,)") -> str:
    return f"{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}"


def test_a_plain_head_is_read(forge: Forge) -> None:
    forge.set_array("array", npy(head(), np.array([1, 2], "<f4").tobytes()))
    np.testing.assert_array_equal(modelfile.read(forge.written())["array"], [1, 2])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x93NUMPY",
        b"\x93NUMPY\x01\x00\xff\xff",
        npy(head(), bytes(8), b"\x93NUMPY\x02\x00"),
        npy(head(), bytes(8), b"\x93NUMPX\x01\x00"),
        npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }", bytes(8)),
        npy("__import__('os').system('true')"),
        npy(head(order="0"), bytes(8)),
        npy(head(shape="(2,) * 1"), bytes(8)),
        npy(head(shape="(-2,)"), bytes(8)),
        npy(head(shape="[2]"), bytes(8)),
        npy(head(shape="(" * 3000), bytes(8)),
        npy(head() + "; print(1)", bytes(8)),
        npy(head().replace("descr", "DESCR"), bytes(8)),
    ],
)
def test_heads_that_numpy_never_writes(forge: Forge, content: bytes) -> None:
    forge.set_array("array", content)
    refused(forge, "does not begin as an array of numpy does")


@pytest.mark.parametrize(
    "descr", ["|O", "O8", "|V4", "<c8", "<M8[s]", ">f4", "<f16", "<f3", "|S4", "<U0", "=f4", "<b1"]
)
def test_kinds_of_arrays_that_no_model_has(forge: Forge, descr: str) -> None:
    forge.set_array("array", npy(head(descr), bytes(8)))
    refused(forge, "which no model has")


@pytest.mark.parametrize(
    ("shape", "size"),
    [("(2,)", 7), ("(2,)", 9), ("(3,)", 8), ("(1, 1)", 8), ("()", 8), ("(0, 5)", 8), ("(2,)", 0)],
)
def test_shapes_that_do_not_fit_the_bytes(forge: Forge, shape: str, size: int) -> None:
    forge.set_array("array", npy(head(shape=shape), bytes(size)))
    refused(forge, f"but holds {size} bytes instead of")


@pytest.mark.parametrize(
    "shape",
    [
        "(999999999999999999, 999999999999999999)",
        "(0, 999999999999999999, 999999999999999999)",
        "(" + "1, " * 17 + "1)",
    ],
)
def test_absurd_shapes(forge: Forge, shape: str) -> None:
    forge.set_array("array", npy(head(shape=shape)))
    refused(forge, "has an absurd shape")


def test_a_large_shape_without_values(forge: Forge) -> None:
    forge.set_array("array", npy(head(shape="(0, 99999)")))
    assert modelfile.read(forge.written())["array"].shape == (0, 99999)


def test_truth_values_that_are_neither(forge: Forge) -> None:
    forge.set_array("array", npy(head("|b1"), b"\x01\x02"))
    refused(forge, "an array of truth values holds something else")


def test_letters_that_are_none(forge: Forge) -> None:
    forge.set_array("array", npy(head("<U1"), np.array([65, 0x110000], "<u4").tobytes()))
    refused(forge, "an array of texts holds something that is no letter")


def test_a_wrong_check_sum(forge: Forge) -> None:
    content = bytearray(forge.written().read_bytes())
    entry = content.index(b"PK\x01\x02")
    content[entry + 16] ^= 1
    forge.path.write_bytes(content)
    with pytest.raises(BadModelFile, match="is damaged"):
        modelfile.read(forge.path)


def test_a_part_that_ends_early(forge: Forge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile.ZipExtFile, "readinto", lambda part, target: 0)
    refused(forge, "is damaged .it is cut off")


def test_the_description_says_the_same_to_skops(forge: Forge) -> None:
    """Forging is done on what skops really writes, so the refusals above are not for nothing."""
    assert json.loads(zipfile.ZipFile(forge.written()).read(SCHEMA)) == forge.root
    assert set(skops.io.load(forge.path)) == set(modelfile.read(forge.path))
