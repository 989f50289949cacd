"""From scratch: no pretrained knowledge, what every transfer is compared with."""

from __future__ import annotations

from core.finetune.base import Strategy
from core.finetune.probe import fit_head

STRATEGY = Strategy(
    key="scratch",
    title="From scratch",
    help="Trains the head on the labelled rows alone, as the baseline encoder counts them. "
    "Nothing pretrained is used: this is what transfer has to beat.",
    source="The control that negative transfer is defined against (Zhang, Deng, Zhang & Wu 2020, "
    "A Survey on Negative Transfer).",
    params=(),
    learn=fit_head,
    needs_model=False,
)
