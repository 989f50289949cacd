"""20 Newsgroups: options, the kept copy, and each way that a download can fail."""

from __future__ import annotations

import errno
import pickle
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

import numpy as np
import pytest
import sklearn.datasets
from sklearn.utils import Bunch

from core.data import catalogue
from core.data.built_in import twenty_newsgroups as module
from core.data.built_in.twenty_newsgroups import VARIABLE, data_home, load
from core.errors import BadData, Cancelled, NoNetwork, StoreFailed, WarmstartError
from core.progress import Progress

ALL = {"remove_headers": True, "remove_footers": True, "remove_quotes": True}
NONE = dict.fromkeys(ALL, False)
KEPT = "20news-bydate_py3.pkz"


def part(*texts: str) -> Bunch:
    n = len(texts)
    return Bunch(
        data=list(texts),
        target=np.arange(n) % 2,
        target_names=["alt.a", "sci.b"],
        filenames=np.array([f"f{i}" for i in range(n)]),
    )


TEXT = "From: somebody\n\nA question.\nHe wrote:\n> quoted\n\n-- \nSignature"


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data home with a small copy, as scikit-learn would have written it."""
    cache = {"train": part(TEXT, "From: b\n\nOther"), "test": part("From: c\n\nThird")}
    (tmp_path / KEPT).write_bytes(zlib.compress(pickle.dumps(cache)))
    monkeypatch.setattr(module, "TRAIN", 2)
    monkeypatch.setattr(module, "TEST", 1)
    return tmp_path


def failing(monkeypatch: pytest.MonkeyPatch, fail: Callable[..., Any]) -> None:
    monkeypatch.setattr(sklearn.datasets, "fetch_20newsgroups", fail)


def raising(error: BaseException) -> Callable[..., Any]:
    def fail(**_: Any) -> Any:
        raise error

    return fail


def test_the_data_home_is_named_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCIKIT_LEARN_DATA", "/from/sklearn")
    monkeypatch.setenv(VARIABLE, "/from/warmstart")
    assert data_home() == Path("/from/warmstart")
    monkeypatch.delenv(VARIABLE)
    assert data_home() == Path("/from/sklearn")
    monkeypatch.delenv("SCIKIT_LEARN_DATA")
    assert data_home() == Path.home() / "scikit_learn_data"


def test_nobody_can_name_a_folder_to_unpickle_from() -> None:
    assert [param.kind for param in module.BUILT_IN.params] == ["bool"] * 3
    assert catalogue.signature("twenty_newsgroups") == ALL


def test_the_official_parts_become_the_split(small: Path) -> None:
    ds = load(NONE, home=small)
    assert sorted(ds.rows[:2]) == sorted([TEXT, "From: b\n\nOther"])
    assert ds.rows[2] == "From: c\n\nThird"
    assert ds.test.tolist() == [False, False, True]
    assert ds.classes == ("alt.a", "sci.b")
    assert ds.labels[ds.rows == TEXT].tolist() == [0]


@pytest.mark.parametrize(
    ("options", "left"),
    [
        ({"remove_headers": True}, TEXT.partition("\n\n")[2]),
        ({"remove_footers": True}, TEXT.rpartition("\n\n")[0]),
        ({"remove_quotes": True}, "From: somebody\n\nA question.\n\n-- \nSignature"),
        (ALL, "A question."),
    ],
)
def test_what_to_remove_can_be_chosen(small: Path, options: dict[str, bool], left: str) -> None:
    assert left in [text.rstrip() for text in load({**NONE, **options}, home=small).rows]


def test_the_environment_is_heeded(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(small))
    ds = catalogue.build("twenty_newsgroups", {"remove_quotes": False})
    assert len(ds) == 3
    assert ds.options == {**ALL, "remove_quotes": False}


def test_a_copy_with_rows_missing_is_refused(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TRAIN", 3)
    with pytest.raises(BadData, match="holds 2 and 1 messages where there should be 3 and 1") as c:
        load(ALL, home=small)
    assert "Delete this file" in str(c.value.hint)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (zlib.compress(b"x" * 4000)[:20], "ends too early"),
        (b"", "ends too early"),
        (b"<html>Not found</html>", "incorrect header check"),
        (zlib.compress(b"a" * 100)[:-1] + b"!", "incorrect data check"),
    ],
)
def test_a_damaged_copy_is_refused_before_it_is_opened(
    tmp_path: Path, content: bytes, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, raising(AssertionError("opened")))
    (tmp_path / KEPT).write_bytes(content)
    with pytest.raises(BadData, match=fault) as caught:
        load(ALL, home=tmp_path)
    assert KEPT in caught.value.message
    assert "Delete this file" in str(caught.value.hint)


def test_a_copy_that_scikit_learn_cannot_read_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / KEPT).write_bytes(zlib.compress(b"no pickle"))
    with pytest.raises(BadData, match="cannot be read"):
        load(ALL, home=tmp_path)
    assert capsys.readouterr().out == ""


def test_a_copy_that_cannot_be_opened_is_a_matter_of_the_store(tmp_path: Path) -> None:
    (tmp_path / KEPT).mkdir()
    with pytest.raises(StoreFailed, match="cannot be read: Is a directory") as caught:
        load(ALL, home=tmp_path)
    assert VARIABLE in str(caught.value.hint)


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (URLError(OSError(-2, "Name or service not known")), NoNetwork, "Name or service not"),
        (URLError("no route"), NoNetwork, "no route"),
        (HTTPError("u", 403, "Forbidden", {}, None), NoNetwork, "Forbidden"),  # type: ignore[arg-type]
        (ConnectionResetError(errno.ECONNRESET, "Connection reset"), NoNetwork, "reset"),
        (OSError("The SHA256 checksum differs"), NoNetwork, "checksum differs"),
        (TimeoutError(), NoNetwork, "nothing came for a minute"),
        (PermissionError(errno.EACCES, "Permission denied"), StoreFailed, "Permission denied"),
        (OSError(errno.ENOSPC, "No space left"), StoreFailed, "No space left"),
        (FileExistsError(errno.EEXIST, "File exists"), StoreFailed, "File exists"),
    ],
)
def test_a_failed_download_says_what_to_do(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: OSError,
    kind: type[WarmstartError],
    words: str,
) -> None:
    failing(monkeypatch, raising(error))
    with pytest.raises(kind, match=words) as caught:
        load(ALL, home=tmp_path / "new")
    assert VARIABLE in str(caught.value.hint)
    if kind is NoNetwork:
        assert "could not be downloaded from figshare.com" in caught.value.message
        assert "another machine" in str(caught.value.hint)
        assert str(tmp_path / "new") in str(caught.value.hint)


def test_scikit_learn_tries_again_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def refuse(url: str, *_: Any) -> None:
        tried.append(url)
        raise URLError("unreachable")

    monkeypatch.setattr("sklearn.datasets._base.urlretrieve", refuse)
    with pytest.raises(NoNetwork, match="unreachable"):
        load(ALL, home=tmp_path, retries=1, delay=0.01)
    assert len(tried) == 2
    assert not (tmp_path / KEPT).exists()


def test_a_mistake_of_ours_is_no_network_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, raising(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        load(ALL, home=tmp_path)


def test_a_download_is_followed_and_used(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = sklearn.datasets.fetch_20newsgroups
    copy = (small / KEPT).read_bytes()
    (small / KEPT).unlink()
    words: list[str] = []

    def fetch(**options: Any) -> Any:
        if (small / KEPT).exists():
            return real(**options)
        work = small / "20news_home"
        work.mkdir()
        partial = work / "20news.tar.gz.part_abc"
        partial.write_bytes(b"x" * 3_000_000)
        until("Downloaded 3.0 of 14.5 MB")
        partial.unlink()
        until("Unpacking")
        (small / KEPT).write_bytes(copy)
        return None

    def until(wanted: str) -> None:
        deadline = time.monotonic() + 30
        while wanted not in words and time.monotonic() < deadline:
            time.sleep(0.01)

    failing(monkeypatch, fetch)
    shares: list[float] = []

    def follow(share: float, message: str, metrics: Any) -> None:
        shares.append(share)
        words.append(message)

    ds = load(ALL, Progress(follow), home=small)
    assert len(ds) == 3
    assert {"Downloaded 3.0 of 14.5 MB", "Unpacking"} <= set(words)
    assert shares == sorted(shares)


def test_a_download_can_be_cancelled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = time.monotonic() + 30

    def slow(**_: Any) -> None:
        while time.monotonic() < ended:
            time.sleep(0.01)

    def stop(share: float, message: str, metrics: Any) -> None:
        raise Cancelled

    failing(monkeypatch, slow)
    with pytest.raises(Cancelled):
        load(ALL, Progress(stop), home=tmp_path)
    assert time.monotonic() < ended  # it did not wait for the download
    ended = 0


def test_a_download_that_stands_still_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "x.part_1").write_bytes(b"some")
    done = []

    def stuck() -> None:
        while not done:
            time.sleep(0.01)

    with pytest.raises(TimeoutError):
        module._watched(stuck, tmp_path, Progress(), stalled_after=0.1)
    done.append(True)


@pytest.mark.slow
def test_the_real_set(bench_data: Path) -> None:
    home = bench_data / "scikit_learn_data"
    if not (home / KEPT).exists():
        pytest.skip("20 Newsgroups is not among the real data sets")
    ds = load(ALL, home=home)
    assert (len(ds.train_rows), len(ds.test_rows)) == (11_314, 7_532)
    assert len(ds.classes) == 20
    # rows left empty are kept: the counts are the official ones
    assert sum(not text.strip() for text in ds.rows[ds.train_rows]) > 100
    assert ds.classes[ds.labels[0]] == "rec.autos"
