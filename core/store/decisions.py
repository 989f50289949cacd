"""What was decided about the answers of a run after it was done: how sure they sound, what is said.

The classifier of a run never changes. A temperature and a threshold for one class are kept beside
it, and whatever opens the classifier applies them: Predict, the command line and the server give
the same answers. The threshold is one for the probabilities at that temperature.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import StoreFailed
from core.finetune.deciding import ClassThreshold
from core.finetune.temperature import sharpened
from core.store import beside, runs
from core.store.typed import typed

if TYPE_CHECKING:
    from core.finetune.classifier import Classifier

_FILE = "decisions.json"
_LOWEST, _HIGHEST = 1e-3, 1e3
_HINT = "Delete it, and the answers are those that the classifier was trained to give."


@dataclass(frozen=True)
class Decisions:
    """How a run's classifier answers.

    Attributes
    ----------
    temperature : float
        Above 1 makes all answers less sure than the classifier was trained to be, below 1 surer.
    held_out : int
        Labelled rows that it was fitted on; 0 when nothing was.
    threshold : ClassThreshold, optional
        Of one class, for the probabilities at this temperature.
    """

    temperature: float = 1.0
    held_out: int = 0
    threshold: ClassThreshold | None = None

    def wrong(self, classes: int | None = None) -> str | None:
        """What is impossible in it, as the end of a sentence; None where nothing is.

        Parameters
        ----------
        classes : int, optional
            How many classes there are, where that is known.
        """
        if not _LOWEST <= self.temperature <= _HIGHEST:
            return f"an absurd temperature of {self.temperature:g}"
        if self.held_out < 0:
            return f"a temperature fitted on {self.held_out} rows"
        if classes is not None and self.threshold is not None and self.threshold.code >= classes:
            return f"a threshold for class number {self.threshold.code}, of {classes} classes"
        return None


def get(run_id: str) -> Decisions:
    """What was decided about a run; nothing, where nothing was.

    Raises
    ------
    NotFound
        When the id is none.
    StoreFailed
        When the file is damaged.
    """
    return beside.read(run_id, _FILE, _parsed, default=Decisions(), hint=_HINT)


def _parsed(kept: Any) -> Decisions:
    if not isinstance(kept, dict) or not {"temperature", "held_out"} <= set(kept):
        raise ValueError("it holds no decisions")
    found = typed(Decisions, kept, "what it holds")  # older ones have no threshold
    if (wrong := found.wrong()) is not None:
        raise ValueError(f"it holds {wrong}")
    return found


def keep(run_id: str, decisions: Decisions) -> None:
    """Decide; from now on the classifier of the run answers so.

    Raises
    ------
    NotFound
        When there is no such run.
    """
    beside.keep(run_id, _FILE, None if decisions == Decisions() else asdict(decisions))


def answering(classifier: Classifier, run_id: str) -> Classifier:
    """The classifier of a run, answering as was decided for that run.

    Raises
    ------
    NotFound
        When the id is none.
    StoreFailed
        When what was decided is damaged, or of other classes.
    """
    decided = get(run_id)
    if (wrong := decided.wrong(len(classifier.classes))) is not None:
        raise StoreFailed(
            f"The file {runs.folder(run_id) / _FILE} is damaged: it holds {wrong}.", hint=_HINT
        )
    return replace(classifier, temperature=decided.temperature, threshold=decided.threshold)


def applied(
    arrays: Mapping[str, np.ndarray[Any, Any]], decisions: Decisions
) -> dict[str, np.ndarray[Any, Any]]:
    """The predictions of a run as its classifier gives them now.

    Parameters
    ----------
    arrays : mapping
        What :func:`core.store.runs.load_arrays` gives for "predictions": as it was trained. The
        baseline's stay so.
    decisions : Decisions
    """
    return {
        name: sharpened(array, decisions.temperature)
        if name in ("test_proba", "train_proba", "validation_proba")
        else array
        for name, array in arrays.items()
    }
