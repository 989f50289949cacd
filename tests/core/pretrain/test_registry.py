from __future__ import annotations

import pytest

from core.errors import NotFound
from core.pretrain import baseline_for, get_method, methods, methods_for


def test_baselines_come_first_then_titles() -> None:
    keys = list(methods())
    assert keys[:3] == ["tfidf", "raw", "random"]
    titles = [method.title for method in list(methods().values())[3:]]
    assert titles == sorted(titles)
    assert all(key == method.key for key, method in methods().items())


def test_a_baseline_for_each_kind_of_rows() -> None:
    assert baseline_for("text").key == "tfidf"
    assert baseline_for("image").key == "raw"
    assert baseline_for("tabular").key == "raw"
    for modality in ("text", "image", "tabular"):
        baselines = [m.key for m in methods_for(modality) if m.baseline]  # type: ignore[arg-type]
        assert baselines[1:] == ["random"]


def test_a_method_by_its_key() -> None:
    assert get_method("lsa").title == "LSA / PCA"
    with pytest.raises(NotFound, match="no method 'word3vec'") as caught:
        get_method("word3vec")
    assert "tfidf" in (caught.value.hint or "")
