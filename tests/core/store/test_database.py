from __future__ import annotations

import math
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from core.errors import StoreFailed
from core.store import database as db
from core.store import runs


def pragma(connection: sa.Connection, name: str) -> object:
    return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def test_sqlite_is_set_up_for_several_processes(home: Path) -> None:
    with db.reading() as connection:
        assert pragma(connection, "journal_mode") == "wal"
        assert pragma(connection, "foreign_keys") == 1
        assert pragma(connection, "busy_timeout") == 20_000
        assert connection.scalar(sa.select(db.meta.c.version)) == db.SCHEMA_VERSION
    assert (home / "warmstart.db").exists()


def test_another_home_is_another_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = runs.create({"kind": "load"}, name="here")
    monkeypatch.setenv("WARMSTART_HOME", str(tmp_path / "other"))
    assert runs.list_all() == []
    monkeypatch.setenv("WARMSTART_HOME", str(tmp_path / "home"))
    assert [r.id for r in runs.list_all()] == [run.id]


def test_a_named_database_is_used(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/other.db")
    runs.create({"kind": "load"}, name="there")
    assert (tmp_path / "other.db").exists()
    assert not (home / "warmstart.db").exists()


def test_a_deleted_file_is_made_anew(home: Path) -> None:
    runs.create({"kind": "load"}, name="lost")
    for name in ("warmstart.db", "warmstart.db-wal", "warmstart.db-shm"):
        (home / name).unlink(missing_ok=True)
    assert runs.list_all() == []


def test_a_transaction_is_undone_by_an_exception() -> None:
    run = runs.create({"kind": "load"}, name="kept")

    def fail_halfway() -> None:
        with db.writing() as connection:
            connection.execute(db.runs.update().values(name="changed"))
            raise RuntimeError("halfway")

    with pytest.raises(RuntimeError, match="halfway"):
        fail_halfway()
    assert runs.get(run.id).name == "kept"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "DATABASE_URL is not the address of a database"),
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("nosuch://u:secret@h/d", r"No driver is installed for the database nosuch://u:\*\*\*@h/d"),
        ("postgres+nosuch://h/d", "No driver is installed"),
    ],
)
def test_addresses_that_will_not_do(monkeypatch: pytest.MonkeyPatch, url: str, words: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(StoreFailed, match=words) as caught:
        runs.list_all()
    assert "secret" not in caught.value.words


def test_the_way_hosting_services_write_postgres(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://u:p@h/d")
    assert db._url().get_backend_name() == "postgresql"


def test_every_statement_compiles_for_postgres() -> None:
    from sqlalchemy.dialects import postgresql

    for table in db.metadata.sorted_tables:
        assert "CREATE TABLE" in str(
            sa.schema.CreateTable(table).compile(dialect=postgresql.dialect())
        )


def test_a_newer_database_is_refused() -> None:
    with db.writing() as connection:
        connection.execute(db.meta.update().values(version=db.SCHEMA_VERSION + 1))
    db.close()
    with pytest.raises(StoreFailed, match="made by a newer Warmstart") as caught:
        runs.list_all()
    assert caught.value.hint is not None
    assert "Update" in caught.value.hint


def test_a_file_that_is_no_database(home: Path) -> None:
    home.mkdir()
    (home / "warmstart.db").write_bytes(b"this is no database at all " * 100)
    with pytest.raises(StoreFailed, match="the file is no database"):
        runs.list_all()


def test_a_folder_in_place_of_the_database(home: Path) -> None:
    (home / "warmstart.db").mkdir(parents=True)
    with pytest.raises(StoreFailed, match="it cannot be opened"):
        runs.list_all()


def test_a_full_disk_while_writing() -> None:
    run = runs.create({"kind": "load"}, name="small")

    def fill() -> None:
        with db.writing() as connection:
            # the one way to fill a disk without filling one
            pages = pragma(connection, "page_count")
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
            connection.execute(db.runs.update().values(note="x" * 10**6))

    with pytest.raises(StoreFailed, match="the disk is full") as caught:
        fill()
    db.close()
    assert "warmstart.db" in caught.value.message
    assert runs.get(run.id).note == ""


def test_a_database_that_can_only_be_read() -> None:
    runs.create({"kind": "load"}, name="small")

    def delete() -> None:
        with db.reading() as connection:
            connection.exec_driver_sql("PRAGMA query_only=ON")
            connection.execute(db.runs.delete())

    with pytest.raises(StoreFailed, match="it can only be read"):
        delete()
    db.close()


def test_a_database_that_stays_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "_WAIT_SECONDS", 0)
    runs.create({"kind": "load"}, name="small")
    with (
        db.writing(),
        pytest.raises(StoreFailed, match="another program keeps it busy"),
        db.writing(),
    ):
        pass


def test_a_database_that_is_busy_before_it_is_set_up(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "_WAIT_SECONDS", 0.1)
    home.mkdir()
    other = sqlite3.connect(home / "warmstart.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreFailed, match="another program keeps it busy"):
        runs.list_all()
    other.execute("COMMIT")
    other.close()
    assert runs.list_all() == []


@pytest.mark.parametrize("times", [1, 9])
def test_tables_that_another_process_makes_in_the_same_moment(
    monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """PostgreSQL says so by an error; SQLite never does."""
    create_all, calls = db.metadata.create_all, []

    def collide(connection: sa.Connection) -> None:
        calls.append(1)
        if len(calls) <= times:
            raise exc.ProgrammingError("CREATE TABLE", None, Exception("it exists already"))
        create_all(connection)

    monkeypatch.setattr(db.metadata, "create_all", collide)
    if times == 1:
        assert runs.list_all() == []
    else:
        with pytest.raises(StoreFailed, match="it exists already"):
            runs.list_all()


def test_other_troubles_are_told_as_the_database_tells_them() -> None:
    with (
        pytest.raises(StoreFailed, match="no such table: missing_table"),
        db.reading() as connection,
    ):
        connection.exec_driver_sql("SELECT * FROM missing_table")


def test_broken_rules_of_a_table_pass() -> None:
    with pytest.raises(exc.IntegrityError), db.writing() as connection:
        connection.execute(db.run_files.insert().values(run="x", name="y", sha256="z"))


def test_values_come_back_as_they_were() -> None:
    run = runs.create({"kind": "load", "deep": {"list": [1, None, "é\ud800"]}}, name="a\0b\ud800")
    assert run.request == {"kind": "load", "deep": {"list": [1, None, "é\ud800"]}}
    assert run.name == "ab?"
    result = runs.change(run.id, result={"loss": math.nan, "best": math.inf}).result
    assert result is not None
    assert math.isnan(result["loss"])
    assert result["best"] == math.inf


def test_times_are_kept_in_utc() -> None:
    run = runs.create({"kind": "load"}, name="x")
    noon = datetime(2026, 5, 4, 12, tzinfo=timezone(timedelta(hours=2)))
    assert runs.change(run.id, started=noon).started == datetime(2026, 5, 4, 10, tzinfo=UTC)
    assert abs(run.created - datetime.now(UTC)) < timedelta(minutes=1)


def test_several_processes_may_make_the_database_at_once(home: Path) -> None:
    code = "from core.store import runs; runs.create({'kind': 'load'}, name='x')"
    started = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]
    assert [process.wait() for process in started] == [0, 0]
    assert len(runs.list_all()) == 2
