from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.neural_network import MLPRegressor
from sklearn.utils.estimator_checks import parametrize_with_checks

from core.errors import BadData, BadModelFile, Cancelled
from core.params import resolve
from core.pretrain import bottleneck_training, get_method
from core.pretrain.autoencoder import AutoencoderEncoder
from core.pretrain.base import PoolSize
from core.pretrain.bottleneck import Bottleneck
from core.pretrain.components import Components
from core.pretrain.mlp import Network
from core.progress import Checkpoints, Progress


@parametrize_with_checks(
    [Bottleneck(2, hidden=4, passes=3), Bottleneck(2, hidden=0, noise="masking", passes=3)]
)
def test_scikit_learns_checks(estimator: Any, check: Any) -> None:
    check(estimator)


def curved(n: int = 600, seed: int = 0) -> Any:
    """Rows on a bent line in ten columns: one number tells where, but no straight one."""
    random = np.random.RandomState(seed)
    angle = random.uniform(-2.5, 2.5, n)[:, None]
    return np.cos(angle + np.linspace(0, 3, 10)).astype(np.float32)


def hand_made() -> Bottleneck:
    """Two columns, a hidden layer of three, a bottleneck of one; weights that can be followed."""
    network = Bottleneck(1, hidden=3)
    state = {
        "coefs": {
            "0": np.array([[1, 0, -1], [0, 1, 0]], dtype=np.float32),
            "1": np.array([[1], [2], [-3]], dtype=np.float32),
            "2": np.array([[1, -1, 2]], dtype=np.float32),
            "3": np.array([[1, 0], [0, 1], [1, 1]], dtype=np.float32),
        },
        "intercepts": {
            "0": np.array([0, 0, 0.5], dtype=np.float32),
            "1": np.array([0.25], dtype=np.float32),
            "2": np.zeros(3, dtype=np.float32),
            "3": np.array([0.5, 0], dtype=np.float32),
        },
        "mean": np.array([10, 20], dtype=np.float32),
        "losses": [0.5, 0.25],
        "validation_losses": [0.5, 0.5],
    }
    return network.load_state(state, 2)


def test_encoding_and_decoding_followed_by_hand() -> None:
    network = hand_made()
    # (11, 19) - mean = (1, -1); hidden (1, -1, -0.5) keeps (1, 0, 0); 1 * 1 + 0.25
    # (8, 21) - mean = (-2, 1); hidden (-2, 1, 2.5) keeps (0, 1, 2.5); 2 - 7.5 + 0.25, not bent
    np.testing.assert_array_equal(network.transform([[11, 19], [8, 21]]), [[1.25], [-5.25]])
    # 2 becomes (2, 0, 4), (6.5, 4), and the mean; -1 becomes (0, 1, 0), (0.5, 1)
    np.testing.assert_array_equal(network.inverse_transform([[2], [-1]]), [[16.5, 24], [10.5, 21]])


def test_it_is_the_network_that_was_trained() -> None:
    rows = curved(100)
    network = Network((6, 2, 6), random_state=0).begin(10)
    trained = Bottleneck(2, hidden=6)
    trained.mean_, trained.n_features_in_ = np.zeros(10, dtype=np.float32), 10
    trained.coefs_, trained.intercepts_ = network.coefs_, network.intercepts_
    rebuilt = trained.inverse_transform(trained.transform(rows))
    np.testing.assert_allclose(rebuilt, network.give_back(rows), atol=1e-6)
    np.testing.assert_allclose(rebuilt, network.predict(rows), atol=1e-6)


def test_gradients_are_the_slopes_of_the_loss() -> None:
    rows = curved(7).astype(np.float64)
    network = Network((5, 2, 5), random_state=1).begin(10)
    network.coefs_ = [w.astype(np.float64) for w in network.coefs_]
    network.intercepts_ = [w.astype(np.float64) for w in network.intercepts_]

    def empty(arrays: Any) -> list[Any]:
        return [np.empty_like(array) for array in arrays]

    def loss() -> float:  # scikit-learn's: half of the squares, summed over the columns
        return float(0.5 * np.square(network.give_back(rows) - rows).sum() / len(rows))

    layers: list[Any] = [rows, *[None] * 4]
    _, coefs, intercepts = network._backprop(
        rows, rows, None, layers, [None] * 4, empty(network.coefs_), empty(network.intercepts_)
    )
    assert (network.give_back(rows) != 0).all()
    for weights, gradients in zip(network.weights, [*coefs, *intercepts], strict=True):
        for place in np.ndindex(weights.shape):
            was, step = weights[place], 1e-6
            weights[place] = was + step
            above = loss()
            weights[place] = was - step
            slope = (above - loss()) / (2 * step)
            weights[place] = was
            assert gradients[place] == pytest.approx(slope, rel=1e-4, abs=1e-7)


def test_with_linear_layers_alone_it_learns_as_scikit_learn_does() -> None:
    rows = curved(64)
    ours = Network((4,), batch_size=16, random_state=0).begin(10)
    theirs = MLPRegressor(
        hidden_layer_sizes=(4,),
        activation="identity",
        batch_size=16,
        random_state=0,
        alpha=0.0,
        shuffle=False,
    )
    for _ in range(3):
        ours.learn(rows, rows, 0.001)
        theirs.partial_fit(rows, rows)
    for mine, other in zip(ours.weights, [*theirs.coefs_, *theirs.intercepts_], strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-6)


def test_a_linear_one_as_wide_as_its_rows_gives_them_back() -> None:
    random = np.random.RandomState(0)
    rows = random.standard_normal((500, 3)).astype(np.float32)
    network = Bottleneck(3, hidden=0, passes=150, batch_size=16, random_state=0).fit(rows)
    rebuilt = network.inverse_transform(network.transform(rows))
    assert np.square(rebuilt - rows).mean() < 1e-3 * rows.var()
    # and exactly so with the weights that it is on the way to
    exact = network.state()
    for name in ("0", "1"):
        exact["coefs"][name] = np.eye(3, dtype=np.float32)
        exact["intercepts"][name] = np.zeros(3, dtype=np.float32)
    exact["mean"] = np.zeros(3, dtype=np.float32)
    other = Bottleneck(3, hidden=0).load_state(exact, 3)
    np.testing.assert_array_equal(other.inverse_transform(other.transform(rows)), rows)


def test_a_narrow_linear_one_comes_to_what_pca_finds() -> None:
    random = np.random.RandomState(0)
    rows = (random.standard_normal((500, 6)) * [3, 2, 1, 0.3, 0.2, 0.1]).astype(np.float32)
    network = Bottleneck(2, hidden=0, passes=100, batch_size=16, random_state=0).fit(rows)
    ours = np.square(network.inverse_transform(network.transform(rows)) - rows).mean()
    pca = Components(2).fit(rows)
    theirs = np.square(pca.transform(rows) @ pca.components_ + pca.mean_ - rows).mean()
    assert theirs <= ours * (1 + 1e-5)
    assert ours < 1.25 * theirs  # from 28 times that; learning ends when it hardly gets better


def test_where_rows_lie_on_a_bent_line_it_is_better_than_pca() -> None:
    rows, new = curved(), curved(seed=1)
    network = Bottleneck(1, hidden=32, passes=60, batch_size=16, random_state=0).fit(rows)
    ours = np.square(network.inverse_transform(network.transform(new)) - new).mean()
    pca = Components(1).fit(rows)
    theirs = np.square(pca.transform(new) @ pca.components_ + pca.mean_ - new).mean()
    assert ours < theirs / 2


@pytest.mark.parametrize("noise", ["gaussian", "masking"])
def test_noise_is_on_what_goes_in_and_not_on_what_should_come_out(
    noise: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    learn = Network.learn

    def look(self: Any, noisy: Any, clean: Any, rate: float) -> float:
        seen.append((noisy.copy(), clean.copy()))
        return learn(self, noisy, clean, rate)

    monkeypatch.setattr(Network, "learn", look)
    rows = curved(2000)
    rows += 5
    Bottleneck(2, hidden=4, passes=1, noise=noise, noise_level=0.4, random_state=0).fit(rows)
    noisy, clean = (np.vstack(parts) for parts in zip(*seen, strict=True))
    assert len(clean) == 1800
    centred = {tuple(row) for row in (rows - rows.mean(axis=0, dtype=np.float64).astype("f"))}
    assert all(tuple(row) in centred for row in clean)
    if noise == "masking":
        assert np.isin(noisy - clean, [0]).mean() == pytest.approx(0.6, abs=0.02)
        assert (noisy[noisy != clean] == 0).all()
    else:
        spread = np.sqrt(np.square(clean).mean())
        assert (noisy - clean).std() == pytest.approx(0.4 * spread, rel=0.03)


def test_losses_are_of_passes_and_of_held_out_rows() -> None:
    points = []
    progress = Progress(lambda done, message, metrics: points.append(metrics))
    network = Bottleneck(2, hidden=8, passes=4, random_state=0).fit(curved(), progress=progress)
    kept = [point for point in points if point]
    assert [point["pass_"] for point in kept] == [1, 2, 3, 4]
    assert [point["train_loss"] for point in kept] == network.losses_
    assert [point["validation_loss"] for point in kept] == network.validation_losses_
    assert network.losses_[-1] < network.losses_[0]


def test_held_out_rows_are_not_learned_from(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.arange(100, dtype=np.float32)[:, None]
    seen: set[float] = set()
    learn = Network.learn

    def look(self: Any, noisy: Any, clean: Any, rate: float) -> float:
        seen.update(np.round(clean.ravel() + np.float32(49.5)).tolist())
        return learn(self, noisy, clean, rate)

    monkeypatch.setattr(Network, "learn", look)
    monkeypatch.setattr(bottleneck_training, "centred", lambda rows, mean: rows - mean)
    Bottleneck(1, hidden=0, passes=5, random_state=0).fit(rows)
    assert len(seen) == 90


def test_it_ends_early_and_keeps_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    errors = iter([0.5, 0.3, 0.4, 0.4, 0.35, 0.31, 0.3, 0.1])
    best: list[Any] = []

    def judge(self: Any, X: Any, mean: Any, rows: Any) -> float:
        if len(self.losses) == 1:  # the second pass
            best.extend(weights.copy() for weights in self.network.weights)
        return next(errors)

    monkeypatch.setattr(bottleneck_training.Training, "_error", judge)
    encoder = AutoencoderEncoder(2, hidden=4, passes=30).fit(curved())
    assert len(encoder.losses_) == len(encoder.validation_losses_) == 7
    assert encoder.notes_ == (
        "Learning ended after 7 of 30 passes: the error of held-out rows no longer fell.",
    )
    network = encoder.network_
    for mine, kept in zip([*network.coefs_, *network.intercepts_], best, strict=True):
        np.testing.assert_array_equal(mine, kept)


@pytest.mark.parametrize("stop", [1, 2, 4])
def test_going_on_after_a_stop_changes_nothing(stop: int) -> None:
    rows = curved()
    settings: dict[str, Any] = {"hidden": 8, "passes": 6, "noise": "gaussian", "random_state": 3}
    whole = Bottleneck(2, **settings).fit(rows)
    kept: dict[str, Any] = {}
    checkpoints = Checkpoints(
        lambda key: copy.deepcopy(kept.get(key)), kept.__setitem__, every=-1.0
    )

    def report(done: float, message: str, metrics: Any) -> None:
        if metrics.get("pass_") == stop + 1:
            raise Cancelled

    with pytest.raises(Cancelled):
        Bottleneck(2, **settings).fit(rows, progress=Progress(report, checkpoints=checkpoints))
    passes = []
    progress = Progress(
        lambda done, message, metrics: passes.append(metrics.get("pass_")), checkpoints=checkpoints
    )
    resumed = Bottleneck(2, **settings).fit(rows, progress=progress)
    assert [number for number in passes if number] == list(range(stop + 1, 7))
    assert resumed.losses_ == whole.losses_
    assert resumed.validation_losses_ == whole.validation_losses_
    for mine, other in zip(resumed.coefs_, whole.coefs_, strict=True):
        np.testing.assert_array_equal(mine, other)


def test_a_checkpoint_that_does_not_fit_is_left_alone() -> None:
    rows = curved(100)
    kept: dict[str, Any] = {}
    writing = Checkpoints(lambda key: None, kept.__setitem__, every=-1.0)
    Bottleneck(3, hidden=8, passes=2).fit(rows, progress=Progress(checkpoints=writing))
    state = kept[""]
    whole = Bottleneck(2, hidden=8, passes=2, random_state=0).fit(rows)
    damaged = copy.deepcopy(state)
    damaged["network"]["steps"] = -1
    for found, dimensions in ((state, 2), (damaged, 3), ({}, 2), ({**state, "losses": []}, 3)):
        reading = Checkpoints(lambda key, found=found: found, kept.__setitem__)  # type: ignore[misc]
        again = Bottleneck(dimensions, hidden=8, passes=2, random_state=0)
        again.fit(rows, progress=Progress(checkpoints=reading))
        if dimensions == 2:
            np.testing.assert_array_equal(again.coefs_[0], whole.coefs_[0])
        assert len(again.losses_) == 2


def test_it_learns_on_from_new_rows(images: Any) -> None:
    encoder = AutoencoderEncoder(4, hidden=16, passes=5).fit(images[:20])
    before = copy.deepcopy(encoder.state())
    more = encoder.continued(images[20:])
    assert more is not encoder
    assert len(encoder.losses_) == 5
    assert more.losses_[:5] == encoder.losses_
    assert len(more.losses_) == 10
    assert min(more.validation_losses_[5:]) < min(encoder.validation_losses_)
    for name, array in before["network"]["coefs"].items():
        np.testing.assert_array_equal(encoder.state()["network"]["coefs"][name], array)
    np.testing.assert_array_equal(more.network_.mean_, encoder.network_.mean_)
    again = encoder.continued(images[20:])
    np.testing.assert_array_equal(again.transform(images), more.transform(images))
    other = AutoencoderEncoder(4, hidden=16, passes=5).load_state(more.state())
    np.testing.assert_array_equal(other.transform(images), more.transform(images))


def test_going_on_never_makes_held_out_rows_worse() -> None:
    rows = curved()
    network = Bottleneck(2, hidden=16, passes=40, random_state=0).fit(rows)
    worse = network.set_params(passes=1, learning_rate=0.1).continued(rows)
    for mine, other in zip(worse.coefs_, network.coefs_, strict=True):
        np.testing.assert_array_equal(mine, other)


def test_rows_of_a_table_are_given_back_in_its_columns(table: pd.DataFrame) -> None:
    encoder = AutoencoderEncoder(4, hidden=16, passes=200, batch_size=8).fit(table)
    codes = encoder.transform(table)
    assert codes.shape == (50, 4)
    rebuilt = encoder.decoded(codes)
    assert rebuilt.shape == (50, len(encoder.first_.names))
    values = encoder.first_.transform(table)
    assert np.square(rebuilt - values).mean() < 0.5 * values.var(axis=0).mean()
    assert encoder.get_feature_names_out().tolist() == [f"bottleneck {i}" for i in (1, 2, 3, 4)]
    assert encoder.parts("a") is None


def test_a_forged_cell_spoils_nothing() -> None:
    frame = pd.DataFrame({"a": [*np.linspace(0, 1, 99), 1e100], "b": np.arange(100.0)})
    encoder = AutoencoderEncoder(2, hidden=4, passes=2).fit(frame)
    assert np.isfinite(encoder.transform(frame)).all()
    assert np.isfinite(encoder.losses_).all()


def test_few_rows_are_said_to_be_few(images: Any) -> None:
    encoder = AutoencoderEncoder(2, hidden=4, passes=2).fit(images[:8])
    assert encoder.notes_ == (
        "With only 8 rows none was held out, so that nothing says whether it learned them by heart.",
    )


def test_texts_are_refused(texts: Any) -> None:
    with pytest.raises(BadData, match="Rows of numbers or pictures were expected"):
        AutoencoderEncoder().fit(texts)


def test_very_wide_rows_are_learned_in_smaller_steps() -> None:
    training = bottleneck_training.Training(
        [30_000, 256, 32, 256, 30_000],
        passes=1,
        batch_size=512,
        learning_rate=0.001,
        noise="none",
        noise_level=0.0,
        seed=(0, 0),
    )
    assert training.batch == 162


def test_losses_that_are_no_numbers_are_refused(images: Any) -> None:
    encoder = AutoencoderEncoder(2, hidden=4, passes=2).fit(images)
    state = encoder.state()
    state["network"]["losses"] = ["low"]
    with pytest.raises(BadModelFile, match="losses are no numbers"):
        AutoencoderEncoder(2, hidden=4, passes=2).load_state(state)
    with pytest.raises(BadModelFile, match="'1' is damaged"):
        AutoencoderEncoder(3, hidden=4, passes=2).load_state(encoder.state())


def test_settings_and_cost() -> None:
    method = get_method("autoencoder")
    settings = resolve(method.params, {"dimensions": 7, "hidden": 0, "noise": "masking"})
    encoder = method.make(settings, 5)
    assert isinstance(encoder, AutoencoderEncoder)
    given = encoder.get_params()
    assert (given["dimensions"], given["hidden"], given["random_state"]) == (7, 0, 5)
    assert given["noise"] == "masking"
    size = PoolSize(rows=60_000, columns=784)
    small = method.estimate(size, settings)
    large = method.estimate(size, resolve(method.params))
    assert small.seconds < large.seconds
    assert small.memory_mb < large.memory_mb


def sides(X: Any) -> tuple[Any, Any]:
    training = bottleneck_training.Training(
        [4, 2, 4],
        passes=1,
        batch_size=8,
        learning_rate=0.01,
        noise="none",
        noise_level=0.0,
        seed=(3, 0),
    )
    return training._split(X)


def test_rows_held_out_have_no_copy_that_is_learned_from() -> None:
    random = np.random.default_rng(0)
    alone = random.normal(size=(100, 4))
    learned, held = sides(alone)
    order = np.random.default_rng((3, 0)).permutation(100)  # as results before were made
    assert learned.tolist() == order[10:].tolist()
    assert held.tolist() == sorted(order[:10].tolist())
    copied = np.repeat(alone[:50], 2, axis=0)
    learned, held = sides(copied)
    assert len(held) == 10
    assert sorted([*learned, *held]) == list(range(100))
    assert not set(learned // 2) & set(held // 2)


def test_rows_that_are_hardly_different_are_held_out_all_the_same() -> None:
    learned, held = sides(np.repeat(np.eye(4), 25, axis=0))
    assert (len(learned), len(held)) == (90, 10)
