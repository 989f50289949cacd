"""Uploads of pictures that are broken, forged or hostile: each is refused by name."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from core.data.pictures import PictureLimits, dataset_from_pictures, look_at, read_pictures
from core.errors import BadData, NotFound, WarmstartError
from tests.core.data.picture_files import (
    by_class,
    encrypted,
    forged_npy,
    grey,
    jpeg,
    npz,
    png,
    png_of_size,
    with_link,
    zipped,
)

GOOD = by_class(10)


def refused(content: bytes, words: str, name: str = "mine.zip", **limits: Any) -> BadData:
    """Both ways of reading refuse the upload with these words and a hint."""
    bounds = PictureLimits(**limits)
    with pytest.raises(BadData, match=words):
        look_at(content, name, limits=bounds)
    with pytest.raises(BadData, match=words) as caught:
        read_pictures(content, name, limits=bounds)
    assert caught.value.hint
    return caught.value


class TestArchives:
    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "mine.zip is empty"),
            (b"hello there", "mine.zip is not a zip archive"),
            (b"Rar!\x1a\x07\x00" + bytes(50), "not a zip archive"),
            (b"\x1f\x8b" + bytes(50), "not a zip archive"),
            (zipped(GOOD)[:-30], "damaged zip archive, or it was cut off"),
            (zipped(GOOD)[:300], "damaged zip archive, or it was cut off"),
            (zipped({}), "holds no PNG or JPEG pictures"),
            (zipped({"table.csv": b"a,b\n1,2\n"}), r"holds no PNG or JPEG .* 1 file \('.csv'\)"),
            (zipped({"a/x.gif": b"GIF89a"}), "only PNG and JPEG are read"),
            (zipped(GOOD | {"../up.png": png(grey())}), r"'\.\./up\.png', which points outside"),
            (zipped(GOOD | {"a/../../up.png": b""}), "points outside of the archive"),
            (zipped(GOOD | {"/etc/x.png": b""}), "'/etc/x.png', which points outside"),
            (zipped(GOOD | {"C:\\x.png": b""}), "points outside"),
            (zipped(GOOD | {"a\\..\\..\\x.png": b""}), "points outside"),
            (with_link(GOOD), "'a/link.png', which is a link or device"),
            (encrypted(zipped(GOOD)), "'a/0.png', which is protected by a password"),
            (zipped(GOOD, zipfile.ZIP_BZIP2), "'a/0.png', which is packed in a way"),
            (zipped(GOOD, zipfile.ZIP_LZMA), "'a/0.png', which is packed in a way"),
        ],
    )  # fmt: skip
    def test_refused(self, content: bytes, words: str) -> None:
        refused(content, words)

    def test_a_bomb_of_zeros(self) -> None:
        bomb = zipped({f"a/{i}.png": bytes(3_000_000) for i in range(10)})
        assert len(bomb) < 40_000
        error = refused(bomb, "would unpack to 28.6 MB; it was not unpacked")
        assert "packed in the usual way" in (error.hint or "")

    def test_more_than_is_unpacked(self) -> None:
        refused(zipped(GOOD), "would unpack to", max_unpacked=500)

    def test_a_file_that_says_it_is_small(self) -> None:
        """What the list of files says of a size is not believed while it is read."""
        content = bytearray(zipped({**GOOD, "a/1.png": bytes(100_000)}))
        place = content.rfind(b"a/1.png") - 46
        struct.pack_into("<I", content, place + 24, 10)
        found = read_pictures(bytes(content), "mine.zip")
        assert len(found.images) == len(GOOD) - 1
        assert "damaged" in " ".join(found.notes) or "neither PNG" in " ".join(found.notes)

    def test_overlapping_files(self) -> None:
        """Many entries that all point at the same bytes (Fifield 2019) say what they unpack to."""
        whole = zipped({"a/0.png": bytes(2_000_000)})
        start = whole.find(b"PK\x01\x02")
        end = whole.find(b"PK\x05\x06")
        entry = whole[start:end]
        count = 50
        tail = bytearray(whole[end:])
        struct.pack_into("<HH", tail, 8, count, count)
        struct.pack_into("<I", tail, 12, len(entry) * count)
        refused(whole[:start] + entry * count + bytes(tail), "would unpack to")

    def test_too_many_files(self) -> None:
        refused(zipped(GOOD), "lists far more files than", max_directory=200)
        refused(zipped(GOOD), "holds 20 pictures; at most 19", max_pictures=19)

    def test_too_large(self) -> None:
        error = refused(zipped(GOOD), "at most 1 kB are read", max_bytes=1000)
        assert "pictures" in (error.hint or "")
        with pytest.raises(BadData, match="would take 240 kB at 64 × 64; at most 195 kB are kept"):
            read_pictures(
                zipped(by_class(30, size=(64, 64))), "x", limits=PictureLimits(max_array=200_000)
            )
        with pytest.raises(BadData, match=r"The array .X. of a\.npz says"):
            read_pictures(npz(X=IMAGES), "a.npz", limits=PictureLimits(max_array=20))

    def test_no_such_folder(self, tmp_path: Path) -> None:
        with pytest.raises(NotFound):
            read_pictures(tmp_path / "nothing.zip")
        (tmp_path / "x").mkdir()
        with pytest.raises(BadData, match="x holds no PNG"):
            read_pictures(tmp_path / "x")
        (tmp_path / "x" / "1.png").write_bytes(png(grey()))
        with pytest.raises(BadData, match="folder x holds more than"):
            read_pictures(tmp_path / "x", limits=PictureLimits(max_unpacked=10))

    def test_names_are_made_fit_to_show(self) -> None:
        error = refused(zipped({**GOOD, "../\x07" + "x" * 300 + ".png": b""}), "points outside")
        assert "\x07" not in error.message
        assert len(error.message) < 300


ANIMATED = png(
    Image.fromarray(grey(1)),
    save_all=True,
    append_images=[Image.fromarray(grey(2)), Image.fromarray(grey(3))],
)
BROKEN = {
    "cut off": (png(np.random.default_rng(0).integers(0, 255, (40, 40)).astype(np.uint8))[:200], "damaged"),
    "cut off photograph": (jpeg(np.random.default_rng(0).integers(0, 255, (64, 64)).astype(np.uint8))[:900], "damaged"),
    "empty": (b"", "neither PNG nor JPEG"),
    "text": (b"not a picture", "neither PNG nor JPEG"),
    "a GIF by another name": (b"GIF89a" + bytes(30), "neither PNG nor JPEG"),
    "a web page": (b"<html>", "neither PNG nor JPEG"),
    "moves": (ANIMATED, "it moves: it holds 3 pictures"),
    "absurd": (png_of_size(60_000, 60_000), "pixels, and at most 50,000,000"),
    "large": (png_of_size(10_000, 9_000), "at most 50,000,000"),
    "larger than Pillow likes": (png_of_size(10_000, 12_000), "at most 50,000,000"),
    "no height": (png_of_size(10, 0), "damaged|neither"),
    "no pixels": (png_of_size(4000, 4000), "damaged"),
    "a negative width": (png_of_size(2**32 - 1, 1), "damaged|pixels|neither"),
}  # fmt: skip


class TestPictures:
    @pytest.mark.parametrize("kind", BROKEN)
    def test_one_broken_picture_is_left_out_and_named(self, kind: str) -> None:
        content, words = BROKEN[kind]
        found = read_pictures(zipped(GOOD | {"a/bad.png": content}), "mine.zip")
        assert len(found.images) == 20
        (note,) = [note for note in found.notes if "as broken" in note]
        assert "1 picture ('a/bad.png': " in note
        assert re.search(words, note)
        dataset_from_pictures(found, name="x")

    @pytest.mark.parametrize("kind", BROKEN)
    def test_nothing_but_broken_pictures(self, kind: str) -> None:
        content, words = BROKEN[kind]
        refused(zipped({"a/1.png": content}), f"cannot be used: 'a/1.png': .*({words})")

    def test_more_than_a_tenth(self) -> None:
        bad = {f"a/bad{i}.png": b"no" for i in range(3)}
        error = refused(zipped(GOOD | bad), r"3 pictures of the first 23 .*'a/bad0.png': it is")
        assert "10%" in (error.hint or "")

    def test_a_large_file(self) -> None:
        found = read_pictures(
            zipped(GOOD | {"a/bad.png": bytes(5000)}, zipfile.ZIP_STORED), "mine.zip",
            limits=PictureLimits(max_file=1024),
        )  # fmt: skip
        assert "it has more than 1 kB" in found.notes[0]

    @pytest.mark.parametrize(
        ("field", "junk"),
        [
            (6, b"\x40"),
            (28, b"\x00\x00"),
            (42, b"\xff\xff\xff\xff"),
            (8, b"\xff"),
            (46, b"\xff" * 4),
        ],
    )
    def test_a_damaged_table_of_contents(self, field: int, junk: bytes) -> None:
        """Version, length of the name, offset, flags and name of a file in the zip's directory."""
        content = bytearray(zipped(GOOD))
        place = content.rfind(b"PK\x01\x02") + field
        content[place : place + len(junk)] = junk
        with suppress(WarmstartError):
            read_pictures(bytes(content), "mine.zip")

    def test_a_damaged_packed_file(self) -> None:
        content = bytearray(zipped(GOOD))
        place = content.find(b"a/5.png") + len("a/5.png") + 20
        content[place : place + 8] = b"\xff" * 8
        found = read_pictures(bytes(content), "mine.zip")
        assert len(found.images) == 19
        assert "'a/5.png': it is damaged in the archive" in found.notes[0]

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.integers(0, 10_000), st.binary(min_size=1, max_size=8))
    @example(3826, b"@")  # a version of zip that zipfile does not know
    @example(22, b"\xff\xff\xff\xff")
    def test_any_damage_ends_in_our_words(self, place: int, junk: bytes) -> None:
        content = bytearray(zipped(by_class(3)))
        place %= len(content)
        content[place : place + len(junk)] = junk
        with suppress(WarmstartError):
            read_pictures(bytes(content), "mine.zip")


IMAGES = np.full((3, 4, 4), 200, np.uint8)
TOO_WIDE = "{'descr': '|u1', 'fortran_order': False, 'shape': (%s,), }"


class TestArrays:
    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"hello", "a.npz is not a zip archive"),
            (npz(X=IMAGES)[:-20], "damaged zip archive"),
            (npz(), "holds no PNG|no array of pictures"),
            (npz(a=IMAGES), "has no array of pictures; it holds: 'a'"),
            (npz(y=[1, 2]), "has no array of pictures"),
            (zipped({"x.csv": b"1"}), "holds 'x.csv', which is no NumPy array"),
            (npz(X=np.array([{"a": 1}, None], dtype=object)), "'X' of a.npz holds Python objects. It was not"),
            (npz(X=IMAGES, y=np.array(["a", None, 3], dtype=object)), "'y' of a.npz holds Python objects"),
            (npz(X=np.zeros(3, "c16")), "is of the type complex128"),
            (npz(X=np.zeros(3, [("a", "i4")])), "is of the type"),
            (npz(X=np.array(["2024-01-01"], "M8[D]")), "is of the type datetime64"),
            (npz(X=np.array([["a"]])), "not the values of pixels"),
            (npz(X=np.zeros(5)), "has the shape 5, which pictures do not have"),
            (npz(X=np.zeros((2, 5))), "has the shape 2 × 5, which pictures do not have"),
            (npz(X=np.zeros((2, 7, 4, 5))), "which pictures do not have"),
            (npz(X=np.zeros((0, 4, 4))), "has the shape 0 × 4 × 4"),
            (npz(X=np.zeros((2, 1, 5000))), "has the shape 2 × 1 × 5,000"),
            (npz(X=IMAGES, y=[1, 2]), "3 pictures in 'X', but 'y' has the shape 2"),
            (npz(X=IMAGES, y=np.eye(3)), "'y' has the shape 3 × 3"),
            (npz(X=IMAGES, y=[0.1, 0.2, 0.3]), "measured numbers such as 0.1"),
            (npz(X=np.full((2, 4, 4), np.nan)), r"Picture 0 of a.npz .* \(2 such pictures\)"),
            (npz(X_train=IMAGES, X_test=np.zeros((2, 5, 5))), r"shape \(4, 4\), those of 'X_test' \(5, 5\)"),
            (npz(X_train=IMAGES, y_train=[0, 1, 1], X_test=IMAGES, y_test=[0]), "'y_test' has the shape 1"),
            (zipped({"X.npy": b"junk"}), "'X' of a.npz is damaged"),
            (zipped({"X.npy": b"\x93NUMPY\x09\x00" + bytes(50)}), "'X' of a.npz is damaged"),
            (zipped({"X.npy": forged_npy("{'descr': ")}), "'X' of a.npz is damaged"),
            (zipped({"X.npy": forged_npy("__import__('os')")}), "'X' of a.npz is damaged"),
            (zipped({"X.npy": forged_npy(TOO_WIDE % "9, 9, 9")}), "not as many bytes|there are not"),
            (zipped({"X.npy": forged_npy(TOO_WIDE % "99999, 99999, 99")}), "at most 1000 MB"),
            (zipped({"X.npy": forged_npy(TOO_WIDE % "-5, 4, 4", bytes(80))}), "says it has the shape|damaged"),
            (zipped({"X.npy": forged_npy(TOO_WIDE % "-5, -4, 4", bytes(80))}), "says it has the shape|damaged"),
            (zipped({"X.npy": b"\x80\x04}."}), "'X' of a.npz is damaged"),
            (npz(X=IMAGES)[:60] + bytes(100), "damaged"),
            (npz(X=np.zeros((400, 64, 1200), np.uint8)), "would unpack to"),
        ],
    )  # fmt: skip
    def test_refused(self, content: bytes, words: str) -> None:
        refused(content, words, "a.npz")

    @pytest.mark.filterwarnings("ignore:Duplicate name")
    def test_two_arrays_of_one_name(self) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for _ in range(2):
                archive.writestr("X.npy", forged_npy(TOO_WIDE % "1, 4, 4", bytes(16)))
        refused(out.getvalue(), "two arrays called 'X'", "a.npz")

    def test_a_pickle_inside_is_never_opened(self, tmp_path: Path) -> None:
        class Evil:
            def __reduce__(self) -> Any:
                return (Path.touch, (tmp_path / "ran",))

        content = npz(X=np.array([Evil(), Evil()], dtype=object))
        refused(content, "holds Python objects", "a.npz")
        assert not (tmp_path / "ran").exists()

    @settings(max_examples=60, deadline=None)
    @given(st.integers(0, 10_000), st.binary(min_size=1, max_size=8))
    @example(2173, b"\x00@")
    def test_any_damage_ends_in_our_words(self, place: int, junk: bytes) -> None:
        content = bytearray(npz(X=IMAGES, y=[0, 1, 1]))
        place %= len(content)
        content[place : place + len(junk)] = junk
        with suppress(WarmstartError):
            read_pictures(bytes(content), "a.npz")
