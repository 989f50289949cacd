"""Opening the data that a request names."""

from __future__ import annotations

from core.data import catalogue
from core.data.dataset import Dataset
from core.errors import BadParam
from core.jobs.requests import DataRef
from core.progress import SILENT, Progress
from core.store import datasets


def open_data(ref: DataRef, *, progress: Progress = SILENT) -> Dataset:
    """The data set that ``ref`` names: the kept one, or made now and kept.

    Parameters
    ----------
    ref : DataRef
        By fingerprint, or by the name and options of a built-in set.
    progress : Progress
        Told how far making it is.

    Raises
    ------
    NotFound
        When none is kept under that fingerprint, or there is no set of that name.
    NoNetwork
        When it has to be downloaded and cannot be.
    StoreFailed
        When it cannot be kept, or the kept one is damaged.
    """
    if ref.fingerprint is not None:
        progress.update(0.0, "Opening the data")
        return datasets.load(ref.fingerprint)
    if ref.name is None:
        raise BadParam(
            "The request names no data.", hint="Name a built-in set, or a kept one by fingerprint."
        )
    kept = datasets.find(ref.name, catalogue.signature(ref.name, ref.options))
    if kept is not None:
        progress.update(0.0, f"Opening {kept.title}")
        return datasets.load(kept.fingerprint)
    dataset = catalogue.build(ref.name, ref.options, progress=progress)
    datasets.save(dataset)
    return dataset
