"""The docstrings as a data set: 13 classes, a pool, and no answer given away."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest

from core.data import catalogue
from core.data.built_in import python_docs
from core.data.built_in.docstrings import Docstring
from core.data.built_in.python_docs import CLASSES, PACKAGES, assemble
from core.data.dataset import Dataset
from core.data.duplicates import row_codes
from core.errors import BadData

HALF = {"test_share": 0.5, "seed": 0}


def made(*pairs: tuple[str, str]) -> Dataset:
    return assemble([Docstring(name, text) for name, text in pairs], HALF)


def test_labels_come_from_the_part_of_the_package() -> None:
    ds = made(
        ("pandas.core.frame", "a frame"),
        ("scipy.stats._qmc.Sobol", "a sequence"),
        ("scipy.fft", "a transform"),
        ("scipy.stats.norm", "a bell"),
    )
    # labelled rows first, then the pool
    assert ds.rows.tolist() == ["a sequence", "a transform", "a bell", "a frame"]
    assert ds.classes == ("fft", "stats")
    assert ds.labels.tolist() == [1, 0, 1, -1]
    assert ds.domain is not None
    assert ds.domain.tolist() == ["scipy", "scipy", "scipy", "pandas"]
    assert ds.extra is not None
    assert ds.extra["name"].tolist()[0] == "scipy.stats._qmc.Sobol"
    assert not ds.test[3]


def test_equal_texts_are_kept_once_and_never_with_two_labels() -> None:
    ds = made(
        ("numpy.x", "The same text."),
        ("scipy.stats.a", "the same  text"),
        ("scipy.stats.b", "The same text"),
        ("scipy.fft.c", "torn between two"),
        ("scipy.stats.d", "Torn between two"),
        ("pandas.e", "torn between two"),
        ("pandas.f", "only here"),
        ("numpy.g", "only here"),
    )
    assert ds.rows.tolist() == ["the same  text", "only here"]
    assert ds.labels.tolist() == [0, -1]
    assert ds.classes == ("stats",)


def test_texts_that_resemble_each_other_stay_on_one_side() -> None:
    body = " ".join(f"word{i}" for i in range(30))
    pairs = [(f"scipy.stats.f{i}", f"{body} about {i}") for i in range(4)]
    pairs += [(f"scipy.fft.g{i}", " ".join(f"w{i}x{j}" for j in range(9))) for i in range(4)]
    ds = made(*pairs)
    assert ds.group is not None
    assert len(set(ds.group[:4])) == 1
    assert len(set(ds.group[4:])) == 4
    assert len(set(ds.test[:4])) == 1
    assert ds.test[4:].sum() == 2


def test_without_sources_it_says_so() -> None:
    with pytest.raises(BadData, match="No docstrings of scipy") as caught:
        made(("numpy.x", "a text"))
    assert caught.value.hint
    with pytest.raises(BadData, match="No docstrings of scipy"):
        made()


def test_the_signature_names_the_packages_that_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    signature = catalogue.signature("python_docs", {"seed": 3})
    assert signature["seed"] == 3
    assert signature["test_share"] == 0.5
    assert set(signature["packages"]) <= set(PACKAGES)
    assert "scipy" in signature["packages"]
    monkeypatch.setattr(python_docs.metadata, "version", lambda name: f"{name} 0")
    changed = catalogue.signature("python_docs", {"seed": 3})
    assert changed["packages"]["sklearn"] == "scikit-learn 0"


@pytest.fixture(scope="module")
def real() -> Iterator[Dataset]:
    """The real classes; of the pool only two packages, to save half a minute."""
    with pytest.MonkeyPatch.context() as patch:
        fewer = {name: PACKAGES[name] for name in ("scipy", "joblib", "requests")}
        patch.setattr(python_docs, "PACKAGES", fewer)
        yield catalogue.build("python_docs")


@pytest.mark.slow
def test_the_real_set_is_as_large_as_it_should_be(real: Dataset) -> None:
    assert real.classes == CLASSES
    assert real.domain is not None
    labelled = len(real.train_rows) + len(real.test_rows)
    assert labelled > 2_000
    assert 0.49 < len(real.test_rows) / labelled < 0.51
    assert len(real.pool_rows("unlabelled")) > 100
    assert set(real.domain[real.pool_rows("unlabelled")]) <= {"joblib", "requests"}
    assert min(map(len, real.rows)) > 20
    assert real.options == catalogue.signature("python_docs")
    assert catalogue.signature("python_docs", real.options) == real.options


@pytest.mark.slow
def test_no_real_text_names_a_module_of_the_answer(real: Dataset) -> None:
    names = "|".join(CLASSES)
    reference = re.compile(
        rf"(?<!\w)scipy\.|\bfrom scipy\b|(?<![\w.])(?:{names})\.[a-z_]+\(|:mod:`(?:{names})`"
    )
    for row in (*real.train_rows, *real.test_rows):
        found = reference.search(real.rows[row])
        assert found is None, real.rows[row][max(0, found.start() - 40) : found.end() + 40]


@pytest.mark.slow
def test_no_real_text_is_on_both_sides(real: Dataset) -> None:
    codes = row_codes(real.rows)
    assert len(np.unique(codes)) == len(codes)
    assert real.group is not None
    assert not set(real.group[real.test]) & set(real.group[~real.test])
