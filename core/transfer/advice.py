"""A plan for a person's situation: what to learn beforehand, how to fine-tune, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from core.errors import BadParam
from core.transfer.recommend import Track
from core.types import Modality

#: Below so many rows there is too little to learn from without labels.
FEW_ROWS = 200
#: From so many labels a class on, with hardly a row more, pretraining has nothing left to buy.
MANY_LABELS = 200
#: Up to so many labels a class are few.
FEW_LABELS = 20
#: Up to so many labels a class labels are spread to similar rows first.
VERY_FEW = 2
#: Gains within this of the best are as good; the quickest of them is taken.
_CLOSE = 0.005

Topic = Literal["pretrain", "head", "strategy", "evidence", "privacy"]


@dataclass(frozen=True)
class Situation:
    """What a person says of data and means.

    Attributes
    ----------
    modality : {"text", "image", "tabular"}
        Kind of the rows.
    rows, labels, classes : int
        Rows to learn from in all, how many of them have a label, and of how many classes.
    seconds : float
        Time to learn.
    explained : bool
        Whether single answers must be explained from words, pixels or columns.
    may_leave : bool
        Whether rows may be sent to others.

    Raises
    ------
    BadParam
        When there are more labels than rows, fewer than two classes, or no time.
    """

    modality: Modality
    rows: int
    labels: int
    classes: int
    seconds: float
    explained: bool = False
    may_leave: bool = False

    def __post_init__(self) -> None:
        if self.classes < 2:
            raise BadParam(
                f"{self.classes} classes cannot be told apart.",
                hint="Say how many there are: 2 up.",
            )
        if self.labels > self.rows:
            raise BadParam(
                f"{self.labels:,} labels are more than the {self.rows:,} rows there are.",
                hint="Count the labelled rows among all rows.",
            )
        if self.labels < self.classes:
            raise BadParam(
                f"{self.labels:,} labels are too few for {self.classes:,} classes.",
                hint="Label at least one row of each class first.",
            )
        if self.seconds <= 0:
            raise BadParam(
                f"{self.seconds:g} seconds are no time to learn in.", hint="Allow at least 1."
            )

    @property
    def per_class(self) -> float:
        """Labels a class, on average."""
        return self.labels / self.classes


@dataclass(frozen=True)
class Option:
    """A method that could learn, as far as a plan needs to know it.

    ``explains`` says whether its encoding can be taken apart; ``available`` is False where it
    needs a package or a file that is not here.
    """

    key: str
    title: str
    seconds: float
    memory_mb: float
    explains: bool
    available: bool = True


@dataclass(frozen=True)
class Choice:
    """One choice of a plan, and the reason for it."""

    topic: Topic
    what: str
    why: str


@dataclass(frozen=True)
class Plan:
    """What to do.

    Attributes
    ----------
    method : str, optional
        Key of the method to pretrain by; None learns nothing beforehand.
    head, strategy : str
        Keys for the fine-tuning.
    seconds, memory_mb : float
        What pretraining is expected to cost.
    choices : tuple of Choice
        Each choice with its reason, in the order of the work.
    """

    method: str | None
    head: str
    strategy: str
    seconds: float
    memory_mb: float
    choices: tuple[Choice, ...]


def plan(situation: Situation, options: Sequence[Option], track: Mapping[str, Track]) -> Plan:
    """Make a plan.

    Parameters
    ----------
    situation : Situation
        What the person says.
    options : sequence of Option
        Methods for such rows that learn something.
    track : mapping
        What they gained over nothing learned elsewhere.
    """
    taken, first = _pretraining(situation, options, track)
    strategy, second = _strategy(situation, taken)
    return Plan(
        method=taken.key if taken else None,
        head="svm",
        strategy=strategy,
        seconds=taken.seconds if taken else 0.0,
        memory_mb=taken.memory_mb if taken else 0.0,
        choices=(first, second, _head(situation), _judging(), _privacy(situation)),
    )


def _pretraining(
    situation: Situation, options: Sequence[Option], track: Mapping[str, Track]
) -> tuple[Option | None, Choice]:
    nothing = "Learn nothing beforehand"
    others = situation.rows - situation.labels
    if situation.rows < FEW_ROWS:
        why = (
            f"{situation.rows:,} rows are too few to learn from without labels; below {FEW_ROWS} "
            "what is found is mostly chance."
        )
        return None, Choice("pretrain", nothing, why)
    if situation.per_class >= MANY_LABELS and others <= situation.labels:
        why = (
            f"With {situation.per_class:,.0f} labels a class, and hardly more rows without one, "
            "there is little left to gain: the labels say it all."
        )
        return None, Choice("pretrain", nothing, why)
    left = [one for one in options if one.available and one.key in track]
    slow = [one for one in left if one.seconds > situation.seconds]
    dark = [one for one in left if situation.explained and not one.explains]
    left = [one for one in left if one not in slow and one not in dark]
    helpful = [one for one in left if track[one.key].gain > 0]
    asides = _asides(situation, slow, dark, track, helpful)
    if not helpful:
        why = "Of what fits, nothing gained over learning nothing on other data." + asides
        return None, Choice("pretrain", nothing, why)
    top = max(track[one.key].gain for one in helpful)
    close = [one for one in helpful if track[one.key].gain >= top - _CLOSE]
    taken = min(close, key=lambda one: one.seconds)
    sets = track[taken.key].sets
    why = (
        f"It gained {100 * track[taken.key].gain:+.1f} points over learning nothing on {sets} "
        f"{'set' if sets == 1 else 'sets'} of this kind, more than what else fits; about "
        f"{taken.seconds:,.0f} s and {taken.memory_mb:,.0f} MB of memory.{asides}"
    )
    return taken, Choice("pretrain", f"Pretrain: {taken.title}", why)


def _asides(
    situation: Situation,
    slow: Sequence[Option],
    dark: Sequence[Option],
    track: Mapping[str, Track],
    helpful: Sequence[Option],
) -> str:
    """What would have been better but does not fit, in words."""
    top = max((track[one.key].gain for one in helpful), default=0.0)
    words = ""
    better = [one for one in slow if track[one.key].gain > top]
    if better:
        named = max(better, key=lambda one: track[one.key].gain)
        words += (
            f" {named.title} gained more elsewhere, but takes about {named.seconds:,.0f} s of your "
            f"{situation.seconds:,.0f}."
        )
    better = [one for one in dark if track[one.key].gain > top and one not in slow]
    if better:
        named = max(better, key=lambda one: track[one.key].gain)
        words += f" {named.title} gained more elsewhere, but its answers cannot be taken apart."
    return words


def _strategy(situation: Situation, taken: Option | None) -> tuple[str, Choice]:
    if taken is None:
        why = "There is no pretrained model to go on from."
        return "scratch", Choice("strategy", "Train from scratch", why)
    if situation.per_class <= VERY_FEW and situation.rows > 2 * situation.labels:
        why = (
            f"With {situation.per_class:.1f} labels a class, spreading them to similar rows first "
            "helped most (Zhou et al. 2004); from about five a class on it can hurt."
        )
        return "spreading", Choice("strategy", "Spread the labels, then train", why)
    why = "What was learned stays as it is and only the head is trained: "
    if situation.per_class <= FEW_LABELS:
        why += "the safest way with few labels."
    else:
        why += (
            f"quick, and a fair start. With {situation.per_class:,.0f} labels a class strategies "
            "that change the model may gain more: try them on Fine-tune."
        )
    return "frozen", Choice("strategy", "Keep the pretrained model frozen", why)


def _head(situation: Situation) -> Choice:
    why = "It needs no tuning and was good with few labels wherever it was tried."
    if situation.per_class > FEW_LABELS:
        why += " With as many as these other heads may do as well."
    if situation.explained:
        why += (
            " Being linear, each answer is a sum over the words, pixels or columns: Evaluate and "
            "Predict show it."
        )
    return Choice("head", "Linear SVM", why)


def _judging() -> Choice:
    why = (
        "The same head without pretraining runs beside it on the same labels and test rows; the "
        "verdict says whether pretraining helped, made no clear difference or hurt."
    )
    return Choice("evidence", "Judge it against the baseline", why)


def _privacy(situation: Situation) -> Choice:
    if situation.may_leave:
        why = (
            "This plan needs nobody else. Where it is not good enough, you may let a service of "
            "your choice turn the rows into numbers and bring those as ready-made row vectors."
        )
        return Choice("privacy", "All work stays on this machine, for now", why)
    why = "No row is sent anywhere; models are learned from your own rows."
    return Choice("privacy", "All work stays on this machine", why)
