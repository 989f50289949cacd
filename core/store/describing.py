"""What people write on a run: its name, a star, tags, and what they tried and why."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable

import sqlalchemy as sa

from core.errors import BadParam
from core.store import database as db
from core.store import runs
from core.store.records import RunRecord

NAME_LENGTH = 200
NOTE_LENGTH = 20_000
TAG_LENGTH = 30
MOST_TAGS = 12


def describe(
    run_id: str,
    *,
    name: str | None = None,
    note: str | None = None,
    tags: Iterable[str] | None = None,
    starred: bool | None = None,
) -> RunRecord:
    """Change what people wrote on a run; what is None stays as it is.

    Parameters
    ----------
    run_id : str
        Any run, in whatever state.
    name : str, optional
        One line of at most 200 characters.
    note : str, optional
        What was tried and why, of at most 20,000 characters.
    tags : iterable of str, optional
        All its tags from now on; see :func:`clean_tags`.
    starred : bool, optional
        Whether it has a star.

    Raises
    ------
    BadParam
        When one of them will not do; then nothing is changed.
    NotFound
        When there is no such run.
    """
    fields: dict[str, object] = {}
    if name is not None:
        fields["name"] = clean_name(name)
    if note is not None:
        fields["note"] = _clean_note(note)
    if tags is not None:
        fields["tags"] = list(clean_tags(tags))
    if starred is not None:
        fields["starred"] = bool(starred)
    return runs.change(run_id, **fields) if fields else runs.get(run_id)


def clean_name(name: str) -> str:
    """A name as it is kept.

    Raises
    ------
    BadParam
        When it is empty, too long, or holds what cannot be shown on one line.
    """
    wanted = name.strip()
    if not wanted:
        raise BadParam("The name of a run cannot be empty.", hint="Type at least one letter.")
    if len(wanted) > NAME_LENGTH:
        raise BadParam(
            f"The name has {len(wanted)} characters.", hint=f"Use at most {NAME_LENGTH}."
        )
    if _controls(wanted):
        raise BadParam(
            f"The name {wanted!r} holds characters that cannot be shown.",
            hint="Type it by hand, on one line.",
        )
    return wanted


def tidy_name(name: str) -> str:
    """A name that was made elsewhere, brought into a form that can be kept."""
    shown = "".join(" " if _controls(letter) else letter for letter in name)
    return " ".join(shown.split())[:NAME_LENGTH].strip() or "Run"


def clean_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Tags as they are kept: blanks tidied, none twice (capitals do not count), in their order.

    Raises
    ------
    BadParam
        When there are more than 12, or one is longer than 30 characters or holds a comma or
        what cannot be shown.
    """
    found: dict[str, str] = {}
    for tag in tags:
        tidy = " ".join(tag.split()).removeprefix("#").strip()
        if not tidy:
            continue
        if len(tidy) > TAG_LENGTH:
            raise BadParam(
                f"The tag {tidy[:TAG_LENGTH]!r}… has {len(tidy)} characters.",
                hint=f"Use at most {TAG_LENGTH}; longer thoughts belong into the note.",
            )
        if "," in tidy or _controls(tidy):
            raise BadParam(
                f"The tag {tidy!r} holds a comma or characters that cannot be shown.",
                hint="Use letters, digits, blanks and hyphens.",
            )
        found.setdefault(tidy.casefold(), tidy)
    if len(found) > MOST_TAGS:
        raise BadParam(f"A run cannot have {len(found)} tags.", hint=f"Use at most {MOST_TAGS}.")
    return tuple(found.values())


def all_tags() -> list[str]:
    """Every tag in use, the commonest first."""
    query = sa.select(sa.type_coerce(db.runs.c.tags, sa.Text))
    query = query.where(
        db.runs.c.tags.is_not(None), sa.type_coerce(db.runs.c.tags, sa.Text) != "[]"
    )
    with db.reading() as connection:
        kept = [json.loads(text) for text in connection.scalars(query)]
    counts = Counter(tag for tags in kept for tag in tags)
    return sorted(counts, key=lambda tag: (-counts[tag], tag.casefold()))


def _clean_note(note: str) -> str:
    wanted = note.strip().replace("\r\n", "\n")
    if len(wanted) > NOTE_LENGTH:
        raise BadParam(
            f"The note has {len(wanted):,} characters.", hint=f"Use at most {NOTE_LENGTH:,}."
        )
    return wanted


def _controls(text: str) -> bool:
    """Whether some character controls rather than shows."""
    return any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in text)
