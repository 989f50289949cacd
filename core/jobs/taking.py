"""What kind of rows a classifier takes, told from its encoder: its data set may be gone."""

from __future__ import annotations

from typing import Any

from core.finetune.classifier import Classifier
from core.pretrain.base import Encoder
from core.pretrain.numeric import RowNumbers
from core.pretrain.patches import PatchEncoder
from core.types import Modality


def taken_by(classifier: Classifier) -> Modality:
    """Texts, pictures or table rows."""
    encoder = classifier.encoder
    if isinstance(encoder, PatchEncoder):
        return "image"
    numbers = _numbers(encoder)
    if numbers is None:
        return "text"
    return "image" if numbers.kind == "image" else "tabular"


def picture_shape(classifier: Classifier) -> tuple[int, ...] | None:
    """Height, width and (where there are colours) channels of the pictures that it learned from.

    None where it takes no pictures.
    """
    encoder = classifier.encoder
    if isinstance(encoder, PatchEncoder):
        return encoder.shape_ if encoder.shape_[2] > 1 else encoder.shape_[:2]
    numbers = _numbers(encoder)
    return None if numbers is None else numbers.image_shape


def _numbers(encoder: Encoder) -> RowNumbers | None:
    """What turns pictures or table rows into numbers, None where rows are texts."""
    first: Any = getattr(encoder, "numbers_", getattr(encoder, "first_", None))
    if isinstance(first, RowNumbers):
        return first
    if first is None or first.is_text:
        return None
    return first.numbers  # type: ignore[no-any-return]
