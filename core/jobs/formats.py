"""A classifier in the formats of others: ONNX where its path allows, joblib when asked by name."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np

from core.errors import BadParam, MissingExtra
from core.finetune.classifier import Classifier
from core.finetune.linear import LinearHead
from core.pretrain.lsa import LsaEncoder
from core.pretrain.numeric import RowNumbers
from core.pretrain.raw import RawEncoder
from core.store import classifiers

#: Told wherever a joblib file is offered or written.
JOBLIB_WARNING = (
    "A joblib file is a Python pickle: whoever opens it runs whatever is in it. Send it only to "
    "people who trust you, open none from elsewhere, and expect it to break with other versions. "
    "Warmstart itself never opens one; the bundle has none of these troubles."
)
_MISSING = "The export to ONNX needs skl2onnx."
_INSTALL = "Install it with: pip install -r requirements-onnx.txt"
_INSTEAD = "Take the bundle for another Warmstart, or the script."


def joblib_bytes(run_id: str) -> bytes:
    """The classifier of a run as a joblib file; see :data:`JOBLIB_WARNING`.

    It unpickles to a :class:`core.finetune.classifier.Classifier`, which answers at the
    temperature and by the threshold that were kept, where Warmstart's ``core`` can be imported.
    """
    import joblib

    buffer = io.BytesIO()
    joblib.dump(classifiers.load(run_id), buffer, compress=3)
    return buffer.getvalue()


def why_no_onnx(classifier: Classifier) -> str | None:
    """Why a classifier has no ONNX form, as a sentence; None where it has one."""
    if not isinstance(classifier.head, LinearHead):
        return "Only linear heads have an ONNX form here, and this head is none."
    numbers = _numbers(classifier)
    if numbers is None:
        return (
            f"Its encoder ({type(classifier.encoder).__name__}) has no ONNX form: only raw values "
            "and PCA of images and tables have one. Texts are cut into words in ways that ONNX has "
            "no operators for."
        )
    state = numbers.state()
    if state["kind"] == "table" and state["categorical"]:
        return "Its table has columns of categories, which the ONNX form here does not take."
    columns = state.get("columns")
    if columns is not None and len(columns["gaps"]):
        return "Some columns had gaps when it learned, which the ONNX form here does not take."
    return None


def without_threshold(classifier: Classifier) -> str | None:
    """What the ONNX form of a classifier leaves out, as a sentence; None where nothing is."""
    rule = classifier.threshold
    if rule is None:
        return None
    return (
        "The ONNX model gives the likeliest class: it has no place for the threshold of "
        f"{rule.threshold:.3f} that was kept for {classifier.classes[rule.code]}. Its metadata "
        "entry “threshold” names it, to be held against the probabilities."
    )


def why_not_here() -> str | None:
    """Why no ONNX file can be made by this installation; None where one can."""
    from importlib.util import find_spec

    if find_spec("skl2onnx") is None:
        return f"{_MISSING} {_INSTALL}"
    return None


def onnx_bytes(run_id: str) -> bytes:
    """The classifier of a run as an ONNX model.

    Input ``rows`` is a matrix of float64: the columns of a table in the order of its metadata
    entry ``columns``, without gaps, or pictures of the size that the model learned from, laid out
    pixel by pixel. Outputs are ``label`` (index of the likeliest class) and ``probabilities``;
    the metadata entry ``classes`` has their names. A threshold that a class has cannot be part of
    it (:func:`without_threshold` says so); it stands in the metadata entry ``threshold``.

    Raises
    ------
    BadParam
        When the classifier has no ONNX form; the words say why.
    MissingExtra
        When skl2onnx is not installed.
    """
    classifier = classifiers.load(run_id)
    rule = classifier.threshold
    reason = why_no_onnx(classifier)
    if reason is not None:
        raise BadParam(f"This run cannot be exported to ONNX. {reason}", hint=_INSTEAD)
    try:
        from skl2onnx import to_onnx
        from skl2onnx.common.data_types import DoubleTensorType
    except ImportError as error:
        raise MissingExtra(_MISSING, hint=_INSTALL) from error
    pipeline, columns = _pipeline(classifier)
    model = to_onnx(
        pipeline,
        initial_types=[("rows", DoubleTensorType([None, pipeline.n_features_in_]))],
        options={id(pipeline.steps[-1][1]): {"zipmap": False}},
        final_types=None,
    )
    told: dict[str, Any] = {"columns": columns, "classes": list(classifier.classes)}
    if rule is not None:
        told["threshold"] = {"class": classifier.classes[rule.code], "from": rule.threshold}
    for name, values in told.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = name, json.dumps(values, ensure_ascii=False)
    content: bytes = model.SerializeToString()
    return content


def _numbers(classifier: Classifier) -> RowNumbers | None:
    """How its encoder brings rows to one scale, where nothing but straight lines follows."""
    encoder = classifier.encoder
    if type(encoder) is RawEncoder:
        return encoder.numbers_
    if type(encoder) is LsaEncoder and not encoder.first_.is_text:
        return encoder.first_.numbers
    return None


def _pipeline(classifier: Classifier) -> tuple[Any, list[str]]:
    """The same computation as a fitted pipeline of scikit-learn, and names of what goes in."""
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    numbers = _numbers(classifier)
    assert numbers is not None  # noqa: S101 - asked before
    state = numbers.state()
    width = len(numbers.names)
    scaler = StandardScaler()
    if state["kind"] == "image":
        scaler.mean_, scaler.scale_ = np.zeros(width), np.full(width, float(state["top"]))
    else:
        scaler.mean_, scaler.scale_ = state["columns"]["mean"], state["columns"]["scale"]
    scaler.var_, scaler.n_features_in_ = scaler.scale_**2, width
    steps: list[tuple[str, Any]] = [("scale", scaler)]
    if isinstance(classifier.encoder, LsaEncoder):
        learned = classifier.encoder.svd_
        pca = PCA(len(learned.components_))
        pca.components_ = learned.components_.astype(np.float64)
        pca.mean_ = learned.mean_.astype(np.float64)
        pca.explained_variance_ = np.asarray(learned.explained_variance_, dtype=np.float64)
        pca.n_components_, pca.n_features_in_ = len(pca.components_), width
        steps.append(("pca", pca))
    head = classifier.head
    assert isinstance(head, LinearHead)  # noqa: S101 - asked before
    heat = head.temperature_ * classifier.temperature
    coef, intercept = head.coef_ / heat, head.intercept_ / heat
    if len(coef) == 2:  # one row for the second class, as scikit-learn keeps two classes
        coef, intercept = coef[1:] - coef[:1], intercept[1:] - intercept[:1]
    last = LogisticRegression()
    last.coef_, last.intercept_ = coef, intercept
    last.classes_ = np.asarray(head.classes_, dtype=np.int64)
    last.n_features_in_, last.n_iter_ = coef.shape[1], np.array([1])
    pipeline = Pipeline([*steps, ("classify", last)])
    return pipeline, numbers.names
