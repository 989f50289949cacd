"""What the folders of an upload say: which class and which part a picture belongs to."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from core.data.formats.tidy import in_list, many, sound_text
from core.data.parts import Part, part_of
from core.data.pictures.files import OTHER_PICTURES, PICTURE_ENDINGS, PictureFile

#: Folders of these names hold pictures without a label.
UNLABELLED_WORDS = frozenset(
    ("unlabelled", "unlabeled", "unsup", "unsupervised", "pool", "no label", "nolabel")
)


@dataclass(frozen=True)
class Place:
    """Where a picture belongs.

    Attributes
    ----------
    file : PictureFile
        The picture.
    label : str or None
        The class; None without one.
    part : {"train", "validation", "test"} or None
        As its folder says; None where no folder does.
    """

    file: PictureFile
    label: str | None
    part: Part | None


@dataclass(frozen=True)
class Layout:
    """The pictures of an upload, each with its place.

    Attributes
    ----------
    places : list of Place
        In the order of their paths.
    parted : bool
        Whether folders say what is for training and what for the test.
    notes : list of str
        What was left out, and what was made of the folders, in sentences.
    """

    places: list[Place]
    parted: bool
    notes: list[str]


def lay_out(files: Sequence[PictureFile]) -> Layout:
    """Read classes and parts from the folders that pictures lie in.

    ``cat/1.png`` is a picture of the class "cat"; ``train/cat/1.png`` and ``test/cat/2.png``
    also say the part. A picture outside of any class folder, or in a folder called
    "unlabelled", has no label. A folder around everything does not count, nor do folders
    inside of a class.
    """
    notes: list[str] = []
    pictures = sorted(_pictures(files, notes), key=lambda file: str(file.path))
    folders = _without_root([file.path.parts[:-1] for file in pictures])
    tops = {parts[0] for parts in folders if parts}
    parted = bool(tops) and all(part_of(top) or _no_label(top) for top in tops)
    parted = parted and any(part_of(top) for top in tops)
    places = []
    for file, parts in zip(pictures, folders, strict=True):
        part: Part | None = None
        rest = parts
        if parted:
            part = (part_of(parts[0]) if parts else None) or "train"
            rest = parts[1:] if parts and part_of(parts[0]) else parts
        label = None if not rest or _no_label(rest[0]) else class_name(rest[0])
        places.append(Place(file, label, part))
    _say(places, notes)
    return Layout(places, parted, notes)


def class_name(text: str) -> str:
    """The name of a class as it is kept: composed characters, no stray spaces or NUL."""
    name = unicodedata.normalize("NFC", sound_text(text).replace("\0", " "))
    return " ".join(name.split())[:200] or "(no name)"


def _no_label(folder: str) -> bool:
    return folder.strip().casefold().replace("_", " ").replace("-", " ") in UNLABELLED_WORDS


def _pictures(files: Sequence[PictureFile], notes: list[str]) -> list[PictureFile]:
    """The files that are named as pictures; the others are counted in a note."""
    kept: list[PictureFile] = []
    others: Counter[str] = Counter()
    for file in files:
        if any(part.startswith(".") or part == "__MACOSX" for part in file.path.parts):
            continue  # what computers leave behind
        if file.path.name.casefold() in ("thumbs.db", "desktop.ini"):
            continue
        if file.ending in PICTURE_ENDINGS:
            kept.append(file)
        else:
            others[file.ending or "no ending"] += 1
    foreign = {kind: n for kind, n in others.items() if kind in OTHER_PICTURES}
    if foreign:
        notes.append(
            f"Left out, as only PNG and JPEG are read: {many(sum(foreign.values()), 'picture')} "
            f"({in_list(sorted(foreign))})."
        )
    rest = sorted(set(others) - set(foreign))
    if rest:
        count = sum(others[kind] for kind in rest)
        notes.append(f"Left out, as no pictures: {many(count, 'file')} ({in_list(rest)}).")
    return kept


def _without_root(folders: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Folders without those that lie around everything."""
    while folders and all(parts for parts in folders):
        first = {parts[0] for parts in folders}
        root = next(iter(first))
        # a single folder with a meaning of its own is no mere wrapping
        if len(first) > 1 or part_of(root) or _no_label(root):
            break
        folders = [parts[1:] for parts in folders]
    return folders


def _say(places: Sequence[Place], notes: list[str]) -> None:
    if not places:
        return
    free = sum(place.label is None for place in places)
    if free == len(places):
        notes.append(
            "No picture lies in the folder of a class, so none has a label. For labels, put the "
            "pictures of each class into a folder of its own."
        )
    elif free:
        notes.append(
            f"Outside of any class folder, and so without a label: {many(free, 'picture')}."
        )
    deep = [p.file.path for p in places if p.label is not None and _depth(p) > 1]
    if deep:
        notes.append(
            f"Folders inside of the folder of a class do not count: {many(len(deep), 'picture')} "
            f"lie in such, for example {str(deep[0])[:80]!r}."
        )


def _depth(place: Place) -> int:
    """How many folders lie at and below the class folder of a picture."""
    parts = [class_name(part) for part in place.file.path.parts[:-1]]
    return len(parts) - parts.index(place.label) if place.label in parts else 0
