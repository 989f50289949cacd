"""The facts of one finished run, made once for all tests of reports."""

from __future__ import annotations

import pytest

from core.report.facts import RunFacts
from tests import seed


@pytest.fixture(scope="session")
def facts(tmp_path_factory: pytest.TempPathFactory) -> RunFacts:
    """Of a run on the tiny texts, with its predictions and mistakes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WARMSTART_HOME", str(tmp_path_factory.mktemp("facts") / "home"))
        from core.jobs.handing_over import facts_of
        from core.store.describing import describe

        run = seed.finished_run(name="Vectors on tiny")
        describe(run, note="Tried vectors,\nbecause of few labels.", tags=["meeting", "few labels"])
        return facts_of(run)
