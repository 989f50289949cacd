from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core import jobs
from core.errors import BadParam
from core.evaluate.tuning.configuration import Configuration, EncoderChoice
from core.evaluate.tuning.results import Trial, Tuning, tuning_to_json
from core.jobs.learned_first import LearnedFirst, learned_first
from core.jobs.requests import DataRef, PretrainRequest, TuneRequest, to_json
from core.store import models, runs
from core.store.records import RunRecord
from tests import seed


@pytest.fixture
def searched(home: Any) -> Callable[[Configuration], RunRecord]:
    """A finished search that handed out a configuration, and took 2 s to learn its encoder."""
    data = seed.keep_texts()

    def made(one: Configuration) -> RunRecord:
        request = TuneRequest(DataRef(fingerprint=data), labels_per_class=3)
        run = runs.create(to_json(request), name="Search", dataset=data, pid=1)
        plain = Configuration.of(EncoderChoice.of("tfidf"))
        trials = (Trial(0, plain, (0.5,)), Trial(1, one, (0.6,), learn_seconds=2.0))
        tuning = Tuning(
            trials=trials, chosen=1, best=1, rung=0, rungs=(), budget=9, spent=9, ended="time"
        )
        return runs.change(run.id, state="done", result={"tuning": tuning_to_json(tuning)})

    return made


def test_what_the_library_lacks_is_learned_again(searched: Any) -> None:
    settings = {"min_df": 1, "n_components": 5}
    run = searched(Configuration.of(EncoderChoice.of("lsa", **settings)))
    assert learned_first(run) == LearnedFirst("LSA / PCA", ready=False, seconds=2.0)
    assert learned_first(run, 0) is None  # rows as they are
    data = DataRef(fingerprint=run.dataset)
    done = jobs.run_here(PretrainRequest(data, "lsa", settings=settings, name="Mine"))
    assert done.state == "done", done.error
    assert learned_first(run) == LearnedFirst("Mine", ready=True)  # the very same
    models.delete(done.model or "")
    found = learned_first(run)
    assert found is not None
    assert not found.ready


def test_a_model_of_the_library_is_taken_as_it_is(searched: Any) -> None:
    data = DataRef(fingerprint=seed.keep_texts())
    model = jobs.run_here(PretrainRequest(data, "random", name="Kept")).model or ""
    run = searched(Configuration.of(EncoderChoice("random", {}, model)))
    assert learned_first(run) == LearnedFirst("Kept", ready=True)
    models.delete(model)
    assert learned_first(run) is None


def test_it_takes_a_finished_search(home: Any) -> None:
    request = to_json(TuneRequest(DataRef(fingerprint=seed.keep_texts())))
    with pytest.raises(BadParam, match="no finished tuning"):
        learned_first(runs.create(request, name="Waits"))
