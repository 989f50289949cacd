"""Carrying a classifier across domains: who may see what, and what is said about it."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from core.errors import BadParam, Cancelled, NotFound
from core.evaluate import across_words as words
from core.evaluate.across import carry
from core.evaluate.across_results import Across, Point, across_from_json, across_to_json
from core.evaluate.across_rows import represent, target_alone
from core.evaluate.across_validation import weighted
from core.evaluate.results import Interval
from core.finetune.adaptations import ADAPTATIONS, adaptations_for
from core.progress import Progress
from core.transfer.domains.pair import DomainPair, pair
from tests.core.transfer.domains.made_pairs import reviews, table

QUICK = ("source_only", "self_training")


def words_pair(**options) -> DomainPair:
    return pair(reviews("books", 90), reviews("pans", 90, **options))


@pytest.fixture(scope="module", name="everything")
def _everything():
    return carry(words_pair(), seed=0)


def test_every_way_goes_across_without_a_target_label(everything):
    report = everything.report
    assert [one.key for one in report.entries] == [
        "source_only", *(one.key for one in ADAPTATIONS if one.key != "source_only")
    ]  # fmt: skip
    for one in report.entries:
        assert not one.failed, one.failed
        assert one.accuracy.value > 0.9, one.key
        assert one.estimate.how == "importance"
        assert sum(one.answers) == pytest.approx(1)
    assert report.entry("source_only").over_source is None
    assert report.entry("coral").over_source.kind == "unclear"
    # against guessing the commonest class
    assert report.target_only.value == pytest.approx(0.5, abs=0.01)
    assert report.entry("source_only").over_target.kind == "helped"
    assert report.kept == "msda_self_training"
    assert report.kept_because == "preferred"


def test_a_report_travels_as_json(everything):
    found = across_from_json(json.loads(json.dumps(across_to_json(everything.report))))
    assert found == everything.report
    assert isinstance(found, Across)


def test_the_curve_holds_both_against_the_target_alone(everything):
    report = everything.report
    assert [one.labels_per_class for one in report.curve] == [1, 2, 5, 10, 20, None]
    assert report.curve[0].together.value > report.curve[0].alone.value
    assert report.curve[-1].labels == 60


def test_the_classifier_is_kept_with_its_answers(everything):
    kept = everything
    np.testing.assert_array_equal(
        kept.arrays["test_proba"].argmax(axis=1),
        kept.classifier.predict(words_pair().test),
    )
    assert kept.method == "msda"
    assert kept.settings["ngram_max"] == 2
    assert len(kept.arrays["train_rows"]) == 0
    rows = reviews("pans", 90)
    assert rows.test[kept.arrays["test_rows"]].all()


@pytest.mark.parametrize("labelled", [True, False])
def test_test_rows_and_hidden_labels_change_nothing(labelled):
    """Whatever the labels of the target and its test rows are, the same is learned."""
    found = words_pair()
    other = dataclasses.replace(
        found,
        target_labels=1 - found.target_labels if labelled else np.full(60, -1),
        test=found.test[::-1],
        truth=1 - found.truth,
    )
    for key in ("msda_self_training", "importance"):
        one, two = (
            carry(each, ways=[key], keep=key, curve=False, validation=False).classifier
            for each in (found, other)
        )
        np.testing.assert_array_equal(one.head.coef_, two.head.coef_)


def test_equal_labels_are_given_to_the_target_alone():
    found = carry(words_pair(), ways=QUICK, labels_per_class=6, draws=2, curve=False)
    report = found.report
    assert (report.draws, report.labels_per_class) == (2, 6)
    assert len(found.arrays["train_rows"]) == 12
    assert report.target_only.value > 0.6
    assert report.entry("self_training").estimate.how == "target_labels"
    assert report.entry("self_training").estimate.rows == 12
    assert report.entry("self_training").over_target.draws == 2


def test_negative_transfer_is_called_by_name():
    """The source calls good what the target calls bad."""
    found = words_pair()
    wrong = dataclasses.replace(found, source_labels=1 - found.source_labels)
    report = carry(wrong, ways=QUICK, labels_per_class=12, draws=2, validation=False).report
    assert report.entry(report.kept).over_target.kind == "hurt"
    assert words.verdict_title(report) == "Negative transfer: Pans is better off without Books"
    assert "this is negative transfer" in words.transfer_sentence(report)
    assert words.curve_sentence(report).endswith("it hurts: negative transfer.") or (
        "negative transfer" in words.curve_sentence(report)
    )


def test_tables_go_across_too():
    report = carry(pair(table(), table(3.0, seed=1)), curve=False).report
    assert {one.key for one in report.entries} == {
        "source_only", "self_training", "coral", "importance", "label_shift"
    }  # fmt: skip
    assert report.kept == "self_training"


def test_a_target_without_labels_gets_estimates_and_no_scores():
    report = carry(words_pair(labelled=False), ways=QUICK).report
    assert report.entry(report.kept).accuracy is None
    assert report.entry(report.kept).estimate is not None
    assert report.target_only is None
    assert report.curve == ()
    assert words.verdict_title(report).startswith("Pans has no labelled test rows")
    assert "Label some rows of Pans" in words.verdict_sentence(report)
    assert words.transfer_sentence(report) == ""
    assert words.curve_sentence(report) == ""
    assert across_from_json(json.loads(json.dumps(across_to_json(report)))) == report


def test_a_way_that_fails_does_not_end_the_others():
    found = words_pair()
    labels = np.full(60, -1)
    labels[[0, -1]] = 1, 0
    few = dataclasses.replace(found, source_labels=labels)
    report = carry(few, ways=["label_shift"], curve=False).report
    failed = report.entry("label_shift")
    assert "too few labelled rows" in failed.failed
    assert failed.hint
    assert report.entry("source_only").accuracy is not None
    assert report.entry("source_only").estimate is None  # two rows cannot be held out


def test_nothing_that_can_be_learned_is_an_error():
    found = words_pair()
    labels = np.zeros(60, dtype=int)
    with pytest.raises(BadParam, match="one class"):
        carry(dataclasses.replace(found, source_labels=labels), ways=QUICK)


@pytest.mark.parametrize(
    ("options", "kind", "match"),
    [
        ({"ways": ["magic"]}, BadParam, "no adaptation 'magic' for text rows"),
        ({"keep": "magic"}, BadParam, "no adaptation 'magic'"),
        ({"labels_per_class": -1}, BadParam, "labels_per_class cannot be -1"),
        ({"draws": 0}, BadParam, "draws cannot be 0"),
        ({"head": "magic"}, NotFound, "no head 'magic'"),
    ],
)
def test_what_will_not_do_is_said(options, kind, match):
    with pytest.raises(kind, match=match) as caught:
        carry(words_pair(), **options)
    assert caught.value.hint


def test_labels_that_are_not_there_cannot_be_shown():
    with pytest.raises(BadParam, match="Pans has no labelled training rows"):
        carry(words_pair(labelled=False), ways=QUICK, labels_per_class=2)


def test_it_stops_when_it_is_asked_to():
    def stop(fraction, *_):
        if fraction > 0.2:
            raise Cancelled

    with pytest.raises(Cancelled):
        carry(words_pair(), ways=QUICK, progress=Progress(stop))


def test_what_is_chosen_is_kept():
    report = carry(words_pair(), ways=QUICK, keep="coral", curve=False, validation=False).report
    assert (report.kept, report.kept_because) == ("coral", "asked")
    assert {one.key for one in report.entries} == {"source_only", "self_training", "coral"}
    assert words.kept_sentence(report) == "CORAL was kept because you chose it."


def test_ways_by_key():
    assert adaptations_for("text")["coral"].title == "CORAL"
    assert "msda" not in adaptations_for("image")
    assert all(one.source and one.help for one in ADAPTATIONS)


def test_columns_of_the_source_alone_know_no_word_of_the_target():
    found = words_pair()
    own, both = represent(found, "source"), represent(found, "both")
    assert "pan" not in own.encoder.vocabulary_.lookup
    assert "pan" in both.encoder.vocabulary_.lookup
    assert "novel" not in target_alone(found).encoder.vocabulary_.lookup


def test_one_class_of_labels_is_always_answered():
    alone = target_alone(words_pair())
    rows = np.flatnonzero(alone.pair.target_labels == 1)[:2]
    from core.finetune.heads.logistic import LogisticHead

    np.testing.assert_array_equal(alone.right(rows, LogisticHead), alone.pair.truth == 1)


def test_a_weighted_share_by_hand():
    found = weighted(np.array([True, False]), np.array([3.0, 1.0]))
    assert found.value == 0.75
    assert found.low < 0.75 < found.high
    narrow = weighted(np.repeat([True, False], [300, 100]), np.ones(400))
    assert narrow.high - narrow.low < found.high - found.low
    assert weighted(np.ones(10, bool), np.ones(10)).low < 1.0


# words ---------------------------------------------------------------------------------------


def point(per_class, kind):
    one = Interval(0.8, 0.7, 0.9)
    return Point(per_class, per_class or 99, one, one, Interval(0.0, -0.1, 0.1), kind)


@pytest.mark.parametrize(
    ("kinds", "sentence"),
    [
        (("helped", "helped"), "Books still helps beside all labels of Pans."),
        (
            ("helped", "unclear"),
            "From all labels of Pans on, Books no longer clearly helps.",
        ),
        (
            ("unclear", "unclear"),
            "Beside labels of Pans itself, Books does not clearly help.",
        ),
        (
            ("helped", "unclear", "helped", "unclear"),
            "From all labels of Pans on, Books no longer clearly helps.",
        ),
        (
            ("helped", "unclear", "hurt"),
            "From 5 labels per class of Pans on, Books no longer clearly helps; it hurts from all "
            "labels on: negative transfer.",
        ),
        (
            ("hurt", "hurt"),
            "Beside labels of Pans itself, Books does not clearly help; it hurts: negative "
            "transfer.",
        ),
    ],
)
def test_from_where_on_the_source_stops_helping(everything, kinds, sentence):
    budgets = [1, 5, 20][: len(kinds) - 1] + [None]
    curve = tuple(point(b, kind) for b, kind in zip(budgets, kinds, strict=True))
    assert words.curve_sentence(dataclasses.replace(everything.report, curve=curve)) == sentence


def verdict(report, kind):
    """The report with another verdict of the kept way over the source alone."""
    kept = report.entry(report.kept)
    other = dataclasses.replace(kept, over_source=dataclasses.replace(kept.over_source, kind=kind))
    entries = tuple(other if one is kept else one for one in report.entries)
    return dataclasses.replace(report, entries=entries)


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("helped", "Adapting helped"),
        ("unclear", "Adapting made no clear difference"),
        ("hurt", "Adapting hurt"),
    ],
)
def test_verdicts_in_words(everything, kind, title):
    assert words.verdict_title(verdict(everything.report, kind)) == title


def test_all_sentences(everything):
    report = everything.report
    said = words.sentences(report)
    assert len(said) == 5
    assert "of 30 test rows of Pans rightly, against" in said[1]
    assert "could only guess: 50.0 %" in said[2]
    assert "is a hint, not a test" in said[4]
    alone = dataclasses.replace(report, kept="source_only", kept_because="validated")
    assert words.verdict_title(alone) == "The source was carried over as it is"
    assert "rightly (95 % interval" in words.verdict_sentence(alone)
    assert "clearly best in validation" in words.kept_sentence(alone)
