"""The run database: connections that several processes can share.

SQLite in the home folder unless ``DATABASE_URL`` names another. SQLite works in WAL mode, so
pages read while a worker writes; whoever wants to write waits for its turn instead of failing.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from core.errors import StoreFailed, WarmstartError
from core.store.home import DATABASE_VARIABLE, ensure_home, home
from core.store.tables import (
    datasets,
    meta,
    metadata,
    models,
    origins,
    run_briefs,
    run_files,
    runs,
)

__all__ = [
    "close",
    "datasets",
    "engine",
    "meta",
    "metadata",
    "models",
    "now",
    "origins",
    "reading",
    "run_briefs",
    "run_files",
    "runs",
    "writing",
]

#: Version of the tables. Raise it with every change, and teach ``_migrate`` the way.
SCHEMA_VERSION = 2
FILE_NAME = "warmstart.db"
_WAIT_SECONDS = 20


_engines: dict[tuple[int, str], sa.Engine] = {}
_lock = threading.Lock()


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


@contextmanager
def reading() -> Iterator[sa.Connection]:
    """A connection for looking things up."""
    with database_words(), engine().connect() as connection:
        yield connection


@contextmanager
def writing() -> Iterator[sa.Connection]:
    """A connection in a transaction that nobody else writes beside, undone by an exception."""
    with (
        database_words(),
        engine().connect().execution_options(warmstart_writes=True) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def database_words() -> Iterator[None]:
    """Turn what a database says into :class:`~core.errors.StoreFailed`.

    Broken rules of the tables (``IntegrityError``) pass: the caller knows what they mean.
    """
    try:
        yield
    except exc.IntegrityError:
        raise
    except (exc.DBAPIError, exc.TimeoutError) as error:
        raise _worded(error) from error


def engine() -> sa.Engine:
    """The engine of the database that the environment names now, with its tables made.

    Raises
    ------
    StoreFailed
        When the database cannot be opened, or was made by a newer version.
    """
    url = _url()
    key = (os.getpid(), url.render_as_string(hide_password=False))
    made = _engines.get(key)
    if made is not None and not _vanished(url):
        return made
    with _lock:
        made = _engines.get(key)
        if made is not None and _vanished(url):
            _engines.pop(key).dispose()
            made = None
        if made is None:
            made = _open(url)
            _engines[key] = made
    return made


def close() -> None:
    """Let go of every connection; the next call opens them anew."""
    with _lock:
        while _engines:
            _engines.popitem()[1].dispose()


def _url() -> sa.URL:
    named = os.environ.get(DATABASE_VARIABLE, "").strip()
    if not named:
        return sa.URL.create("sqlite", database=str(home() / FILE_NAME))
    if named.startswith("postgres://"):  # how hosting services write it
        named = "postgresql://" + named.removeprefix("postgres://")
    try:
        url = sa.make_url(named)
    except exc.ArgumentError as error:
        raise StoreFailed(
            f"{DATABASE_VARIABLE} is not the address of a database.",
            hint="Write it like postgresql+psycopg://user:password@host/name, or unset it to use "
            "SQLite in the home folder.",
        ) from error
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise StoreFailed(
            f"{DATABASE_VARIABLE} names a database in memory, which workers cannot share.",
            hint="Name a file, or unset it to use SQLite in the home folder.",
        )
    return url


def _is_file(url: sa.URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _vanished(url: sa.URL) -> bool:
    """Whether somebody deleted the file under our feet."""
    return _is_file(url) and not os.path.exists(url.database or "")


def _open(url: sa.URL) -> sa.Engine:
    ensure_home()
    told = url.render_as_string(hide_password=True)
    try:
        if _is_file(url):
            made = sa.create_engine(
                url, connect_args={"timeout": _WAIT_SECONDS}, pool_size=5, max_overflow=25
            )
            _make_sqlite_orderly(made)
        else:
            made = sa.create_engine(url, pool_pre_ping=True)
    except (exc.NoSuchModuleError, ModuleNotFoundError) as error:
        raise StoreFailed(
            f"No driver is installed for the database {told}: {error}.",
            hint="Install one (for PostgreSQL: psycopg), or unset DATABASE_URL to use SQLite.",
        ) from error
    try:
        _prepare(made)
    except exc.SQLAlchemyError as error:
        made.dispose()
        raise _worded(error) from error
    except WarmstartError:
        made.dispose()
        raise
    return made


def _make_sqlite_orderly(made: sa.Engine) -> None:
    @sa.event.listens_for(made, "connect")
    def _connected(connection: Any, record: object) -> None:
        connection.isolation_level = None  # transactions begin where we say so, see below
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={_WAIT_SECONDS * 1000}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA synchronous=NORMAL")  # safe against crashes in WAL mode
        cursor.close()

    @sa.event.listens_for(made, "begin")
    def _begun(connection: sa.Connection) -> None:
        # A transaction that reads first and writes later fails at once when another wrote in
        # between; taking the right to write first makes it wait for its turn instead.
        writes = connection.get_execution_options().get("warmstart_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare(made: sa.Engine) -> None:
    """Make the tables where there are none; refuse those of a newer version."""
    if made.dialect.name == "sqlite":
        _switch_to_wal(made)
    attempts = 3
    for attempt in range(attempts):
        try:
            with (
                made.connect().execution_options(warmstart_writes=True) as connection,
                connection.begin(),
            ):
                metadata.create_all(connection)
                version = connection.scalar(sa.select(meta.c.version))
                if version is None:
                    connection.execute(meta.insert().values(id=1, version=SCHEMA_VERSION, claims=0))
                else:
                    _migrate(connection, int(version))
            return
        except (exc.IntegrityError, exc.ProgrammingError):
            # another process made the same tables in the same moment (not with SQLite)
            if attempt == attempts - 1:
                raise
            time.sleep(0.2)


def _switch_to_wal(made: sa.Engine) -> None:
    """Switch the file to WAL mode once; the switch itself does not wait for its turn."""
    end = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            connection = made.raw_connection()
            try:
                mode = connection.cursor().execute("PRAGMA journal_mode").fetchone()
                if mode != ("wal",):
                    connection.cursor().execute("PRAGMA journal_mode=WAL")
            finally:
                connection.close()
            return
        except Exception as error:
            if "locked" not in str(error) or time.monotonic() > end:
                if isinstance(error, made.dialect.loaded_dbapi.Error):
                    raise exc.DBAPIError("PRAGMA journal_mode=WAL", None, error) from error
                raise
            time.sleep(0.02)


#: What each version of the tables added, as statements that every database takes.
_ADDED: dict[int, tuple[str, ...]] = {
    2: ("ALTER TABLE runs ADD COLUMN tags TEXT", "ALTER TABLE runs ADD COLUMN origin TEXT"),
}


def _migrate(connection: sa.Connection, version: int) -> None:
    """Bring tables of an older version up to today's, in the transaction that looked at them."""
    if version > SCHEMA_VERSION:
        raise StoreFailed(
            f"The run database was made by a newer Warmstart (its version is {version}, this "
            f"program knows {SCHEMA_VERSION}).",
            hint="Update Warmstart, or point WARMSTART_HOME at another folder.",
        )
    for step in range(version + 1, SCHEMA_VERSION + 1):
        for statement in _ADDED[step]:
            connection.exec_driver_sql(statement)
    if version < SCHEMA_VERSION:
        connection.execute(meta.update().values(version=SCHEMA_VERSION))


def _worded(error: BaseException) -> StoreFailed:
    """The words for a trouble of the database."""
    said = str(getattr(error, "orig", None) or error)
    low = said.lower()
    where = _url().render_as_string(hide_password=True)
    if where.startswith("sqlite:///"):
        where = str(Path(where.removeprefix("sqlite:///")))
    elsewhere = "or point WARMSTART_HOME at another folder and start again."
    for sign, reason, hint in (
        ("locked", "another program keeps it busy", "Try again; if it stays so, end that program."),
        ("full", "the disk is full", f"Free some space, {elsewhere}"),
        ("readonly", "it can only be read", f"Make it writable, {elsewhere}"),
        ("unable to open", "it cannot be opened", f"Check the folder and its rights, {elsewhere}"),
        ("not a database", "the file is no database", f"Move it away, {elsewhere}"),
        ("malformed", "the file is damaged", f"Restore it from a backup, {elsewhere}"),
        ("disk i/o", "the disk reports a fault", f"Check the disk, {elsewhere}"),
    ):
        if sign in low:
            return StoreFailed(f"The run database {where} failed: {reason}.", hint=hint)
    return StoreFailed(
        f"The run database {where} failed: {said}.", hint="Check that it runs and can be reached."
    )
