"""Kept files of vectors: once by content, by harmless names, within a limit."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest

from core.errors import BadData, NotFound
from core.params import Param
from core.store import vector_files
from core.store.files import UNFINISHED

FILE = Param("file", "file", "", "A file.", choices=(".vec",))
NOTE = Param("note", "text", "", "A note.")


def test_a_file_is_kept_by_its_content(tmp_path: Path, home: Path) -> None:
    source = tmp_path / "words.vec"
    source.write_bytes(b"a 1 2\n")
    kept = vector_files.add(source)
    assert kept.id == hashlib.sha256(b"a 1 2\n").hexdigest()[:16]
    assert (kept.name, kept.bytes) == ("words.vec", 6)
    assert kept.path.read_bytes() == b"a 1 2\n"
    assert home in kept.path.parents
    source.unlink()
    assert vector_files.get(kept.id) == kept
    # the same again under another name is the one that is there
    assert vector_files.add(io.BytesIO(b"a 1 2\n"), "other.vec") == kept
    other = vector_files.add(io.BytesIO(b"b 1 2\n"), "other.vec")
    assert {one.id for one in vector_files.list_all()} == {kept.id, other.id}
    assert not [p for p in kept.path.parents[1].iterdir() if p.name.startswith(UNFINISHED)]


def test_a_deleted_file_is_gone() -> None:
    kept = vector_files.add(io.BytesIO(b"x"), "x.vec")
    vector_files.delete(kept.id)
    assert vector_files.list_all() == []
    with pytest.raises(NotFound, match="no kept file of vectors"):
        vector_files.get(kept.id)
    with pytest.raises(NotFound):
        vector_files.delete(kept.id)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\glove 6B.txt", "glove_6B.txt"),
        ("..", "vectors"),
        (".hidden.vec", "hidden.vec"),
        (f"{UNFINISHED}x.vec", "new-x.vec"),
        ("a" * 300 + ".vec", "a" * 96 + ".vec"),
    ],
)
def test_a_name_leads_nowhere_else(name: str, plain: str) -> None:
    kept = vector_files.add(io.BytesIO(name.encode()), name)
    assert kept.name == plain
    assert kept.path.parent.parent.name == "vectors"


@pytest.mark.parametrize("identity", ["", "..", "../../x", "0" * 15, "G" * 16, "0" * 16])
def test_an_id_is_sixteen_digits_of_a_kept_file(identity: str) -> None:
    with pytest.raises(NotFound):
        vector_files.get(identity)


def test_what_is_too_large_or_empty_is_refused_and_leaves_nothing(home: Path) -> None:
    with pytest.raises(BadData, match=r"big\.vec is larger than 1 MB") as caught:
        vector_files.add(io.BytesIO(b"x" * (2**20 + 1)), "big.vec", limit_mb=1)
    assert caught.value.hint
    with pytest.raises(BadData, match=r"none\.vec is empty"):
        vector_files.add(io.BytesIO(b""), "none.vec")
    with pytest.raises(NotFound, match="There is no file"):
        vector_files.add(home / "nowhere.vec")
    assert list((home / "vectors").iterdir()) == []


def test_settings_travel_as_ids_and_arrive_as_paths(tmp_path: Path) -> None:
    source = tmp_path / "words.vec"
    source.write_bytes(b"a 1 2\n")
    typed = {"file": str(source), "note": str(source)}
    given = vector_files.imported([FILE, NOTE], typed)
    kept = vector_files.list_all()[0]
    assert given == {"file": kept.id, "note": str(source)}
    assert vector_files.imported([FILE, NOTE], given) == given
    assert vector_files.located([FILE, NOTE], given)["file"] == str(kept.path)
    assert vector_files.imported([FILE], {"file": ""}) == {"file": ""}
    assert vector_files.located([FILE], {"file": ""}) == {"file": ""}
    vector_files.delete(kept.id)
    with pytest.raises(NotFound):
        vector_files.located([FILE], given)
    with pytest.raises(NotFound, match="There is no file"):
        vector_files.imported([FILE], {"file": str(tmp_path / "nothing.vec")})
