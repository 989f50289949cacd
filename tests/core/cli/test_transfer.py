"""A run as the source of another one, on the command line."""

from __future__ import annotations

import json
from typing import Any

from core import jobs
from core.jobs.requests import DataRef, FinetuneRequest, PretrainRequest
from core.store import runs
from tests import seed


def test_run_colon_names_a_source(home: Any, capsys: Any) -> None:
    from core.cli import main

    data = seed.keep_texts()
    ref = DataRef(fingerprint=data)
    first = jobs.run_here(
        FinetuneRequest(
            data=ref,
            pretrain=PretrainRequest(data=ref, method="lsa", settings={"min_df": 1}),
            labels_per_class=2,
            draws=1,
            curve=False,
        )
    )
    words = f"finetune {data[:12]} run:{first.id[:6]} --strategy together --labels-per-class 2"
    assert main([*words.split(), "--draws", "1", "--no-curve", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert runs.get(said["run"]).request["source"] == first.id
    assert main(["finetune", data[:12], "run:nosuch", "--strategy", "together"]) == 2
