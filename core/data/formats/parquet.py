"""Parquet files, through pyarrow. Runs in the child process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from core.data.formats.found import Found
from core.data.formats.guarded import too_much
from core.data.formats.tidy import (
    check_columns,
    check_field,
    check_rows,
    in_list,
    sound_text,
    tidy_names,
)
from core.data.limits import Limits
from core.errors import BadData

if TYPE_CHECKING:
    import pyarrow as pa

_BLOCK = 2_048  # rows at a time: small, as rows may be long


def read(content: bytes, *, name: str, limits: Limits) -> Found:
    """Read all columns that a table for people can hold.

    Lists and records become JSON text; columns of bytes that are not text are left out.
    Rows, columns and unpacked size are checked by the file's own directory first, and again
    while its rows are taken, as a directory may lie.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(pa.BufferReader(content))
        about = file.metadata
        schema = file.schema_arrow
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _damaged(name, error) from error
    check_columns(len(schema), name=name, limits=limits)
    check_rows(about.num_rows, len(schema), name=name, limits=limits)
    unpacked = sum(about.row_group(i).total_byte_size for i in range(about.num_row_groups))
    if unpacked > limits.max_unpacked:
        raise too_much(name, limits)
    if not about.num_rows:
        raise BadData(
            f"{name} has columns ({in_list(schema.names)}) but no rows.",
            hint="Check the query or the export that it comes from.",
        )
    notes: list[str] = []
    offered = {
        field.name: field.type for field in schema if not field.name.startswith("__index_level_")
    }
    binary = [title for title, kind in offered.items() if not _readable(file, title, kind)]
    if binary:
        notes.append(f"Columns that hold bytes rather than text were left out: {in_list(binary)}.")
    taken = [i for i, f in enumerate(schema) if f.name in offered and f.name not in binary]
    if not taken:
        raise BadData(
            f"{name} has no column of text or numbers: {in_list(schema.names)} hold bytes.",
            hint="Bring a file with the text itself in a column.",
        )
    nested = [schema.names[i] for i in taken if pa.types.is_nested(schema.types[i])]
    if nested:
        notes.append(f"Lists and records were turned into JSON text: {in_list(nested)}.")
    names, more = tidy_names([schema.names[i] for i in taken])
    notes += more
    target = pa.schema(
        [(title, _kind(schema.types[i])) for title, i in zip(names, taken, strict=True)]
    )
    wanted = [schema.names[i] for i in taken]
    return Found(target, _batches(file, wanted, target, name=name, limits=limits), notes)


def _batches(
    file: Any, wanted: list[str], target: pa.Schema, *, name: str, limits: Limits
) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    size = rows = 0
    try:
        for batch in file.iter_batches(batch_size=_BLOCK, columns=sorted(set(wanted))):
            # by name once more: asking for "a" also brings "a.b", and names may repeat
            found: dict[str, list[Any]] = {}
            for field, column in zip(batch.schema, batch.columns, strict=True):
                found.setdefault(field.name, []).append(column)
            columns = [
                _convert(found[title].pop(0), field, row=rows, name=name, limits=limits)
                for title, field in zip(wanted, target, strict=True)
            ]
            made = pa.RecordBatch.from_arrays(columns, schema=target)
            size += made.nbytes
            rows += len(made)
            check_rows(rows, len(target), name=name, limits=limits)
            if size > limits.max_unpacked:
                raise too_much(name, limits)
            yield made
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise _damaged(name, error) from error


def _convert(column: Any, field: pa.Field, *, row: int, name: str, limits: Limits) -> Any:
    """A block of a column in the type that the answer has for it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column.validate(full=True)
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    if pa.types.is_dictionary(column.type):
        _check_lengths(column.dictionary, field.name, row=row, name=name, limits=limits)
        column = column.dictionary_decode()
    kind = column.type
    if pa.types.is_nested(kind):
        texts = [
            None if v is None else json.dumps(v, ensure_ascii=False, default=str)
            for v in column.to_pylist()
        ]
        column = pa.array([t and sound_text(t) for t in texts], type=field.type)
    elif _is_bytes(kind):
        texts = [None if v is None else v.decode("utf-8", "replace") for v in column.to_pylist()]
        column = pa.array(texts, type=field.type)
    elif pa.types.is_temporal(kind):
        if pa.types.is_timestamp(kind):
            column = pc.cast(column, pa.timestamp("us"), safe=False)
        if not pa.types.is_duration(kind):
            column = pc.cast(column, pa.large_string())
            # midnight to the last digit is a date; zeros after the second say nothing
            column = pc.replace_substring_regex(column, r"(\.\d*?)0+$", r"\1")
            column = pc.replace_substring_regex(column, r"\.$", "")
            column = pc.replace_substring_regex(column, r" 00:00:00$", "")
        else:
            column = pa.array([v and str(v) for v in column.to_pylist()], type=field.type)
    column = pc.cast(column, field.type, safe=False)
    _check_lengths(column, field.name, row=row, name=name, limits=limits)
    if pa.types.is_large_string(field.type):
        column = pc.if_else(pc.equal(column, ""), pa.scalar(None, field.type), column)
    return column


def _check_lengths(column: Any, title: str, *, row: int, name: str, limits: Limits) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not len(column) or not (
        pa.types.is_large_string(column.type) or pa.types.is_string(column.type)
    ):
        return
    longest = pc.max(pc.utf8_length(column)).as_py() or 0
    where = f"column {title!r} (rows {row + 1:,} to {row + _BLOCK:,})"
    check_field(longest, where=where, name=name, limits=limits)


def _readable(file: Any, title: str, kind: pa.DataType) -> bool:
    """Whether a column holds what people read; bytes may, when their start is UTF-8."""
    import pyarrow as pa

    if isinstance(kind, pa.BaseExtensionType):
        return not _holds_bytes(kind.storage_type)
    if not _is_bytes(kind):
        return not _holds_bytes(kind)
    try:
        first = next(file.iter_batches(batch_size=64, columns=[title]), None)
        values = first.column(title).to_pylist() if first is not None else []
        for value in values:
            if value is not None and b"\0" in value:
                return False
            _ = value is None or value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    except (pa.ArrowException, OSError, ValueError, KeyError):
        return True  # taking its rows will say what is wrong with it
    return True


def _is_bytes(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
        or pa.types.is_binary_view(kind)
    )


def _holds_bytes(kind: pa.DataType) -> bool:
    """Whether bytes stand anywhere inside a type, as in records of pictures."""
    if _is_bytes(kind):
        return True
    return any(_holds_bytes(kind.field(i).type) for i in range(kind.num_fields))


def _kind(kind: pa.DataType) -> pa.DataType:
    """The type an answer has for a column: whole number, number, true/false or text."""
    import pyarrow as pa

    if isinstance(kind, pa.BaseExtensionType):
        return _kind(kind.storage_type)
    if pa.types.is_dictionary(kind):
        return _kind(kind.value_type)
    if pa.types.is_boolean(kind):
        return pa.bool_()
    if pa.types.is_integer(kind) and not pa.types.is_uint64(kind):
        return pa.int64()
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return pa.float64()
    return pa.large_string()


def _damaged(name: str, error: Exception) -> BadData:
    said = " ".join(str(error).split())
    return BadData(
        f"{name} is not a sound Parquet file: {said[:200]}.",
        hint="It may have been cut off on its way: write it again and compare the sizes.",
    )
