"""What usually helps: the benchmark's sets and the finished runs of this installation."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

from core.errors import NotFound
from core.jobs.comparing import NOTHING
from core.jobs.observed import observed
from core.store import datasets, models
from core.transfer.recommend import Track
from core.transfer.track_record import mean_track, shipped
from core.types import Modality


def track_record(modality: Modality, *, without: str | None = None) -> dict[str, Track]:
    """Each method's mean gain over nothing learned, on sets of this kind.

    Parameters
    ----------
    modality : {"text", "image", "tabular"}
        Kind of the rows.
    without : str, optional
        Fingerprint of the set at hand, which does not count: neither its runs here, under whatever
        split of its rows, nor its place in the benchmark where it is built in.
    """
    name, own = same_set(without)
    gains = shipped(modality, without=name)
    for method, by_set in gained(modality).items():
        for fingerprint, gain in by_set.items():
            if fingerprint not in own:
                gains.setdefault(method, {})[fingerprint] = gain
    return mean_track(gains)


def same_set(fingerprint: str | None) -> tuple[str | None, frozenset[str]]:
    """The name of a kept set, and the fingerprints under which its rows are kept.

    The same rows with another split are another data set, whose test rows are training rows of
    this one and the other way round: what was measured on them must not choose for it.

    Returns
    -------
    name : str or None
        None where it is not kept any more.
    fingerprints : frozenset of str
        Of every kept set of that name, and the one that was asked about.
    """
    if fingerprint is None:
        return None, frozenset()
    with suppress(NotFound):
        name = datasets.get(fingerprint).name
        like = {one.fingerprint for one in datasets.list_all() if one.name == name}
        return name, frozenset(like | {fingerprint})
    return None, frozenset([fingerprint])


def gained(modality: Modality) -> dict[str, dict[str, float]]:
    """Gains over nothing learned in this installation's runs, by method and data set.

    Of models that learned from all training rows of the set itself; several results on a set are
    averaged.
    """
    values: dict[str, dict[str, list[float]]] = {}
    for one in observed():
        base = one.accuracy.get(NOTHING)
        if base is None:
            continue
        for model, accuracy in one.accuracy.items():
            if model == NOTHING:
                continue
            with suppress(NotFound):
                record = models.get(model)
                if (
                    record.modality == modality
                    and record.dataset == one.dataset
                    and record.pool == "all"
                ):
                    by_set = values.setdefault(record.method, {})
                    by_set.setdefault(one.dataset, []).append(accuracy - base)
    return {
        method: {data: sum(found) / len(found) for data, found in by_set.items()}
        for method, by_set in values.items()
    }


def favourite(
    methods: Collection[str], modality: Modality, *, without: str | None = None
) -> tuple[str, Track] | None:
    """The method to begin with, where nobody has chosen one yet: the one that gained most.

    Parameters
    ----------
    methods : collection of str
        Keys to choose from.
    modality : {"text", "image", "tabular"}
        Kind of the rows.
    without : str, optional
        Fingerprint of the set at hand, which does not count, as in :func:`track_record`.

    Returns
    -------
    tuple of str and Track, or None
        Its key and what it gained; None where none of them gained anything.
    """
    track = track_record(modality, without=without)
    gained = {key: track[key] for key in methods if key in track and track[key].gain > 0}
    if not gained:
        return None
    best = max(gained, key=lambda key: gained[key].gain)
    return best, gained[best]
