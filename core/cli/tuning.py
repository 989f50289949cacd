"""``tune``."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from core.cli.learning import budget, do
from core.cli.naming import data_ref, method_or_model, run_of
from core.cli.output import Output
from core.errors import BadParam
from core.jobs.requests import TuneRequest
from core.store.records import ModelRecord, RunRecord

_SHOWN = 5


def tune(chosen: argparse.Namespace, out: Output) -> int:
    """Look for good settings within a budget of seconds; then perhaps use them."""
    if chosen.finetune and chosen.background:
        raise BadParam(
            "--finetune has to wait for what is found, which --background does not.",
            hint="Leave one of them out.",
        )
    found = [method_or_model(word) for word in chosen.models]
    if None in found:
        raise BadParam("'none' need not be named.", hint="It is the default, and always tried.")
    request = TuneRequest(
        data=data_ref(chosen),
        seconds=chosen.seconds,
        labels_per_class=budget(chosen.labels_per_class),
        methods=tuple(
            one.key for one in found if one is not None and not isinstance(one, ModelRecord)
        ),
        models=tuple(one.id for one in found if isinstance(one, ModelRecord)),
        strategies=tuple(chosen.strategy),
        heads=tuple(chosen.head),
        trials=chosen.trials,
        start_from=run_of(chosen.start_from).id if chosen.start_from else None,
        seed=chosen.seed,
        name=chosen.name,
    )
    if not chosen.finetune:
        return do(request, chosen, out)
    from core import jobs
    from core.cli.learning import told
    from core.jobs.tuning import finetuning_of

    run = jobs.run_here(request, on_progress=out.progress)
    if run.state != "done":
        return told(run, out)
    out.lines(tuned(run))
    return do(finetuning_of(run), chosen, out)


def tuned(run: RunRecord) -> Iterator[str]:
    """The outcome for people: what is handed out, then the best lines."""
    from core.evaluate.tuning.configuration import words
    from core.evaluate.tuning.report import handed_out, why_ended
    from core.evaluate.words import percent
    from core.jobs.tuning import tuning_of

    tuning = tuning_of(run)
    if tuning is None:
        return
    names = (run.result or {}).get("names", {})
    yield handed_out(tuning, names)
    for one in tuning.finalists()[:_SHOWN]:
        mark = " (default)" if one.number == 0 else ""
        score = tuning.on(one.number) or 0.0
        yield f"{percent(score)}  {words(one.configuration, names)}{mark}"
    yield why_ended(tuning)
    for note in tuning.notes:
        yield f"Note: {note}"
    yield f"Run {run.id}."
