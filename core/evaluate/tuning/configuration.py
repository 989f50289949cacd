"""One way to do it: an encoder, a strategy and a head, with all their settings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from core.finetune import get_head, get_strategy
from core.params import Param, Value, by_name, resolve
from core.pretrain import get_method

#: Strategies of rows that nothing was learned for, and of a frozen encoder: the plain ways.
PLAIN = ("scratch", "frozen")


@dataclass(frozen=True)
class EncoderChoice:
    """How rows become numbers.

    Attributes
    ----------
    method : str
        Key of the method.
    settings : mapping
        All its settings.
    model : str, optional
        Id of a fitted encoder; then nothing is learned, and the settings are those it has.
    """

    method: str
    settings: Mapping[str, Value] = field(default_factory=dict)
    model: str | None = None

    @classmethod
    def of(cls, method: str, **settings: Value) -> EncoderChoice:
        """With the defaults of the settings that are not named."""
        return cls(method, resolve(get_method(method).params, settings))

    @property
    def key(self) -> str:
        """Equal for encoders that are the same."""
        return self.model or json.dumps([self.method, dict(self.settings)], sort_keys=True)

    @property
    def learns(self) -> bool:
        """Whether something is learned before any label is seen."""
        return self.model is not None or not get_method(self.method).baseline

    @property
    def plain(self) -> bool:
        """Whether it is what stands for "nothing learned" elsewhere, at its defaults."""
        method = get_method(self.method)
        return self.model is None and method.baseline and self.settings == resolve(method.params)

    def changed(self) -> dict[str, Value]:
        """The settings away from their defaults; none of a fitted encoder."""
        return {} if self.model else _changed(get_method(self.method).params, self.settings)


@dataclass(frozen=True)
class Configuration:
    """An encoder, a strategy and a head with all their settings."""

    encoder: EncoderChoice
    strategy: str
    head: str
    strategy_settings: Mapping[str, Value] = field(default_factory=dict)
    head_settings: Mapping[str, Value] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        encoder: EncoderChoice,
        head: str = "svm",
        head_settings: Mapping[str, Value] | None = None,
        strategy: str = "frozen",
        strategy_settings: Mapping[str, Value] | None = None,
    ) -> Configuration:
        """With defaults filled in; a head alone on rows of the baseline is called "scratch"."""
        if strategy in PLAIN:
            strategy = "scratch" if encoder.plain else "frozen"
        return cls(
            encoder,
            strategy,
            head,
            resolve(get_strategy(strategy).params, strategy_settings),
            resolve(get_head(head).params, head_settings),
        )

    @property
    def key(self) -> str:
        """Equal for configurations that are the same."""
        return json.dumps(to_json(self), sort_keys=True)

    def flat(self) -> dict[str, Value]:
        """Every choice by name: "encoder", "strategy", "head", and settings as "svm.C"."""
        found: dict[str, Value] = {"encoder": self.encoder.model or self.encoder.method}
        if self.encoder.model is None:
            found |= {f"{self.encoder.method}.{k}": v for k, v in self.encoder.settings.items()}
        # a head alone is the same thing, whatever the rows are called
        found["strategy"] = "frozen" if self.strategy in PLAIN else self.strategy
        found |= {f"{self.strategy}.{k}": v for k, v in self.strategy_settings.items()}
        found["head"] = self.head
        return found | {f"{self.head}.{k}": v for k, v in self.head_settings.items()}

    def changed(self) -> dict[str, Value]:
        """The settings away from their defaults, by the names of :meth:`flat`."""
        found = {f"{self.encoder.method}.{k}": v for k, v in self.encoder.changed().items()}
        strategy = _changed(get_strategy(self.strategy).params, self.strategy_settings)
        head = _changed(get_head(self.head).params, self.head_settings)
        found |= {f"{self.strategy}.{k}": v for k, v in strategy.items()}
        return found | {f"{self.head}.{k}": v for k, v in head.items()}

    def complexity(self) -> tuple[float, ...]:
        """What makes one configuration simpler than another, the weightiest first.

        Something learned before or not; a strategy beyond the plain ones or not; a linear solver
        with one optimum or another head; how many settings are not their defaults; the strictness
        C, of which less means smaller weights.
        """
        return (
            float(self.encoder.learns),
            float(self.strategy not in PLAIN),
            float(self.head not in ("svm", "logistic")),
            float(len(self.changed())),
            float(self.head_settings.get("C") or 0.0),
        )


def label_of(name: str) -> str:
    """What a person calls a choice of :meth:`Configuration.flat`: "svm.C" is "Strictness (C)"."""
    owner, _, setting = name.partition(".")
    if not setting:
        return {"encoder": "Encoder", "strategy": "Strategy", "head": "Head"}[owner]
    return _param(owner, setting).title


def value_words(name: str, value: Value) -> str:
    """A value of such a choice, as a person reads it."""
    owner, _, setting = name.partition(".")
    if not setting:
        return _title(owner, str(value))
    param = _param(owner, setting)
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3g}"
    return param.choice_labels.get(str(value), str(value))


def words(configuration: Configuration, names: Mapping[str, str] | None = None) -> str:
    """A configuration in a line: what it is made of, and what is not at its default.

    ``names`` are those of fitted encoders by their ids.
    """
    encoder = configuration.encoder
    first = (names or {}).get(encoder.model or "") or _title("encoder", encoder.method)
    parts = [first]
    if configuration.strategy not in PLAIN:
        parts.append(_title("strategy", configuration.strategy).lower())
    parts.append(get_head(configuration.head).title)
    changed = [f"{label_of(k)} {value_words(k, v)}" for k, v in configuration.changed().items()]
    return " · ".join(parts) + (f" ({', '.join(changed)})" if changed else "")


def to_json(configuration: Configuration) -> dict[str, Any]:
    """The configuration as JSON values."""
    return asdict(configuration)


def from_json(values: Mapping[str, Any]) -> Configuration:
    """The configuration again."""
    fields = dict(values)
    return Configuration(encoder=EncoderChoice(**fields.pop("encoder")), **fields)


def _title(kind: str, key: str) -> str:
    from core.finetune import heads, strategies
    from core.pretrain import methods

    tables: dict[str, Mapping[str, Any]] = {
        "encoder": methods(),
        "strategy": strategies(),
        "head": heads(),
    }
    table = tables[kind]
    return str(table[key].title) if key in table else key


def _param(owner: str, setting: str) -> Param:
    from core.finetune import heads, strategies
    from core.pretrain import methods

    tables: list[Mapping[str, Any]] = [heads(), strategies(), methods()]
    for table in tables:
        if owner in table:
            found = by_name(table[owner].params)
            if setting in found:
                return found[setting]
    return Param(setting, "text", "", "")


def _changed(params: tuple[Param, ...], settings: Mapping[str, Value]) -> dict[str, Value]:
    defaults = {param.name: param.default for param in params}
    return {k: v for k, v in settings.items() if k not in defaults or defaults[k] != v}
