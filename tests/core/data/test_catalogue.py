"""The catalogue: what there is, what an option may be, and what a set depends on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import core
from core.data import catalogue
from core.data.dataset import Dataset
from core.errors import BadParam, NotFound
from core.progress import Progress


def test_there_are_four_sets_text_first() -> None:
    sets = catalogue.built_in()
    assert list(sets) == ["python_docs", "twenty_newsgroups", "breast_cancer", "digits"]
    assert all(key == found.key for key, found in sets.items())
    assert [key for key, found in sets.items() if found.network] == ["twenty_newsgroups"]
    assert {found.modality for found in sets.values()} == {"text", "image", "tabular"}


@pytest.mark.parametrize("call", [catalogue.get, catalogue.signature, catalogue.build])
def test_an_unknown_name_is_told_with_those_there_are(call: object) -> None:
    with pytest.raises(NotFound, match="'digitz'") as caught:
        call("digitz")  # type: ignore[operator]
    assert caught.value.hint is not None
    assert "digits" in caught.value.hint


def test_unknown_and_wrong_options_are_refused() -> None:
    with pytest.raises(BadParam, match="'sead'"):
        catalogue.signature("digits", {"sead": 1})
    with pytest.raises(BadParam, match="test_share cannot be 2"):
        catalogue.build("digits", {"test_share": 2})
    # versions are no options of a set that does not depend on them
    with pytest.raises(BadParam, match="'packages'"):
        catalogue.signature("digits", {"packages": {}})


@pytest.mark.parametrize("options", [None, {}, {"seed": 4}, {"test_share": 1 / 4}])
def test_a_set_carries_its_signature(options: dict[str, float] | None) -> None:
    ds = catalogue.build("breast_cancer", options)
    assert ds.options == catalogue.signature("breast_cancer", options)
    # and finds itself by it
    assert catalogue.signature("breast_cancer", ds.options) == ds.options


def test_a_set_is_named_as_the_catalogue_names_it() -> None:
    for name in ("digits", "breast_cancer"):
        ds, found = catalogue.build(name), catalogue.get(name)
        assert isinstance(ds, Dataset)
        assert (ds.name, ds.title, ds.modality, ds.about) == (
            found.key,
            found.title,
            found.modality,
            found.about,
        )


def test_progress_goes_from_none_to_all() -> None:
    shares: list[float] = []
    catalogue.build("digits", progress=Progress(lambda share, *_: shares.append(share)))
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


def test_looking_at_the_catalogue_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from core.data.catalogue import built_in, signature\n"
        "[signature(name) for name in built_in()]\n"
        "heavy = {'sklearn', 'numba', 'plotly', 'scipy.stats'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    root = Path(core.__file__).resolve().parents[1]
    subprocess.run([sys.executable, "-c", code], cwd=root, check=True)
