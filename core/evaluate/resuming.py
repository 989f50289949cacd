"""What an experiment has measured so far, kept on the way and found again.

An experiment is a list of trainings. Of those that are over, which test rows were right is kept,
and of the kept models what they learned; of the one under way, what it keeps itself (a descent:
weights, memory of the optimiser, losses). All of it is one checkpoint, so that nothing is lost
but the last seconds when a worker is killed.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from core.errors import BadModelFile
from core.evaluate.trials import Contender, Learned, Trial
from core.finetune.base import Head
from core.finetune.classifier import Classifier
from core.pretrain.base import Encoder
from core.progress import Checkpoints, Progress
from core.types import Bools, Floats, State


class Notebook:
    """Notes on the trainings of an experiment.

    Parameters
    ----------
    progress : Progress
        Where they are kept; where it keeps nothing, all calls are without effect.
    trials : sequence of Trial
        What is to be learned; notes of other trials are not used.
    """

    def __init__(self, progress: Progress, trials: Sequence[Trial]) -> None:
        self._progress = progress
        self._plan = _signature(trials)
        self._right: dict[str, Bools] = {}
        self._learned: dict[str, State] = {}
        self._numbers: dict[str, Floats] = {}
        self._now = ""
        self._inside: dict[str, Callable[[], State]] = {}
        self._found: State = {}
        saved = progress.saved()
        if saved is not None and saved.get("plan") == self._plan:
            self._right = {name: np.asarray(a, dtype=bool) for name, a in saved["right"].items()}
            self._learned = dict(saved["learned"])
            self._numbers = dict(saved["numbers"])
            self._now, self._found = str(saved["now"]), dict(saved["inside"])
            # until the training under way keeps something anew, what it had kept stays
            self._inside = {key: _given(state) for key, state in self._found.items()}

    def right(self, trial: int, contender: int) -> Bools | None:
        """Which test rows were right in a training that is over; None where it is not."""
        return self._right.get(_name(trial, contender))

    def learned(
        self, number: int, contender: Contender, trial: Trial, make_head: Callable[[], Head]
    ) -> Learned | None:
        """What the first training of a contender left, where that is over."""
        state = self._learned.get(_name(0, number))
        if state is None:
            return None
        try:
            head = make_head().load_state(state["head"])
            encoder: Encoder = contender.encoder
            if state["encoder"] is not None:
                encoder = copy.copy(encoder).load_state(state["encoder"])
        except BadModelFile:  # of a version that kept something else
            return None
        classifier = Classifier(encoder, head, contender.sides.dataset.classes)
        return contender.judge(trial, classifier)

    def note(self, trial: int, number: int, learned: Learned, contender: Contender) -> None:
        """A training is over; of the first trial what was learned is kept too."""
        if self._progress.checkpoints is None:
            return
        name = _name(trial, number)
        self._right[name] = learned.right()
        if trial == 0:
            changed = learned.classifier.encoder is not contender.encoder
            self._learned[name] = {
                "head": learned.classifier.head.state(),
                "encoder": learned.classifier.encoder.state() if changed else None,
            }
        self._now, self._inside = "", {}
        self._progress.save(self._state)

    def inside(self, trial: int, number: int, progress: Progress) -> Progress:
        """What a training reports to, so that what it keeps stands in these notes."""
        if self._progress.checkpoints is None:
            return progress
        name = _name(trial, number)
        if self._now != name:
            self._now, self._inside, self._found = name, {}, {}
        return progress.keeping(_Page(self._read, self._write)).under("")

    def remember(self, name: str, compute: Callable[[], Floats]) -> Floats:
        """What ``compute`` gives, or what it gave before an interruption."""
        known = self._numbers.get(name)
        if known is None:
            known = self._numbers[name] = compute()
            self._progress.save(self._state)
        return known

    def _read(self, key: str) -> State | None:
        found: State | None = self._found.get(key)
        return found

    def _write(self, key: str, make: Callable[[], State]) -> None:
        self._inside[key] = make
        self._progress.save(self._state)

    def _state(self) -> State:
        return {
            "plan": self._plan,
            "right": dict(self._right),
            "learned": dict(self._learned),
            "numbers": dict(self._numbers),
            "now": self._now,
            "inside": {key: make() for key, make in self._inside.items()},
        }


class _Page(Checkpoints):
    """Checkpoints of one training inside the notes: those of the notes decide when to write."""

    def __init__(
        self,
        read: Callable[[str], State | None],
        write: Callable[[str, Callable[[], State]], None],
    ) -> None:
        super().__init__(read, lambda key, state: None)
        self._remember = write

    def write(self, key: str, make: Callable[[], State]) -> None:
        """Hand on how to make the state; it is made only when it is written."""
        self._remember(key, make)


def _given(state: Any) -> Callable[[], State]:
    return lambda: state


def _name(trial: int, contender: int) -> str:
    return f"{trial}-{contender}"


def _signature(trials: Sequence[Trial]) -> str:
    """Stands for the rows of all trials."""
    digest = hashlib.sha256()
    for trial in trials:
        digest.update(np.asarray(trial.positions, dtype=np.int64).tobytes())
        digest.update(f"{trial.budget} {trial.draw};".encode())
    return digest.hexdigest()
