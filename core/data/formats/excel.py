"""Excel workbooks (.xlsx, .xlsm, .xlsb, .xls), through calamine. Runs in the child process."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from core.data.formats.found import Found
from core.data.formats.guarded import too_much
from core.data.formats.tidy import (
    NO_HEADER,
    check_columns,
    check_field,
    check_rows,
    in_list,
    is_missing,
    looks_like_header,
    many,
    settle,
    tidy_names,
)
from core.data.limits import Limits
from core.errors import BadData

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

_BLOCK = 2**20
_EDGE = (2**20, 2**14)  # rows and columns of a sheet, by Excel's own limits
# RuntimeError: a part under a password (and its kin NotImplementedError: an unknown packing)
_ZIP_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError)
_AGAIN = "Open it in a spreadsheet program, save it as .xlsx or CSV, and bring that."


def read(
    content: bytes,
    *,
    name: str,
    limits: Limits,
    sheet: str | None = None,
    header: bool | None = None,
) -> Found:
    """Read one sheet: the named one, else the first visible one that holds a table.

    Parameters
    ----------
    content : bytes
        The workbook.
    name : str
        Its name for messages.
    limits : Limits
        The size it unpacks to is checked before it is parsed.
    sheet : str, optional
        Which sheet.
    header : bool, optional
        Whether the first row names the columns; found out when not said.
    """
    import pyarrow as pa

    if content.startswith(b"PK"):
        _check_unpacked(content, name=name, limits=limits)
    workbook = _open(content, name=name)
    notes: list[str] = []
    table, chosen = _choose(workbook, sheet, name=name, notes=notes)
    last_row, last_column = table.end or (0, 0)
    if last_row >= _EDGE[0] or last_column >= _EDGE[1]:
        raise BadData(
            f"{name} is not a sound Excel workbook: a cell stands in row {last_row + 1:,}, "
            f"column {last_column + 1:,}, beyond the edge of a sheet.",
            hint=_AGAIN,
        )
    width, height = table.width, table.height
    check_columns(width, name=name, limits=limits)
    check_rows(height - 1, width, name=name, limits=limits)
    rows: list[list[Any]] = []
    blank = 0
    for number, row in enumerate(table.iter_rows(), start=1):
        if all(is_missing(cell) for cell in row):
            blank += bool(rows)
            continue
        for cell in row:
            if isinstance(cell, str):
                check_field(len(cell), where=f"row {number}", name=name, limits=limits)
        rows.append([_whole(cell) for cell in row])
    if blank:
        notes.append(f"Left out {many(blank, 'empty row')}.")
    if not rows:
        raise _empty(f"The sheet {chosen!r} of {name} is")
    if header is None:
        header = looks_like_header(rows[:200])
        if not header:
            notes.append(NO_HEADER)
    titles = rows.pop(0) if header else [None] * width
    names, renamed = tidy_names(titles)
    notes += renamed if header else []
    if not rows:
        raise BadData(
            f"The sheet {chosen!r} of {name} has names of columns but no rows below them.",
            hint="Add the rows, or choose another sheet.",
        )
    columns = [settle(list(column)) for column in zip(*rows, strict=True)]
    # cells that were only formatted make columns that nothing stands above or in
    kept = [
        i
        for i, column in enumerate(columns)
        if not is_missing(titles[i]) or any(value is not None for value in column)
    ]
    arrays = [pa.array(columns[i], type=_kind(columns[i])) for i in kept]
    batch = pa.RecordBatch.from_arrays(arrays, names=[names[i] for i in kept])
    # a shared text is small in the file and large here when many cells show it
    if batch.nbytes > limits.max_unpacked:
        raise too_much(name, limits)
    return Found(batch.schema, [batch], notes, chosen)


def _whole(cell: Any) -> Any:
    """Excel knows no whole numbers; those that are, are."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return int(cell)
    return cell


def _kind(values: Sequence[Any]) -> Any:
    """The Arrow type of a settled column; text is given room beyond 2 GB."""
    import pyarrow as pa

    first = next((value for value in values if value is not None), "")
    if isinstance(first, bool):
        return pa.bool_()
    if isinstance(first, int):
        return pa.int64()
    return pa.float64() if isinstance(first, float) else pa.large_string()


def _open(content: bytes, *, name: str) -> CalamineWorkbook:
    from python_calamine import CalamineError, load_workbook

    try:
        return load_workbook(io.BytesIO(content))
    except (CalamineError, OSError) as error:
        if content.startswith(b"PK"):
            raise _damaged(name, error) from error
        # the library cannot tell a password from damage in the format before 2007
        raise BadData(
            f"{name} cannot be opened: it is damaged or protected by a password.",
            hint=f"Remove the password, if there is one. {_AGAIN}",
        ) from error


def _damaged(name: str, error: Exception) -> BadData:
    return BadData(f"{name} is not a sound Excel workbook: {error}.", hint=_AGAIN)


def _choose(
    workbook: CalamineWorkbook, wanted: str | None, *, name: str, notes: list[str]
) -> tuple[CalamineSheet, str]:
    """The sheet to read, and its name."""
    from python_calamine import CalamineError, SheetTypeEnum, SheetVisibleEnum

    about = [s for s in workbook.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]
    offered = [s.name for s in about]
    if wanted is not None and wanted not in offered:
        raise BadData(
            f"{name} has no sheet {wanted!r}.", hint=f"It has: {in_list(offered, most=20)}."
        )
    about.sort(key=lambda s: s.visible != SheetVisibleEnum.Visible)
    for title in [wanted] if wanted is not None else [s.name for s in about]:
        try:
            table = workbook.get_sheet_by_name(title)
        except (CalamineError, OSError) as error:
            raise _damaged(name, error) from error
        if table.height and table.width:
            if len(offered) > 1 and wanted is None:
                others = [other for other in offered if other != title]
                notes.append(
                    f"Read from the sheet {title!r}; other sheets were left alone: "
                    f"{in_list(others)}."
                )
            return table, title
    which = (
        f"The sheet {wanted!r} of {name} is" if wanted is not None else f"All sheets of {name} are"
    )
    raise _empty(which)


def _empty(which: str) -> BadData:
    return BadData(f"{which} empty.", hint="Fill in the rows and save the workbook again.")


def _check_unpacked(content: bytes, *, name: str, limits: Limits) -> None:
    """Refuse a workbook that unpacks to too much, by counting and not by what it says.

    The sizes written in a zip file may lie, so each part is unpacked once, a block at a
    time, and thrown away.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > limits.max_unpacked:
                raise too_much(name, limits)
            total = 0
            for part in parts:
                # as far as its data goes, not as far as it says (and further than is read)
                part.file_size = limits.max_unpacked + 2 * _BLOCK
                with archive.open(part) as stream:
                    while block := stream.read(_BLOCK):
                        total += len(block)
                        if total > limits.max_unpacked:
                            raise too_much(name, limits)
    except _ZIP_FAULTS as error:
        raise BadData(
            f"{name} is not a sound Excel workbook: a part of it cannot be unpacked (it is damaged "
            "or under a password).",
            hint=_AGAIN,
        ) from error
