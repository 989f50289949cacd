"""Names, notes, tags and stars of runs, and the database that had no tags yet."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.errors import BadParam, NotFound
from core.store import database as db
from core.store import runs
from core.store.describing import all_tags, clean_tags, describe, tidy_name

OLD = Path(__file__).parent / "runs-version-1.db"


def make(name: str = "a run") -> str:
    return runs.create({"kind": "load"}, name=name).id


def test_everything_that_people_write() -> None:
    run = describe(
        make(),
        name="  Fewer words ",
        note=" Tried min_df 5,\r\nbecause of typos. ",
        tags=["meeting", "#typos", " Meeting", "few  labels", ""],
        starred=True,
    )
    assert run.name == "Fewer words"
    assert run.note == "Tried min_df 5,\nbecause of typos."
    assert run.tags == ("meeting", "typos", "few labels")
    assert run.starred
    assert runs.list_all(brief=True)[0].tags == run.tags
    assert describe(run.id).tags == run.tags
    assert describe(run.id, tags=[]).tags == ()


def test_a_run_that_is_over_can_still_be_described() -> None:
    run_id = make()
    runs.change(run_id, state="failed")
    assert describe(run_id, note="no luck", tags=["x"]).note == "no luck"
    assert runs.get(run_id).state == "failed"


def test_filters() -> None:
    first, second, third = make("first"), make("second"), make("third")
    describe(first, starred=True, tags=["meeting"])
    describe(second, tags=["meeting room", "50%"])
    describe(third, starred=True, tags=["Größe"])
    assert [r.id for r in runs.list_all(starred=True)] == [third, first]
    assert [r.id for r in runs.list_all(tag="Meeting")] == [first]
    assert [r.id for r in runs.list_all(tag="50%")] == [second]
    assert [r.id for r in runs.list_all(tag="Größe", starred=True)] == [third]
    assert runs.list_all(tag="%") == []
    assert all_tags() == ["50%", "Größe", "meeting", "meeting room"]
    describe(third, tags=["meeting room"])
    assert all_tags()[0] == "meeting room"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "  "}, "cannot be empty"),
        ({"name": "x" * 201}, "The name has 201 characters"),
        ({"name": "two\nlines"}, "cannot be shown"),
        ({"note": "x" * 20_001}, "The note has 20,001 characters"),
        ({"tags": ["y" * 31]}, "has 31 characters"),
        ({"tags": ["a,b"]}, "holds a comma"),
        ({"tags": [str(i) for i in range(13)]}, "cannot have 13 tags"),
    ],
)
def test_what_will_not_do_changes_nothing(fields: dict[str, object], words: str) -> None:
    run_id = make("as it was")
    with pytest.raises(BadParam, match=words) as caught:
        describe(run_id, starred=True, **fields)  # type: ignore[arg-type]
    assert caught.value.hint
    assert runs.get(run_id).name == "as it was"
    assert not runs.get(run_id).starred


def test_names_from_elsewhere_are_tidied() -> None:
    assert tidy_name(" two\nlines\0 and\ta  tab ") == "two lines and a tab"
    assert tidy_name("\r\n") == "Run"
    assert tidy_name("y" * 300) == "y" * 200


def test_no_such_run() -> None:
    with pytest.raises(NotFound):
        describe("nosuchrun", name="x")


def test_tags_keep_their_order() -> None:
    assert clean_tags(["b", "a", "B"]) == ("b", "a")


def test_a_database_of_version_1_is_brought_up_to_date(home: Path) -> None:
    home.mkdir(parents=True)
    shutil.copy(OLD, home / "warmstart.db")
    (old,) = runs.list_all()
    assert (old.name, old.state, old.starred, old.note) == (
        "Before the change",
        "done",
        True,
        "kept",
    )
    assert (old.tags, old.origin, old.imported) == ((), None, False)
    assert old.result == {"rows": 3}
    assert describe(old.id, tags=["old"]).tags == ("old",)
    with db.reading() as connection:
        assert connection.scalar(sa.select(db.meta.c.version)) == 2
    db.close()
    assert runs.get(old.id).tags == ("old",)  # opened again, nothing is migrated twice


def test_a_migration_that_fails_leaves_the_old_version(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.errors import StoreFailed

    home.mkdir(parents=True)
    shutil.copy(OLD, home / "warmstart.db")
    with monkeypatch.context() as patch:
        patch.setitem(db._ADDED, 2, (db._ADDED[2][0], "ALTER TABLE nosuch ADD COLUMN x TEXT"))
        with pytest.raises(StoreFailed):
            runs.list_all()
    assert runs.list_all()[0].tags == ()
