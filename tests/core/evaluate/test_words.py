"""The sentences, to the letter."""

from __future__ import annotations

import dataclasses

import pytest

from core.evaluate.results import (
    Comparison,
    CurvePoint,
    Evaluation,
    Interval,
    LabelsSaved,
    Scores,
    VerdictKind,
)
from core.evaluate.words import (
    budget_words,
    overfitting_sentence,
    p_words,
    percent,
    points,
    saved_sentence,
    verdict_sentence,
    verdict_title,
)


def scores(accuracy: float, rows: int = 1343) -> Scores:
    one = Interval(accuracy, accuracy - 0.02, accuracy + 0.02)
    return Scores(rows, one, one, one, one, one, one, (), ())


def evaluation(
    kind: VerdictKind = "helped",
    gain: Interval | None = None,
    *,
    budget: int | None = 5,
    train: Scores | None = None,
    saved: LabelsSaved | None = None,
    draws: int = 5,
) -> Evaluation:
    gain = gain or Interval(0.091, 0.068, 0.114)
    return Evaluation(
        classes=tuple("abcdefghijklm"),
        train=train or scores(1.0, 65),
        test=scores(0.752),
        baseline_test=scores(0.66),
        comparison=Comparison(kind, gain, 0.00002, 180, 60, draws, 1343),
        curve=(
            CurvePoint(1, 13, Interval(0.5), Interval(0.4), (0.5,) * draws, (0.4,) * draws),
            CurvePoint(
                budget, 65, Interval(0.747), Interval(0.656), (0.747,) * draws, (0.656,) * draws
            ),
        ),
        labels_saved=saved,
        labels_per_class=budget,
        labels=65,
    )


def test_helped() -> None:
    said = evaluation()
    assert verdict_title(said) == "Pretraining helped: +9.1 points"
    assert verdict_sentence(said) == (
        "With 5 labels per class: 74.7 % of 1,343 test rows right, against 65.6 % without "
        "pretraining (95 % interval of the difference +6.8 to +11.4 points; 5 draws of labels; "
        "exact McNemar of the two kept models alone p < 0.001)."
    )


def test_hurt() -> None:
    said = evaluation("hurt", Interval(-0.095, -0.12, -0.0704), budget=None, draws=1)
    assert verdict_title(said) == "Pretraining hurt: −9.5 points (negative transfer)"
    assert verdict_sentence(said) == (
        "With all labels: 74.7 % of 1,343 test rows right, against 65.6 % without pretraining "
        "(95 % interval of the difference −12.0 to −7.0 points; 1 draw of labels; "
        "exact McNemar p < 0.001)."
    )


def test_unclear() -> None:
    said = evaluation("unclear", Interval(0.004, -0.011, 0.019))
    assert verdict_title(said) == "No clear difference"
    assert "difference −1.1 to +1.9 points;" in verdict_sentence(said)


def test_baseline_alone() -> None:
    base = evaluation()
    point = CurvePoint(5, 65, Interval(0.656, 0.63, 0.681), None, (0.656,) * 5)
    said = dataclasses.replace(base, comparison=None, baseline_test=None, curve=(point,))
    assert verdict_title(said) == "Without pretraining: 65.6 % right"
    assert verdict_sentence(said) == (
        "With 5 labels per class: 65.6 % of 1,343 test rows right "
        "(95 % interval 63.0 to 68.1 %; 5 draws of labels)."
    )
    bare = dataclasses.replace(said, curve=(), test=dataclasses.replace(said.test, rows=1))
    assert verdict_sentence(bare) == (
        "With 5 labels per class: 75.2 % of 1 test row right "
        "(95 % interval 73.2 to 77.2 %; 1 draw of labels)."
    )
    unknown = dataclasses.replace(bare, test=dataclasses.replace(bare.test, accuracy=Interval(0.5)))
    assert verdict_sentence(unknown).endswith("right (no interval; 1 draw of labels).")


def test_without_a_curve_the_kept_models_speak() -> None:
    said = dataclasses.replace(evaluation(), curve=())
    assert "75.2 % of 1,343 test rows right, against 66.0 % without" in verdict_sentence(said)


@pytest.mark.parametrize(
    ("budget", "train", "words"),
    [
        (5, 0.77, "Right on 77.0 % of its 65 training rows and on 75.2 % of the test rows: "
         "no sign of overfitting."),
        (5, 1.0, "Right on 100.0 % of its 65 training rows and on 75.2 % of the test rows, a gap "
         "of 24.8 points. With 5 labels per class that is usual: so few rows are easily learned "
         "by heart, and only the test rows tell how good it is. More labels narrow the gap."),
        (None, 0.852, "Right on 85.2 % of its 65 training rows and on 75.2 % of the test rows, a "
         "gap of 10.0 points. Some overfitting; stronger regularisation may narrow the gap."),
        (50, 1.0, "Right on 100.0 % of its 65 training rows and on 75.2 % of the test rows, a gap "
         "of 24.8 points. It has learned much of its training rows by heart: try stronger "
         "regularisation, a simpler head, or more labels."),
    ],
)  # fmt: skip
def test_overfitting(budget: int | None, train: float, words: str) -> None:
    assert overfitting_sentence(evaluation(budget=budget, train=scores(train, 65))) == words


@pytest.mark.parametrize(
    ("saved", "words"),
    [
        (None, ""),
        (LabelsSaved(5, 27.2, 289, False), "5 labels per class do what takes about 27 per class "
         "without pretraining: about 289 labels saved."),
        (LabelsSaved(1, 2.0, 1, False), "1 label per class does what takes about 2 per class "
         "without pretraining: about 1 label saved."),
        (LabelsSaved(5, 5.3, 4, False), ""),
        (LabelsSaved(1, None, 52, True), "Without pretraining, even 5 labels per class do not "
         "reach what 1 label per class reaches with it: more than 52 labels saved."),
        (LabelsSaved(5, None, 0, True), ""),
    ],
)  # fmt: skip
def test_saved(saved: LabelsSaved | None, words: str) -> None:
    assert saved_sentence(evaluation(saved=saved)) == words


def test_saved_against_all_labels() -> None:
    said = evaluation(budget=None, saved=LabelsSaved(1, None, 52, True))
    assert saved_sentence(said) == (
        "Without pretraining, even all labels do not reach what 1 label per class reaches with "
        "it: more than 52 labels saved."
    )


def test_numbers() -> None:
    assert percent(0.7474) == "74.7 %"
    assert points(0.0004) == "0.0 points"
    assert points(-0.0004, unit=False) == "0.0"
    assert points(-0.0951) == "−9.5 points"
    assert p_words(0.0421) == "p = 0.042"
    assert p_words(0.00099) == "p < 0.001"
    assert p_words(1.0) == "p = 1"
    assert budget_words(1) == "1 label per class"
    assert budget_words(1000) == "1,000 labels per class"
    assert budget_words(None) == "all labels"
