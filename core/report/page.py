"""The report of a run as one HTML file that opens offline and prints well.

plotly.js stands in it once, figures as JSON. The page forbids itself every connection (a content
security policy), so nothing that slipped into a name or a text could call home.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import core
from core.errors import NotFound
from core.evaluate import report_words, words
from core.evaluate.ranking import rankings
from core.evaluate.results import Evaluation
from core.figures.calibration import reliability
from core.figures.confusion import confusion
from core.figures.gain import gain_interval, gain_per_class
from core.figures.label_curve import label_curve
from core.figures.ranking import roc
from core.figures.training import losses
from core.report.card import calibration_of, card
from core.report.facts import RunFacts
from core.report.figure import Figure
from core.report.script import script
from core.report.trust import sections

if TYPE_CHECKING:
    import jinja2

__all__ = ["Figure", "page"]

#: A confusion matrix of more classes than this is no picture any more.
_CONFUSED = 80
#: So many classes have their ROC drawn.
_RANKED = 2


def page(facts: RunFacts, *, made: datetime | None = None, more: Sequence[Figure] = ()) -> str:
    """The whole report.

    Parameters
    ----------
    facts : RunFacts
        Of a finished fine-tuning.
    made : datetime, optional
        When this file was made, for its footer.
    more : sequence of Figure
        Further charts, after those that every report has.
    """
    from markupsafe import Markup
    from plotly.offline import get_plotlyjs

    evaluation = facts.evaluation
    told = [
        words.verdict_sentence(evaluation),
        words.saved_sentence(evaluation),
        words.overfitting_sentence(evaluation),
    ]
    kind = evaluation.comparison.kind if evaluation.comparison else "baseline"
    charts = list(enumerate([*_figures(evaluation), *_sureness(facts), *more], 1))
    trust = list(enumerate(sections(facts.trust), len(charts) + 1))
    return _template().render(
        version=core.__version__,
        title=facts.name,
        summary=_summary(facts),
        tags=facts.tags,
        note=facts.note,
        tone=kind,
        verdict=words.verdict_title(evaluation),
        sentences=[sentence for sentence in told if sentence],
        notes=[*evaluation.notes, *_decided(facts)],
        figures=charts,
        trust=trust,
        drawn=[*charts, *((number, part.figure) for number, part in trust if part.figure)],
        mistakes=[
            {
                "row": one.row,
                "truth": one.truth,
                "said": one.said,
                "sure": words.percent(one.confidence),
                "text": one.text,
            }
            for one in facts.mistakes
        ],
        texts=any(one.text for one in facts.mistakes),
        card=card(facts),
        script=_script(facts),
        made=f"{made:%Y-%m-%d %H:%M} UTC" if made else "",
        run=facts.run,
        plotly=Markup(get_plotlyjs()),  # noqa: S704 - of the installed package
    )


def _decided(facts: RunFacts) -> Iterator[str]:
    """What was decided about its answers since, beside the verdict."""
    if facts.threshold is not None:
        yield f"{facts.threshold_words} Scores and charts here are of the likeliest class."


def _summary(facts: RunFacts) -> str:
    parts = [facts.data.title, words.budget_words(facts.evaluation.labels_per_class)]
    if facts.encoder is not None:
        parts.append(facts.encoder.name)
    if facts.finished is not None:
        parts.append(f"{facts.finished:%Y-%m-%d}")
    if facts.imported:
        parts.append("imported")
    return " · ".join(parts)


def _figures(evaluation: Evaluation) -> Iterator[Figure]:
    if evaluation.comparison is not None:
        if len(evaluation.curve) > 1:
            yield Figure.of(
                "How many labels does it save?",
                words.saved_sentence(evaluation)
                or "Test accuracy by label budget, means over draws with their 95 % bands.",
                label_curve(evaluation),
            )
        yield Figure.of(
            "The difference, with its interval",
            "Accuracy with pretraining minus accuracy without it, on the same test rows.",
            gain_interval(evaluation),
        )
        yield Figure.of(
            "Where it helped, class by class",
            "Of the two kept models, from the first draw of labels.",
            gain_per_class(evaluation),
        )
    elif len(evaluation.curve) > 1:
        yield Figure.of(
            "Accuracy by label budget",
            "Means over draws of labels with their 95 % bands.",
            label_curve(evaluation),
        )
    if len(evaluation.classes) <= _CONFUSED:
        yield Figure.of(
            "What is taken for what",
            "Test rows by truth (lines) and answer (columns), each line coloured by its shares.",
            confusion(evaluation),
        )
    curves = dict(evaluation.curves)
    if any(curves.values()):
        longest = max(map(len, curves.values()))
        points = [
            {name: values[i] for name, values in curves.items() if i < len(values)}
            for i in range(longest)
        ]
        yield Figure.of("Training, pass by pass", "Losses of the kept model.", losses(points))


def _sureness(facts: RunFacts) -> Iterator[Figure]:
    """Reliability, and how the rows are ranked by the classes that are ranked worst."""
    found = calibration_of(facts)
    if found is None:
        return
    yield Figure.of(
        "Do its probabilities mean what they say?",
        report_words.calibration_sentence(found),
        reliability(found),
    )
    ranked = rankings(
        facts.arrays["test_labels"], facts.arrays["test_proba"], facts.evaluation.classes
    )
    worst = sorted((one for one in ranked.classes if one.auc), key=lambda one: one.auc.value)  # type: ignore[union-attr]
    for one in worst[:_RANKED]:
        yield Figure.of(
            f"Telling {one.name} from the rest",
            f"ROC of one of the {min(_RANKED, len(worst))} classes that are ranked worst: how many "
            "of its rows are found, for how many false alarms.",
            roc(one),
        )


def _script(facts: RunFacts) -> str:
    try:
        return script(facts)
    except NotFound:  # what it would be made from is not here any more
        return ""


@cache
def _template() -> jinja2.Template:
    import jinja2

    source = (Path(__file__).parent / "page.html").read_text("utf-8")
    return jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(source)
