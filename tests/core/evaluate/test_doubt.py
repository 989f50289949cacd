from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from core.data.dataset import Dataset
from core.errors import BadParam
from core.evaluate.acquaintance import Acquaintance, acquaint
from core.evaluate.doubt import DoubtSettings, doubt
from core.evaluate.known_words import KnownWords, known_words
from core.finetune import get_head
from core.finetune.classifier import Classifier
from core.params import resolve
from core.pretrain import get_method
from core.text.preparation import TextPreparation
from core.text.tokens import Tokenizer
from tests import seed


def trained(dataset: Dataset, method: str, **settings: Any) -> Classifier:
    spec, how = get_head("logistic"), get_method(method)
    encoder = how.make(resolve(how.params, settings), 0)
    encoder.fit(dataset.take(dataset.pool_rows()))
    rows = dataset.train_rows
    head = spec.make(resolve(spec.params), 0)
    head.fit(encoder.transform(dataset.take(rows)), np.asarray(dataset.labels)[rows])
    return Classifier(encoder, head, dataset.classes)


def texts(*rows: str) -> np.ndarray:
    return np.array(rows, dtype=object)


def line(*places: float) -> Acquaintance:
    encoded = np.array(places)[:, None]
    return Acquaintance("image", encoded, np.array([1.0, 2.0, 3.0]), None, {}, {})


def test_distance_is_the_mean_to_the_nearest_five() -> None:
    known = line(0, 1, 2, 3, 4, 100)
    assert known.distances(np.array([[0.0], [101.0]])).tolist() == [
        2.0,
        (1 + 97 + 98 + 99 + 100) / 5,
    ]
    assert line(3, 5).distances(np.array([[4.0]])).tolist() == [1.0]


def test_a_text_without_a_known_word_is_as_far_as_can_be() -> None:
    unit = sparse.csr_array(np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 0.0]]))
    known = Acquaintance("text", unit, np.array([1.0]), None, {}, {})
    asked = sparse.csr_array(np.array([[0.0, 0.0], [3.0, 0.0]]))
    # to itself 0, and to two empty texts the square root of two each
    assert known.distances(asked).tolist() == pytest.approx([2**0.5, 2 * 2**0.5 / 3])


def test_rarity_is_a_conformal_p_value() -> None:
    shares = line(0).rarity(np.array([0.5, 1.0, 1.5, 3.0, 9.0]))
    assert shares.tolist() == [1.0, 1.0, 3 / 4, 2 / 4, 1 / 4]


def test_ordinary_rows_are_seldom_called_rare() -> None:
    dataset = seed.texts(per_class=40, pool=600)
    classifier = trained(dataset, "lsa", n_components=8, min_df=1)
    known = acquaint(classifier, dataset)
    encoded = classifier.encoder.transform(seed.texts(per_class=80, pool=0, seed=5).rows)
    rare = known.rarity(known.distances(encoded)) <= 0.05
    assert rare.mean() < 0.15


def test_acquaintance_never_looks_at_test_rows() -> None:
    dataset = seed.texts(per_class=10, pool=10)
    known = acquaint(trained(dataset, "tfidf", min_df=1), dataset)
    assert known.encoded.shape[0] == len(dataset.pool_rows())
    assert sparse.issparse(known.encoded)
    assert len(known.usual) == len(dataset.pool_rows())
    assert (np.diff(known.usual) >= 0).all()


def test_share_of_unknown_words_by_hand() -> None:
    words = KnownWords(Tokenizer(TextPreparation(stop_words=True)), {"apple", "pear"})
    assert words.unknown_share(["apple and pear", "the apple zzz", "", "the and"]).tolist() == [
        0.0,
        0.5,
        1.0,
        1.0,
    ]
    assert words.unknown("zzz apple yyy zzz") == ["zzz", "yyy"]


@pytest.mark.parametrize("method", ["tfidf", "lsa", "kmeans", "ppmi", "som"])
def test_every_method_on_words_has_a_vocabulary(method: str) -> None:
    how = get_method(method)
    names = {param.name for param in how.params}
    small = {"min_df": 1, "n_components": 4, "dimensions": 4, "n_clusters": 3}
    settings = {name: value for name, value in small.items() if name in names}
    encoder = how.make(resolve(how.params, settings), 0).fit(seed.texts(10, 0).rows)
    words = known_words(encoder)
    assert words is not None
    assert words.unknown_share(["apple qqqq"]).tolist() == [0.5]


def test_no_vocabulary_where_none_is_fitted_or_rows_are_no_texts() -> None:
    how = get_method("tfidf")
    assert known_words(how.make(resolve(how.params), 0)) is None
    raw = get_method("raw")
    encoder = raw.make(resolve(raw.params), 0).fit(np.zeros((4, 3, 3), np.uint8))
    assert known_words(encoder) is None


def test_texts_are_doubted_in_words() -> None:
    dataset = seed.texts(per_class=40, pool=200)
    classifier = trained(dataset, "tfidf", min_df=1)
    known = acquaint(classifier, dataset)
    rows = texts(str(dataset.rows[0]), "qwertz uiop asdf", "", "apple violin rocket")
    settings = DoubtSettings(threshold=0.6, allowed_error=0.05)
    plain, strange, empty, torn = doubt(classifier, rows, known, settings=settings)
    assert plain.knows
    assert plain.flags == ()
    assert not strange.knows
    assert "unknown_words" in strange.flags
    assert strange.unknown_share == 1
    assert "The model knows none of its words (“qwertz”, “uiop”, “asdf”)." in strange.reasons
    assert "It has no word at all that counts." in empty.reasons
    assert "unsure" in torn.flags
    unsure = torn.reasons[torn.flags.index("unsure")]
    assert unsure.endswith("which it has to be for at most 5.0 % wrong answers.")
    assert "not 60.0 %" in unsure


def test_some_unknown_words_are_counted() -> None:
    dataset = seed.texts(per_class=20, pool=0)
    classifier = trained(dataset, "tfidf", min_df=1)
    (found,) = doubt(classifier, texts("apple xxx yyy zzz"), acquaint(classifier, dataset))
    assert found.unknown_share == 0.75
    assert "The model does not know 75.0 % of its words (“xxx”, “yyy”, “zzz”, …)." in found.reasons


def test_by_default_it_answers_however_unsure() -> None:
    dataset = seed.texts(per_class=20, pool=0)
    classifier = trained(dataset, "tfidf", min_df=1)
    (found,) = doubt(classifier, texts("apple violin rocket"), acquaint(classifier, dataset))
    assert "unsure" not in found.flags


def test_given_probabilities_are_taken() -> None:
    dataset = seed.texts(per_class=20, pool=0)
    classifier = trained(dataset, "tfidf", min_df=1)
    (found,) = doubt(
        classifier,
        texts("apple pear"),
        acquaint(classifier, dataset),
        proba=np.array([[0.2, 0.5, 0.3]]),
    )
    assert found.confidence == 0.5


def test_no_rows_no_doubts() -> None:
    dataset = seed.texts(per_class=20, pool=0)
    classifier = trained(dataset, "tfidf", min_df=1)
    assert doubt(classifier, texts(), acquaint(classifier, dataset)) == []


def _table() -> Dataset:
    n = 240
    rng = np.random.default_rng(0)
    labels = (np.arange(n) % 2).astype(np.int32)
    frame = pd.DataFrame(
        {
            "age": rng.integers(20, 60, n),
            "city": np.where(labels == 0, "Bonn", "Kiel"),
            "height": np.where(labels == 0, 1.0, 3.0) + rng.random(n),
        }
    )
    return Dataset("t", "T", "tabular", frame, labels, ("a", "b"), np.arange(n) >= 200)


def test_columns_out_of_range_are_a_warning_and_not_a_refusal() -> None:
    dataset = _table()
    classifier = trained(dataset, "raw")
    known = acquaint(classifier, dataset)
    low, high = known.numbers["age"].low, known.numbers["age"].high
    rows = pd.DataFrame({"age": [high + 2, 30], "city": ["Bonn", "Mainz"], "height": [1.5, np.nan]})
    old, elsewhere = doubt(classifier, rows, known, settings=DoubtSettings(far=0.0))
    assert old.flags == elsewhere.flags == ("out_of_range",)
    assert old.knows
    assert old.reasons == (f"age is {high + 2:g}, above all training rows ({high:g}).",)
    assert elsewhere.reasons == ("city is “Mainz”, as in no training row.",)
    assert known.outside(pd.DataFrame({"age": [low - 1]})) == [
        [f"age is {low - 1:g}, below all training rows ({low:g})"]
    ]


def test_a_row_far_from_all_others_is_refused() -> None:
    dataset = _table()
    classifier = trained(dataset, "raw")
    rows = pd.DataFrame({"age": [4000], "city": ["Bonn"], "height": [1.5]})
    (found,) = doubt(classifier, rows, acquaint(classifier, dataset))
    assert not found.knows
    assert found.flags == ("far", "out_of_range")
    assert found.reasons[0].startswith("It is unlike the training rows: hardly one of them")


def test_many_columns_out_of_range_are_counted() -> None:
    frame = pd.DataFrame({f"c{i}": np.arange(40) % 5 for i in range(6)})
    labels = (np.arange(40) % 2).astype(np.int32)
    dataset = Dataset("t", "T", "tabular", frame, labels, ("a", "b"), np.arange(40) >= 30)
    classifier = trained(dataset, "raw")
    rows = pd.DataFrame({f"c{i}": [99] for i in range(6)})
    (found,) = doubt(classifier, rows, acquaint(classifier, dataset))
    assert found.reasons[-1].endswith("; and 3 more columns.")


def test_settings_travel_as_json_and_are_checked() -> None:
    settings = DoubtSettings(threshold=0.7, allowed_error=0.1, far=0.02)
    assert DoubtSettings.from_json(settings.to_json() | {"newer": 1}) == settings
    assert DoubtSettings.from_json({}) == DoubtSettings()
    with pytest.raises(BadParam, match="far cannot be 2"):
        DoubtSettings(far=2)
