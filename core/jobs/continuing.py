"""Learning on: a new model that begins with what another one knows."""

from __future__ import annotations

from dataclasses import replace

from core.errors import BadParam
from core.jobs.requests import PretrainRequest
from core.params import resolve
from core.pretrain import get_method, methods
from core.store import models
from core.store.records import ModelRecord

_ANEW = "Pretrain a new model on the old and the new rows together."
_CONTINUED = ", continued on "


def why_not_continued(model: ModelRecord) -> str | None:
    """Why a model cannot learn on, in words; None where it can."""
    method = methods().get(model.method)
    if method is None:
        return f"This version does not know the method {model.method!r} that it was made by."
    if not method.continues:
        return f"{method.title} learns from all rows at once, so it cannot learn on from new ones."
    if isinstance(method.continues, str) and not model.settings.get(method.continues):
        label = next(p.title for p in method.params if p.name == method.continues)
        return (
            f"It was learned with the setting {label!r} off, so what new rows would be added to "
            "is not there."
        )
    return None


def as_its_parent(request: PretrainRequest) -> PretrainRequest:
    """A request that continues a model, with the method, settings and seed of that model.

    Raises
    ------
    NotFound
        When there is no such model.
    BadParam
        When it cannot be continued, or the request asks for another method or other settings.
    """
    parent = models.get(request.parent or "")
    reason = why_not_continued(parent)
    if reason is not None:
        raise BadParam(f"The model {parent.name!r} cannot be continued. {reason}", hint=_ANEW)
    method = get_method(parent.method)
    settings = resolve(method.params, parent.settings)
    if request.method not in ("", method.key):
        raise BadParam(
            f"The model {parent.name!r} was made by the method {method.key!r}, so "
            f"{request.method!r} cannot continue it.",
            hint="Name no method: a model is continued as it began.",
        )
    for name, value in request.settings.items():
        if name not in settings or settings[name] != value:
            raise BadParam(
                f"The setting {name!r} cannot change while a model is continued.",
                hint="Leave it out, or pretrain a new model with it.",
            )
    return replace(request, method=method.key, settings=settings, seed=parent.seed)


def model_name(request: PretrainRequest, data_title: str) -> str:
    """What the model of a request is called, where nobody gave it a name."""
    if request.parent is None:
        return request.name or f"{get_method(request.method).title} on {data_title}"
    return request.name or continued_name(models.get(request.parent), data_title)


def continued_name(parent: ModelRecord, data_title: str) -> str:
    """What a model is called that continues ``parent`` on data of that title."""
    further = ", " if _CONTINUED in parent.name else _CONTINUED
    return f"{parent.name}{further}{data_title}"
