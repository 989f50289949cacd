"""Pictures of one's own: read as the classifier wants them, refused in words, classified."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.errors import BadData
from core.jobs.picture_predictions import predict_pictures, read_picture, read_upload
from core.jobs.taking import picture_shape, taken_by
from core.progress import Progress
from tests.core.explain.making import fitted
from tests.core.pretrain.conftest import table, texts

SMALL = {"filters": 4, "patch": 3, "patches": 100, "n_components": 2, "min_df": 1}


def pictures(*shape: int) -> Any:
    """Dark pictures and bright ones, in turn."""
    random = np.random.RandomState(0)
    bright = np.array([20, 200])[np.arange(20) % 2].reshape(-1, *[1] * len(shape))
    return (bright + random.randint(0, 30, (20, *shape))).astype(np.uint8)


def model(method: str = "raw", *shape: int) -> Any:
    rows = pictures(*(shape or (6, 8)))
    return fitted(method, "logistic", rows, np.arange(20) % 2, ("dark", "bright"), settings=SMALL)


def png(image: Any, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize("method", ["raw", "lsa", "patches", "kmeans", "autoencoder", "random"])
def test_what_a_classifier_of_pictures_takes(method: str) -> None:
    classifier = model(method)
    assert taken_by(classifier) == "image"
    assert picture_shape(classifier) == (6, 8)
    assert picture_shape(model(method, 6, 8, 3)) == (6, 8, 3)


def test_what_others_take() -> None:
    for method in ("tfidf", "lsa"):
        of_texts = fitted(
            method, "logistic", texts(), np.arange(60) % 2, ("a", "b"), settings=SMALL
        )
        assert (taken_by(of_texts), picture_shape(of_texts)) == ("text", None)
        way = "raw" if method == "tfidf" else method
        of_rows = fitted(way, "logistic", table(), np.arange(50) % 2, ("a", "b"), settings=SMALL)
        assert (taken_by(of_rows), picture_shape(of_rows)) == ("tabular", None)


def test_one_picture_of_another_size_and_colour() -> None:
    classifier = model()
    image = np.full((30, 40, 3), 210, dtype=np.uint8)
    found = read_picture(classifier, png(image), "mine.png")
    assert found.shape == (6, 8)
    assert found.tolist() == np.full((6, 8), 210).tolist()
    assert classifier.predict(found[None]).tolist() == [1]
    assert read_picture(model("raw", 6, 8, 3), png(image, "JPEG"), "a.jpg").shape == (6, 8, 3)


@pytest.mark.parametrize("content", [b"", b"GIF89a not a picture", png(pictures(4, 4)[0])[:40]])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(BadData, match=r"mine\.png cannot be used"):
        read_picture(model(), content, "mine.png")


def test_a_file_too_large_is_refused() -> None:
    with pytest.raises(BadData, match="at most 30 MB are read"):
        read_picture(model(), b"\0" * (30 * 2**20 + 1), "large.png")


def test_files_and_archives_together() -> None:
    classifier = model()
    dark, bright = np.full((6, 8), 20, np.uint8), np.full((9, 9, 3), 220, np.uint8)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("some/dark.png", png(dark))
        archive.writestr("some/bright.png", png(bright))
    told: list[float] = []

    images, names = read_upload(
        classifier,
        [("one.png", png(bright)), ("more.zip", buffer.getvalue())],
        progress=Progress(lambda done, message, metrics: told.append(done)),
    )
    assert told == sorted(told)
    assert names[0] == "one.png"
    found = predict_pictures(classifier, images, names)
    by_name = dict(
        zip([n.rpartition("/")[2] for n in found["file"]], found["prediction"], strict=True)
    )
    assert by_name == {"one.png": "bright", "dark.png": "dark", "bright.png": "bright"}
    assert list(found) == ["file", "prediction", "probability"]
    full = predict_pictures(classifier, images, names, all_classes=True)
    both = full[["probability of dark", "probability of bright"]].sum(axis=1)
    assert both.tolist() == pytest.approx([1.0] * 3)


def test_arrays_get_names_by_number() -> None:
    buffer = io.BytesIO()
    np.savez(buffer, X=np.stack([np.full((6, 8), 20, np.uint8), np.full((6, 8), 220, np.uint8)]))
    _, names = read_upload(model(), [("digits.zip", buffer.getvalue())])
    assert names == ["digits.zip 1", "digits.zip 2"]


def test_no_pictures() -> None:
    with pytest.raises(BadData, match="There are no pictures"):
        read_upload(model(), [])
