"""Names for the shapes of data that travel through the program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:  # only names; every worker and every page would pay for loading them
    import pandas as pd
    from scipy import sparse

Modality: TypeAlias = Literal["text", "image", "tabular"]

Floats: TypeAlias = npt.NDArray[np.floating[Any]]
Ints: TypeAlias = npt.NDArray[np.integer[Any]]
Bools: TypeAlias = npt.NDArray[np.bool_]
Objects: TypeAlias = npt.NDArray[np.object_]

#: Encoded rows: dense (n, d) float32, or sparse CSR of the same shape.
Matrix: TypeAlias = "npt.NDArray[Any] | sparse.csr_matrix | sparse.csr_array"

#: Raw rows as a method gets them: text is an object array of str, images are (n, h, w)
#: or (n, h, w, c) arrays, tables are data frames.
Rows: TypeAlias = "npt.NDArray[Any] | pd.DataFrame"

#: What a fitted part needs to be rebuilt: nested dicts with string keys whose leaves are
#: None, bool, int, float, str, lists of those, or numeric/bool/unicode numpy arrays.
State: TypeAlias = dict[str, Any]
