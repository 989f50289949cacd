"""The command line, and the Python, that do what a page is about to do."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import streamlit as st

from core.jobs.requests import (
    AdaptRequest,
    ChooseRequest,
    CompareRequest,
    DataRef,
    ExamineRequest,
    FinetuneRequest,
    PretrainRequest,
    RecipeRequest,
    Request,
    TuneRequest,
)
from core.params import Param
from core.store.records import DatasetRecord, RunRecord
from ui import made_from


def show(request: Request, record: RunRecord | DatasetRecord | None = None) -> None:
    """Both, folded away, each with its button to copy."""
    with st.expander("The same without this page", icon=":material/terminal:"):
        shell, python = st.tabs(["Shell", "Python"])
        shell.code(shell_text(request, record), language="bash", wrap_lines=True)
        made = [made_from.as_call(one) for one in made_from.kept(request, record)]
        code = made_from.above(made, python_code(request))
        python.code(code, language="python", wrap_lines=True)
        st.caption("It runs where this program is installed, and its run stands among the others.")


def shell_text(request: Request, record: RunRecord | DatasetRecord | None = None) -> str:
    """:func:`command_line`, below what brings the files that it works on."""
    made = [made_from.as_words(one) for one in made_from.kept(request, record)]
    return made_from.above(made, command_line(request, record))


_VERDICT = """
evaluation = evaluation_from_json(run.result["evaluation"])
print(verdict_title(evaluation))
print(verdict_sentence(evaluation))
"""


def python_code(request: Request) -> str:
    """A script that does a request and says what came out.

    What stands at its default is left out. It is the same run as a page would make: kept in
    the home folder, with its report.
    """
    used = {type(request).__name__}
    call = _call(request, used, 0)
    lines = ["from core import jobs"]
    if isinstance(request, FinetuneRequest):
        lines.append("from core.evaluate.results import evaluation_from_json")
        lines.append("from core.evaluate.words import verdict_sentence, verdict_title")
    lines.append(f"from core.jobs.requests import {', '.join(sorted(used))}")
    lines += ["", f"run = jobs.run_here({call})"]
    lines.append('assert run.state == "done", run.error')
    if isinstance(request, FinetuneRequest):
        lines.append(_VERDICT.rstrip())
    elif isinstance(request, RecipeRequest):
        lines.append('print(run.result["sentence"])')
    elif isinstance(request, AdaptRequest):
        lines.append('print(*run.result["sentences"], sep="\\n")')
    elif isinstance(request, TuneRequest):
        lines.insert(1, "from core.jobs.tuning import finetuning_of")
        lines.append("run = jobs.run_here(finetuning_of(run))  # with what was found")
        lines.append('print(run.result["accuracy"])')
    else:
        lines.append("print(run.model or run.dataset)")
    return "\n".join(lines)


def _call(value: Any, used: set[str], depth: int) -> str:
    """A request, or one inside it, as the call that makes it."""
    used.add(type(value).__name__)
    pad = "    " * (depth + 1)
    parts = []
    for field in fields(value):
        given = getattr(value, field.name)
        if given == _default(field):
            continue
        parts.append(f"{pad}{field.name}={_literal(given, used, depth + 1)},")
    if not parts:
        return f"{type(value).__name__}()"
    return "\n".join([f"{type(value).__name__}(", *parts, "    " * depth + ")"])


def _default(field: Any) -> Any:
    from dataclasses import MISSING

    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default


def _literal(value: Any, used: set[str], depth: int) -> str:
    if is_dataclass(value):
        return _call(value, used, depth)
    if isinstance(value, (tuple, list)) and any(map(is_dataclass, value)):
        pad = "    " * (depth + 1)
        inner = [f"{pad}{_literal(one, used, depth + 1)}," for one in value]
        return "\n".join(["(", *inner, "    " * depth + ")"])
    return repr(dict(value)) if isinstance(value, Mapping) else repr(value)


def command_line(request: Request, record: RunRecord | DatasetRecord | None = None) -> str:
    """``python -m core …`` for a request, quoted for a shell.

    Settings at their defaults are left out. ``record`` lends the fingerprint of the data where
    the request names none.
    """
    words = ["python", "-m", "core"]
    if isinstance(request, PretrainRequest):
        words += ["pretrain", _data(request.data, record)]
        if request.parent is not None:  # brings its settings and its seed along
            words += ["--continue", request.parent, *_pool(request)]
        else:
            words += [request.method, *_pool(request)]
            words += _settings(request.settings, _params(request.method))
            words += ["--seed", str(request.seed)] if request.seed else []
        words += ["--name", request.name] if request.name else []
        return shlex.join(words)
    elif isinstance(request, ChooseRequest):
        words += _choose(request, record)
    elif isinstance(request, CompareRequest):
        words += ["compare", _data(request.data, record)]
        words += [one.method for one in request.methods] + list(request.models)
        words += [*_budget(request), "--head", request.head, "--draws", str(request.draws)]
    elif isinstance(request, FinetuneRequest):
        words += _finetune(request, record)
    elif isinstance(request, TuneRequest):
        words += _tune(request, record)
    elif isinstance(request, AdaptRequest):
        words += _adapt(request, record)
    elif isinstance(request, RecipeRequest):
        return shlex.join([*words, "recipe"])
    elif isinstance(request, ExamineRequest):
        parts = [word for part in request.parts for word in ("--part", part)]
        return shlex.join([*words, "examine", request.run, *parts])
    else:
        return shlex.join([*words, "datasets"])
    return shlex.join([*words, "--seed", str(request.seed)] if request.seed else words)


def _adapt(request: AdaptRequest, record: RunRecord | DatasetRecord | None) -> list[str]:
    from core.finetune import get_head

    words = ["adapt", _data(request.source, None)]
    if request.source != request.data:
        words.append(_data(request.data, record))
    for option, value in (
        ("--source-domain", request.source_domain),
        ("--target-domain", request.target_domain),
        ("--keep", request.keep),
    ):
        words += [] if value is None else [option, value]
    for way in request.ways:
        words += ["--way", way]
    words += ["--head", request.head, "--labels-per-class", str(request.labels_per_class)]
    words += ["--draws", str(request.draws)]
    words += [] if request.curve else ["--no-curve"]
    words += [] if request.validation else ["--no-validation"]
    words += _settings(request.head_settings, get_head(request.head).params)
    return words + (["--name", request.name] if request.name else [])


def _finetune(request: FinetuneRequest, record: RunRecord | DatasetRecord | None) -> list[str]:
    from core.finetune import get_head, get_strategy

    first = request.pretrain
    model = request.model or (first.method if first else "none")
    if request.source:
        model = f"run:{request.source}"
    words = ["finetune", _data(request.data, record), model]
    words += ["--head", request.head, "--strategy", request.strategy]
    words += _budget(request)
    words += ["--draws", str(request.draws)]
    words += [] if request.curve else ["--no-curve"]
    words += _settings(request.head_settings, get_head(request.head).params, "head.")
    strategy = get_strategy(request.strategy).params
    words += _settings(request.strategy_settings, strategy, "strategy.")
    if first is not None:
        words += _pool(first) + _settings(first.settings, _params(first.method), "model.")
    return words


def _tune(request: TuneRequest, record: RunRecord | DatasetRecord | None) -> list[str]:
    words = ["tune", _data(request.data, record), *request.methods, *request.models]
    words += ["--seconds", f"{request.seconds:g}", *_budget(request)]
    for name, given in (("--head", request.heads), ("--strategy", request.strategies)):
        words += [part for one in given for part in (name, one)]
    words += [] if request.trials is None else ["--trials", str(request.trials)]
    return words + ([] if request.start_from is None else ["--start-from", request.start_from])


def _choose(request: ChooseRequest, record: RunRecord | DatasetRecord | None) -> list[str]:
    words = ["choose", _data(request.data, record)]
    words += [one.method for one in request.methods] + list(request.models)
    words += [f"run:{one}" for one in request.sources]
    words += _budget(request)
    words += [] if request.learn == "fully" else ["--learn", request.learn]
    for name in ("seconds", "memory_mb", "size_mb"):
        value = getattr(request, name)
        words += [] if value is None else [f"--{name.replace('_', '-')}", str(value)]
    return words


def _budget(request: ChooseRequest | CompareRequest | FinetuneRequest | TuneRequest) -> list[str]:
    budget = request.labels_per_class
    return ["--labels-per-class", "all" if budget is None else str(budget)]


def _params(method: str) -> tuple[Param, ...]:
    from core.pretrain import get_method

    return get_method(method).params


def _pool(request: PretrainRequest) -> list[str]:
    return [] if request.pool == "all" else ["--pool", request.pool]


def _data(ref: DataRef, record: RunRecord | DatasetRecord | None) -> str:
    if ref.name:
        return ref.name
    kept = ref.fingerprint or getattr(record, "fingerprint", None)
    return (kept or getattr(record, "dataset", None) or "DATA")[:12]


def _settings(settings: Mapping[str, Any], params: Iterable[Param], owner: str = "") -> list[str]:
    defaults = {param.name: param.default for param in params}
    words = []
    for name, value in settings.items():
        if name in defaults and defaults[name] == value:
            continue
        text = "none" if value is None else str(value).lower() if isinstance(value, bool) else value
        words += ["--set", f"{owner}{name}={text}"]
    return words
