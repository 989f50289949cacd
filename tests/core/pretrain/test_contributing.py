"""The worked example of CONTRIBUTING.md runs as it stands there."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import pretrain
from core.errors import BadModelFile
from core.params import resolve
from core.pretrain.base import PoolSize

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def method(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The example's method, found as any file in core/pretrain is."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    found = re.search(
        r"<!-- example: core/pretrain/projection\.py -->\n```python\n(.*?)```", text, re.DOTALL
    )
    assert found is not None
    (tmp_path / "projection.py").write_text(found.group(1), "utf-8")
    monkeypatch.setattr(pretrain, "__path__", [*pretrain.__path__, str(tmp_path)])
    pretrain.methods.cache_clear()
    yield pretrain.get_method("projection")
    pretrain.methods.cache_clear()
    sys.modules.pop("core.pretrain.projection", None)


def test_it_is_found_and_works(method: Any) -> None:
    assert method in pretrain.methods_for("tabular")
    rows = np.arange(12.0).reshape(4, 3)
    settings = resolve(method.params, {"dimensions": 2})
    encoder = method.make(settings, 7).fit(rows)
    encoded = encoder.transform(rows)
    assert encoded.shape == (4, 2)
    again = method.make(settings, 7).load_state(encoder.state())
    np.testing.assert_array_equal(again.transform(rows), encoded)
    np.testing.assert_allclose(encoded, rows.astype(np.float32) @ encoder.matrix_)
    assert method.estimate(PoolSize(rows=4, columns=3), settings).seconds > 0


def test_it_refuses_a_state_that_does_not_fit(method: Any) -> None:
    encoder = method.make(resolve(method.params), 0)
    with pytest.raises(BadModelFile, match="does not fit its settings"):
        encoder.load_state({"matrix": np.zeros((3, 2), np.float32)})
