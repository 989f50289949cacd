"""Columns of data as Parquet, so that exactly the same values come back.

Parquet by way of pandas loses things that a fingerprint counts: lone halves of surrogate
pairs, columns of mixed values, two columns of one name, the kind of a text column. So each
column is written as one plain Arrow array, and a small description says how to restore it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from core.errors import BadData
from core.store.files import in_words, plain_value, write_atomic
from core.types import Objects

if TYPE_CHECKING:
    import pyarrow as pa

#: How one column is restored (JSON values).
Description = dict[str, Any]


def write_arrays(path: Path, arrays: Sequence[pa.Array]) -> None:
    """Write Arrow arrays of equal length as one Parquet file that is whole or not there."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(list(arrays), names=[f"c{i}" for i in range(len(arrays))])
    # dictionaries do not pay for whole documents; of the codecs, LZ4 is the quickest to read
    write_atomic(
        path, lambda file: pq.write_table(table, file, compression="lz4", use_dictionary=False)
    )


def read_arrays(path: Path) -> list[pa.Array]:
    """The arrays of such a file.

    Raises
    ------
    StoreFailed
        When the file cannot be read.
    pyarrow.ArrowException
        When it is no Parquet file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    with in_words("read", path), open(path, "rb") as file:
        table = pq.read_table(file)
    return [
        column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        for column in table.columns
    ]


def texts_to_array(texts: Sequence[object] | Objects) -> pa.Array:
    """Texts (None stays none) as an Arrow array of bytes; any Python text survives."""
    import pyarrow as pa

    return pa.array(
        [None if t is None else str(t).encode("utf-8", "surrogatepass") for t in texts],
        type=pa.large_binary(),
    )


def array_to_texts(array: pa.Array) -> Objects:
    """The texts again, as an object array."""
    import pyarrow as pa

    try:
        return np.array(array.cast(pa.large_string()).to_numpy(zero_copy_only=False), dtype=object)
    except pa.ArrowInvalid:  # lone halves of surrogate pairs are no valid UTF-8
        texts = np.empty(len(array), dtype=object)
        texts[:] = [
            None if b is None else b.decode("utf-8", "surrogatepass") for b in array.to_pylist()
        ]
        return texts


def describe_values(values: Objects) -> tuple[Description, pa.Array]:
    """Take apart an object array: texts and None as they are, anything else by JSON."""
    if all(value is None or isinstance(value, str) for value in values):
        return {"how": "text"}, texts_to_array(values)
    return {"how": "json"}, texts_to_array(
        [json.dumps(value, default=plain_value) for value in values]
    )


def restore_values(description: Description, array: pa.Array) -> Objects:
    """The object array again."""
    texts = array_to_texts(array)
    if description["how"] == "json":
        texts[:] = [json.loads(text) for text in texts]
    return texts


def describe_frame(frame: pd.DataFrame) -> tuple[list[Description], list[pa.Array]]:
    """Take a data frame apart, column by column.

    Raises
    ------
    BadData
        When a column holds values that cannot be kept.
    """
    descriptions, arrays = [], []
    for position, name in enumerate(frame.columns):
        try:
            description, array = _describe_column(frame.iloc[:, position])
        except (TypeError, ValueError, OverflowError, NotImplementedError) as error:
            raise BadData(
                f"The column {str(name)!r} cannot be kept: {error}.",
                hint="Make it a column of numbers, texts or dates, or leave it out.",
            ) from error
        label = name.item() if isinstance(name, np.generic) else name
        description["name"] = label if isinstance(label, (str, int, float, bool)) else str(label)
        descriptions.append(description)
        arrays.append(array)
    return descriptions, arrays


def restore_frame(
    descriptions: Sequence[Description], arrays: Sequence[pa.Array], *, rows: int
) -> pd.DataFrame:
    """The data frame of that many rows again, numbered from 0."""
    columns = [_restore_column(d, array) for d, array in zip(descriptions, arrays, strict=True)]
    if not columns:
        return pd.DataFrame(index=range(rows))
    # by position first: two columns may have one name
    frame = pd.concat(columns, axis=1, keys=range(len(columns)))
    frame.columns = pd.Index([d["name"] for d in descriptions])
    return frame


def _describe_column(values: pd.Series[Any]) -> tuple[Description, pa.Array]:
    import pyarrow as pa

    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        inner, categories = _describe_column(pd.Series(dtype.categories))
        described = {
            "how": "category",
            "ordered": bool(dtype.ordered),
            "categories": inner,
            "values": _as_json(inner, categories),
        }
        return described, pa.array(values.cat.codes.to_numpy(), type=pa.int32())
    if isinstance(dtype, pd.StringDtype):
        texts = [value if isinstance(value, str) else None for value in values]
        storage = {"storage": dtype.storage, "nan": dtype.na_value is not pd.NA}
        return {"how": "string", **storage}, texts_to_array(texts)
    if pd.api.types.is_object_dtype(dtype):
        description, array = describe_values(values.to_numpy())
        return {**description, "dtype": "object"}, array
    if isinstance(dtype, np.dtype) and dtype.kind in "biufmM":
        # NaN stays NaN: an Arrow null would be another value
        return {"how": "plain", "dtype": dtype.str}, pa.array(values.to_numpy(), from_pandas=False)
    return {"how": "extension", "dtype": str(dtype)}, pa.Array.from_pandas(values)


def _restore_column(description: Description, array: pa.Array) -> pd.Series[Any]:
    how = description["how"]
    if how == "category":
        inner = description["categories"]
        categories = _restore_column(inner, _from_json(inner, description["values"]))
        return pd.Series(
            pd.Categorical.from_codes(
                array.to_numpy(), categories=pd.Index(categories), ordered=description["ordered"]
            )
        )
    if how == "string":
        na = math.nan if description["nan"] else pd.NA
        kind = pd.StringDtype(storage=description["storage"], na_value=na)
        return pd.Series(array_to_texts(array), dtype=kind)
    if how in ("text", "json"):
        return pd.Series(restore_values(description, array), dtype=object)
    if how == "plain":
        dtype = np.dtype(description["dtype"])
        values = array.to_numpy(zero_copy_only=False)
        return pd.Series(values.astype(dtype, copy=not values.flags.writeable))
    # whole numbers with gaps would pass through floats, which cannot hold the largest
    values = pd.Series(array.to_pandas(integer_object_nulls=True))
    return (
        values if str(values.dtype) == description["dtype"] else values.astype(description["dtype"])
    )


def _as_json(description: Description, categories: pa.Array) -> list[Any]:
    """The categories of a column as JSON values: they travel inside its description."""
    how = description["how"]
    if how in ("string", "text", "json"):
        return list(array_to_texts(categories))
    if how == "plain":
        values = categories.to_numpy(zero_copy_only=False)
        return list((values.view("i8") if values.dtype.kind in "mM" else values).tolist())
    raise TypeError(f"categories of kind {description['dtype']} are not known")


def _from_json(description: Description, values: list[Any]) -> pa.Array:
    import pyarrow as pa

    if description["how"] != "plain":
        return texts_to_array(values)
    dtype = np.dtype(description["dtype"])
    if dtype.kind in "mM":
        return pa.array(np.array(values, dtype="i8").view(dtype))
    return pa.array(np.array(values, dtype=dtype))
