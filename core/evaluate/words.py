"""What an evaluation says, in sentences for people."""

from __future__ import annotations

from core.evaluate.results import Evaluation, Interval

MINUS = "−"

#: Gaps between training and test accuracy, as shares: below the first nothing is made of it.
_SMALL_GAP, _LARGE_GAP = 0.05, 0.15

#: Up to so many labels per class a perfect score on the training rows is no surprise.
_FEW_LABELS = 20


def percent(share: float) -> str:
    """A share as a percentage: "74.7 %"."""
    return f"{_rounded(100 * share)} %"


def points(difference: float, *, unit: bool = True) -> str:
    """A difference of shares in points, with its sign: "+9.1 points"."""
    text = _rounded(100 * difference)
    if text != "0.0":
        text = f"+{text}" if difference > 0 else MINUS + text.lstrip("-")
    return f"{text} points" if unit else text


def p_words(p_value: float) -> str:
    """A p-value: "p < 0.001" or "p = 0.042"."""
    if p_value < 0.001:
        return "p < 0.001"
    return "p = 1" if p_value >= 0.9995 else f"p = {p_value:.3f}"


def budget_words(labels_per_class: int | None) -> str:
    """A label budget: "5 labels per class", "1 label per class", "all labels"."""
    if labels_per_class is None:
        return "all labels"
    return f"{labels_per_class:,} {_plural(labels_per_class, 'label')} per class"


def verdict_title(evaluation: Evaluation) -> str:
    """The verdict in a few words: "Pretraining helped: +9.1 points".

    For a baseline trained alone, its accuracy.
    """
    comparison = evaluation.comparison
    if comparison is None:
        return f"Without pretraining: {percent(_means(evaluation)[0])} right"
    if comparison.kind == "unclear":
        return "No clear difference"
    title = f"Pretraining {comparison.kind}: {points(comparison.gain.value)}"
    return title + (" (negative transfer)" if comparison.kind == "hurt" else "")


def verdict_sentence(evaluation: Evaluation) -> str:
    """What the verdict stands on: accuracies, interval, draws and test."""
    comparison = evaluation.comparison
    mine, theirs = _means(evaluation)
    rows = f"{evaluation.test.rows:,} test {_plural(evaluation.test.rows, 'row')}"
    start = f"With {budget_words(evaluation.labels_per_class)}: {percent(mine)} of {rows} right"
    point = evaluation.point
    draws = len(point.model_draws) if point else 1
    if comparison is None or theirs is None:
        accuracy = point.model if point else evaluation.test.accuracy
        return f"{start} ({_range(accuracy)}; {_draws(draws)})."
    gain = comparison.gain
    interval = (
        "95 % interval of the difference "
        f"{points(gain.low or 0.0, unit=False)} to {points(gain.high or 0.0)}"
    )
    # the interval is of the mean over the draws; this test knows the two kept models only
    test = "exact McNemar" + (" of the two kept models alone" if comparison.draws > 1 else "")
    return (
        f"{start}, against {percent(theirs)} without pretraining "
        f"({interval}; {_draws(comparison.draws)}; {test} {p_words(comparison.p_value)})."
    )


def overfitting_sentence(evaluation: Evaluation) -> str:
    """Training against test accuracy of the kept model, and what the gap means."""
    train, test = evaluation.train.accuracy.value, evaluation.test.accuracy.value
    gap = train - test
    rows = f"{evaluation.train.rows:,} training {_plural(evaluation.train.rows, 'row')}"
    facts = f"Right on {percent(train)} of its {rows} and on {percent(test)} of the test rows"
    if gap < _SMALL_GAP:
        return f"{facts}: no sign of overfitting."
    facts += f", a gap of {_rounded(100 * gap)} points"
    budget = evaluation.labels_per_class
    if budget is not None and budget <= _FEW_LABELS:
        return (
            f"{facts}. With {budget_words(budget)} that is usual: so few rows are easily learned "
            "by heart, and only the test rows tell how good it is. More labels narrow the gap."
        )
    if gap < _LARGE_GAP:
        return f"{facts}. Some overfitting; stronger regularisation may narrow the gap."
    return (
        f"{facts}. It has learned much of its training rows by heart: try stronger "
        "regularisation, a simpler head, or more labels."
    )


def saved_sentence(evaluation: Evaluation) -> str:
    """How many labels pretraining saves; empty where it saves none."""
    saved = evaluation.labels_saved
    if saved is None:
        return ""
    here = budget_words(saved.per_class)
    if saved.at_least or saved.needed_per_class is None:
        tried = [point for point in evaluation.curve if point.baseline is not None]
        if saved.saved == 0 or not tried:
            return ""
        most = budget_words(max(tried, key=lambda point: point.labels).labels_per_class)
        reach = "reaches" if saved.per_class == 1 else "reach"
        return (
            f"Without pretraining, even {most} do not reach what {here} {reach} with it: "
            f"more than {saved.saved:,} {_plural(saved.saved, 'label')} saved."
        )
    needed = round(saved.needed_per_class)
    if saved.saved == 0 or needed <= saved.per_class:
        return ""
    does = "does" if saved.per_class == 1 else "do"
    # small numbers with their tenths, so that a reader who multiplies gets what is saved
    exact = f"{saved.needed_per_class:.1f}".removesuffix(".0") if needed < 20 else f"{needed:,}"
    return (
        f"{here.capitalize()} {does} what takes about {exact} per class without pretraining: "
        f"about {saved.saved:,} {_plural(saved.saved, 'label')} saved."
    )


def _means(evaluation: Evaluation) -> tuple[float, float | None]:
    """Accuracy of model and baseline, each the mean over its draws of labels."""
    point = evaluation.point
    if point is not None:
        return point.model.value, None if point.baseline is None else point.baseline.value
    baseline = evaluation.baseline_test
    return evaluation.test.accuracy.value, baseline.accuracy.value if baseline else None


def _range(interval: Interval) -> str:
    if interval.low is None or interval.high is None:
        return "no interval"
    return f"95 % interval {_rounded(100 * interval.low)} to {percent(interval.high)}"


def _draws(count: int) -> str:
    return f"{count} {_plural(count, 'draw')} of labels"


def _plural(count: int, word: str) -> str:
    return word if count == 1 else word + "s"


def _rounded(number: float) -> str:
    text = f"{number:.1f}"
    return "0.0" if text == "-0.0" else text
