"""Sound tables of every format come back as they were."""

from __future__ import annotations

import csv
import datetime
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.formats import growing, guarded
from core.data.limits import in_megabytes
from core.data.reading import FORMATS, Limits, Table, read_table
from core.errors import BadData, NotFound
from tests.core.data.files import (
    old_workbook,
    parquet_bytes,
    read_here,
    repacked,
    workbook,
)

ROWS = [
    ["text", "label"],
    ["Good tea, hot", "pos"],
    ["Cold tea; bad", "neg"],
    ["So-so | ok", "pos"],
]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Open binary formats in this process; the child itself has tests of its own."""
    monkeypatch.setattr(guarded, "read_apart", read_here)


def delimited(rows: list[list[str]], delimiter: str = ",") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def values(table: Table) -> list[list[object]]:
    """Names, then rows, with None for missing."""
    frame = table.frame.astype(object).where(table.frame.notna(), None)
    return [list(frame.columns), *frame.to_numpy().tolist()]


class TestDelimited:
    @pytest.mark.parametrize(
        ("delimiter", "kind"), [(",", "csv"), (";", "csv"), ("|", "csv"), ("\t", "tsv")]
    )
    def test_the_delimiter_is_found(self, delimiter: str, kind: str) -> None:
        table = read_table(delimited(ROWS, delimiter), "tea.csv")
        assert (table.format, table.delimiter, table.encoding) == (kind, delimiter, "UTF-8")
        assert values(table) == ROWS
        assert table.notes == ()
        assert table.name == "tea.csv"
        assert len(table) == 3

    def test_words_for_nothing_stay_words(self) -> None:
        table = read_table(b"text,label\nNA,None\nnull,nan\n,\nN/A,\n", "f.csv")
        assert values(table)[1:] == [["NA", "None"], ["null", "nan"], ["N/A", None]]

    def test_numbers_stay_as_they_stand(self) -> None:
        table = read_table(b"text,label\n007,1.0\n1e5,01\n", "f.csv")
        assert values(table)[1:] == [["007", "1.0"], ["1e5", "01"]]

    def test_quotes_delimiters_and_lines_inside_quotes(self) -> None:
        rows = [["text", "label"], ['She said "hi",\nand left', "a"], ["x", "b"], ["\ty\r\nz", "a"]]
        assert values(read_table(delimited(rows), "f.csv")) == rows

    def test_backslash_before_a_quote(self) -> None:
        content = b'text,label\n"She said \\"hi, you\\" twice",a\n"plain, too",b\n"x",a\n'
        assert values(read_table(content, "f.csv"))[1] == ['She said "hi, you" twice', "a"]

    def test_stray_quotes_are_plain_signs(self) -> None:
        content = b'ham\tI am 6" tall\nspam\t"Win now\nham\tok\nham\tnot "bad\nspam\tfree\n'
        table = read_table(content, "sms")
        assert values(table)[1:] == [
            ["ham", 'I am 6" tall'],
            ["spam", '"Win now'],
            ["ham", "ok"],
            ["ham", 'not "bad'],
            ["spam", "free"],
        ]
        assert any("Double quotes in this file enclose nothing" in note for note in table.notes)

    def test_stray_quotes_that_meet_over_lines_swallow_no_rows(self) -> None:
        content = b'label\ttext\nham\t"Win now\nspam\tok"\nham\tfine\n'
        assert len(read_table(content, "f.tsv")) == 3

    def test_lines_in_quotes_that_would_fit_without_them_as_well(self) -> None:
        content = b'text,label\n"fine",x\n"good",y\n"p,q\nr",s\n'
        assert values(read_table(content, "f.csv"))[1:] == [
            ["fine", "x"],
            ["good", "y"],
            ["p,q\nr", "s"],
        ]

    def test_line_ends_of_windows_and_old_macs(self) -> None:
        for end in (b"\r\n", b"\r"):
            content = delimited(ROWS).replace(b"\n", end)
            assert values(read_table(content, "f.csv")) == ROWS

    def test_no_line_end_at_the_end(self) -> None:
        assert values(read_table(delimited(ROWS).rstrip(), "f.csv")) == ROWS

    def test_signs_that_only_look_like_line_ends(self) -> None:
        rows = [["text", "label"], ["a\u2028b\x0bc\x85d", "x"], ["e", "y"]]
        assert values(read_table(delimited(rows), "f.csv")) == rows

    def test_excel_says_its_delimiter(self) -> None:
        table = read_table(b"sep=;\ntext;label\na,b;x\nc,d;y\n", "f.csv")
        assert values(table) == [["text", "label"], ["a,b", "x"], ["c,d", "y"]]

    def test_one_column(self) -> None:
        table = read_table(b"text\nHello, world\nGood, bad and ugly, all\nyes\n", "f.csv")
        assert values(table) == [["text"], ["Hello, world"], ["Good, bad and ugly, all"], ["yes"]]
        assert table.delimiter is None
        assert "No delimiter was found" in table.notes[0]

    def test_a_text_file_is_one_text_a_line(self) -> None:
        table = read_table(b"Hello, you are a man of taste\nYes, I am\nNo\nMay, be, so\n", "f.txt")
        assert len(table) == 4
        assert list(table.frame.columns) == ["column 1"]

    def test_one_row(self) -> None:
        assert values(read_table(b"text,label\na,b\n", "f.csv")) == [["text", "label"], ["a", "b"]]

    def test_blank_lines_and_rows(self) -> None:
        table = read_table(b"text,label\n\na,x\n,\n\nb,y\n", "f.csv")
        assert values(table)[1:] == [["a", "x"], ["b", "y"]]
        assert table.notes == ("Left out 1 row without any value.",)

    def test_names_twice_or_missing(self) -> None:
        table = read_table(b"text,text,,label\na,b,c,d\n", "f.csv")
        assert list(table.frame.columns) == ["text", "text (2)", "column 3", "label"]
        assert any("'column 3'" in note for note in table.notes)
        assert any("'text (2)'" in note for note in table.notes)

    def test_a_taken_number_is_not_given_again(self) -> None:
        table = read_table(b"text,text (2),text\na,b,c\n", "f.csv")
        assert list(table.frame.columns) == ["text", "text (2)", "text (3)"]

    def test_empty_columns_at_the_right_are_left_out(self) -> None:
        table = read_table(b"text,label,,\na,x,,\nb,y,,\n", "f.csv")
        assert list(table.frame.columns) == ["text", "label"]

    def test_values_beyond_the_header_may_only_be_empty(self) -> None:
        assert len(read_table(b"text,label\na,x,,\nb,y\n", "f.csv")) == 2

    @pytest.mark.parametrize(
        "content",
        [
            b"ham,see you\nspam,win now\nham,ok\n",  # a value that comes again
            b"3,see you\n4,win now\n5,ok\n",  # a number above numbers
            b"this one is a long text of words,a\nshort,b\nother,c\n",  # a long text
        ],
    )
    def test_a_file_without_a_header(self, content: bytes) -> None:
        table = read_table(content, "f.csv")
        assert list(table.frame.columns) == ["column 1", "column 2"]
        assert len(table) == 3
        assert "looks like data" in table.notes[0]

    def test_a_repeated_header_is_still_one(self) -> None:
        assert list(read_table(b"text,label\na,x\ntext,label\nb,y\n", "f.csv").frame.columns) == [
            "text",
            "label",
        ]

    def test_the_person_may_know_better(self) -> None:
        content = b"ham,a\nspam,b\nham,c\n"
        assert list(read_table(content, "f.csv", header=True).frame.columns) == ["ham", "a"]
        assert len(read_table(b"a,b\nc,d\n", "f.csv", header=False)) == 2
        table = read_table(b"a:b\nc:d\n", "f.csv", delimiter=":")
        assert values(table) == [["a", "b"], ["c", "d"]]

    def test_a_file_larger_than_the_sample(self) -> None:
        rows = [
            ["text", "label"],
            *([f"text number {i}, and more" * 3, "ab"[i % 2]] for i in range(9000)),
        ]
        table = read_table(delimited(rows), "f.csv")
        assert values(table) == rows

    def test_a_file_longer_than_a_block(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(growing, "_CELLS_A_BLOCK", 10)
        rows = [["text", "label"], *([f"t{i}", "x" * (i % 3)] for i in range(23))]
        frame = read_table(delimited(rows), "f.csv").frame
        assert frame["text"].tolist() == [row[0] for row in rows[1:]]
        assert frame["label"].fillna("").tolist() == [row[1] for row in rows[1:]]

    def test_a_long_name_of_a_column_is_cut(self) -> None:
        table = read_table(b"word " * 60 + b",label\na,b\n", "f.csv", header=True)
        assert [len(name) for name in table.frame.columns] == [120, 5]

    @given(
        st.lists(
            st.lists(
                st.text(
                    st.characters(exclude_categories=["Cs", "Cc"], include_characters='\n\t",;|'),
                    min_size=1,
                ),
                min_size=2,
                max_size=2,
            ),
            min_size=1,
            max_size=6,
        ),
        st.sampled_from([",", ";", "|", "\t"]),
    )
    def test_whatever_a_writer_quotes_is_read_back(
        self, rows: list[list[str]], delimiter: str
    ) -> None:
        out = io.StringIO()
        writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerows([["text", "label"], *rows])
        table = read_table(out.getvalue().encode(), "f.csv", header=True, delimiter=delimiter)
        assert values(table) == [["text", "label"], *rows]


class TestJson:
    RECORDS = ({"text": "a\nb", "label": "x"}, {"text": "c", "n": 2}, {"label": "y", "text": "d"})

    @pytest.mark.parametrize("name", ["f.jsonl", "f.ndjson", "f.json", "f.csv", "noname"])
    def test_lines(self, name: str) -> None:
        content = "\n".join(map(json.dumps, self.RECORDS)).encode()
        table = read_table(content, name)
        assert table.format == "jsonl"
        assert values(table) == [
            ["text", "label", "n"],
            ["a\nb", "x", None],
            ["c", None, 2.0],
            ["d", "y", None],
        ]

    def test_an_array(self) -> None:
        for indent in (None, 2):
            content = json.dumps(self.RECORDS, indent=indent).encode()
            assert len(read_table(content, "f.json")) == 3

    def test_an_array_longer_than_the_window(self) -> None:
        records = [{"text": "word " * 30, "n": i} for i in range(9000)]
        table = read_table(json.dumps(records).encode(), "f.json")  # 1.5 MB; a window has 1 MB
        assert table.frame["n"].tolist() == list(range(9000))

    def test_a_record_longer_than_the_window(self) -> None:
        record = {f"c{i}": "x" * 150_000 for i in range(8)}
        assert read_table(json.dumps([record]).encode(), "f.json").frame.shape == (1, 8)

    def test_a_long_first_line_in_a_file_of_any_name(self) -> None:
        content = json.dumps({"text": "x" * 9000, "label": "a"}).encode()
        assert read_table(content, "f.csv").format == "jsonl"

    def test_kinds_of_values(self) -> None:
        content = b'{"i": 1, "f": 1.5, "b": true, "m": 1}\n{"i": 2, "f": 2, "b": false, "m": "1"}\n'
        frame = read_table(content, "f.jsonl").frame
        assert [str(kind) for kind in frame.dtypes] == ["int64", "float64", "bool", "str"]
        assert frame["m"].tolist() == ["1", "1"]

    def test_lists_become_text_with_a_note(self) -> None:
        table = read_table(b'{"text": "a", "tags": ["x", {"y": 1}]}\n', "f.jsonl")
        assert table.frame["tags"].tolist() == ['["x", {"y": 1}]']
        assert "'tags'" in table.notes[0]

    def test_halves_of_characters_are_replaced(self) -> None:
        table = read_table(b'{"text": "\\ud83d\\ude00 \\ud83d end"}\n', "f.jsonl")
        assert table.frame["text"].tolist() == ["\U0001f600 \ufffd end"]
        assert "Halves of characters in 1 value" in table.notes[0]

    def test_huge_numbers_are_names(self) -> None:
        table = read_table(b'{"text": "a", "id": 123456789012345678901}\n', "f.jsonl")
        assert table.frame["id"].tolist() == ["123456789012345678901"]

    def test_blank_lines_are_skipped(self) -> None:
        assert len(read_table(b'\n{"text": "a"}\n\n{"text": "b"}\n\n', "f.jsonl")) == 2

    def test_an_array_in_a_file_of_any_name(self) -> None:
        assert read_table(b'[{"text": "a"}]', "f.txt").format == "jsonl"

    def test_csv_under_the_name_of_json_is_read_and_named(self) -> None:
        table = read_table(delimited(ROWS), "f.jsonl")
        assert table.format == "csv"
        assert "named .jsonl, but its content is CSV" in table.notes[0]


@pytest.mark.usefixtures("here")
class TestExcel:
    def test_values(self) -> None:
        day = datetime.datetime(2024, 5, 1)
        content = workbook(
            {
                "S": [
                    ["text", "n", "ok", "day", "mixed"],
                    ["a", 1, True, day, 1],
                    ["b", 2, False, day, "x"],
                ]
            }
        )
        table = read_table(content, "f.xlsx")
        assert (table.format, table.sheet, table.notes) == ("excel", "S", ())
        assert values(table) == [
            ["text", "n", "ok", "day", "mixed"],
            ["a", 1, True, "2024-05-01", "1"],
            ["b", 2, False, "2024-05-01", "x"],
        ]
        assert str(table.frame["n"].dtype) == "int64"

    def test_the_first_visible_sheet_with_rows(self) -> None:
        content = workbook(
            {"Hidden": ROWS, "Empty": [], "Data": ROWS, "Other": ROWS}, hidden=["Hidden"]
        )
        table = read_table(content, "f.xlsx")
        assert table.sheet == "Data"
        assert "'Data'" in table.notes[0]
        assert "'Other'" in table.notes[0]

    def test_a_sheet_that_is_not_there(self) -> None:
        with pytest.raises(BadData, match=r"f\.xlsx has no sheet 'C'") as caught:
            read_table(workbook({"A": ROWS, "B": ROWS}), "f.xlsx", sheet="C")
        assert caught.value.hint == "It has: 'A', 'B'."

    def test_a_named_sheet_that_is_empty(self) -> None:
        with pytest.raises(BadData, match=r"The sheet 'B' of f\.xlsx is empty"):
            read_table(workbook({"A": ROWS, "B": []}), "f.xlsx", sheet="B")

    def test_a_named_sheet(self) -> None:
        content = workbook({"A": ROWS, "B": [["text"], ["only"]]})
        table = read_table(content, "f.xlsx", sheet="B")
        assert (table.sheet, table.notes) == ("B", ())
        assert values(table) == [["text"], ["only"]]

    def test_missing_values_empty_rows_and_columns(self) -> None:
        content = workbook(
            {"S": [[], ["", "text", "n", None], ["", "a", 1, None], [], ["", "b", None, None]]}
        )
        table = read_table(content, "f.xlsx")
        assert values(table) == [["text", "n"], ["a", 1.0], ["b", None]]
        assert table.notes == ("Left out 1 empty row.",)

    def test_without_a_header(self) -> None:
        table = read_table(workbook({"S": [["ham", 1], ["spam", 2], ["ham", 3]]}), "f.xlsx")
        assert list(table.frame.columns) == ["column 1", "column 2"]
        assert "looks like data" in table.notes[0]
        named = read_table(workbook({"S": [["ham", 1], ["spam", 2]]}), "f.xlsx", header=True)
        assert len(named) == 1

    def test_a_workbook_with_a_macro_is_read_without_it(self) -> None:
        content = repacked(workbook({"S": ROWS}), {"xl/vbaProject.bin": b"macro"})
        assert values(read_table(content, "f.xlsm")) == ROWS

    def test_the_format_before_2007(self) -> None:
        table = read_table(old_workbook([["text", "n"], ["Grün", 1.0], ["b", 2.5]]), "f.xls")
        assert (table.format, table.sheet) == ("excel", "S1")
        assert values(table) == [["text", "n"], ["Grün", 1.0], ["b", 2.5]]

    def test_what_it_becomes_is_bounded_too(self) -> None:
        content = old_workbook([["text"], *[["w" * 500]] * 20])
        with pytest.raises(BadData, match="unpacks to more than 5 kB"):
            read_table(content, "f.xls", limits=Limits(max_unpacked=5_000))

    def test_a_workbook_named_csv_is_read_and_named(self) -> None:
        table = read_table(workbook({"S": ROWS}), "f.csv")
        assert "named .csv, but its content is Excel" in table.notes[0]


@pytest.mark.usefixtures("here")
class TestParquet:
    def test_kinds_of_columns(self) -> None:
        table = pa.table(
            {
                "text": ["a", ""],
                "category": pa.array(["x", "y"]).dictionary_encode(),
                "i": pa.array([1, None], pa.int8()),
                "f": pa.array([0.5, 1.5], pa.float32()),
                "ok": [True, None],
                "day": pa.array([datetime.date(2024, 5, 1)] * 2),
                "at": pa.array(
                    [datetime.datetime(2024, 5, 1, 12, 30)] * 2, pa.timestamp("ms", "UTC")
                ),
                "midnight": pa.array([datetime.datetime(2024, 5, 1)] * 2, pa.timestamp("us")),
                "took": pa.array([datetime.timedelta(seconds=90)] * 2),
                "list": [["x", "y"], None],
                "bytes": [b"word", b"more"],
                "big": pa.array([2**63, 1], pa.uint64()),
                "none": pa.nulls(2),
            }
        )
        read = read_table(parquet_bytes(table), "f.parquet")
        assert (read.format, read.encoding, read.delimiter) == ("parquet", None, None)
        first, second = values(read)[1:]
        assert first == [
            "a", "x", 1.0, 0.5, "True", "2024-05-01", "2024-05-01 12:30:00", "2024-05-01", "0:01:30",
            '["x", "y"]', "word", "9223372036854775808", None,
        ]  # fmt: skip
        assert second[:5] == [None, "y", None, 1.5, None]
        assert read.notes == ("Lists and records were turned into JSON text: 'list'.",)

    def test_pictures_are_left_out(self) -> None:
        table = {
            "text": ["a"],
            "picture": pa.array([{"bytes": b"\x89PNG", "path": "p"}]),
            "blob": [b"\xff\xd8\x00"],
            "nul": [b"a\0b"],
        }
        read = read_table(parquet_bytes(table), "f.parquet")
        assert list(read.frame.columns) == ["text"]
        assert "'picture', 'blob', 'nul'" in read.notes[0]

    def test_names_twice_and_with_points(self) -> None:
        table = pa.Table.from_arrays(
            [pa.array([1]), pa.array([2]), pa.array([3]), pa.array([{"b": 4}])],
            names=["a", "a", "c.b", "c"],
        )
        read = read_table(parquet_bytes(table), "f.parquet")
        assert values(read) == [["a", "a (2)", "c.b", "c"], [1, 2, 3, '{"b": 4}']]

    def test_the_index_of_a_frame_is_no_column(self) -> None:
        out = io.BytesIO()
        pd.DataFrame({"text": ["a", "b"]}, index=[5, 7]).to_parquet(out)
        assert list(read_table(out.getvalue(), "f.parquet").frame.columns) == ["text"]

    def test_types_of_their_own(self) -> None:
        ids = pa.ExtensionArray.from_storage(pa.uuid(), pa.array([b"0" * 16], pa.binary(16)))
        notes = pa.ExtensionArray.from_storage(pa.json_(), pa.array(['{"a": 1}']))
        table = pa.table({"id": ids, "json": notes})
        read = read_table(parquet_bytes(table), "f.parquet")
        assert values(read) == [["json"], ['{"a": 1}']]
        assert "'id'" in read.notes[0]

    def test_several_row_groups(self) -> None:
        texts = [f"t{i}" for i in range(5000)]
        content = parquet_bytes({"text": texts}, row_group_size=1500)
        assert read_table(content, "f.parquet").frame["text"].tolist() == texts


class TestAPartOfTheirOwn:
    """The child process that opens binary formats, as it really runs."""

    def test_parquet(self) -> None:
        table = read_table(parquet_bytes({"text": ["a", "b"], "list": [[1], [2]]}), "f.parquet")
        assert values(table) == [["text", "list"], ["a", "[1]"], ["b", "[2]"]]
        assert "'list'" in table.notes[0]

    def test_excel(self, tmp_path: Path) -> None:
        path = tmp_path / "tea.xlsx"
        path.write_bytes(workbook({"A": ROWS, "B": ROWS}))
        table = read_table(path)
        assert (table.sheet, table.name) == ("A", "tea.xlsx")
        assert values(table) == ROWS

    def test_an_error_keeps_its_words(self) -> None:
        with pytest.raises(BadData, match=r"no sheet 'C'") as caught:
            read_table(workbook({"A": ROWS, "B": ROWS}), "f.xlsx", sheet="C")
        assert caught.value.hint == "It has: 'A', 'B'."

    def test_too_slow(self) -> None:
        with pytest.raises(BadData, match="took longer than 0 s to open, and was given up"):
            read_table(parquet_bytes({"text": ["a"]}), "f.parquet", limits=Limits(max_seconds=0))

    def test_a_cell_far_away_ends_the_child_and_not_us(self) -> None:
        far = (
            '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml'
            '/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>text</t></is></c></row>'
            '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>far</t></is></c></row>'
            "</sheetData></worksheet>"
        )
        content = repacked(workbook({"A": ROWS}), {"xl/worksheets/sheet1.xml": far.encode()})
        with pytest.raises(BadData, match="cannot be opened as Excel: its contents are damaged"):
            read_table(content, "f.xlsx")

    def test_more_than_its_bound_is_stopped_on_the_way(self) -> None:
        """A directory that says little of what unpacks: the count of what came decides."""
        content = parquet_bytes({"text": pa.array(["x" * 9000] * 500).dictionary_encode()})
        with pytest.raises(BadData, match=r"f.parquet unpacks to more than 1 MB"):
            read_table(content, "f.parquet", limits=Limits(max_unpacked=2**20))


class TestFiles:
    def test_a_path(self, tmp_path: Path) -> None:
        path = tmp_path / "tea.csv"
        path.write_bytes(delimited(ROWS))
        assert values(read_table(path)) == ROWS

    def test_a_name_is_shown_without_folders(self) -> None:
        assert read_table(delimited(ROWS), "C:\\data\\..\\tea\n.csv").name == "tea?.csv"

    def test_a_long_name_is_cut(self) -> None:
        assert len(read_table(delimited(ROWS), "x" * 300 + ".csv").name) == 71

    def test_no_such_file(self, tmp_path: Path) -> None:
        with pytest.raises(NotFound, match="There is no file"):
            read_table(tmp_path / "gone.csv")

    def test_a_folder(self, tmp_path: Path) -> None:
        with pytest.raises(BadData, match="is a folder"):
            read_table(tmp_path)

    def test_a_file_that_cannot_be_opened(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "f.csv"
        path.write_bytes(b"a")

        def refuse(*_: object, **__: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "open", refuse)
        with pytest.raises(BadData, match="cannot be opened: Permission denied"):
            read_table(path)

    def test_a_delimiter_is_one_sign(self) -> None:
        with pytest.raises(BadData, match="',,' cannot separate values"):
            read_table(b"a,b\n", "f.csv", delimiter=",,")

    def test_formats_have_names(self) -> None:
        assert set(FORMATS) == {"csv", "tsv", "jsonl", "parquet", "excel"}

    @pytest.mark.parametrize(
        ("size", "words"), [(10, "1 kB"), (3000, "3 kB"), (2**20, "1 MB"), (3 * 2**19, "1.5 MB")]
    )
    def test_sizes_for_people(self, size: int, words: str) -> None:
        assert in_megabytes(size) == words


def test_real_texts_survive_every_format(bench_data: Path) -> None:
    frame = pd.read_parquet(bench_data / "text" / "sms_spam.parquet").head(1500)
    expected = frame["text"].tolist()
    for content, name in (
        (frame.to_csv(index=False).encode(), "f.csv"),
        (frame.to_csv(index=False, sep="\t").encode("utf-16"), "f.tsv"),
        (frame.to_json(orient="records", lines=True).encode(), "f.jsonl"),
        (frame.to_json(orient="records").encode(), "f.json"),
    ):
        assert read_table(content, name).frame["text"].tolist() == expected
    assert np.all(
        read_table(frame.to_csv(index=False).encode(), "f").frame["label"] == frame["label"]
    )
