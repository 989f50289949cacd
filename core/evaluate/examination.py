"""What an examination can look at. Light: whoever only asks for one loads nothing that learns."""

from __future__ import annotations

from typing import Literal, TypeAlias

Part: TypeAlias = Literal["stability", "noise", "duplicates", "robustness", "clusters"]

#: What an examination can look at, in order, with what it answers.
PARTS: dict[Part, str] = {
    "stability": "How much changes with other labels and other seeds",
    "noise": "Which labels are probably wrong",
    "duplicates": "Which test rows nearly repeat a training row",
    "robustness": "What typing errors, lost words, noise or gaps cost",
    "clusters": "Which groups of alike rows it is weak on",
}
