"""What is kept of work on its way: found again, limited, and never in the way."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import StoreFailed
from core.store import checkpoints, modelfile

MODEL, OTHER = "0123456789ab", "ba9876543210"
RUN, RIVAL = "run22222", "run33333"


def files(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "checkpoints").iterdir())


def test_what_is_kept_comes_back() -> None:
    state = {"vectors": np.arange(6, dtype=np.float32).reshape(2, 3), "pass": 4, "losses": [0.5]}
    assert checkpoints.read(MODEL) is None
    assert not checkpoints.exists(MODEL)
    assert checkpoints.write(MODEL, RUN, state, seconds=12.5)
    kept = checkpoints.read(MODEL)
    assert kept is not None
    assert kept.seconds == 12.5
    np.testing.assert_array_equal(kept.state["vectors"], state["vectors"])
    assert (kept.state["pass"], kept.state["losses"]) == (4, [0.5])
    assert checkpoints.read(OTHER) is None
    checkpoints.discard(MODEL)
    assert not checkpoints.exists(MODEL)


def test_of_two_runs_at_one_model_the_last_to_write_wins(home: Path) -> None:
    checkpoints.write(MODEL, RUN, {"pass": 1})
    checkpoints.write(OTHER, RUN, {"pass": 9})
    checkpoints.write(MODEL, RIVAL, {"pass": 2})
    assert files(home) == [f"{MODEL}-{RIVAL}.skops", f"{OTHER}-{RUN}.skops"]
    kept = checkpoints.read(MODEL)
    assert kept is not None
    assert kept.state == {"pass": 2}
    checkpoints.forget(RUN)
    assert files(home) == [f"{MODEL}-{RIVAL}.skops"]


def test_names_that_are_none_lead_nowhere(home: Path) -> None:
    assert not checkpoints.write("../../x", RUN, {})
    assert not checkpoints.write("", RUN, {})
    assert not checkpoints.write(MODEL, "../x", {})
    assert checkpoints.read("../../x") is None
    assert not home.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "encoder"},
        {"program": "0.0.1"},
        {"model": OTHER},
        {"state": [1]},
        {"seconds": "long"},
    ],
)
def test_what_does_not_fit_is_deleted(home: Path, change: dict[str, Any]) -> None:
    checkpoints.write(MODEL, RUN, {"pass": 1})
    path = home / "checkpoints" / f"{MODEL}-{RUN}.skops"
    payload = modelfile.read(path)
    del payload["format"], payload["version"]
    modelfile.write(path, payload | change)
    assert checkpoints.read(MODEL) is None
    assert files(home) == []


def test_a_damaged_file_is_deleted(home: Path) -> None:
    checkpoints.write(MODEL, RUN, {"pass": 1})
    (home / "checkpoints" / f"{MODEL}-{RUN}.skops").write_bytes(b"half of it")
    assert checkpoints.read(MODEL) is None
    assert files(home) == []


def test_a_disk_that_refuses_costs_nothing_but_the_checkpoint(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(path: Path, payload: Any) -> str:
        raise StoreFailed("Could not write it: the disk is full.")

    monkeypatch.setattr(modelfile, "write", full)
    assert not checkpoints.write(MODEL, RUN, {"pass": 1})
    assert "the disk is full" in caplog.text


def test_room_is_left_for_results(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "_free", lambda place: checkpoints._SPARE_BYTES + 10)
    assert not checkpoints.write(MODEL, RUN, {"big": np.zeros(100)})
    assert checkpoints.write(MODEL, RUN, {"small": 1})


def test_a_state_that_no_file_holds_is_a_fault_that_the_log_tells(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert not checkpoints.write(MODEL, RUN, {"state": object()})  # type: ignore[dict-item]
    assert "which a model file does not hold" in caplog.text


def test_old_and_unfinished_files_are_swept(home: Path) -> None:
    checkpoints.write(MODEL, RUN, {"pass": 1})
    checkpoints.write(OTHER, RUN, {"pass": 1})
    place = home / "checkpoints"
    old = time.time() - checkpoints.AGE_SECONDS - 60
    os.utime(place / f"{MODEL}-{RUN}.skops", (old, old))
    (place / ".new-now.skops").touch()
    (place / ".new-before.skops").touch()
    os.utime(place / ".new-before.skops", (old, old))
    checkpoints.tidy()
    assert files(home) == [".new-now.skops", f"{OTHER}-{RUN}.skops"]


def test_the_oldest_make_way(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [f"{number:012x}" for number in range(4)]
    for age, model in enumerate(ids[:3]):
        checkpoints.write(model, RUN, {"pass": 1})
        moment = time.time() - 1000 + age
        os.utime(home / "checkpoints" / f"{model}-{RUN}.skops", (moment, moment))
    size = (home / "checkpoints" / f"{ids[0]}-{RUN}.skops").stat().st_size
    monkeypatch.setattr(checkpoints, "LIMIT_BYTES", int(2.5 * size))
    assert checkpoints.write(ids[3], RUN, {"pass": 1})
    assert files(home) == [f"{ids[2]}-{RUN}.skops", f"{ids[3]}-{RUN}.skops"]
    assert not checkpoints.write(ids[3], RUN, {"big": np.zeros(size)})


def test_tidying_where_nothing_is_kept(home: Path) -> None:
    checkpoints.tidy()
    checkpoints.forget(RUN)
    checkpoints.discard(MODEL)
    assert not home.exists()
