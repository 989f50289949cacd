"""The end of the Fine-tune page: what is odd, how long it takes, the start, the same as code."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core import jobs
from core.data.dataset import UNLABELLED
from core.errors import WarmstartError
from core.finetune.advice import Plan, advice
from core.jobs.check import check
from core.jobs.requests import FinetuneRequest
from core.store.records import DatasetRecord
from ui import command, expected, resources, shell
from ui.wording import duration, number


def offer(request: FinetuneRequest, data: DatasetRecord) -> None:
    """Say what the choices mean together, and start them; leaves for the run."""
    problem = _problem(request)
    if problem is None:
        for sentence in advice(_plan(request, data)):
            st.caption(f":material/info: {sentence}")
    else:
        st.warning(problem.hint or "Choose otherwise.", title=shell.plain(problem.message))
    with st.container(border=True):
        cost = None if problem else expected.expected(request)
        if cost is not None:
            first = (
                f", of which {duration(cost.pretraining)} go into learning the model first"
                if cost.pretraining
                else ""
            )
            st.markdown(f"About **{duration(_round(cost.total))}** on this server{first}.")
        st.caption(
            "The baseline without pretraining runs beside it: the same head, the same labels, the "
            f"same {number(data.labelled_test)} test rows, which nothing learns from."
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button(
                "Start fine-tuning",
                type="primary",
                icon=":material/play_arrow:",
                key="ft_start",
                disabled=problem is not None,
                help=None if problem is None else "What is said above is in the way.",
            ):
                shell.go("evaluate", run=jobs.submit(request).id)
            if "tune" in shell.BY_KEY:
                shell.next_step(
                    "Or let a search find good settings", "tune", data=data.fingerprint[:12]
                )
    command.show(request, data)


def _problem(request: FinetuneRequest) -> WarmstartError | None:
    """Why a request cannot work; None where it can."""
    try:
        check(request)
    except WarmstartError as error:
        return error
    return None


def _plan(request: FinetuneRequest, data: DatasetRecord) -> Plan:
    dataset = resources.dataset(data.fingerprint)
    labels = np.asarray(dataset.labels)[dataset.train_rows]
    known = labels[labels != UNLABELLED]
    return Plan(
        head=request.head,
        head_settings=request.head_settings,
        strategy=request.strategy,
        labels_per_class=request.labels_per_class,
        draws=request.draws,
        class_sizes=np.bincount(known, minlength=len(data.classes)),
        unlabelled=data.unlabelled,
    )


def _round(seconds: float) -> float:
    """No more digits than an estimate has."""
    if seconds < 10:
        return float(max(2, round(seconds)))
    step = 5 if seconds < 60 else 30 if seconds < 600 else 300
    return float(step * round(seconds / step))
