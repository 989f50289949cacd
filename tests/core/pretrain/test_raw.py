from __future__ import annotations

from typing import Any

import pandas as pd

from core.pretrain import get_method
from core.pretrain.raw import RawEncoder


def test_pictures_stay_what_they_are(images: Any) -> None:
    encoder = RawEncoder().fit(images)
    assert (encoder.transform(images) == (images.reshape(40, 20) / 16).astype("float32")).all()
    assert encoder.get_feature_names_out()[-1] == "row 5, column 4"
    assert encoder.parts("text") is None


def test_settings_reach_the_table() -> None:
    method = get_method("raw")
    frame = pd.DataFrame({"c": ["a", "a", "b"]})
    encoder = method.make({"min_category_rows": 2, "max_categories": 50}, 0).fit(frame)
    assert encoder.get_feature_names_out().tolist() == ["c = a", "c = other"]
