"""What may be tried."""

from __future__ import annotations

import numpy as np
import pytest

from core.evaluate.tuning.configuration import Configuration, EncoderChoice
from core.evaluate.tuning.space import WORTH_A_TRY, make_space, searched
from core.finetune import get_head, heads, strategies
from core.params import resolve
from core.pretrain import get_method, methods
from core.pretrain.base import PoolSize
from tests.core.evaluate.tuning.made import space

BIG = PoolSize(10_000, 20_000_000)


def test_the_default_comes_first_and_is_what_nobody_chose() -> None:
    found = space()
    assert found.default == Configuration.of(EncoderChoice.of("tfidf"))
    assert found.first()[0][0] == found.default


@pytest.mark.parametrize("modality", ["text", "image", "tabular"])
def test_every_configuration_has_settings_that_its_tables_allow(modality: str) -> None:
    found = make_space(modality, PoolSize(200, 9000, 20), seconds=60, pool=True)  # type: ignore[arg-type]
    rng = np.random.RandomState(0)
    drawn: list[Configuration] = [one for some in found.first() for one in some]
    for _ in range(6):
        drawn += found.draw(
            9,
            drawn[:3],
            seen=[one.key for one in drawn],
            known=[one.encoder for one in drawn],
            rng=rng,
        )
    assert len({one.key for one in drawn}) == len(drawn) > 40
    for one in drawn:
        resolve(get_method(one.encoder.method).params, one.encoder.settings)
        resolve(get_head(one.head).params, one.head_settings)
        strategy = strategies()[one.strategy]
        resolve(strategy.params, one.strategy_settings)
        assert not strategy.heads or one.head in strategy.heads
        assert modality in get_method(one.encoder.method).modalities
        assert (one.strategy == "scratch") == (
            one.encoder.plain and one.strategy in ("scratch", "frozen")
        )


def test_settings_of_other_kinds_of_rows_are_left_alone() -> None:
    found = make_space("tabular", PoolSize(200, 0, 20), seconds=60, pool=True)
    rng = np.random.RandomState(0)
    drawn = [one for _ in range(9) for one in found.draw(9, [], seen=[], known=[], rng=rng)]
    changed = {name for one in drawn for name in one.encoder.changed()}
    assert "n_clusters" in changed
    assert not changed & {"min_df", "max_df", "ngram_max", "stop_words"}


def test_what_is_drawn_depends_on_the_seed_alone() -> None:
    found = space()
    best = list(found.first()[0][:2])
    one, two = (
        found.draw(9, best, seen=[], known=[], rng=np.random.RandomState(3)) for _ in range(2)
    )
    assert one == two


def test_few_new_encoders_are_learned_at_once() -> None:
    found = space()
    drawn = found.draw(9, [], seen=[], known=[found.default.encoder], rng=np.random.RandomState(0))
    assert len({one.encoder.key for one in drawn} - {found.default.encoder.key}) <= 2


def test_a_strategy_that_wants_a_pool_needs_one() -> None:
    assert "spreading" in space(pool=True).strategies
    assert "spreading" not in space(pool=False).strategies
    assert space(pool=False, strategies=("spreading",)).strategies == ("frozen",)


def test_what_takes_too_long_is_left_out_unless_it_is_named() -> None:
    slow = make_space("text", BIG, seconds=4, pool=False)
    assert not any(one.learns for one in slow.encoders)
    named = make_space("text", BIG, seconds=4, pool=False, methods=("ppmi",))
    assert {one.method for one in named.encoders} == {"ppmi", "tfidf"}
    enough = make_space("text", BIG, seconds=300, pool=False)
    assert {"ppmi", "lsa"} <= {one.method for one in enough.encoders}


def test_the_cheapest_method_takes_part_where_half_the_time_is_enough_for_it() -> None:
    cost = get_method("lsa").estimate(BIG, EncoderChoice.of("lsa").settings).seconds
    tight = make_space("text", BIG, seconds=2.2 * cost, pool=False)
    assert [one.method for one in tight.encoders if one.learns] == ["lsa"]
    assert any(one.encoder.method == "lsa" for one in tight.first()[0])
    less = make_space("text", BIG, seconds=1.8 * cost, pool=False)
    assert not any(one.learns for one in less.encoders)


def test_models_of_the_library_go_first_and_are_not_learned_again() -> None:
    ready = EncoderChoice("ppmi", EncoderChoice.of("ppmi").settings, "0123456789ab")
    found = make_space("text", BIG, seconds=1, pool=False, library=[ready])
    assert found.default.encoder == EncoderChoice.of("tfidf")
    assert [one.encoder for one in found.first()[0]][:2] == [found.default.encoder, ready]
    enough = make_space("text", BIG, seconds=300, pool=False, library=[ready])
    assert [one.model for one in enough.encoders if one.method == "ppmi"] == [ready.model]


def test_bigrams_take_part() -> None:
    assert any(one.settings.get("ngram_max") == 2 for one in space().encoders)


def test_a_single_fitted_model_is_the_default() -> None:
    mine = EncoderChoice("ppmi", {"dimensions": 16}, "0123456789ab")
    found = space(fitted=[mine])
    assert found.default.encoder == mine
    assert found.encoders == (mine,)
    both = space(fitted=[mine], methods=("lsa",))
    assert both.default.encoder.method == "tfidf"
    assert {one.method for one in both.encoders} == {"ppmi", "lsa", "tfidf"}


def test_what_is_worth_a_try_exists() -> None:
    for modality, keys in WORTH_A_TRY.items():
        assert all(modality in methods()[key].modalities for key in keys)


@pytest.mark.parametrize("key", sorted(heads()))
def test_every_head_has_something_to_search(key: str) -> None:
    assert searched(get_head(key).params)
