"""What Pretrain and Fine-tune begin with, where nobody has chosen yet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.jobs import track
from core.store import datasets, models
from core.transfer.recommend import Track
from tests.kinds import pictures_set, table_set
from tests.ui.test_pages import calm, words

App = Callable[..., Any]


def keep(kind: str) -> str:
    made = {"image": pictures_set, "tabular": table_set}[kind]()
    return datasets.save(made).fingerprint[:12]


@pytest.mark.parametrize(("kind", "best"), [("image", "patches"), ("tabular", "kmeans")])
def test_both_pages_begin_with_what_gained_most(app: App, home: Path, kind: str, best: str) -> None:
    measured = track.favourite(["autoencoder", "kmeans", "lsa", "patches"], kind)  # type: ignore[arg-type]
    assert measured is not None
    assert measured[0] == best  # and not the first by its name
    data = keep(kind)
    at = calm(app("pretrain", data=data))
    assert at.radio(key=f"pt_method_{kind}").value == best
    assert "it gained most over learning nothing" in words(at)
    at.radio(key=f"pt_method_{kind}").set_value("lsa").run()
    assert "gained most" not in words(calm(at))
    at = calm(app("finetune", data=data))
    assert at.selectbox(key="ft_model").value == f"new:{best}"
    assert "it gained most over learning nothing" in words(at)


def test_a_model_of_the_data_goes_first_where_its_method_gains(
    app: App, filled: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    by_method = {record.method: record.id for record in models.list_all(modality="text")}
    record = {"lsa": Track(0.03, 3), "ppmi": Track(0.02, 3), "glove": Track(0.2, 3)}
    monkeypatch.setattr(track, "track_record", lambda *_, **__: record)
    data = filled["data"][:12]
    assert calm(app("finetune", data=data)).selectbox(key="ft_model").value == by_method["lsa"]
    record |= {"lsa": Track(-0.03, 3), "ppmi": Track(-0.02, 3)}
    from ui.favourites import _favourite

    _favourite.clear()
    assert calm(app("finetune", data=data)).selectbox(key="ft_model").value == "new:glove"
    record.clear()  # nothing is known: the first that can be learned
    _favourite.clear()
    chosen = calm(app("finetune", data=data)).selectbox(key="ft_model").value
    assert chosen.startswith("new:")
