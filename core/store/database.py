"""The run database: its tables, and connections that several processes can share.

SQLite in the home folder unless ``DATABASE_URL`` names another. SQLite works in WAL mode, so
pages read while a worker writes; whoever wants to write waits for its turn instead of failing.
"""

from __future__ import annotations

import json
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
from core.store.files import plain_value
from core.store.home import DATABASE_VARIABLE, ensure_home, home

#: Version of the tables. Raise it with every change, and teach ``_migrate`` the way.
SCHEMA_VERSION = 1
FILE_NAME = "warmstart.db"
_WAIT_SECONDS = 20


class UtcTime(sa.TypeDecorator[datetime]):
    """Points in time, kept as UTC and told with their zone."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """To UTC, without the zone, which SQLite cannot keep."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any | None, dialect: sa.Dialect) -> datetime | None:
        """With the zone again."""
        return None if value is None else value.replace(tzinfo=UTC)


class Json(sa.TypeDecorator[Any]):
    """JSON values as text: the same on every database, and NaN comes back as NaN."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        """To text; numpy scalars become plain numbers."""
        return None if value is None else json.dumps(value, default=plain_value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        """To values again."""
        return None if value is None else json.loads(value)


class Words(sa.TypeDecorator[str]):
    """Text that any database takes: without zero characters and lone halves of pairs."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """Replace what no database can keep."""
        if value is None:
            return None
        return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


metadata = sa.MetaData()

#: One row: the version of the tables. Claiming a run locks it (see ``core.store.runs.claim``).
meta = sa.Table(
    "warmstart",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("claims", sa.Integer, nullable=False, default=0),
)

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.String(32), nullable=False, unique=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("name", Words, nullable=False),
    sa.Column("request", Json, nullable=False),
    sa.Column("created", UtcTime, nullable=False),
    sa.Column("started", UtcTime),
    sa.Column("finished", UtcTime),
    sa.Column("updated", UtcTime),
    sa.Column("progress", sa.Float, nullable=False),
    sa.Column("message", Words, nullable=False),
    sa.Column("dataset", sa.String(64), index=True),
    sa.Column("dataset_title", Words, nullable=False),
    sa.Column("model", sa.String(32), index=True),
    sa.Column("result", Json),
    sa.Column("error", Words),
    sa.Column("hint", Words),
    sa.Column("cancel_requested", sa.Boolean, nullable=False),
    sa.Column("pid", sa.Integer),
    sa.Column("pid_created", sa.Float),
    sa.Column("host", Words),
    sa.Column("seconds", sa.Float),
    sa.Column("peak_memory_mb", sa.Float),
    sa.Column("versions", Json),
    sa.Column("parent", sa.String(32), sa.ForeignKey("runs.id", ondelete="SET NULL")),
    sa.Column("starred", sa.Boolean, nullable=False),
    sa.Column("note", Words, nullable=False),
)

#: The results of runs without their long lists, so that a list of runs is quick to read.
run_briefs = sa.Table(
    "run_briefs",
    metadata,
    sa.Column("run", sa.String(32), sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("result", Json, nullable=False),
)

#: SHA-256 of the model files inside a run's folder.
run_files = sa.Table(
    "run_files",
    metadata,
    sa.Column("run", sa.String(32), sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("sha256", sa.String(64), nullable=False),
)

models = sa.Table(
    "models",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("name", sa.String(80), nullable=False, unique=True),
    sa.Column("method", sa.String(64), nullable=False),
    sa.Column("modality", sa.String(16), nullable=False),
    sa.Column("settings", Json, nullable=False),
    sa.Column("pool", sa.String(16), nullable=False),
    sa.Column("seed", sa.BigInteger, nullable=False),
    sa.Column("dataset", sa.String(64), nullable=False, index=True),
    sa.Column("dataset_title", Words, nullable=False),
    sa.Column("created", UtcTime, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("dimensions", sa.Integer, nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("seconds", sa.Float),
    sa.Column("peak_memory_mb", sa.Float),
    sa.Column("run", sa.String(32), sa.ForeignKey("runs.id", ondelete="SET NULL")),
    sa.Column("parent", sa.String(32), sa.ForeignKey("models.id", ondelete="SET NULL")),
)

datasets = sa.Table(
    "datasets",
    metadata,
    sa.Column("fingerprint", sa.String(64), primary_key=True),
    sa.Column("name", Words, nullable=False),
    sa.Column("title", Words, nullable=False),
    sa.Column("modality", sa.String(16), nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("classes", Json, nullable=False),
    sa.Column("labelled_train", sa.Integer, nullable=False),
    sa.Column("labelled_test", sa.Integer, nullable=False),
    sa.Column("unlabelled", sa.Integer, nullable=False),
    sa.Column("created", UtcTime, nullable=False),
    sa.Column("options", Json, nullable=False),
    sa.Column("about", Words, nullable=False),
)

#: Every name and set of options under which a data set was ever kept: equal content made in
#: two ways is one data set that is found in both.
origins = sa.Table(
    "dataset_origins",
    metadata,
    sa.Column("origin", sa.String(64), primary_key=True),
    sa.Column(
        "fingerprint",
        sa.String(64),
        sa.ForeignKey("datasets.fingerprint", ondelete="CASCADE"),
        nullable=False,
    ),
)

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
                    _migrate(int(version))
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


def _migrate(version: int) -> None:
    if version > SCHEMA_VERSION:
        raise StoreFailed(
            f"The run database was made by a newer Warmstart (its version is {version}, this "
            f"program knows {SCHEMA_VERSION}).",
            hint="Update Warmstart, or point WARMSTART_HOME at another folder.",
        )


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
