"""What a run is asked to do: the whole of it, as plain values that travel as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from core.errors import BadParam

if TYPE_CHECKING:  # a worker reads its request before it loads anything heavy
    from core.data.dataset import Pool
    from core.evaluate.examination import Part

Kind: TypeAlias = Literal[
    "load", "pretrain", "compare", "finetune", "recipe", "tune", "examine", "adapt", "choose"
]


@dataclass(frozen=True)
class DataRef:
    """Where the data comes from.

    Attributes
    ----------
    fingerprint : str, optional
        Of a data set that this home folder keeps; if given, nothing else counts.
    name : str, optional
        Of a built-in or downloadable set, made where the home folder has none yet.
    options : dict
        Options of that set ({"remove_headers": False}).
    """

    fingerprint: str | None = None
    name: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class LoadRequest:
    """Fetch or build a data set and keep it."""

    data: DataRef


@dataclass(frozen=True)
class PretrainRequest:
    """Learn an encoder from the rows of a pool, without their labels.

    Attributes
    ----------
    method : str
        Key of the method; may be empty where ``parent`` says it.
    parent : str, optional
        Id of a fitted model to continue. Method, settings and seed are those of that model.
    """

    data: DataRef
    method: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    pool: Pool = "all"
    seed: int = 0
    name: str = ""
    parent: str | None = None


@dataclass(frozen=True)
class FinetuneRequest:
    """Train a head on few labels, with its baseline, and evaluate both.

    Attributes
    ----------
    model : str, optional
        Id of a fitted encoder. None with ``pretrain`` None trains the baseline alone.
    pretrain : PretrainRequest, optional
        Make (or find) the encoder first; its ``data`` is ignored in favour of this ``data``.
    source : str, optional
        Id of a finished fine-tuning whose classifier is to be transferred; its encoder is taken.
    labels_per_class : int, optional
        The label budget; None takes every label.
    draws : int
        How many times the labelled rows are drawn; the first draw's model is kept.
    curve : bool
        Whether to measure scores at other label budgets too.
    """

    data: DataRef
    model: str | None = None
    pretrain: PretrainRequest | None = None
    source: str | None = None
    head: str = "svm"
    head_settings: Mapping[str, Any] = field(default_factory=dict)
    strategy: str = "frozen"
    strategy_settings: Mapping[str, Any] = field(default_factory=dict)
    labels_per_class: int | None = 5
    draws: int = 5
    curve: bool = True
    seed: int = 0
    name: str = ""


@dataclass(frozen=True)
class CompareRequest:
    """Try several methods and models on one data set, on equal terms.

    Attributes
    ----------
    methods : sequence of PretrainRequest
        To learn now (or to find in the library); their ``data`` is ignored in favour of this
        ``data``.
    models : sequence of str
        Ids of fitted encoders.
    labels_per_class : int, optional
        The label budget; None takes every label.
    """

    data: DataRef
    methods: Sequence[PretrainRequest] = ()
    models: Sequence[str] = ()
    head: str = "svm"
    head_settings: Mapping[str, Any] = field(default_factory=dict)
    labels_per_class: int | None = 5
    draws: int = 5
    seed: int = 0
    name: str = ""


@dataclass(frozen=True)
class TuneRequest:
    """Look for good settings for so many seconds, on labelled training rows alone.

    Attributes
    ----------
    seconds : float
        The budget, from the moment that the data is open.
    labels_per_class : int, optional
        The label budget; None takes every label.
    methods, strategies, heads : sequence of str
        Keys of what may be tried; where empty, what is known to do well.
    models : sequence of str
        Ids of fitted encoders that take part.
    trials : int, optional
        Settings tried, at most.
    start_from : str, optional
        Id of a finished tuning whose best settings are tried first.
    """

    data: DataRef
    seconds: float = 60.0
    labels_per_class: int | None = 5
    methods: Sequence[str] = ()
    models: Sequence[str] = ()
    strategies: Sequence[str] = ()
    heads: Sequence[str] = ()
    trials: int | None = None
    start_from: str | None = None
    seed: int = 0
    name: str = ""


@dataclass(frozen=True)
class RecipeRequest:
    """Reproduce the founding recipe, and fine-tune in earnest beside it.

    Attributes
    ----------
    data : DataRef
        By default 20 Newsgroups with headers, footers and quotes, as the recipe was published.
    """

    data: DataRef = DataRef(
        name="twenty_newsgroups",
        options={"remove_headers": False, "remove_footers": False, "remove_quotes": False},
    )


@dataclass(frozen=True)
class ExamineRequest:
    """Look closer at a finished fine-tuning: what takes longer than a page may.

    Attributes
    ----------
    data : DataRef
        Of the run that is examined.
    run : str
        Its id.
    parts : sequence of str
        Keys of :data:`core.evaluate.examination.PARTS`; where empty, all of them.
    """

    data: DataRef
    run: str
    parts: Sequence[Part] = ()


@dataclass(frozen=True)
class AdaptRequest:
    """Carry a classifier from a labelled source to a target with no labels, or few.

    Attributes
    ----------
    data : DataRef
        The target.
    source : DataRef
        The source; may be the same data set.
    source_domain, target_domain : str, optional
        Only the rows of this domain.
    ways : sequence of str
        Keys of :mod:`core.finetune.adaptations`; where empty, all that take such rows.
    keep : str, optional
        The way whose classifier is kept; else validation decides.
    labels_per_class : int
        Labelled target rows of each class that may be seen.
    """

    data: DataRef
    source: DataRef
    source_domain: str | None = None
    target_domain: str | None = None
    ways: Sequence[str] = ()
    keep: str | None = None
    head: str = "logistic"
    head_settings: Mapping[str, Any] = field(default_factory=dict)
    labels_per_class: int = 0
    draws: int = 3
    curve: bool = True
    validation: bool = True
    seed: int = 0
    name: str = ""


@dataclass(frozen=True)
class ChooseRequest:
    """Rank encoders for a task before any is fine-tuned, and say which to take.

    Attributes
    ----------
    models : sequence of str
        Ids of fitted encoders.
    methods : sequence of PretrainRequest
        That could be pretrained on the pool; their ``data`` is ignored in favour of this ``data``.
    sources : sequence of str
        Ids of finished fine-tunings, whose classes count as source classes.
    learn : {"fully", "sample", "later"}
        What becomes of methods that the library has no model of: learned now and kept, ranked by
        what they learn from a sample of the pool, or listed with what they would cost.
    labels_per_class : int, optional
        The label budget: no other labels are looked at. None takes every training label.
    seconds, memory_mb, size_mb : int, optional
        What the person has; what needs more is neither learned nor recommended.
    """

    data: DataRef
    models: Sequence[str] = ()
    methods: Sequence[PretrainRequest] = ()
    sources: Sequence[str] = ()
    learn: Literal["fully", "sample", "later"] = "fully"
    labels_per_class: int | None = 5
    seconds: int | None = None
    memory_mb: int | None = None
    size_mb: int | None = None
    seed: int = 0
    name: str = ""


Request: TypeAlias = (
    LoadRequest
    | PretrainRequest
    | CompareRequest
    | FinetuneRequest
    | RecipeRequest
    | TuneRequest
    | ExamineRequest
    | AdaptRequest
    | ChooseRequest
)

_KINDS: dict[
    Kind,
    type[LoadRequest]
    | type[PretrainRequest]
    | type[CompareRequest]
    | type[FinetuneRequest]
    | type[RecipeRequest]
    | type[TuneRequest]
    | type[ExamineRequest]
    | type[AdaptRequest]
    | type[ChooseRequest],
] = {
    "load": LoadRequest,
    "pretrain": PretrainRequest,
    "compare": CompareRequest,
    "finetune": FinetuneRequest,
    "recipe": RecipeRequest,
    "tune": TuneRequest,
    "examine": ExamineRequest,
    "adapt": AdaptRequest,
    "choose": ChooseRequest,
}


def kind_of(request: Request) -> Kind:
    """The kind of run that a request asks for."""
    return next(kind for kind, cls in _KINDS.items() if isinstance(request, cls))


def to_json(request: Request) -> dict[str, Any]:
    """The request as JSON values, its kind among them."""
    return {"kind": kind_of(request), **asdict(request)}


def from_json(values: Mapping[str, Any]) -> Request:
    """The request again.

    Raises
    ------
    BadParam
        When the kind or a field is unknown.
    """
    fields = dict(values)
    kind = fields.pop("kind", None)
    if kind not in _KINDS:
        raise BadParam(f"There is no kind of run {kind!r}.", hint="There is: " + ", ".join(_KINDS))
    try:
        fields["data"] = DataRef(**fields["data"])
        if fields.get("pretrain"):
            fields["pretrain"] = _pretrain(fields["pretrain"])
        if kind == "tune":
            for name in ("methods", "models", "strategies", "heads"):
                fields[name] = tuple(fields.get(name, ()))
        elif "methods" in fields:
            fields["methods"] = tuple(_pretrain(inner) for inner in fields["methods"])
            fields["models"] = tuple(fields.get("models", ()))
        if kind == "adapt":
            fields["source"] = DataRef(**fields["source"])
            fields["ways"] = tuple(fields.get("ways", ()))
        if kind == "choose":
            fields["sources"] = tuple(fields.get("sources", ()))
        if kind == "examine":
            fields["parts"] = tuple(fields.get("parts", ()))
        return _KINDS[kind](**fields)
    except (TypeError, KeyError) as error:
        raise BadParam(f"A request of kind {kind} cannot be read: {error}.") from error


def _pretrain(values: Mapping[str, Any]) -> PretrainRequest:
    fields = dict(values)
    fields["data"] = DataRef(**fields["data"])
    return PretrainRequest(**fields)
