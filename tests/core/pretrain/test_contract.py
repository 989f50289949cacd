"""What every method must do, whatever it learns. A new method is held to it without an edit."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils import estimator_checks

from core.errors import BadModelFile, Cancelled
from core.params import resolve
from core.pretrain import methods
from core.pretrain.base import Encoder, PoolSize
from core.progress import Progress

from . import outside
from .conftest import ROWS

#: Small settings, so that small pools and quick tests do.
SMALL = {"n_components": 4, "n_clusters": 5, "dimensions": 4, "passes": 3}

CASES = [(key, modality) for key, method in methods().items() for modality in method.modalities]


def make(key: str, seed: int = 3) -> Encoder:
    method = methods()[key]
    own = {param.name for param in method.params}
    given = {name: value for name, value in SMALL.items() if name in own}
    given |= outside.settings(key, ROW_COUNT[0])
    return method.make(resolve(method.params, given), seed)


#: How many rows the case at hand has: a table of ready-made vectors has as many lines.
ROW_COUNT = [0]


def dense(encoded: Any) -> Any:
    return encoded.toarray() if sparse.issparse(encoded) else encoded


def some(rows: Any, which: Any) -> Any:
    return rows.iloc[which] if isinstance(rows, pd.DataFrame) else rows[which]


@pytest.fixture(params=CASES, ids="-".join, name="case", scope="module")
def _case(request: pytest.FixtureRequest) -> tuple[str, Any, Encoder]:
    key, modality = request.param
    rows = ROWS[modality]()
    ROW_COUNT[0] = len(rows)
    return key, rows, make(key).fit(rows)


def test_encoded_rows_are_float32(case: tuple[str, Any, Encoder]) -> None:
    _, rows, encoder = case
    encoded = encoder.transform(rows)
    assert encoded.shape[0] == len(rows)
    assert encoded.dtype == np.float32
    assert not sparse.issparse(encoded) or encoded.format == "csr"
    assert np.isfinite(dense(encoded)).all()
    # rows of different content are told apart
    assert np.ptp(dense(encoded), axis=0).max() > 0


def test_it_says_when_it_is_not_fitted(case: tuple[str, Any, Encoder]) -> None:
    key, rows, _ = case
    with pytest.raises(NotFittedError):
        make(key).transform(rows)
    with pytest.raises(NotFittedError):
        make(key).state()


def test_labels_change_nothing_and_rows_stay_as_they_are(case: tuple[str, Any, Encoder]) -> None:
    key, rows, encoder = case
    before = rows.copy(deep=True) if isinstance(rows, pd.DataFrame) else rows.copy()
    other = make(key)
    assert other.fit(rows, np.arange(len(rows)) % 2) is other
    np.testing.assert_array_equal(dense(other.transform(rows)), dense(encoder.transform(rows)))
    if isinstance(rows, pd.DataFrame):
        pd.testing.assert_frame_equal(rows, before)
    else:
        np.testing.assert_array_equal(rows, before)


def test_the_same_again_by_clone_by_refit_and_at_once(case: tuple[str, Any, Encoder]) -> None:
    key, rows, encoder = case
    expected = dense(encoder.transform(rows))
    copied = clone(encoder)
    with pytest.raises(NotFittedError):
        copied.transform(rows)
    np.testing.assert_array_equal(dense(copied.fit(rows).transform(rows)), expected)
    np.testing.assert_array_equal(dense(copied.fit(rows).transform(rows)), expected)
    at_once = make(key).fit_transform(rows)
    np.testing.assert_allclose(dense(at_once), expected, atol=1e-5)


def test_a_row_is_encoded_the_same_alone(case: tuple[str, Any, Encoder]) -> None:
    _, rows, encoder = case
    expected = dense(encoder.transform(rows))
    for i in (0, len(rows) // 2, len(rows) - 1):
        alone = dense(encoder.transform(some(rows, slice(i, i + 1))))
        np.testing.assert_allclose(alone, expected[i : i + 1], atol=1e-5)
    turned = dense(encoder.transform(some(rows, slice(None, None, -1))))
    np.testing.assert_allclose(turned, expected[::-1], atol=1e-5)


def test_no_rows_are_encoded_as_no_rows(case: tuple[str, Any, Encoder]) -> None:
    _, rows, encoder = case
    encoded = encoder.transform(some(rows, slice(0, 0)))
    assert encoded.shape == (0, encoder.transform(some(rows, slice(0, 1))).shape[1])


def test_threads_may_share_it(case: tuple[str, Any, Encoder]) -> None:
    _, rows, encoder = case
    expected = dense(encoder.transform(rows))
    with ThreadPoolExecutor(4) as pool:
        for encoded in pool.map(encoder.transform, [rows] * 8):
            np.testing.assert_array_equal(dense(encoded), expected)


def test_it_can_be_copied_and_sent_to_other_processes(case: tuple[str, Any, Encoder]) -> None:
    _, rows, encoder = case
    expected = dense(encoder.transform(rows))
    for other in (copy.deepcopy(encoder), pickle.loads(pickle.dumps(encoder))):
        np.testing.assert_array_equal(dense(other.transform(rows)), expected)


def leaves(state: Mapping[str, Any], *above: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in state.items():
        assert isinstance(name, str)
        if isinstance(value, dict):
            yield from leaves(value, *above, name)
        else:
            yield (*above, name), value


def changed(state: dict[str, Any], path: tuple[str, ...], **new: Any) -> dict[str, Any]:
    """A copy of the state without the part at ``path``, or with another value there."""
    other = copy.deepcopy(state)
    place = other
    for name in path[:-1]:
        place = place[name]
    if new:
        place[path[-1]] = new["value"]
    else:
        del place[path[-1]]
    return other


def test_its_state_is_plain_and_rebuilds_it(case: tuple[str, Any, Encoder]) -> None:
    key, rows, encoder = case
    state = encoder.state()
    for path, value in leaves(state):
        if isinstance(value, np.ndarray):
            assert value.dtype.kind in "biufU", path
        elif isinstance(value, list):
            assert all(type(item) in (bool, int, float, str, type(None)) for item in value), path
        else:
            assert value is None or type(value) in (bool, int, float, str), path
    other = make(key)
    assert other.load_state(copy.deepcopy(state)) is other
    np.testing.assert_array_equal(dense(other.transform(rows)), dense(encoder.transform(rows)))
    assert [path for path, _ in leaves(other.state())] == [path for path, _ in leaves(state)]


def test_a_state_that_lacks_a_part_is_refused(case: tuple[str, Any, Encoder]) -> None:
    key, _, encoder = case
    state = encoder.state()
    for path, _ in leaves(state):
        with pytest.raises(BadModelFile):
            make(key).load_state(changed(state, path))
    with pytest.raises(BadModelFile):
        make(key).load_state({})


def test_a_state_with_a_forged_part_is_refused(case: tuple[str, Any, Encoder]) -> None:
    key, _, encoder = case
    state = encoder.state()
    for path, value in leaves(state):
        forged: list[Any] = [None, {}, object]
        if isinstance(value, np.ndarray):
            forged += [value[None], value.astype(str), value.tolist()]
            if value.dtype.kind == "f":
                forged += [value[:-1], np.full_like(value, np.nan)]
        for other in forged:
            with pytest.raises(BadModelFile):
                make(key).load_state(changed(state, path, value=other))


def test_progress_rises_and_a_cancel_stops_it(case: tuple[str, Any, Encoder]) -> None:
    key, rows, _ = case
    seen: list[float] = []
    make(key).fit(rows, progress=Progress(lambda done, message, metrics: seen.append(done)))
    assert seen == sorted(seen)
    assert 0 <= seen[0] <= seen[-1] <= 1
    for stop_at in range(len(seen)):
        calls = iter(range(len(seen)))

        def report(done: float, message: str, metrics: Any, calls: Any = calls) -> None:
            if next(calls) == stop_at:  # noqa: B023 — used up within this turn of the loop
                raise Cancelled

        with pytest.raises(Cancelled):
            make(key).fit(rows, progress=Progress(report))


def test_a_method_describes_itself_and_its_cost() -> None:
    for method in methods().values():
        for sentence in (method.learns, method.when, method.cost):
            assert sentence.endswith(".")
            assert sentence[0].isupper()
        assert method.source
        settings = resolve(method.params)
        small, large = (
            method.estimate(PoolSize(rows=n, characters=n * 900, columns=0), settings)
            if "text" in method.modalities
            else method.estimate(PoolSize(rows=n, columns=60), settings)
            for n in (1_000, 100_000)
        )
        assert 0 < small.seconds < large.seconds
        assert 0 < small.memory_mb < large.memory_mb


#: scikit-learn's checks that need no rows (but one, that knows no default of a class of ours). Those with rows are passed by what learns from numbers
#: (centres, components, maps, networks, columns): most encoders take texts, pictures or tables.
ESTIMATOR_CHECKS = (
    "check_estimator_cloneable",
    "check_estimator_repr",
    "check_no_attributes_set_in_init",
    "check_get_params_invariance",
    "check_set_params",
    "check_valid_tag_types",
    "check_estimator_tags_renamed",
    "check_mixin_order",
    "check_do_not_raise_errors_in_init_or_set_params",
)


@pytest.mark.parametrize("check", ESTIMATOR_CHECKS)
@pytest.mark.parametrize("key", methods())
def test_scikit_learns_checks(key: str, check: str) -> None:
    ROW_COUNT[0] = 12
    encoder = make(key)
    getattr(estimator_checks, check)(type(encoder).__name__, encoder)
