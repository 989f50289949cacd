"""Combined ranks, ties, and what is recommended."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadParam
from core.transfer.agreement import agreement
from core.transfer.clusters import of_classifier, of_clusters
from core.transfer.ranking import combine
from core.transfer.recommend import Candidate, Limits, Track, recommend
from core.transfer.scores import KINDS, Scored, measure, neighbours, resamples
from core.transfer.track_record import GAINS, mean_track, shipped


def scored(value: float, *replicates: float) -> Scored:
    return Scored(value, value, value, replicates)


def candidate(key: str, **fields: object) -> Candidate:
    return Candidate(key, key.title(), str(fields.pop("method", key)), **fields)  # type: ignore[arg-type]


# -- clusters and scores ----------------------------------------------------------------------


def test_clusters_by_hand() -> None:
    """Two heaps on a line: the rows fall into their own; the softer the nearer to the middle."""
    pool = np.array([[0.0], [1.0], [10.0], [11.0]])
    found = of_clusters(np.array([[0.5], [10.5], [5.5]]), pool, 2)
    assert found.labels[0] != found.labels[1]
    assert np.allclose(found.proba.sum(axis=1), 1)
    assert found.proba[2] == pytest.approx([0.5, 0.5])
    assert found.proba[0].max() > 0.999


def test_clusters_do_not_change_with_the_scale_of_the_columns() -> None:
    rng = np.random.default_rng(0)
    pool = np.vstack([rng.normal(size=(30, 2)), rng.normal(size=(30, 2)) + 8])
    plain, scaled = of_clusters(pool, pool, 2), of_clusters(100 * pool, 100 * pool, 2)
    assert np.allclose(plain.proba, scaled.proba)


def test_no_more_clusters_than_distinct_rows() -> None:
    found = of_clusters(np.ones((3, 2)), np.ones((5, 2)), 4)
    assert found.proba.tolist() == [[1.0], [1.0], [1.0]]


def test_classes_of_a_classifier() -> None:
    found = of_classifier(np.array([[0.2, 0.8], [0.9, 0.1]]))
    assert found.labels.tolist() == [1, 0]


@pytest.mark.parametrize(("per_class", "expected"), [(1, 1), (3, 1), (5, 3), (20, 5)])
def test_neighbours_asked(per_class: int, expected: int) -> None:
    assert neighbours(np.repeat([0, 1], per_class)) == expected


def test_draws_keep_the_size_of_each_class() -> None:
    y = np.array([0, 0, 0, 1, 1, 5])
    for draw in resamples(y, count=5):
        assert np.bincount(y[draw], minlength=6).tolist() == [3, 2, 0, 0, 0, 1]
    assert [d.tolist() for d in resamples(y, count=3)] == [
        d.tolist() for d in resamples(y, count=3)
    ]


def test_measured_scores_have_ranges_around_them() -> None:
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], 8)
    X = rng.normal(size=(24, 4)) + 2 * np.eye(3, 4)[y]
    found = measure(X, y, of_clusters(X, X, 3), resamples(y, count=20))
    assert list(found) == list(KINDS)
    for one in found.values():
        assert one.low <= one.value <= one.high
        assert len(one.replicates) == 20
        assert one.high > one.low
    bare = measure(X, y, of_clusters(X, X, 3), [])
    assert bare["logme"].low == bare["logme"].value == bare["logme"].high


def test_many_rows_are_thinned_for_the_replicates() -> None:
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 150)
    X = rng.normal(size=(300, 3)) + y[:, None]
    found = measure(X, y, of_clusters(X, X, 2), resamples(y, count=10))
    assert 0 < found["logme"].high - found["logme"].low < 0.2


# -- ranks ------------------------------------------------------------------------------------


def test_a_class_of_one_group_alone_does_not_level_all_encoders() -> None:
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 40)
    tells, noise = rng.normal(size=(2, 80, 4))
    tells[:, 0] += 6 * y
    draws = resamples(y, count=2)
    for units in (y, np.where(y == 1, 9, np.arange(80) % 5), np.zeros(80, dtype=int)):
        good = measure(tells, y, of_clusters(tells, tells, 2), draws, units=units)
        bad = measure(noise, y, of_clusters(noise, noise, 2), draws, units=units)
        for kind in ("probe", "knn"):
            assert good[kind].value > 0.9
            assert bad[kind].value < 0.7


def test_ranks_by_hand() -> None:
    """a: 1 and 2; b: 2 and 1; c: 3 and 3. Equal means share the first place."""
    found = combine(
        {
            "a": {"x": scored(3), "z": scored(0.2)},
            "b": {"x": scored(2), "z": scored(0.3)},
            "c": {"x": scored(1), "z": scored(0.1)},
        }
    )
    assert {key: one.place for key, one in found.items()} == {"a": 1, "b": 1, "c": 3}
    assert found["a"].mean == 1.5
    assert found["c"].by_score == {"x": 3.0, "z": 3.0}
    assert found["b"].tied
    assert not found["c"].tied


def test_left_out_rows_count_twice() -> None:
    found = combine(
        {
            "a": {"probe": scored(0.9), "logme": scored(0.1)},
            "b": {"probe": scored(0.8), "logme": scored(0.2)},
        }
    )
    assert found["a"].mean == pytest.approx(4 / 3)
    assert found["b"].mean == pytest.approx(5 / 3)


def test_ties_are_where_ranges_overlap() -> None:
    always = {"a": {"x": scored(2, 2, 2, 2, 2)}, "b": {"x": scored(1, 1, 1, 1, 1)}}
    assert not combine(always)["b"].tied
    often = {"a": {"x": scored(2, 2, 1, 2, 1)}, "b": {"x": scored(1, 1, 2, 1, 2)}}
    found = combine(often)
    assert list(found) == ["a", "b"]
    assert found["b"].tied
    assert found["a"].low <= found["a"].mean <= found["a"].high


def test_equal_values_share_their_ranks() -> None:
    found = combine({"a": {"x": scored(1)}, "b": {"x": scored(1)}, "c": {"x": scored(0)}})
    assert [found[key].by_score["x"] for key in "abc"] == [1.5, 1.5, 3.0]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(-5, 5), min_size=2, max_size=6, unique=True))
def test_ranks_depend_on_the_order_alone(values: list[float]) -> None:
    """Raw values never enter: any rising function of a score leaves all as it is."""
    plain = combine({str(i): {"x": scored(round(v, 6))} for i, v in enumerate(values)})
    bent = combine({str(i): {"x": scored(round(v, 6) ** 3)} for i, v in enumerate(values)})
    assert {k: r.mean for k, r in plain.items()} == {k: r.mean for k, r in bent.items()} or any(
        abs(a) < 1e-2
        for a in values  # a cube may round two small values together
    )


def test_different_scores_cannot_be_combined() -> None:
    with pytest.raises(BadParam, match="'b' has the scores none, others have x"):
        combine({"a": {"x": scored(1)}, "b": {}})
    assert combine({}) == {}


# -- the recommendation -----------------------------------------------------------------------

LEVEL = {"a": {"x": scored(3, 3, 1)}, "b": {"x": scored(2, 2, 3)}, "c": {"x": scored(1, 1, 2)}}
CLEAR = {"a": {"x": scored(3, 3, 3)}, "b": {"x": scored(2, 2, 2)}, "c": {"x": scored(1, 1, 1)}}


def test_a_clear_first_is_taken_whatever_helped_elsewhere() -> None:
    told = recommend([candidate(k) for k in "abc"], combine(CLEAR), track={"b": Track(0.3, 9)})
    assert (told.pick, told.by, told.tied) == ("a", "ranks", ())


def test_among_the_tied_goes_what_helped_most_elsewhere() -> None:
    told = recommend(
        [candidate(k) for k in "abc"],
        combine(LEVEL),
        track={"a": Track(0.02, 3), "b": Track(0.05, 3)},
    )
    assert (told.pick, told.by) == ("b", "record")
    assert told.tied == ("a",)  # c is clearly behind


def test_without_a_record_the_order_decides() -> None:
    told = recommend([candidate(k) for k in "abc"], combine(LEVEL))
    assert (told.pick, told.by) == ("a", "order")


def test_the_record_is_of_models_of_the_pool_at_hand() -> None:
    told = recommend(
        [candidate("a"), candidate("b", own_pool=False), candidate("c")],
        combine(LEVEL),
        track={"a": Track(0.01, 3), "b": Track(0.2, 3)},
    )
    assert told.pick == "a"


def test_nothing_learned_is_taken_where_methods_hurt_elsewhere() -> None:
    told = recommend(
        [candidate("a"), candidate("b", nothing=True), candidate("c")],
        combine(LEVEL),
        track={"a": Track(-0.05, 3), "c": Track(-0.01, 3)},
    )
    assert (told.pick, told.by) == ("b", "record")


def test_what_does_not_fit_is_left_out_with_the_reason() -> None:
    found = [
        candidate("a", seconds=90.0),
        candidate("b", seconds=1.0, memory_mb=900.0),
        candidate("c", seconds=90.0, memory_mb=900.0, size_mb=4.0, ready=True),
        candidate("d", size_mb=80.0),
    ]
    ranks = combine(CLEAR | {"d": {"x": scored(0, 0, 0)}})
    told = recommend(found, ranks, limits=Limits(seconds=60, memory_mb=500, size_mb=50))
    assert told.pick == "c"  # learned already: time and memory are spent
    assert told.by == "ranks"
    assert told.excluded == {
        "a": "takes about 90 s to learn, and you have 60 s",
        "b": "needs about 900 MB to learn, and you have 500 MB",
        "d": "takes 80.0 MB to keep, and you have 50 MB",
    }


def test_nothing_fits() -> None:
    with pytest.raises(BadParam, match="Nothing that was ranked fits") as error:
        recommend(
            [candidate("a", size_mb=9.0)],
            combine({"a": {"x": scored(1)}}),
            limits=Limits(size_mb=1),
        )
    assert "sample" in (error.value.hint or "")


def test_the_only_one() -> None:
    told = recommend([candidate("a"), candidate("b")], combine({"a": {"x": scored(1)}}))
    assert told.by == "alone"


def test_a_cheaper_one_is_named_beside_the_pick() -> None:
    track = {"a": Track(0.1, 3), "b": Track(0.09, 3), "c": Track(0.0, 3)}
    found = [
        candidate("a", seconds=100.0),
        candidate("b", seconds=2.0),
        candidate("c", seconds=1.0),
    ]
    assert recommend(found, combine(LEVEL), track=track).cheaper == "b"
    dear = [candidate("a", seconds=100.0), candidate("b", seconds=90.0), candidate("c")]
    assert recommend(dear, combine(LEVEL), track=track).cheaper is None


# -- the track record -------------------------------------------------------------------------


def test_mean_over_sets() -> None:
    found = mean_track({"m": {"one": 0.02, "two": 0.06}, "n": {}})
    assert found == {"m": Track(pytest.approx(0.04), 2)}


def test_a_set_does_not_vouch_for_itself() -> None:
    for modality, sets in GAINS.items():
        for name, gains in sets.items():
            left = shipped(modality, without=name)
            assert all(name not in by_set for by_set in left.values())
            whole = shipped(modality)
            for method, points in gains.items():
                assert whole[method][name] == pytest.approx(points / 100)


# -- agreement --------------------------------------------------------------------------------


def test_regret_and_order() -> None:
    found = agreement({"a": 1, "b": 2, "c": 3}, {"a": 0.7, "b": 0.6, "c": 0.5}, "a")
    assert found is not None
    assert (found.regret, found.best, found.compared) == (0.0, "a", 3)
    assert found.tau == pytest.approx(1.0)
    turned = agreement({"a": 1, "b": 2, "c": 3}, {"a": 0.5, "b": 0.6, "c": 0.7}, "a")
    assert turned is not None
    assert turned.regret == pytest.approx(0.2)
    assert turned.tau == pytest.approx(-1.0)


def test_an_exchange_at_the_top_weighs_more() -> None:
    """Hyperbolic weights of places r and s: 1/(r+1) + 1/(s+1) (Vigna 2015), worked by hand.

    Of the pairs 12, 13, 23 with weights 3/2, 4/3 and 5/6 (11/3 in all) one is exchanged.
    """
    ranks = {"a": 1, "b": 2, "c": 3}
    top = agreement(ranks, {"a": 0.6, "b": 0.7, "c": 0.5}, "a")
    low = agreement(ranks, {"a": 0.7, "b": 0.5, "c": 0.6}, "a")
    assert top is not None
    assert low is not None
    assert top.tau == pytest.approx((11 / 3 - 2 * 3 / 2) / (11 / 3))
    assert low.tau == pytest.approx((11 / 3 - 2 * 5 / 6) / (11 / 3))


def test_nothing_can_be_said() -> None:
    assert agreement({"a": 1, "b": 2}, {"b": 0.5}, "a") is None
    assert agreement({"a": 1, "b": 2}, {"a": 0.5}, "a") is None
    two = agreement({"a": 1, "b": 2}, {"a": 0.5, "b": 0.6}, "a")
    assert two is not None
    assert two.tau is None
    level = agreement(dict.fromkeys("abc", 1.0), dict.fromkeys("abc", 0.5), "b")
    assert level is not None
    assert level.tau is None
    assert level.best == "b"
