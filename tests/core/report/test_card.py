"""The model card: what it has to tell, and that no name in it is read as markup."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.evaluate.results import Comparison, Interval
from core.finetune.deciding import ClassThreshold
from core.report.card import Bullets, Card, CardSection, Grid, card, interval_words, markdown
from core.report.facts import RunFacts


def grid(made: Card, title: str) -> dict[str, tuple[str, ...]]:
    """Lines of the table of a section by their first cell."""
    section = next(s for s in made.sections if s.title == title)
    return {
        row[0]: row[1:] for block in section.blocks if isinstance(block, Grid) for row in block.rows
    }


def bullets(made: Card, title: str) -> str:
    section = next(s for s in made.sections if s.title == title)
    return "\n".join("\n".join(b.items) for b in section.blocks if isinstance(b, Bullets))


def test_it_tells_what_a_card_has_to_tell(facts: RunFacts) -> None:
    made = card(facts)
    assert [s.title for s in made.sections] == [
        "Model details", "Intended use", "Training data", "Evaluation data", "Metrics",
        "How sure it is", "By class", "Limits and caveats", "Versions",
    ]  # fmt: skip
    details = grid(made, "Model details")
    assert details["Kind"] == ("Classifier of texts, 3 classes",)
    assert details["Pretrained on"] == ("120 rows of Tiny texts, pool 'all', no labels",)
    assert details["Pretrained by"][0].startswith("Word vectors (PPMI + SVD) (")
    assert "dimensions = 16" in details["Pretrained by"][0]
    assert details["Labels"][0].startswith("3 labels per class, 9 in all; 3 draws of labels")
    assert details["Tags"] == ("meeting, few labels",)
    data = grid(made, "Training data")
    assert data["Test rows"] == ("60",)
    assert data["Fingerprint (SHA-256 of the content)"] == (facts.data.fingerprint,)
    accuracy = facts.evaluation.test.accuracy
    metrics = grid(made, "Metrics")
    assert metrics["Accuracy"][0] == f"{accuracy.value:.3f}"
    assert metrics["Accuracy"][1] == f"{accuracy.low:.3f} to {accuracy.high:.3f}"
    assert len(metrics["Accuracy"]) == 4
    assert set(grid(made, "By class")) == {"fruit", "music", "space"}
    assert grid(made, "Versions")["numpy"]


def test_how_sure_it_is_follows_the_temperature(facts: RunFacts) -> None:
    warm = card(replace(facts, temperature=2.0))
    assert "a temperature of 2.00 since" in markdown(warm)
    plain = grid(card(facts), "How sure it is")
    assert plain != grid(warm, "How sure it is")
    proba, labels = facts.arrays["test_proba"], facts.arrays["test_labels"]
    truth = np.eye(3)[labels]
    brier = ((proba - truth) ** 2).sum(axis=1).mean()
    assert plain["Brier score (0 to 2, lower is better)"][0] == f"{brier:.3f}"
    assert "are not here" in markdown(card(replace(facts, arrays={})))


def test_a_threshold_is_named_with_what_it_does(facts: RunFacts) -> None:
    rule = ClassThreshold(code=0, threshold=0.01, miss_cost=5.0, held_out=9)
    said = markdown(card(replace(facts, threshold=rule)))
    assert "one class was given a threshold" in said
    assert "It says fruit from a probability of 1.0 % on" in said.replace("\u202f", " ")
    assert "On the test rows it misses 0 of 20 rows of fruit" in said
    assert "All other scores here are of the likeliest class" in said
    without = markdown(card(replace(facts, threshold=rule, arrays={})))
    assert "one class was given a threshold" in without
    assert "On the test rows it misses" not in without
    assert "was given a threshold" not in markdown(card(facts))


def test_a_baseline_alone_an_imported_run_and_no_help(facts: RunFacts) -> None:
    evaluation = replace(facts.evaluation, comparison=None, baseline_test=None)
    alone = card(replace(facts, encoder=None, evaluation=evaluation, versions={}))
    assert grid(alone, "Model details")["Strategy"] == ("From scratch",)
    assert len(grid(alone, "Metrics")["Accuracy"]) == 2
    assert alone.sections[-1].blocks == ("They were not recorded.",)
    assert "came in a bundle" in bullets(card(replace(facts, imported=True)), "Limits and caveats")
    for kind, words in (("unclear", "did not clearly help"), ("hurt", "negative transfer")):
        comparison = Comparison(kind, Interval(-0.1, -0.2, 0.0), 0.5, 1, 2, 3, 60)  # type: ignore[arg-type]
        told = card(replace(facts, evaluation=replace(facts.evaluation, comparison=comparison)))
        assert words in bullets(told, "Limits and caveats")


def test_markdown_is_exact_and_escaped() -> None:
    made = Card(
        "a *b*",
        (
            CardSection(
                "T",
                (
                    "two <b>\nlines",
                    Bullets(("one", "[x](http://y)")),
                    Grid(("", "Value"), (("k|k", "v\nw"),)),
                    Grid(("A", "B", "C"), (("1", "2", "3"),)),
                ),
            ),
        ),
    )
    assert markdown(made) == (
        "# a \\*b\\*\n\n## T\n\n"
        "two \\<b\\>  \nlines\n\n"
        "- one\n- \\[x\\](http://y)\n\n"
        "|  | Value |\n| --- | --- |\n| k\\|k | v w |\n\n"
        "| A | B | C |\n| --- | ---: | ---: |\n| 1 | 2 | 3 |\n"
    )


@pytest.mark.parametrize(
    ("found", "words"), [(Interval(0.5, 0.25, 0.75), "0.250 to 0.750"), (Interval(0.5), "–")]
)
def test_intervals(found: Interval, words: str) -> None:
    assert interval_words(found) == words
