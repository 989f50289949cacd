"""The model card of a run (Mitchell et al. 2019, Model Cards for Model Reporting).

A card is made once, as sections of plain values, and then written as Markdown or laid out in
the HTML report: both say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from core.evaluate import report_words, words
from core.evaluate.calibration import Calibration, calibration
from core.evaluate.deciding_words import on_test_rows
from core.evaluate.results import ClassScores, Evaluation, Interval, Scores
from core.finetune import get_head, get_strategy
from core.pretrain import get_method
from core.report.facts import DataFacts, EncoderFacts, RunFacts

_WEAKEST = 3
_METRICS = (
    ("accuracy", "Accuracy"),
    ("balanced_accuracy", "Balanced accuracy"),
    ("macro_precision", "Macro precision"),
    ("macro_recall", "Macro recall"),
    ("macro_f1", "Macro F1"),
    ("log_loss", "Log loss (lower is better)"),
)


@dataclass(frozen=True)
class Bullets:
    """A list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """A table; cells are texts, the first column names the line."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block: TypeAlias = str | Bullets | Grid


@dataclass(frozen=True)
class CardSection:
    """A heading with what stands below it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Card:
    """A model card."""

    title: str
    sections: tuple[CardSection, ...]


def card(facts: RunFacts) -> Card:
    """The card of a finished fine-tuning, with what is known of it and nothing else."""
    sections = (
        CardSection("Model details", tuple(_details(facts))),
        CardSection("Intended use", tuple(_use(facts))),
        CardSection("Training data", tuple(_training(facts))),
        CardSection("Evaluation data", tuple(_tested(facts))),
        CardSection("Metrics", tuple(_metrics(facts.evaluation))),
        CardSection("How sure it is", tuple(_sureness(facts))),
        CardSection("By class", tuple(_classes(facts.evaluation))),
        CardSection("Limits and caveats", tuple(_limits(facts))),
        CardSection("Versions", tuple(_versions(facts))),
    )
    return Card(f"Model card: {facts.name}", sections)


def markdown(made: Card) -> str:
    """The card as Markdown; no text of a user in it is read as markup."""
    lines = [f"# {_plain(made.title)}"]
    for section in made.sections:
        lines += ["", f"## {_plain(section.title)}"]
        for block in section.blocks:
            lines.append("")
            if isinstance(block, str):
                lines += [_plain(line) + "  " for line in block.splitlines() or [""]]
                lines[-1] = lines[-1].rstrip()
            elif isinstance(block, Bullets):
                lines += [f"- {_plain(item)}" for item in block.items]
            else:
                right = "---:" if len(block.columns) > 2 else "---"
                marks = ["---", *[right] * (len(block.columns) - 1)]
                rows = [[_plain(cell) for cell in row] for row in (block.columns, *block.rows)]
                lines += [_line(row) for row in [rows[0], marks, *rows[1:]]]
    return "\n".join(lines) + "\n"


def interval_words(found: Interval) -> str:
    """The bounds of a 95 % interval, or a dash where there are none."""
    if found.low is None or found.high is None:
        return "–"
    return f"{found.low:.3f} to {found.high:.3f}"


def _details(facts: RunFacts) -> Iterator[Block]:
    yield words.verdict_title(facts.evaluation) + ". " + words.verdict_sentence(facts.evaluation)
    if facts.note:
        yield facts.note
    rows = [("Kind", f"Classifier of {facts.rows_word}, {len(facts.evaluation.classes)} classes")]
    rows += _encoder(facts.encoder, facts.baseline)
    rows += [
        ("Head", _with_settings(get_head(facts.request["head"]), facts.request["head_settings"])),
        ("Strategy", _strategy(facts)),
        ("Labels", f"{words.budget_words(facts.evaluation.labels_per_class)}, "
                   f"{facts.evaluation.labels:,} in all; {_draws(facts.evaluation)}"),
        ("Seed", str(facts.request["seed"])),
    ]  # fmt: skip
    if facts.finished is not None:
        rows.append(("Finished", f"{facts.finished:%Y-%m-%d %H:%M} UTC"))
    if facts.seconds is not None:
        rows.append(("Took", f"{facts.seconds:.1f} s"))
    if facts.tags:
        rows.append(("Tags", ", ".join(facts.tags)))
    rows.append(("Run", facts.run + (" (imported from a bundle)" if facts.imported else "")))
    yield Grid(("", "Value"), tuple(rows))


def _encoder(encoder: EncoderFacts | None, baseline: Mapping[str, Any]) -> list[tuple[str, str]]:
    if encoder is None:
        return [("Encoder", get_method(baseline["method"]).title if baseline else "unknown")]
    method = get_method(encoder.method)
    learned = f"{_with_settings(method, encoder.settings)}, seed {encoder.seed}"
    rows = [("Pretrained model", encoder.name), ("Pretrained by", learned)]
    count = "" if encoder.rows is None else f"{encoder.rows:,} rows of "
    rows.append(("Pretrained on", f"{count}{encoder.data.title}, pool {encoder.pool!r}, no labels"))
    if encoder.parent is not None:
        rows.append(("Continues", f"{encoder.parent.name}, from {encoder.parent.data.title}"))
    return rows


def _strategy(facts: RunFacts) -> str:
    if facts.encoder is None:
        return get_strategy("scratch").title
    return _with_settings(
        get_strategy(facts.request["strategy"]), facts.request["strategy_settings"]
    )


def _with_settings(spec: Any, settings: Mapping[str, Any]) -> str:
    """The title of a method, head or strategy with the settings that are not the default."""
    defaults = {param.name: param.default for param in spec.params}
    changed = [f"{k} = {v}" for k, v in settings.items() if defaults.get(k, ...) != v]
    return str(spec.title) + (f" ({', '.join(changed)})" if changed else "")


def _draws(evaluation: Evaluation) -> str:
    count = len(evaluation.point.model_draws) if evaluation.point else 1
    return f"{count} draw{'' if count == 1 else 's'} of labels, the first one is the kept model"


def _use(facts: RunFacts) -> Iterator[Block]:
    names = ", ".join(facts.evaluation.classes[:40])
    more = len(facts.evaluation.classes) - 40
    yield (
        f"Made to sort {facts.rows_word} like those of {facts.data.title!r} into these classes: "
        f"{names}{f' and {more} more' if more > 0 else ''}."
    )
    yield Bullets(
        (
            f"For {facts.rows_word} of another origin, language or time its scores say nothing: "
            "measure it on labelled rows of your own first.",
            "It always answers with one of its classes, also for rows that belong to none of them.",
            "Not for decisions about people without a person who looks at each of them.",
        )
    )


def _training(facts: RunFacts) -> Iterator[Block]:
    data = facts.data
    if data.about:
        yield data.about
    yield Grid(("", "Value"), tuple(_data_rows(data)))
    yield (
        f"The kept model learned from {facts.evaluation.labels:,} labelled training rows. "
        "Test rows were never learned from, neither with their labels nor without."
    )


def _data_rows(data: DataFacts) -> Iterator[tuple[str, str]]:
    yield "Data set", data.title
    for title, count in (
        ("Rows", data.rows),
        ("Labelled training rows", data.labelled_train),
        ("Test rows", data.labelled_test),
        ("Without a label", data.unlabelled),
    ):
        if count is not None:
            yield title, f"{count:,}"
    yield "Fingerprint (SHA-256 of the content)", data.fingerprint


def _tested(facts: RunFacts) -> Iterator[Block]:
    supports = sorted(one.support for one in facts.evaluation.test.per_class)
    spread = f"{supports[0]:,} to {supports[-1]:,} a class" if supports else "none"
    yield (
        f"{facts.evaluation.test.rows:,} test rows of the same data set, {spread}. They were used "
        "for nothing but these scores: not to pretrain, train, tune, calibrate or stop early."
    )


def _metrics(evaluation: Evaluation) -> Iterator[Block]:
    base = evaluation.baseline_test
    columns = ["On the test rows", "Score", "95 % interval"]
    columns += ["Without pretraining", "95 % interval"] if base else []
    yield Grid(tuple(columns), tuple(_metric_rows(evaluation.test, base)))
    yield (
        "Scores of the kept model, with intervals over test rows. The verdict above is the paired "
        "difference over test rows and draws of labels."
    )
    yield words.overfitting_sentence(evaluation)


def _metric_rows(test: Scores, base: Scores | None) -> Iterator[tuple[str, ...]]:
    for name, title in _METRICS:
        found: Interval = getattr(test, name)
        row = [title, f"{found.value:.3f}", interval_words(found)]
        if base is not None:
            theirs: Interval = getattr(base, name)
            row += [f"{theirs.value:.3f}", interval_words(theirs)]
        yield tuple(row)


def _sureness(facts: RunFacts) -> Iterator[Block]:
    yield from _threshold(facts)
    found = calibration_of(facts)
    if found is None:
        yield "The predictions of the test rows are not here, so nothing is said about it."
        return
    yield report_words.calibration_title(found) + ". " + report_words.calibration_sentence(found)
    yield Grid(
        ("On the test rows", "Score", "95 % interval"),
        (
            (
                "Calibration error (lower is better)",
                f"{found.ece.value:.3f}",
                interval_words(found.ece),
            ),
            (
                "Brier score (0 to 2, lower is better)",
                f"{found.brier.value:.3f}",
                interval_words(found.brier),
            ),
        ),
    )
    if facts.temperature != 1:
        yield (
            f"Its probabilities are sharpened with a temperature of {facts.temperature:.2f} since, "
            "fitted on held-out labels. This section tells of the answers with it; the log loss "
            "above is without."
        )


def _threshold(facts: RunFacts) -> Iterator[Block]:
    """The threshold that one class was given since, and what it does on the test rows."""
    rule, proba = facts.threshold, facts.test_proba
    if rule is None:
        return
    told = [f"Since its training one class was given a threshold. {facts.threshold_words}"]
    if proba is not None and "test_labels" in facts.arrays:
        name = facts.evaluation.classes[rule.code]
        told.append(on_test_rows(facts.arrays["test_labels"], proba, rule, name))
    told.append("All other scores here are of the likeliest class.")
    yield " ".join(told)


def calibration_of(facts: RunFacts) -> Calibration | None:
    """How sure the answers to the test rows are against how often they are right."""
    proba = facts.test_proba
    if proba is None or "test_labels" not in facts.arrays or not len(proba):
        return None
    return calibration(facts.arrays["test_labels"], proba)


def _classes(evaluation: Evaluation) -> Iterator[Block]:
    yield Grid(
        ("Class", "Test rows", "Precision", "Recall", "95 % interval of recall", "F1"),
        tuple(
            (
                one.name,
                f"{one.support:,}",
                f"{one.precision.value:.3f}",
                f"{one.recall.value:.3f}",
                interval_words(one.recall),
                f"{one.f1.value:.3f}",
            )
            for one in evaluation.test.per_class
        ),
    )


def _limits(facts: RunFacts) -> Iterator[Block]:
    evaluation = facts.evaluation
    said = list(evaluation.notes)
    weakest = sorted(evaluation.test.per_class, key=lambda one: one.recall.value)[:_WEAKEST]
    if len(evaluation.test.per_class) > _WEAKEST:
        told = ", ".join(map(_weak, weakest))
        said.append(f"Weakest classes by recall: {told}.")
    if evaluation.comparison is not None and evaluation.comparison.kind != "helped":
        said.append(
            "Pretraining did not clearly help on these rows; the baseline is simpler to maintain."
            if evaluation.comparison.kind == "unclear"
            else "Pretraining hurt on these rows (negative transfer): prefer the baseline."
        )
    said.append(
        "What the data set holds unevenly, the model does too. Scores by class are above; how it "
        "fares on groups of rows (long texts, one source) was not measured for this card."
    )
    if facts.imported:
        said.append(
            "It came in a bundle: its scores were measured where it was made, and are only "
            "repeated here."
        )
    yield Bullets(tuple(said))


def _weak(one: ClassScores) -> str:
    return f"{one.name} ({one.recall.value:.3f}, {interval_words(one.recall)})"


def _versions(facts: RunFacts) -> Iterator[Block]:
    if not facts.versions:
        yield "They were not recorded."
        return
    yield Grid(("Package", "Version"), tuple((k, str(v)) for k, v in facts.versions.items()))


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _plain(text: str) -> str:
    """Text without meaning for Markdown, on one line."""
    return "".join("\\" + c if c in "\\`*_{}[]<>#|~$&" else c for c in " ".join(text.split()))
