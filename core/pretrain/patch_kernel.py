"""The inner loop of patch features: distances become triangle activations, summed over places."""

from __future__ import annotations

import numpy as np

from core.pretrain.compiled import compiled
from core.types import Floats, Ints


def pooled(
    products: Floats, squares: Floats, centre_squares: Floats, *, cells: Ints, out: Floats
) -> None:
    """Add the activations of each picture's patches to the cells that they lie in.

    A patch z is active for centre c by max(0, mean distance to all centres - distance to c)
    (Coates, Lee & Ng 2011, "triangle").

    Parameters
    ----------
    products : ndarray of float32, shape (n * places, k)
        z · c, picture after picture.
    squares : ndarray of float32, shape (n * places,)
        z · z.
    centre_squares : ndarray of float32, shape (k,)
        c · c.
    cells : ndarray of int64, shape (places,)
        The cell that each place of a picture is pooled into.
    out : ndarray of float32, shape (n, cells, k)
        Added to.
    """
    compiled(_pool, reorder=True)(products, squares, centre_squares, cells, out)


def _pool(products, squares, centre_squares, cells, out):  # type: ignore[no-untyped-def]
    k = products.shape[1]
    places = len(cells)
    distances = np.empty(k, np.float32)
    zero, two = np.float32(0), np.float32(2)
    for i in range(len(out)):
        for place in range(places):
            row = i * places + place
            total = zero
            for j in range(k):
                square = squares[row] - two * products[row, j] + centre_squares[j]
                distance = np.sqrt(max(square, zero))
                distances[j] = distance
                total += distance
            mean = total / np.float32(k)
            cell = cells[place]
            for j in range(k):
                out[i, cell, j] += max(mean - distances[j], zero)
