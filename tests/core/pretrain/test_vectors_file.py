"""Files of word vectors: each format to the number, and each kind of broken file in words."""

from __future__ import annotations

import gzip
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadData, Cancelled, NotFound
from core.pretrain.vectors_file import MOST_DIMENSIONS, open_vectors
from core.progress import Progress

WORDS = ["the", "café", "New_York", "中国"]
VECTORS = np.asarray([[1, 2, 3], [-0.5, 0.25, 8], [0, 0, 1], [1e-3, 2e5, -7]], dtype=np.float32)


def text(header: str = "", end: str = "\n", trail: str = "") -> bytes:
    lines = [
        f"{w} {' '.join(f'{x:g}' for x in v)}{trail}" for w, v in zip(WORDS, VECTORS, strict=True)
    ]
    return (header + end.join([*lines, ""])).encode()


def binary(words: list[str] = WORDS, vectors: Any = VECTORS, *, newline: bool = True) -> bytes:
    rows = [
        word.encode() + b" " + row.astype("<f4").tobytes() + (b"\n" if newline else b"")
        for word, row in zip(words, vectors, strict=True)
    ]
    return f"{len(words)} {vectors.shape[1]}\n".encode() + b"".join(rows)


def read(path: Path, words: list[str] = WORDS, progress: Any = None) -> Any:
    source = open_vectors(path)
    matrix = np.zeros((len(words), source.dimensions), dtype=np.float32)
    place = {word: i for i, word in enumerate(words)}
    options = {} if progress is None else {"progress": progress}
    count = source.read_into(matrix, lambda word: place.get(word, -1), **options)
    return source, matrix, count


@pytest.mark.parametrize(
    ("content", "kind", "promised"),
    [
        (text(), "text", None),  # GloVe
        (text("4 3\n"), "text", 4),  # word2vec text, fastText .vec
        (text("4 3\n", trail=" "), "text", 4),
        (text("4 3\r\n", end="\r\n"), "text", 4),
        (text().replace(b" ", b"\t"), "text", None),
        (text() + b"\n\n", "text", None),
        (text().rstrip(b"\n"), "text", None),
        (binary(), "binary", 4),  # word2vec of Mikolov
        (binary(newline=False), "binary", 4),  # word2vec of gensim
    ],
    ids=[
        "glove",
        "header",
        "trailing",
        "windows",
        "tabs",
        "blank-end",
        "no-end",
        "bin",
        "bin-gensim",
    ],
)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
def test_every_format(
    tmp_path: Path, content: bytes, kind: str, promised: int | None, packed: bool
) -> None:
    path = tmp_path / "words"
    path.write_bytes(gzip.compress(content) if packed else content)
    source, matrix, count = read(path)
    assert (source.format, source.words, source.dimensions, count) == (kind, promised, 3, 4)
    np.testing.assert_array_equal(matrix, VECTORS)


def test_only_what_is_asked_for_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes(text())
    _, matrix, count = read(path, ["中国", "unheard"])
    np.testing.assert_array_equal(matrix, [VECTORS[3], [0, 0, 0]])
    assert count == 4


def test_a_word_may_hold_spaces(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes(b"the 1 2 3\n. . . 4 5 6\nat name@domain.com 7 8 9\n")
    _, matrix, _ = read(path, ["the", ". . .", "at name@domain.com"])
    np.testing.assert_array_equal(matrix, np.arange(1, 10).reshape(3, 3))


def test_letters_that_are_no_utf8_do_no_harm_to_the_others(tmp_path: Path) -> None:
    path = tmp_path / "words.bin"
    path.write_bytes(binary().replace("café".encode(), b"caf\xe9\xff"))
    _, matrix, count = read(path)
    assert count == 4
    np.testing.assert_array_equal(matrix[[0, 2, 3]], VECTORS[[0, 2, 3]])


def test_as_gensim_writes_it(tmp_path: Path) -> None:
    from gensim.models import KeyedVectors

    made = KeyedVectors(3)
    made.add_vectors(WORDS, VECTORS)
    for name, as_binary in (("v.bin", True), ("v.txt", False)):
        made.save_word2vec_format(str(tmp_path / name), binary=as_binary)
        _, matrix, _ = read(tmp_path / name)
        np.testing.assert_allclose(matrix, VECTORS, rtol=1e-6)
    made.save(str(tmp_path / "v.kv"))
    with pytest.raises(BadData, match="Python pickle"):
        open_vectors(tmp_path / "v.kv")


def test_numbers_of_four_bytes_that_look_like_letters(tmp_path: Path) -> None:
    path = tmp_path / "words"
    vectors = np.frombuffer("ೣ?".encode(), "<f4").reshape(1, 1)
    path.write_bytes(binary(["0"], vectors))
    _, matrix, _ = read(path, ["0"])
    np.testing.assert_array_equal(matrix, vectors)


@given(
    st.lists(
        st.text(
            st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=9
        ),
        min_size=1,
        max_size=8,
        unique=True,
    ),
    st.integers(1, 9),
    st.integers(0, 2**31),
)
def test_what_was_written_comes_back(
    tmp_path_factory: pytest.TempPathFactory, words: list[str], width: int, seed: int
) -> None:
    vectors = np.random.default_rng(seed).normal(size=(len(words), width)).astype(np.float32)
    path = tmp_path_factory.mktemp("given") / "words"
    lines = [f"{w} " + " ".join(map(str, v.tolist())) for w, v in zip(words, vectors, strict=True)]
    header = f"{len(words)} {width}\n"
    for content in (header + "\n".join(lines) + "\n", None):
        path.write_bytes(binary(words, vectors) if content is None else content.encode())
        _, matrix, count = read(path, words)
        assert count == len(words)
        np.testing.assert_allclose(matrix, vectors, rtol=1e-6)


BROKEN = {
    "empty": (b"", "is empty"),
    "blank": (b"  \n\n", "is empty"),
    "pickle": (pickle.dumps({"the": [1.0]}), "is a Python pickle, which could run anything"),
    "old-pickle": (b"ccopy_reg\n_reconstructor\n", "is a Python pickle"),
    "zip": (b"PK\x03\x04rest", "is a zip archive"),
    "fasttext": (b"\xba\x16\x4f\x2frest", "is a whole model of fastText"),
    "npy": (b"\x93NUMPY\x01\x00", "is a table of numbers without words"),
    "parquet": (b"PAR1....", "is a table of numbers without words"),
    "bzip2": (b"BZh91AY", "is packed"),
    "garbage": (bytes(range(256)), "is neither text nor a binary file of word2vec"),
    "prose": (b"It was a dark and stormy night.\n", "has no numbers on its first line"),
    "narrow": (b"a 1 2 3\nb 1 2\n", "has 2 numbers on line 2, where every word should have 3"),
    "wide": (b"a 1 2 3\nb 1 2 3 4\n", "has 4 numbers on line 2, where every word should have 3"),
    "narrow-after-header": (b"2 3\na 1 2 3\nb 1 2\n", "has 2 numbers on line 3"),
    "no-number": (b"a 1 2 3\nb 1 zwei 3\n", "has 'zwei' on line 2, which is no number"),
    "nan": (b"a 1 2 3\nb 1 nan 3\n", "has a number that is not finite at line 2"),
    "inf": (b"2 3\na 1 2 3\nb 1 1e400 3\n", "has a number that is not finite at line 3"),
    "gap": (b"a 1 2 3\n\nb 1 2 3\n", "has an empty line 2"),
    "fewer": (b"3 2\na 1 2\nb 1 2\n", "promises 3 words on its first line but holds 2"),
    "more": (b"1 2\na 1 2\nb 1 2\n", "promises 1 words on its first line but holds 2"),
    "nothing": (b"0 300\n", "says on its first line that it holds 0 words of 300 numbers"),
    "no-width": (b"5 0\n", "says on its first line that it holds 5 words of 0 numbers"),
    "gigantic": (b"999999999999 300\na 1\n", "promises 999,999,999,999 words of 300 numbers, but a file of"),
    "too-wide": (b"1 999999999\na 1\n", "has 999,999,999 numbers a word; at most 10,000 are read"),
    "too-wide-line": (b"a" + b" 1" * (MOST_DIMENSIONS + 1) + b"\n", "has 10,001 numbers a word"),
    "long-line": (b"a 1 2\n" + b"b" * 9_000 + b" 1 2\n", "has a line 2 that is too long"),
    "endless": (b"a" * 500_000, "has a first line that is too long"),
    "cut-binary": (binary()[:-9], "cannot hold them|ends within word 4 of the 4"),
    "long-word-binary": (b"2 3\n" + b"\x01" * 6_000, "is damaged at word 1: no word is that long"),
    "more-binary": (binary() + b"rest", "goes on after the 4 words that it promises"),
    "nan-binary": (binary(vectors=np.where(VECTORS == 8, np.nan, VECTORS)), "not finite at word 2"),
    "gz-empty": (gzip.compress(b""), "is empty"),
    "gz-cut": (gzip.compress(text() * 1)[:-12], r"is a damaged \.gz file"),
    "gz-damaged": (b"\x1f\x8b\x08\x00" + b"\x00" * 40, r"is a damaged \.gz file|is empty"),
    "gz-pickle": (gzip.compress(pickle.dumps([1])), "is a Python pickle"),
    "gz-gigantic": (gzip.compress(b"999999999999 300\na" + b" 1" * 300), "promises 999,999,999,999 words on its first line but holds 1"),
    "gz-cut-binary": (gzip.compress(binary()[:-9]), "ends within word 4 of the 4"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "words"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_refused_in_words(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "vectors.bin"
    path.write_bytes(content)
    with pytest.raises(BadData, match=words) as caught:
        read(path, [*WORDS, "a", "b"])
    assert caught.value.message.startswith("The file vectors.bin ")
    assert caught.value.hint


def test_what_is_not_asked_for_is_not_looked_into(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes(b"a 1 2 3\nb 1 zwei 3\n")
    _, matrix, _ = read(path, ["a"])
    np.testing.assert_array_equal(matrix, [[1, 2, 3]])


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "none.txt", tmp_path):
        with pytest.raises(NotFound, match="There is no file of vectors"):
            open_vectors(path)


def test_reading_can_be_stopped(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("".join(f"word{i} 1 2\n" for i in range(10_000)), "utf-8")
    seen: list[float] = []

    def report(done: float, message: str, metrics: Any) -> None:
        seen.append(done)
        if len(seen) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        read(path, progress=Progress(report))
    assert len(seen) == 3
