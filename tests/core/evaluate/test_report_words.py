"""Sentences of the report's sections, word by word."""

from __future__ import annotations

import dataclasses

import pytest

from core.evaluate import report_words as words
from core.evaluate.calibration import Calibration, Fix
from core.evaluate.results import Evaluation, Interval, Scores
from core.evaluate.threshold import Count, Effect
from tests.core.figures.made import evaluation, scores

FOUND = Calibration(
    rows=1_200,
    kind="over",
    bins=(),
    confidence=0.82,
    accuracy=0.71,
    gap=Interval(0.11, 0.08, 0.14),
    ece=Interval(0.115, 0.09, 0.14),
    chance=0.031,
    brier=Interval(0.4),
    log_loss=Interval(1.0, 0.9, 1.1),
)


def part(share: float, rows: int = 100, around: float = 0.02) -> Scores:
    return dataclasses.replace(
        scores(share, {}), rows=rows, accuracy=Interval(share, share - around, share + around)
    )


def held_out(share: float) -> Evaluation:
    return dataclasses.replace(evaluation(), validation=part(share, 40), test=part(0.55))


@pytest.mark.parametrize(
    ("share", "ending"),
    [
        (0.56, ", which agrees with the test rows as far as so many rows can tell."),
        (0.65, ". That is clearly above the test rows, so these are of another sort than the "
         "training rows: of another time or source, perhaps. Believe the test rows."),
        (0.45, ". That is below the test rows: those models had fewer labels to learn from."),
    ],
)  # fmt: skip
def test_held_out_labels_beside_the_test_rows(share: float, ending: str) -> None:
    assert words.held_out_sentence(held_out(share)) == (
        "On 40 labelled rows, each predicted by a model that had not seen its label, it is right "
        f"in {100 * share:.1f} % (95 % interval {100 * share - 2:.1f} to {100 * share + 2:.1f})"
        + ending
    )


def test_no_held_out_labels_are_no_words() -> None:
    assert words.held_out_sentence(evaluation()) == ""


def test_the_gap_of_two_parts() -> None:
    found = words.gap(part(0.8, around=0.03), part(0.6, around=0.04))
    assert found.value == pytest.approx(0.2)
    assert found.low == pytest.approx(0.15)
    assert found.high == pytest.approx(0.25)
    bare = dataclasses.replace(part(0.8), accuracy=Interval(0.8))
    assert words.gap(bare, part(0.6)).low is None


@pytest.mark.parametrize(
    ("kind", "title", "sentence"),
    [
        ("over", "Surer than right",
         "Its answers sound 82.0 % sure on average, and 71.0 % of them are right: +11.0 points "
         "(95 % interval 8.0 to 14.0). Take them with a grain of salt. The calibration error is "
         "11.5 points (95 % interval 9.0 to 14.0); chance alone shows up to 3.1 with 1,200 rows."),
        ("under", "Less sure than right",
         "Its answers sound 82.0 % sure on average, and 71.0 % of them are right: +11.0 points "
         "(95 % interval 8.0 to 14.0). It knows more than it says. The calibration error is 11.5 "
         "points (95 % interval 9.0 to 14.0); chance alone shows up to 3.1 with 1,200 rows."),
        ("uneven", "Right on the whole, but not everywhere",
         "Its answers sound 82.0 % sure on average, and 71.0 % of them are right, but the diagram "
         "shows where they are off. The calibration error is 11.5 points (95 % interval 9.0 to "
         "14.0); chance alone shows up to 3.1 with 1,200 rows."),
        ("fits", "The probabilities mean what they say",
         "Its answers sound 82.0 % sure on average, and 71.0 % of them are right. The calibration "
         "error is 11.5 points (95 % interval 9.0 to 14.0); chance alone shows up to 3.1 with "
         "1,200 rows. So there is no sign that they mislead."),
        ("too few", "Too few rows to tell",
         "There are 1,200 test rows. With fewer than 200 nothing is said about calibration: "
         "chance alone moves the error by several points."),
    ],
)  # fmt: skip
def test_calibration(kind: str, title: str, sentence: str) -> None:
    found = dataclasses.replace(FOUND, kind=kind)  # type: ignore[arg-type]
    assert words.calibration_title(found) == title
    assert words.calibration_sentence(found) == sentence


def test_one_row() -> None:
    found = dataclasses.replace(FOUND, kind="too few", rows=1)
    assert words.calibration_sentence(found).startswith("There is 1 test row. With fewer than")


@pytest.mark.parametrize(
    ("change", "temperature", "sort", "ending"),
    [
        (Interval(-0.2, -0.3, -0.1), 1.7, "less sure", "it helps"),
        (Interval(0.2, 0.1, 0.3), 0.6, "surer", "it hurts"),
        (Interval(0.05, -0.1, 0.2), 0.6, "surer", "no clear difference"),
        (Interval(0.05), 0.6, "surer", "no clear difference"),
    ],
)
def test_a_temperature(change: Interval, temperature: float, sort: str, ending: str) -> None:
    after = dataclasses.replace(FOUND, log_loss=Interval(0.8))
    sentence = words.fix_sentence(Fix(temperature, 65, FOUND, after, change, Interval(0.0)))
    assert sentence.startswith(
        f"A temperature of {temperature:.2f}, fitted on 65 held-out labels, makes the answers "
        f"{sort} and changes none of them. On the test rows the log loss goes from 1.000 to 0.800 "
        f"(difference {f'{change.value:.3f}'.replace('-', '−')}, "
    )
    assert sentence.endswith(f"): {ending}.")


@pytest.mark.parametrize(
    ("saved", "ending"),
    [
        (Interval(12.5, 4.0, 20.0),
         "It saves 12.5 false alarms' worth for each 1,000 rows (95 % interval 4.0 to 20.0)."),
        (Interval(-12.5, -20.0, -4.0),
         "It costs 12.5 false alarms' worth more for each 1,000 rows (95 % interval 4.0 to 20.0): "
         "what held on the held-out rows does not hold here."),
        (Interval(-1.0, -4.0, 2.0),
         "No clear difference in cost: it costs 1.0 false alarms' worth more for each 1,000 rows "
         "(95 % interval −2.0 to 4.0)."),
    ],
)  # fmt: skip
def test_a_threshold(saved: Interval, ending: str) -> None:
    before, after = Count(100, 10, 4, 1, 90), Count(100, 10, 1, 8, 86)
    found = Effect(0, 5, 0.2, 1 / 6, before, after, before, after, saved)
    assert words.effect_sentence(found, "spam") == (
        "On the test rows it misses 1 of 10 rows of spam instead of 4, for 8 false alarms instead "
        "of 1. " + ending
    )
