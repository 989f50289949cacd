"""Whether the score of a run can be trusted, as far as somebody has looked: for its HTML report.

Nothing is examined for a report. What was not looked at says so in a line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from core.evaluate.examination import Part
from core.evaluate.robustness import Robustness
from core.evaluate.slices import Slice, slices_sentence
from core.evaluate.stability import Stability
from core.figures.trust import MOST_SLICES, robustness_chart, slices_chart, stability_chart
from core.report.figure import Figure

#: The parts of an examination that stand in a report, in the order of the page.
_TITLES: Mapping[Part, str] = {
    "stability": "How much hangs on chance?",
    "noise": "Which labels are probably wrong?",
    "duplicates": "Do test rows repeat training rows?",
    "robustness": "What do faulty rows cost?",
}
_NUMBERS = 44  # pixels of a number that stands at the end of an interval
_NOT_LOOKED = "Not examined for this run. Under Trust on its report it can be."


@dataclass(frozen=True)
class TrustFacts:
    """What is known of a run's score beside the score.

    Attributes
    ----------
    slices : tuple of Slice, optional
        Parts of its test rows, the weakest first; None where its rows are not here.
    right : float
        Share of all test rows that is right.
    sentences : mapping
        What the newest examination of each part found, in a sentence; parts that nobody
        examined are not in it.
    stability : tuple of (str, Stability)
        Trainings, by what was changed between them.
    robustness : Robustness, optional
        What faults cost.
    """

    slices: tuple[Slice, ...] | None = None
    right: float = 0.0
    sentences: Mapping[Part, str] = field(default_factory=dict)
    stability: tuple[tuple[str, Stability], ...] = ()
    robustness: Robustness | None = None


@dataclass(frozen=True)
class TrustSection:
    """A question with its answer in words, and a chart where there is one."""

    title: str
    sentence: str
    looked: bool
    figure: Figure | None = None


def sections(known: TrustFacts) -> Iterator[TrustSection]:
    """What stands under "Can this score be trusted?", question by question."""
    yield _slices(known)
    for part, title in _TITLES.items():
        if part not in known.sentences:
            yield TrustSection(title, _NOT_LOOKED, looked=False)
            continue
        yield TrustSection(title, known.sentences[part], True, _figure(part, title, known))


def _slices(known: TrustFacts) -> TrustSection:
    title = "Where is it weak?"
    if known.slices is None:
        return TrustSection(
            title,
            "Its rows are not kept where this report was made, so they were not looked at in "
            "parts.",
            looked=False,
        )
    figure = None
    if known.slices:
        count = "Parts"
        if len(known.slices) > MOST_SLICES:
            count = f"The weakest {MOST_SLICES} of {len(known.slices)} parts"
        figure = Figure.of(
            title,
            f"{count} of the test rows, with 95 % intervals; orange is weaker than the rest by "
            "more than chance.",
            slices_chart(known.slices, known.right),
            right=_NUMBERS,
        )
    return TrustSection(title, slices_sentence(known.slices), True, figure)


def _figure(part: Part, title: str, known: TrustFacts) -> Figure | None:
    if part == "stability" and known.stability:
        return Figure.of(
            title, "Each point is a training of the same recipe.", stability_chart(known.stability)
        )
    if part == "robustness" and known.robustness is not None and known.robustness.under:
        return Figure.of(
            title,
            f"On {known.robustness.rows:,} test rows, whole and spoilt, with 95 % intervals.",
            robustness_chart(known.robustness),
            right=_NUMBERS,
        )
    return None
