"""Bundles that are put together wrongly, as somebody with bad intentions would."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import zipfile
from pathlib import Path
from typing import Any


class BundleForge:
    """A good bundle taken apart: change ``parts`` or ``manifest``, then :meth:`write` it."""

    def __init__(self, good: Path, folder: Path) -> None:
        self.path = folder / "forged.zip"
        #: Whatever a test wants to see executed would create this file.
        self.trap = folder / "sprung"
        with zipfile.ZipFile(good) as opened:
            self.parts = {name: opened.read(name) for name in opened.namelist()}
        self.manifest: dict[str, Any] = json.loads(self.parts.pop("manifest.json"))
        self.run: dict[str, Any] = json.loads(self.parts["run.json"])

    def write(self, *, honest: bool = True, sealed: bool = True) -> Path:
        """Write it; ``honest`` with fitting check sums, ``sealed`` with a manifest."""
        self.parts["run.json"] = json.dumps(self.run).encode()
        if honest:
            self.manifest["files"] = {
                name: {"sha256": hashlib.sha256(part).hexdigest(), "bytes": len(part)}
                for name, part in self.parts.items()
            }
        with zipfile.ZipFile(self.path, "w", zipfile.ZIP_DEFLATED) as made:
            if sealed:
                made.writestr("manifest.json", json.dumps(self.manifest))
            for name, part in self.parts.items():
                made.writestr(name, part)
        return self.path

    def add(self, name: str, content: bytes = b"x", *, mode: int = stat.S_IFREG | 0o644) -> Path:
        """Write it with one more entry, whatever its name and kind."""
        self.write()
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        with zipfile.ZipFile(self.path, "a") as made:
            made.writestr(info, content)
        return self.path

    def patched(self, old: bytes, new: bytes) -> Path:
        """Replace bytes of the written file itself."""
        content = self.path.read_bytes()
        assert old in content
        self.path.write_bytes(content.replace(old, new))
        return self.path

    def pin_encoder(self) -> None:
        """Let the head name the encoder that is in the bundle now."""
        from core.store import modelfile

        path = self.path.with_name("head.skops")
        path.write_bytes(self.parts["head.skops"])
        payload = modelfile.read(path)
        del payload["format"], payload["version"]
        payload["encoder"] = hashlib.sha256(self.parts["encoder.skops"]).hexdigest()
        modelfile.write(path, payload)
        self.parts["head.skops"] = path.read_bytes()

    def skops(self, part: str, value: Any) -> None:
        """Put a skops file of any object where a model file belongs."""
        import skops.io

        buffer = io.BytesIO()
        skops.io.dump(value, buffer)
        self.parts[part] = buffer.getvalue()
