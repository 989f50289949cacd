"""Model files that are put together wrongly, as somebody with bad intentions would."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from core.store import modelfile
from core.store.audit import SCHEMA


class Forge:
    """A good model file taken apart; change ``root``, ``members`` or ``schema``, then write it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "forged.skops"
        #: Whatever a test wants to see executed would create this file.
        self.trap = folder / "sprung"
        modelfile.write(
            self.path,
            {
                "array": np.arange(6, dtype=np.float32).reshape(2, 3),
                "inner": {"text": "a"},
                "list": [1, 2.5],
                "whole": 3,
            },
        )
        with zipfile.ZipFile(self.path) as opened:
            self.members = {n: opened.read(n) for n in opened.namelist() if n != SCHEMA}
            self.root: dict[str, Any] = json.loads(opened.read(SCHEMA))
        self.schema: bytes | None = b""

    @staticmethod
    def marks(loader: str, module: str, name: str) -> dict[str, Any]:
        """What every node says of itself."""
        return {"__loader__": loader, "__module__": module, "__class__": name, "__id__": 1}

    @staticmethod
    def npy(array: np.ndarray[Any, Any]) -> bytes:
        """An array as numpy writes it."""
        buffer = io.BytesIO()
        np.save(buffer, array)
        return buffer.getvalue()

    @property
    def content(self) -> dict[str, Any]:
        """The nodes of the payload by their names."""
        content: dict[str, Any] = self.root["content"]
        return content

    def node(self, name: str) -> dict[str, Any]:
        """One node of the payload."""
        node: dict[str, Any] = self.content[name]
        return node

    def set_array(self, name: str, content: bytes) -> None:
        """Put other bytes where the array of that name was."""
        self.members[self.node(name)["file"]] = content

    def drop_arrays(self, *, keep: set[str]) -> None:
        """Leave only these parts."""
        self.members = {name: self.members[name] for name in keep}

    def written(self, compression: int = zipfile.ZIP_STORED) -> Path:
        """Put the file together again."""
        with zipfile.ZipFile(self.path, "w", compression=compression) as opened:
            for name, content in self.members.items():
                opened.writestr(name, content)
            if self.schema is not None:
                opened.writestr(SCHEMA, self.schema or json.dumps(self.root))
        return self.path
