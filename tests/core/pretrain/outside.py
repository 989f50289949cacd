"""Stand-ins for what comes from outside: files of vectors, and a sentence encoder."""

from __future__ import annotations

import sys
import tempfile
import types
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from .conftest import texts

DIMENSIONS = 6


class SentenceTransformer:
    """Behaves as the library's class does, and gives each word of a text a place on a circle."""

    asked: ClassVar[list[dict[str, Any]]] = []

    def __init__(self, name: str, **options: Any) -> None:
        assert options.pop("device") == "cpu"
        assert options.pop("trust_remote_code") is False
        type(self).asked.append({"name": name, **options})
        self.blocks: list[int] = []
        if "/" in name and not Path(name).is_dir() and options["local_files_only"]:
            raise OSError(f"{name} is not in the cached files")
        if "nowhere" in name:
            raise OSError("We couldn't connect") from ConnectionError("name resolution")

    def get_embedding_dimension(self) -> int:
        return DIMENSIONS

    def encode(self, sentences: list[str], **options: Any) -> Any:
        assert options["show_progress_bar"] is False
        self.blocks.append(len(sentences))
        found = np.zeros((len(sentences), DIMENSIONS), dtype=np.float32)
        for i, sentence in enumerate(sentences):
            for letter in sentence.lower():
                found[i, ord(letter) % DIMENSIONS] += 1 + ord(letter) % 7
        return found / np.linalg.norm(found, axis=1, keepdims=True)


def library() -> Any:
    """A module to stand in for sentence_transformers."""
    module = types.ModuleType("sentence_transformers")
    module.SentenceTransformer = SentenceTransformer  # type: ignore[attr-defined]
    return module


@cache
def _folder() -> Any:
    return tempfile.TemporaryDirectory(prefix="warmstart-outside-")  # goes with the process


def settings(key: str, rows: int) -> dict[str, Any]:
    """What a method needs from outside to be fitted on so many of the small rows.

    The stand-in for sentence_transformers stays until the end of the test module
    (``tests/conftest.py``).
    """
    if key == "sentences":
        sys.modules.setdefault("sentence_transformers", library())
    return _made(key, rows)


@cache
def _made(key: str, rows: int) -> dict[str, Any]:
    folder = Path(_folder().name)
    random = np.random.default_rng(0)
    if key == "vectors":
        path = folder / "words.txt"
        words = sorted({word for text in texts() for word in text.split()} | {"zebra"})
        lines = [f"{w} " + " ".join(f"{v:.4f}" for v in random.normal(size=4)) for w in words[1:]]
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return {"file": str(path)}
    if key == "row_vectors":
        path = folder / f"rows{rows}.npy"
        np.save(path, random.normal(size=(rows, 4)).astype(np.float32))
        return {"file": str(path)}
    if key == "sentences":
        model = folder / "model"
        model.mkdir(exist_ok=True)
        (model / "config.json").write_text("{}", "utf-8")
        return {"model": str(model)}
    return {}
