"""Small data sets and finished runs that tests of pages start from."""

from __future__ import annotations

import numpy as np

from core.data.dataset import UNLABELLED, Dataset

_WORDS = {
    "fruit": "apple pear plum cherry grape melon juice orchard ripe sweet harvest basket".split(),
    "music": "violin guitar piano drum melody chord concert rhythm song tune band chorus".split(),
    "space": "rocket planet orbit comet galaxy lunar star telescope probe launch gravity".split(),
}
_COMMON = "today people often many place small found again about other world never".split()


def texts(per_class: int = 40, pool: int = 60, seed: int = 0) -> Dataset:
    """Made-up texts of three classes that share a third of their words, and a pool."""
    rng = np.random.default_rng(seed)
    rows, labels, test = [], [], []
    names = sorted(_WORDS)
    for code, name in enumerate(names):
        for place in range(per_class):
            words = list(rng.choice(_WORDS[name], 6)) + list(rng.choice(_COMMON, 3))
            rows.append(" ".join(rng.permutation(words)) + f" note {place}")
            labels.append(code)
            test.append(place % 2 == 1)
    for place in range(pool):
        name = names[place % len(names)]
        words = list(rng.choice(_WORDS[name], 6)) + list(rng.choice(_COMMON, 3))
        rows.append(" ".join(rng.permutation(words)) + f" pool {place}")
        labels.append(UNLABELLED)
        test.append(False)
    return Dataset(
        name="tiny",
        title="Tiny texts",
        modality="text",
        rows=np.array(rows, dtype=object),
        labels=np.array(labels, dtype=np.int32),
        classes=tuple(names),
        test=np.array(test),
        about="Made up for the tests.",
    )


def keep_texts() -> str:
    """Keep the tiny texts in the home folder; returns their fingerprint."""
    from core.store import datasets

    return datasets.save(texts()).fingerprint


def finished_run(head: str = "svm", method: str = "ppmi", name: str = "") -> str:
    """A finished fine-tuning on the tiny texts; returns its id."""
    from core import jobs
    from core.jobs.requests import DataRef, FinetuneRequest, PretrainRequest

    data = DataRef(fingerprint=keep_texts())
    settings = {"min_df": 1, "dimensions": 16} if method == "ppmi" else {"min_df": 1}
    run = jobs.run_here(
        FinetuneRequest(
            data=data,
            pretrain=PretrainRequest(data=data, method=method, settings=settings),
            head=head,
            labels_per_class=3,
            draws=3,
            name=name or f"{method} with {head}",
        )
    )
    assert run.state == "done", (run.state, run.error, run.hint)
    return run.id
