"""What the database tells about runs, models and data sets, as read-only values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from core.types import Modality

RunState: TypeAlias = Literal["queued", "running", "done", "failed", "cancelled", "interrupted"]

#: States that a run leaves by itself; all others are final.
LIVE: frozenset[RunState] = frozenset({"queued", "running"})


@dataclass(frozen=True)
class RunRecord:
    """One job: what was asked, how far it is, what came out.

    Attributes
    ----------
    request : dict
        The whole request (see :mod:`core.jobs.requests`).
    dataset : str, optional
        Fingerprint, once known.
    model : str, optional
        Id of the encoder made (pretrain) or used (finetune).
    progress : float
        Share done, 0 to 1.
    result : dict, optional
        JSON values; for a fine-tuning ``Evaluation`` and costs, for a pretraining its costs.
    error, hint : str, optional
        What went wrong, in words, and what to do.
    pid, pid_created, host : int, float and str, optional
        The process that works on it, when that process began (seconds since 1970; a number of
        a process is used again), and the machine it runs on.
    updated : datetime, optional
        When the record last changed.
    tags : tuple of str
        What people sort runs by.
    origin : dict, optional
        Of an imported run: where it comes from (see :mod:`core.jobs.importing`). None for runs
        that were made here.
    """

    id: str
    kind: Literal[
        "load", "pretrain", "compare", "finetune", "recipe", "tune", "examine", "adapt", "choose"
    ]
    state: RunState
    name: str
    request: dict[str, Any]
    created: datetime
    started: datetime | None = None
    finished: datetime | None = None
    progress: float = 0.0
    message: str = ""
    dataset: str | None = None
    dataset_title: str = ""
    model: str | None = None
    result: dict[str, Any] | None = None
    error: str | None = None
    hint: str | None = None
    cancel_requested: bool = False
    pid: int | None = None
    seconds: float | None = None
    peak_memory_mb: float | None = None
    versions: dict[str, str] | None = None
    parent: str | None = None
    starred: bool = False
    note: str = ""
    host: str | None = None
    pid_created: float | None = None
    updated: datetime | None = None
    tags: tuple[str, ...] = ()
    origin: dict[str, Any] | None = None

    @property
    def live(self) -> bool:
        """Whether it waits or works."""
        return self.state in LIVE

    @property
    def imported(self) -> bool:
        """Whether it came in a bundle, and was not made here."""
        return self.origin is not None


@dataclass(frozen=True)
class ModelRecord:
    """A fitted encoder in the library.

    ``id`` is made from what it was learned from (method, settings, pool, seed, data), so asking
    for the same again finds it.
    """

    id: str
    name: str
    method: str
    modality: Modality
    settings: dict[str, Any]
    pool: str
    seed: int
    dataset: str
    dataset_title: str
    created: datetime
    sha256: str
    bytes: int
    dimensions: int
    rows: int
    seconds: float | None = None
    peak_memory_mb: float | None = None
    run: str | None = None
    parent: str | None = None


@dataclass(frozen=True)
class DatasetRecord:
    """A data set that the home folder keeps."""

    fingerprint: str
    name: str
    title: str
    modality: Modality
    rows: int
    classes: tuple[str, ...]
    labelled_train: int
    labelled_test: int
    unlabelled: int
    created: datetime
    options: dict[str, Any]
    about: str = ""
