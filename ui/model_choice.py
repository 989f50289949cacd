"""The choice of what a fine-tuning starts from: a kept model, a method, an earlier run, nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core.jobs.requests import DataRef, PretrainRequest
from core.pretrain import methods_for
from core.pretrain.base import Method
from core.store import models, runs
from core.store.records import DatasetRecord, ModelRecord, RunRecord
from ui import favourites, shell


@dataclass(frozen=True)
class ModelChoice:
    """What was chosen; at most one of ``model``, ``method`` and ``source`` is there.

    Attributes
    ----------
    key : str
        Of the choice, as the widget has it.
    model : ModelRecord, optional
        A fitted encoder of the library.
    method : Method, optional
        To pretrain by first, with default settings.
    source : RunRecord, optional
        A finished fine-tuning whose classifier is transferred.
    """

    key: str
    model: ModelRecord | None = None
    method: Method | None = None
    source: RunRecord | None = None

    @property
    def nothing(self) -> bool:
        """Whether the baseline alone is trained."""
        return self.key == "none"

    @property
    def model_id(self) -> str | None:
        """Of the model of the library."""
        return self.model.id if self.model else None

    @property
    def source_id(self) -> str | None:
        """Of the run that is transferred."""
        return self.source.id if self.source else None

    def pretrain(self, ref: DataRef) -> PretrainRequest | None:
        """What to learn first."""
        return PretrainRequest(data=ref, method=self.method.key) if self.method else None

    def name(self, strategy: str) -> str:
        """What a run from here is called, the data set left out."""
        if self.method:
            return self.method.title
        if self.source:
            return f"{strategy} from {self.source.name}"[:60]
        return self.model.name.split(" on ")[0] if self.model else "Baseline"


def choose(data: DatasetRecord) -> ModelChoice:
    """Draw the choice and what is to be known of it."""
    library = {record.id: record for record in models.list_all(modality=data.modality)}
    fresh = {
        f"new:{m.key}": m
        for m in methods_for(data.modality)
        if not m.baseline and not any(param.kind == "file" for param in m.params)
    }
    # what was fine-tuned before can be transferred where its encoder is still in the library
    sources = {
        f"run:{record.id}": record
        for record in runs.list_all(kind="finetune", states=["done"], limit=50, brief=True)
        if record.model in library
    }

    def title(key: str) -> str:
        if key == "none":
            return "Nothing pretrained (the baseline alone)"
        if key in fresh:
            return f"Pretrain now with default settings: {fresh[key].title}"
        if key in sources:
            return f"Transfer what a run learned: {sources[key].name} · {key[4:9]}"
        return f"{library[key].name} · learned from {library[key].dataset_title}"

    own = [key for key, record in library.items() if record.dataset == data.fingerprint]
    others = [key for key in library if key not in own]
    options = [*own, *others, *fresh, *sources, "none"]
    if st.session_state.get("ft_model") not in options:
        mine = [library[key] for key in own]
        begin = favourites.model(data, mine, [key.removeprefix("new:") for key in fresh])
        st.session_state["ft_model"] = begin or options[0]
    chosen = st.selectbox(
        "Model",
        options,
        format_func=title,
        key="ft_model",
        persist_state="session",
        label_visibility="collapsed",
    )
    choice = ModelChoice(chosen, library.get(chosen), fresh.get(chosen), sources.get(chosen))
    _explain(choice, data, [key.removeprefix("new:") for key in fresh])
    return choice


def _explain(choice: ModelChoice, data: DatasetRecord, methods: Sequence[str]) -> None:
    if choice.method:
        why = favourites.why(data, choice.method.key, methods)
        if why:
            st.caption(f":material/recommend: {why}")
    if choice.model and choice.model.dataset != data.fingerprint:
        st.caption(
            ":material/info: It learned from another data set. That can help, make no difference or "
            "hurt: the verdict will say."
            + (
                " Pictures of another size are brought to the size that it learned from."
                if data.modality == "image"
                else ""
            )
        )
    if choice.source:
        st.caption(
            ":material/info: Its weights and labelled rows are the source. Classes are matched by "
            f"their names; it learned on {shell.plain(choice.source.dataset_title)}."
        )
