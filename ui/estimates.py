"""How large a pool is, and what a fit on it is expected to cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from core.data.dataset import Pool
from core.pretrain.base import Estimate, Method, PoolSize
from core.store.records import DatasetRecord
from ui import resources


@st.cache_data(max_entries=64, show_spinner=False)
def pool_size(fingerprint: str, pool: Pool) -> PoolSize:
    """The size of a pool of a kept data set."""
    dataset = resources.dataset(fingerprint)
    indices = dataset.pool_rows(pool)
    if dataset.modality == "text":
        characters = sum(len(text) for text in dataset.take(indices))
        return PoolSize(rows=len(indices), characters=characters)
    columns = int(np.prod(np.shape(dataset.rows)[1:]))
    return PoolSize(rows=len(indices), columns=columns)


def pool_count(record: DatasetRecord, pool: Pool) -> int:
    """How many rows a pool has."""
    return pool_size(record.fingerprint, pool).rows


def estimate(
    record: DatasetRecord, method: Method, settings: Mapping[str, Any], pool: Pool
) -> Estimate:
    """The expected cost of a fit; an impossible setting is answered as its default would be."""
    from core.errors import BadParam, NotFound
    from core.params import resolve
    from core.store import vector_files

    try:
        values = vector_files.located(method.params, resolve(method.params, settings))
    except (BadParam, NotFound):  # said in full when the run is started
        values = resolve(method.params)
    return method.estimate(pool_size(record.fingerprint, pool), values)


def seconds_to_learn(data: DatasetRecord) -> dict[str, float]:
    """What each method would take on a data set, with its default settings and all rows.

    Baselines learn nothing, and those that want a file want a choice first: both are left out.
    """
    from core.params import resolve
    from core.pretrain import methods_for

    return {
        method.key: estimate(data, method, resolve(method.params), "all").seconds
        for method in methods_for(data.modality)
        if not method.baseline and not any(param.kind == "file" for param in method.params)
    }
