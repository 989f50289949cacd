"""Encodings are told by mark, by strict UTF-8, then by the look of the text."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.encoding import Encoding, find_encoding, title_of
from core.data.limits import Limits
from core.data.source import Source
from core.errors import BadData

FRENCH = "text,label\nUn café noir,boisson\nDéjà vu à l’hôtel,lieu\n"
RUSSIAN = "text,label\nПривет мир,речь\nЭто очень хорошая книга,книга\n" * 3
POLISH = "text,label\nZażółć gęślą jaźń w Łodzi,próba\nTo jest książka,książka\n" * 3
JAPANESE = "text,label\nこれはとても良い本です。,本\n今日は天気がいいですね。,天気\n" * 3
CHINESE = "text,label\n这是一本很好的书，我很喜欢。,书\n今天天气很好。,天气\n" * 3


def find(content: bytes, named: str | None = None) -> Encoding:
    return find_encoding(Source(content, "f.csv", limits=Limits()), named=named)


def decoded(content: bytes) -> tuple[str, str]:
    source = Source(content, "f.csv", limits=Limits())
    encoding = find_encoding(source)
    with encoding.open(source) as stream:
        return encoding.title, stream.read()


@pytest.mark.parametrize(
    ("text", "codec", "title"),
    [
        (FRENCH, "utf-8", "UTF-8"),
        (FRENCH, "utf-8-sig", "UTF-8"),
        (FRENCH, "utf-16", "UTF-16"),
        (FRENCH, "utf-16-le", "UTF-16 (little endian)"),
        (FRENCH, "utf-16-be", "UTF-16 (big endian)"),
        (FRENCH, "utf-32", "UTF-32"),
        (FRENCH, "cp1252", "Windows-1252"),
        (POLISH, "cp1250", "Windows-1250"),
        (RUSSIAN, "cp1251", "Windows-1251"),
        (RUSSIAN, "utf-8", "UTF-8"),
        (JAPANESE, "cp932", "Shift-JIS"),
        (JAPANESE, "euc_jp", "EUC-JP"),
        (CHINESE, "gb18030", "GB18030"),
        ("plain,ascii\n1,2\n", "ascii", "UTF-8"),
    ],
)
def test_text_comes_back_from_its_encoding(text: str, codec: str, title: str) -> None:
    assert decoded(text.encode(codec)) == (title, text)


def test_a_long_file_is_judged_by_whole_characters() -> None:
    """The part that is looked at never ends in the middle of a character."""
    for text in (JAPANESE * 600, JAPANESE.replace("\n", "、") * 600 + ",x\n"):
        for shift in range(2):
            title, back = decoded(("a" * shift + text).encode("cp932"))
            assert title == "Shift-JIS"
            assert back == "a" * shift + text


@pytest.mark.parametrize("sentence", ["¿Dónde está el niño?", "£5 für 20 °C", "it’s naïve – “so”…"])
def test_little_western_text_is_windows_1252(sentence: str) -> None:
    text = f"text,label\n{sentence},x\n"
    assert decoded(text.encode("cp1252")) == ("Windows-1252", text)


def test_an_old_encoding_is_noted() -> None:
    (note,) = find(FRENCH.encode("cp1252")).notes
    assert "not UTF-8" in note
    assert "Windows-1252" in note


def test_utf8_is_silent() -> None:
    assert find(FRENCH.encode()).notes == ()


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_any_utf8_is_read_as_utf8(text: str) -> None:
    content = text.encode()
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return
    title, back = decoded(content)
    assert title == "UTF-8"
    assert back == text.removeprefix("\ufeff") or back == text


def test_one_broken_byte_in_utf8_is_replaced_and_named_by_its_line() -> None:
    content = ("text,label\n" + "schön,x\n" * 5).encode().replace(b"\xc3\xb6", b"\xc3", 1)
    encoding = find(content)
    assert (encoding.title, encoding.errors) == ("UTF-8", "replace")
    assert "1 place is not valid UTF-8 (the first in line 2)" in encoding.notes[0]


def test_a_character_cut_off_at_the_end_is_replaced() -> None:
    assert "line 3" in find("text\nschön\nKöl".encode()[:-1] + b"\xc3").notes[0]


def test_a_broken_byte_is_found_behind_the_first_block() -> None:
    content = "ä\n".encode() * 400_000 + b"\xff\n"  # 1.2 MB, and a block is 1 MB
    assert "line 400,001" in find(content).notes[0]


def test_a_mixture_of_encodings_is_refused() -> None:
    content = "schön\n".encode() * 300 + "schön\n".encode("cp1252") * 30
    with pytest.raises(BadData, match=r"mixes encodings.*30 places.*line 301"):
        find(content)


def test_a_nul_is_named_by_its_line() -> None:
    with pytest.raises(BadData, match=r"Line 3 of f\.csv holds a NUL byte"):
        find(b"text,label\n" + b"good tea,pos\n" + b"bad\0tea,neg\n" + b"more,pos\n" * 30)


def test_binary_content_is_no_text() -> None:
    with pytest.raises(BadData, match="not a text file"):
        find(bytes(range(1, 256)) * 4)


def test_bytes_of_no_encoding_are_refused() -> None:
    # every byte beyond ASCII: no encoding finds a language in them
    with pytest.raises(BadData, match=r"encoding of f\.csv cannot be told"):
        find(b"text\n" + bytes(range(128, 256)) * 3 + b"\n")


def test_a_guess_must_fit_the_whole_file() -> None:
    """Russian at the start, and far behind it a byte that its encoding does not have."""
    content = (RUSSIAN * 1000).encode("cp1251") + b"\x98\n"
    with pytest.raises(BadData, match=r"encoding of f\.csv cannot be told"):
        find(content)


def test_a_named_encoding_is_taken() -> None:
    assert find(FRENCH.encode("cp1252"), "latin-1").codec == "iso8859-1"


def test_an_unknown_encoding_is_refused() -> None:
    with pytest.raises(BadData, match="no character encoding 'klingon'"):
        find(b"a", "klingon")


@pytest.mark.parametrize("codec", ["base64", "rot13"])
def test_a_codec_that_is_no_encoding_is_refused(codec: str) -> None:
    with pytest.raises(BadData, match="no character encoding"):
        find(b"a", codec)


def test_a_named_encoding_that_does_not_fit_is_refused() -> None:
    with pytest.raises(BadData, match="not sound ASCII"):
        find(FRENCH.encode(), "ascii")


def test_utf16_cut_in_half_is_refused() -> None:
    with pytest.raises(BadData, match="not sound UTF-16"):
        find(FRENCH.encode("utf-16")[:-1])


@pytest.mark.parametrize(
    ("codec", "title"),
    [("cp1251", "Windows-1251"), ("cp932", "Shift-JIS"), ("iso8859_15", "ISO8859-15")],
)
def test_encodings_have_names_for_people(codec: str, title: str) -> None:
    assert title_of(codec) == title
