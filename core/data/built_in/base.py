"""What a built-in data set is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.data.dataset import Dataset
from core.params import Param, Value
from core.progress import Progress
from core.types import Bools, Ints, Modality

#: Seed and size of the test part, for the sets that have no official one.
SEED = Param(
    "seed",
    "int",
    0,
    "Which rows go to the test part; another number draws another part.",
    label="Seed of the split",
    low=0,
    high=2**31 - 1,
    advanced=True,
)


def test_share(default: float) -> Param:
    """The setting for the share of the labelled rows that is kept for the test."""
    return Param(
        "test_share",
        "float",
        default,
        "Share of the labelled rows kept for the test; more makes the scores surer.",
        label="Share for the test",
        low=0.05,
        high=0.9,
        advanced=True,
    )


def split(labels: Ints, keys: Ints, options: Mapping[str, Value]) -> Bools:
    """The test part as :data:`SEED` and :func:`test_share` ask for it."""
    from core.data.split import stratified_split

    share, seed = options["test_share"], options["seed"]
    assert isinstance(share, float)  # noqa: S101
    assert isinstance(seed, int)  # noqa: S101
    return stratified_split(labels, keys, test_share=share, seed=seed)


@dataclass(frozen=True)
class BuiltIn:
    """A data set that can be had by its name.

    Attributes
    ----------
    key : str
        Name on the command line and in records.
    title : str
        Name for people.
    about : str
        A few plain sentences: what it is, where it is from, under which licence.
    modality : {"text", "image", "tabular"}
        The kind of its rows.
    params : tuple of Param
        Its options.
    network : bool
        Whether the first use has to download it.
    make : callable
        ``make(options, progress)`` gives the data set; options are resolved. The catalogue fills
        in ``Dataset.options``.
    signature : callable
        ``signature(options)`` gives what its content depends on, as JSON values: the options,
        and versions of packages where they matter. Cheap: nothing is built for it.
    """

    key: str
    title: str
    about: str
    modality: Modality
    params: tuple[Param, ...]
    network: bool
    make: Callable[[Mapping[str, Value], Progress], Dataset]
    signature: Callable[[Mapping[str, Value]], dict[str, Any]]
