"""The tables of the run database, and how values are kept in them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from core.store.files import plain_value


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
    # since version 2; old rows have nothing there
    sa.Column("tags", Json),
    sa.Column("origin", Json),
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
