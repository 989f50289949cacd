"""The home folder: where one installation keeps its data sets, models, runs and caches.

``WARMSTART_HOME`` names it. Without that it is the folder which the system itself sets aside
for the data of a user's programs (``~/.local/share/warmstart`` on Linux, ``Application
Support`` on macOS, ``AppData`` on Windows): there it is found by backups, stays out of sight,
and follows ``XDG_DATA_HOME`` where an administrator has set it.

Nothing here is remembered between calls: who changes the environment gets the new folder.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from core.errors import BadParam
from core.store.files import UNFINISHED, in_words, make_folder

HOME_VARIABLE = "WARMSTART_HOME"
DATABASE_VARIABLE = "DATABASE_URL"
CACHE_VARIABLE = "WARMSTART_CACHE_MB"
JOBS_VARIABLE = "WARMSTART_WORKERS"


@dataclass(frozen=True)
class Settings:
    """What the environment says about this installation.

    Attributes
    ----------
    home : Path
        The home folder, absolute; it need not exist yet.
    database_url : str, optional
        Of another database; None is SQLite in the home folder.
    cache_mb : int
        How much the cache of encoded rows may take, in MiB.
    jobs : int
        How many runs may work at once.
    """

    home: Path
    database_url: str | None
    cache_mb: int
    jobs: int


def home() -> Path:
    """The home folder as an absolute path; it need not exist yet."""
    named = os.environ.get(HOME_VARIABLE, "").strip()
    if named:
        return Path(named).expanduser().absolute()
    import platformdirs

    return platformdirs.user_data_path("warmstart", appauthor=False).absolute()


def settings() -> Settings:
    """Read the environment.

    Raises
    ------
    BadParam
        When a number in it is none.
    """
    return Settings(
        home=home(),
        database_url=os.environ.get(DATABASE_VARIABLE, "").strip() or None,
        cache_mb=_whole_number(CACHE_VARIABLE, default=2048, low=0),
        # a fit uses more than one core by itself, so half of them is plenty
        jobs=_whole_number(JOBS_VARIABLE, default=max(1, (os.cpu_count() or 1) // 2), low=1),
    )


def ensure_home() -> Path:
    """Create the home folder where there is none, and make sure that it can be written.

    Raises
    ------
    StoreFailed
        When it cannot be created or written, with the path and what to do.
    """
    folder = make_folder(home())
    # permissions do not tell all (read-only disks, quotas, root), so really write something
    probe = folder / f"{UNFINISHED}{secrets.token_hex(8)}"
    with in_words("write to the home folder", folder):
        try:
            with open(probe, "xb") as file:
                file.write(b"Warmstart was here")
        finally:
            probe.unlink(missing_ok=True)
    return folder


def subfolder(*names: str) -> Path:
    """A folder below the home folder, created where there is none."""
    return make_folder(home().joinpath(*names))


def _whole_number(variable: str, *, default: int, low: int) -> int:
    text = os.environ.get(variable, "").strip()
    if not text:
        return default
    try:
        number = int(text)
    except ValueError:
        number = low - 1
    if number < low:
        raise BadParam(
            f"The environment says {variable}={text}.",
            hint=f"It takes a whole number of at least {low}.",
        )
    return number
