"""NCE: how much the labels of a source say about those of the target."""

from __future__ import annotations

import numpy as np

from core.types import Ints


def nce(source: Ints, y: Ints) -> float:
    """Negative conditional entropy -H(Y | Z), in nats (Tran, Nguyen & Hassner 2019).

    Parameters
    ----------
    source : ndarray of int, shape (n,)
        Class Z that the source gives each row: a label of its own, or the cluster it falls into.
    y : ndarray of int, shape (n,)
        The target's labels Y.

    Returns
    -------
    float
        At most 0, which is reached where Z decides Y; -H(Y) where Z says nothing. Unchanged by
        renaming classes on either side.

    References
    ----------
    Tran, Nguyen & Hassner (2019): Transferability and hardness of supervised classification
    tasks. ICCV.
    """
    _, z = np.unique(source, return_inverse=True)
    _, codes = np.unique(y, return_inverse=True)
    joint = np.zeros((z.max() + 1, codes.max() + 1))
    np.add.at(joint, (z, codes), 1 / len(codes))
    given = joint / joint.sum(axis=1, keepdims=True)
    inside = joint > 0
    return float((joint[inside] * np.log(given[inside])).sum())
