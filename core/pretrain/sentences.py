"""Sentence encoders: large models that others pretrained, through sentence-transformers."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.utils.validation import check_is_fitted

from core.errors import BadModelFile, MissingExtra, NoNetwork, NotFound, WarmstartError
from core.params import Param, Value
from core.pretrain.base import Encoder, Estimate, Method, PoolSize, unit_rows
from core.pretrain.rows import as_texts, numbers, part
from core.progress import SILENT, Progress
from core.types import Floats, Rows, State

_INSTALL = "pip install -r requirements-transformers.txt"
_TEXTS, _LETTERS = 32, 4_000  # of a block; a page of text takes some 50 ms on a core
_KEPT = 2  # models held in memory, each of 100 MB to some GB

_lock = threading.Lock()
_loaded: OrderedDict[tuple[str, str], Any] = OrderedDict()


class SentenceEncoder(Encoder):
    """Texts by a sentence encoder (Reimers & Gurevych 2019) that is used as it is.

    The model is a folder on this machine or a name on the Hugging Face hub, from where it is
    fetched once. It stays frozen; code that a model brings along is never run. Rows have the
    mean of the pool taken off and are scaled to length 1, as those of the other encoders, so
    that a large model is compared with small ones on equal terms. An empty text becomes a row
    of zeros.

    What is kept of it is its name, the mean, and which model it was: a fitted encoder needs the
    model again where it is used, and refuses another one in its place.

    Parameters
    ----------
    model : str
        Folder, or name on the hub ("sentence-transformers/all-MiniLM-L6-v2").
    most_words : int, optional
        Words after which to cut long texts; None cuts where the model does.

    Attributes
    ----------
    dimensions_ : int
        Numbers a row has.
    mean_ : ndarray of float32, shape (dimensions_,)
        Mean of the pool's texts that are not empty.
    revision_ : str
        Which model it was: "folder:" and a hash of its files, or "hub:" and the commit, so far
        as it is told.
    """

    def __init__(
        self,
        model: str = "sentence-transformers/all-MiniLM-L6-v2",
        *,
        most_words: int | None = None,
    ) -> None:
        self.model = model
        self.most_words = most_words

    def fit(self, rows: Rows, y: Any = None, *, progress: Progress = SILENT) -> Self:
        """Find the mean of the pool; the model itself learns nothing. See :class:`Encoder`."""
        self.fit_transform(rows, progress=progress)
        return self

    def fit_transform(self, rows: Rows, y: Any = None, *, progress: Progress = SILENT) -> Floats:
        """As ``fit(rows).transform(rows)``, encoding the texts once."""
        for param in PARAMS:
            param.check(getattr(self, param.name))
        texts = as_texts(rows)
        model, revision = _opened(self.model, progress)
        encoded = self._encode(model, texts, progress.part(0.05, 0.99))
        known = encoded.any(axis=1)
        self.revision_ = revision
        self.dimensions_ = encoded.shape[1]
        total = encoded[known].sum(axis=0, dtype=np.float64)
        self.mean_ = (total / max(int(known.sum()), 1)).astype(np.float32)
        progress.update(1.0, f"{len(texts):,} texts, {self.dimensions_} dimensions")
        return self._centred(encoded)

    def transform(self, rows: Rows) -> Floats:
        """Encode texts as (n, d) float32 with length 1, or 0 for an empty text."""
        check_is_fitted(self)
        texts = as_texts(rows)
        model, _ = _open(self.model, self.revision_)
        encoded = self._encode(model, texts, SILENT)
        if encoded.shape[1] != self.dimensions_:
            raise BadModelFile(
                f"The model {self.model!r} now gives {encoded.shape[1]} numbers a text, not "
                f"{self.dimensions_} as when this encoder was made.",
                hint="Pretrain anew with the model as it is now.",
            )
        return self._centred(encoded)

    def _centred(self, encoded: Floats) -> Floats:
        nothing = ~encoded.any(axis=1)
        encoded -= self.mean_
        encoded[nothing] = 0
        return unit_rows(encoded)

    def _encode(self, model: Any, texts: npt.NDArray[Any], progress: Progress) -> Floats:
        """Texts as the model gives them; empty ones as zeros. A block at a time."""
        width = _width(model)
        encoded = np.zeros((len(texts), width), dtype=np.float32)
        if self.most_words is not None:
            texts = np.asarray([_cut(text, self.most_words) for text in texts], dtype=object)
        done = 0
        for block in _blocks(texts):
            progress.update(done / len(texts), f"Encoding text {done + 1:,} of {len(texts):,}")
            done += len(block)
            found = model.encode(
                [texts[i] for i in block],
                batch_size=_TEXTS,
                show_progress_bar=False,
                convert_to_numpy=True,
                normalize_embeddings=True,
            )
            encoded[block] = np.asarray(found, dtype=np.float32)
        return encoded

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[Any]:
        """Dimension 1, dimension 2, ..."""
        check_is_fitted(self)
        return np.asarray([f"dimension {i + 1}" for i in range(self.dimensions_)], dtype=object)

    def state(self) -> State:
        """The mean and which model it belongs to; never the model's weights."""
        check_is_fitted(self)
        return {
            "model": self.model,
            "revision": self.revision_,
            "dimensions": self.dimensions_,
            "mean": self.mean_,
        }

    def load_state(self, state: State) -> Self:
        """Take over the mean that another encoder found. See :class:`Encoder`."""
        if part(state, "model", str) != self.model:
            raise BadModelFile(
                f"This encoder was made with {state['model']!r}, not with {self.model!r}."
            )
        mean = numbers(state, "mean", (part(state, "dimensions", int),))
        self.revision_ = str(part(state, "revision", str))
        self.mean_ = mean.astype(np.float32, copy=False)
        self.dimensions_ = len(mean)
        return self


def _opened(name: str, progress: Progress) -> tuple[Any, str]:
    """As :func:`_open`, asking meanwhile whether to stop: a model may take minutes to fetch."""
    found: list[Any] = []

    def work() -> None:
        try:
            found.append(_open(name, ""))
        except Exception as error:  # noqa: BLE001 - raised again below
            found.append(error)

    thread = threading.Thread(target=work, daemon=True, name="warmstart-open")
    thread.start()
    while True:
        progress.update(0.0, f"Opening {name}")
        thread.join(0.5)
        if found:
            break
    if isinstance(found[0], Exception):
        raise found[0]
    model, revision = found[0]
    return model, revision


def _open(name: str, revision: str) -> tuple[Any, str]:
    """The model, loaded once a process, and which one it is.

    Raises
    ------
    MissingExtra
        When sentence-transformers is not installed.
    NotFound
        When the folder or the name leads to no model.
    NoNetwork
        When it would have to be fetched and cannot be.
    BadModelFile
        When it is another model than ``revision`` says.
    """
    folder = _folder(name)
    now = _hash(folder) if folder is not None else ""
    if revision.startswith("folder:") and now != revision:
        raise BadModelFile(
            f"The model in the folder {name!r} is "
            + ("not the one" if folder is not None else "gone: it is the one")
            + " that this encoder was made with.",
            hint="Put the model back there, or pretrain anew.",
        )
    commit = revision.removeprefix("hub:") if revision.startswith("hub:") else ""
    with _lock:
        key = (name, now or commit)
        if key in _loaded:
            _loaded.move_to_end(key)
        else:
            _loaded[key] = _load(name, folder, commit)
            while len(_loaded) > _KEPT:
                _loaded.popitem(last=False)
        model = _loaded[key]
    return model, now or f"hub:{commit or _commit(model)}"


def _load(name: str, folder: Path | None, commit: str) -> Any:
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise MissingExtra(
            "Sentence encoders need the package sentence-transformers, which is not installed "
            f"({error}).",
            hint=f"Install it on this machine: {_INSTALL}",
        ) from error
    kind: dict[str, Any] = {"device": "cpu", "trust_remote_code": False}
    if commit:
        kind["revision"] = commit
    if folder is not None:
        try:
            return SentenceTransformer(str(folder), local_files_only=True, **kind)
        except Exception as error:
            raise _no_model(name, error) from error
    # what was fetched once needs no network; the library has no one error for what is not there
    with contextlib.suppress(Exception):
        return SentenceTransformer(name, local_files_only=True, **kind)
    try:
        return SentenceTransformer(name, local_files_only=_offline(), **kind)
    except Exception as error:
        raise _no_model(name, error) from error


def _no_model(name: str, error: Exception) -> WarmstartError:
    """The words for what the library raised."""
    told = {type(one).__name__ for one in _causes(error)}
    missing = {"RepositoryNotFoundError", "RevisionNotFoundError", "HFValidationError"}
    if told & missing:
        return NotFound(
            f"There is no sentence encoder {name!r} on the Hugging Face hub.",
            hint="Check the name, as in sentence-transformers/all-MiniLM-L6-v2.",
        )
    lost = any(isinstance(one, (ConnectionError, TimeoutError)) for one in _causes(error)) or any(
        word in kind for kind in told for word in ("Connect", "Timeout", "LocalEntryNotFound")
    )
    if lost or _offline():
        return NoNetwork(
            f"The sentence encoder {name!r} is not on this machine, and could not be fetched from "
            "the Hugging Face hub.",
            hint="Connect to the network for the first use, or give the folder of a model that "
            "was fetched elsewhere.",
        )
    return NotFound(
        f"The sentence encoder {name!r} cannot be opened: {str(error)[:200] or told}.",
        hint="It takes a folder with a model of sentence-transformers, or a name on the hub.",
    )


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def _offline() -> bool:
    said = (os.environ.get("HF_HUB_OFFLINE", ""), os.environ.get("TRANSFORMERS_OFFLINE", ""))
    return any(word.strip().lower() in ("1", "true", "yes", "on") for word in said)


def _folder(name: str) -> Path | None:
    """The folder that a name means, or None for a name on the hub."""
    path = Path(name).expanduser()
    if path.is_dir():
        return path
    if path.is_absolute() or name.startswith((".", "~")) or name.count("/") > 1 or "\\" in name:
        raise NotFound(
            f"There is no folder {name!r} with a sentence encoder.",
            hint="Check the path, or give the name of a model on the Hugging Face hub.",
        )
    return None


def _hash(folder: Path) -> str:
    """Which model a folder holds: its files by name and size, and the small ones by content."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        size = path.stat().st_size
        digest.update(f"{path.relative_to(folder).as_posix()}\0{size}\0".encode())
        with open(path, "rb") as file:  # of weights the beginning and the end, or it takes seconds
            digest.update(file.read(2**20))
            if size > 2**20:
                file.seek(-(2**20), os.SEEK_END)
                digest.update(file.read(2**20))
    return f"folder:{digest.hexdigest()[:32]}"


def _commit(model: Any) -> str:
    """The commit of a model from the hub, so far as the library tells; else empty."""
    try:
        found = model[0].auto_model.config._commit_hash
    except (AttributeError, IndexError, KeyError, TypeError):
        return ""
    return found if isinstance(found, str) else ""


def _width(model: Any) -> int:
    # renamed in version 5 of the library
    ask = getattr(model, "get_embedding_dimension", None) or model.get_sentence_embedding_dimension
    return int(ask())


def _blocks(texts: npt.NDArray[Any]) -> Iterator[list[int]]:
    """Places of texts that are not empty, in blocks that take well under a second."""
    # texts of like length together: the model fills up each block to its longest text
    order = sorted((i for i, text in enumerate(texts) if text.strip()), key=lambda i: len(texts[i]))
    block: list[int] = []
    letters = 0
    for place in order:
        letters += len(texts[place])
        if block and (len(block) == _TEXTS or letters > _LETTERS):
            yield block
            block, letters = [], len(texts[place])
        block.append(place)
    if block:
        yield block


def _cut(text: str, most: int) -> str:
    """About the first so many tokens: a word is at least one, so more is never needed."""
    words = text.split(maxsplit=most)
    return text if len(words) <= most else " ".join(words[:most])


PARAMS: tuple[Param, ...] = (
    Param(
        "model",
        "text",
        "sentence-transformers/all-MiniLM-L6-v2",
        "A name on the Hugging Face hub, fetched at first use, or a folder on this server.",
        label="Name or folder of the model",
    ),
    Param(
        "most_words",
        "int",
        None,
        "Leave out what long texts have beyond so many words: faster. None cuts where the model "
        "does.",
        label="Words of a text",
        low=1,
        high=100_000,
        scale="log",
        optional=True,
        advanced=True,
    ),
)


def _make(settings: Mapping[str, Value], seed: int) -> SentenceEncoder:
    return SentenceEncoder(
        str(settings["model"]),
        most_words=settings["most_words"],  # type: ignore[arg-type]
    )


def _estimate(size: PoolSize, settings: Mapping[str, Value]) -> Estimate:
    """For a small model of six layers: fetching and opening it, then some 4 characters a token."""
    most = float(settings["most_words"] or 256) * 6
    characters = min(float(size.characters), size.rows * most)
    return Estimate(75 + 0.004 * size.rows + 4e-5 * characters, 900 + size.rows * 1.5 / 1024)


METHOD = Method(
    key="sentences",
    title="Sentence encoder",
    learns="Nothing here: it uses a large model that others pretrained on very much text.",
    when="To see how far a large model goes on your texts, beside the small ones.",
    cost="An extra to install, a download of 100 MB or more, and some 10 to 50 ms a text.",
    source="Reimers & Gurevych 2019, Sentence-BERT: sentence embeddings using siamese networks",
    modalities=("text",),
    params=PARAMS,
    make=_make,
    estimate=_estimate,
)
