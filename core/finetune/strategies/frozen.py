"""Frozen encoder: a linear probe, or whichever head, on pretrained features."""

from __future__ import annotations

from core.finetune.base import Strategy
from core.finetune.probe import fit_head

STRATEGY = Strategy(
    key="frozen",
    title="Frozen encoder",
    help="Keeps the pretrained encoder as it is and trains only the head on what it makes of the "
    "labelled rows. Quick, and hard to beat while labels are few.",
    source="Linear probe (Alain & Bengio 2016, Understanding intermediate layers using linear "
    "classifier probes); frozen features for transfer (Razavian et al. 2014, CNN Features "
    "off-the-shelf).",
    params=(),
    learn=fit_head,
)
