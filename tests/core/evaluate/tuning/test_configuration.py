"""Configurations: equality, words, simplicity, JSON."""

from __future__ import annotations

import json

from core.evaluate.tuning.configuration import (
    Configuration,
    EncoderChoice,
    from_json,
    label_of,
    to_json,
    value_words,
    words,
)

PLAIN = EncoderChoice.of("tfidf")


def test_a_head_alone_on_the_baseline_is_from_scratch() -> None:
    assert Configuration.of(PLAIN).strategy == "scratch"
    assert Configuration.of(EncoderChoice.of("tfidf", ngram_max=2)).strategy == "frozen"
    assert Configuration.of(EncoderChoice.of("ppmi")).strategy == "frozen"
    assert Configuration.of(PLAIN, strategy="spreading").strategy == "spreading"


def test_it_travels() -> None:
    one = Configuration.of(
        EncoderChoice.of("ppmi", window=5), "logistic", {"C": 2.0}, "self_training"
    )
    back = from_json(json.loads(json.dumps(to_json(one))))
    assert back == one
    assert back.key == one.key
    fitted = Configuration.of(EncoderChoice("ppmi", {}, "0123456789ab"))
    assert from_json(to_json(fitted)) == fitted


def test_words() -> None:
    assert words(Configuration.of(PLAIN)) == "TF-IDF · Linear SVM"
    one = Configuration.of(EncoderChoice.of("tfidf", ngram_max=2), "svm", {"C": 3.0})
    assert words(one) == "TF-IDF · Linear SVM (Longest word group 2, Strictness (C) 3)"
    fitted = Configuration.of(EncoderChoice("ppmi", {}, "0123456789ab"), strategy="spreading")
    assert (
        words(fitted, {"0123456789ab": "My vectors"}) == "My vectors · label spreading · Linear SVM"
    )


def test_labels_and_values() -> None:
    assert label_of("encoder") == "Encoder"
    assert label_of("svm.C") == "Strictness (C)"
    assert value_words("encoder", "tfidf") == "TF-IDF"
    assert value_words("encoder", "0123456789ab") == "0123456789ab"
    assert value_words("tfidf.stop_words", False) == "no"
    assert value_words("tree.max_depth", None) == "none"
    assert value_words("svm.class_weight", "balanced") == "Every class alike"
    assert value_words("svm.C", 0.123456) == "0.123"


def test_what_is_simpler() -> None:
    order = [
        Configuration.of(PLAIN),
        Configuration.of(PLAIN, head_settings={"C": 0.3}),
        Configuration.of(PLAIN, head_settings={"C": 3.0}),
        Configuration.of(EncoderChoice.of("tfidf", ngram_max=2), head_settings={"C": 0.3}),
        Configuration.of(PLAIN, "gradient"),
        Configuration.of(PLAIN, strategy="spreading"),
        Configuration.of(EncoderChoice.of("lsa")),
        Configuration.of(EncoderChoice.of("lsa"), strategy="spreading"),
    ]
    mixed = [order[place] for place in (5, 2, 7, 0, 6, 3, 1, 4)]
    assert sorted(mixed, key=Configuration.complexity) == order


def test_only_what_it_has_stands_in_the_flat_form() -> None:
    flat = Configuration.of(EncoderChoice.of("lsa"), "svm").flat()
    assert flat["encoder"] == "lsa"
    assert flat["svm.C"] == 1.0
    assert flat["lsa.n_components"] == 100
    assert not [name for name in flat if name.startswith(("tfidf.", "logistic."))]
    fitted = Configuration.of(EncoderChoice("lsa", {"n_components": 5}, "0123456789ab")).flat()
    assert fitted["encoder"] == "0123456789ab"
    assert "lsa.n_components" not in fitted
