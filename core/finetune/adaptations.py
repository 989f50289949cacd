"""Ways to carry a classifier from a labelled source to a target.

Each pairs a representation that both domains share with a strategy that needs a source.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from core.errors import BadParam
from core.finetune import get_strategy
from core.types import Modality

#: What learned the columns: the source's rows, those of both, denoising layers or word vectors
#: learned on both.
Representation: TypeAlias = Literal["source", "both", "msda", "aligned"]

#: Texts of two domains as words and pairs of words, with the small words that turn a verdict.
TEXT_SETTINGS: Mapping[str, Any] = {
    "ngram_max": 2,
    "stop_words": False,
    "min_df": 2,
    "max_df": 1.0,
}
_ALL: tuple[Modality, ...] = ("text", "image", "tabular")


@dataclass(frozen=True)
class Adaptation:
    """A way across.

    Attributes
    ----------
    key, title : str
        For the command line, and for people.
    help : str
        One or two plain sentences: what it does, and when it is of use.
    source : str
        The paper.
    representation : {"source", "both", "msda", "aligned"}
        What the rows become.
    strategy : str
        Key of the strategy that learns from them.
    settings : mapping
        Of the strategy; the others take their defaults.
    modalities : tuple of {"text", "image", "tabular"}
        The kinds of rows it takes.
    quick : bool
        Whether it is tried unless somebody says otherwise.
    """

    key: str
    title: str
    help: str
    source: str
    representation: Representation
    strategy: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    modalities: tuple[Modality, ...] = _ALL
    quick: bool = True


def _of(strategy: str) -> dict[str, Any]:
    found = get_strategy(strategy)
    return {"title": found.title, "help": found.help, "source": found.source, "strategy": strategy}


_MSDA = "Chen, Xu, Weinberger & Sha 2012, Marginalized denoising autoencoders for domain adaptation"

#: The yardstick: what any adaptation has to beat.
SOURCE_ONLY = "source_only"

#: Every way across, in the order in which they are preferred where nothing tells them apart.
ADAPTATIONS: tuple[Adaptation, ...] = (
    Adaptation(
        "msda_self_training",
        "Denoising layers and self-training",
        "Ties the words of both domains together by the company they keep, then believes its "
        "surest answers on your rows. The first choice for texts.",
        f"{_MSDA}; {get_strategy('source_self_training').source}",
        "msda",
        "source_self_training",
        modalities=("text",),
    ),
    Adaptation(
        "msda",
        "Denoising layers (mSDA)",
        "Puts back words that noise has taken out, and so learns which words of one domain stand "
        "for which of the other.",
        _MSDA,
        "msda",
        "source_only",
        modalities=("text",),
    ),
    Adaptation("self_training", representation="both", **_of("source_self_training")),
    Adaptation("coral", representation="both", **_of("coral")),
    Adaptation(
        "aligned",
        "Aligned word vectors",
        "Learns the meaning of words in each domain by itself, and turns both spaces into one by "
        "the words that they share.",
        "Structural correspondence without pivots, after Blitzer, McDonald & Pereira 2006; "
        "rotation of word spaces: Hamilton, Leskovec & Jurafsky 2016.",
        "aligned",
        "source_only",
        modalities=("text",),
    ),
    Adaptation("importance", representation="both", **_of("importance")),
    Adaptation("label_shift", representation="both", **_of("label_shift")),
    Adaptation(
        SOURCE_ONLY,
        "Source alone",
        "Trains on the source and answers on the target, as if they were the same.",
        get_strategy("source_only").source,
        "source",
        "source_only",
    ),
)


def adaptations_for(modality: Modality) -> dict[str, Adaptation]:
    """The ways across for rows of this kind, by key; the source alone among them."""
    return {one.key: one for one in ADAPTATIONS if modality in one.modalities}


def check_known(keys: Iterable[str], modality: Modality) -> None:
    """Refuse keys of which there is no way across for rows of this kind.

    Raises
    ------
    BadParam
        For the first that there is none of; the words say which there are.
    """
    offered = adaptations_for(modality)
    for key in keys:
        if key not in offered:
            raise BadParam(
                f"There is no adaptation {key!r} for {modality} rows.",
                hint="There is: " + ", ".join(offered) + ".",
            )
