"""Mask the names of packages and modules, where a text would give its own origin away.

Standard library only: the reading processes (:mod:`core.data.built_in.docstrings`) start in
a tenth of a second because of it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

#: What stands in the place of a masked name.
MASK = "module"

# Every pattern begins with literal letters and looks back only after them: the regular
# expression engine then skips from one occurrence to the next, which is five times as fast.
_FROM = re.compile(r"from(?<!\wfrom)\s+([A-Za-z_][\w.]*)\s+import\s+([^\n#]+)")
_IMPORT_AS = re.compile(r"import(?<!\wimport)\s+([A-Za-z_][\w.]*)\s+as\s+(\w+)")
_NAME_AS = re.compile(r"(\w+)(?:\s+as\s+(\w+))?")
_PATH = r"{0}(?<!\w{0})((?:\.[A-Za-z_]\w*)*)(?!\w)"
_DOTTED_PATH = r"{0}(?<!\w{0})((?:\.[A-Za-z_]\w*)+)"
_REFERENCE = (
    r"{0}(?:(?<!\w{0})(?=\.[A-Za-z_]|/\w|[`'\"]*\s+(?:sub-?)?(?:module|package|namespace)\b)"
    r"|(?<=/{0})(?=[/.\s_])|(?<=(?i:scipy) ``{0})(?=``)|(?<=:mod:`{0})(?=`))"
)
_LINK = re.compile(r":(?:ref|doc):`[^`]*`")
_BARE = r"{0}(?<![\w]{0})(?!\w)"
_HEAD = r"{0}(?<![\w.]{0})(?=\.[A-Za-z_])"
_NOT_WORDS = frozenset(
    {"linalg", "ndimage", "stats"}
)  # of the language: masked wherever they stand
_EVERYDAY = frozenset({"requests"})  # packages called like a word: masked only in a path


class Masker:
    """Replaces references to packages and their modules in a text by one neutral word.

    Only references are masked (``scipy.stats.norm``, ``from scipy import stats``,
    ``stats.norm(...)``, an alias of either, a path, a link), never a word of the language: a text
    about sparse matrices may go on saying "sparse".

    Parameters
    ----------
    packages : collection of str
        Names of top-level packages.
    modules : mapping of str to collection of str
        Names of the modules to mask ("stats") with the names of what is inside of each
        ("qmc", "contingency", "_distn_infrastructure").
    home : str
        The package that ``modules`` belong to.
    """

    def __init__(
        self, packages: Collection[str], modules: Mapping[str, Collection[str]], home: str
    ) -> None:
        #: What it was made with, as JSON values: another process makes an equal one of it.
        self.arguments: dict[str, Any] = {
            "packages": sorted(packages),
            "modules": {name: sorted(inside) for name, inside in modules.items()},
            "home": home,
        }
        self._home = home
        self._modules = {name: frozenset(inside) for name, inside in modules.items()}
        self._paths = {
            name: re.compile((_DOTTED_PATH if name in _EVERYDAY else _PATH).format(name))
            for name in sorted(packages)
        }
        self._references = {
            name: re.compile((_BARE if name in _NOT_WORDS else _REFERENCE).format(name))
            for name in sorted(modules)
        }
        names = "|".join(sorted(modules)) or "(?!)"
        self._label = re.compile(rf"(?<![A-Za-z])(?:{names})(?![A-Za-z])")
        inside = set().union(*self._modules.values()) - self._modules.keys()
        self._inside = {
            f"{name}.": re.compile(_HEAD.format(name))
            for name in sorted(inside)
            if not name.startswith("_")
        }

    def __call__(self, text: str, *, thorough: bool = True) -> str:
        """The text with every reference replaced by :data:`MASK`.

        Parameters
        ----------
        text : str
            Any text.
        thorough : bool
            Whether to look for modules within modules that stand without their package, too
            (``qmc.Sobol``): slower, and of use only where an answer could be given away.
        """
        aliases: set[str] = set()
        if "import" in text:
            aliases = self._aliases(text)
            text = _FROM.sub(self._imports, text)
            for alias in sorted(aliases):
                text = re.sub(rf"\bas {alias}\b", f"as {MASK}", text)
                text = re.sub(rf"(?<![\w.]){alias}(?=\.[A-Za-z_])", MASK, text)
        for name, pattern in self._paths.items():
            if name in text:
                text = pattern.sub(self._path, text)
        for name, pattern in self._references.items():
            if name in text:
                text = pattern.sub(MASK, text)
        if ":ref:" in text or ":doc:" in text:
            text = _LINK.sub(lambda m: self._label.sub(MASK, m[0]), text)
        if thorough:
            for name, pattern in self._inside.items():
                if name in text:
                    text = pattern.sub(MASK, text)
        twice = f"{MASK}.{MASK}"
        while twice in text:
            text = text.replace(twice, MASK)
        return text

    def _is_module(self, path: str) -> bool:
        first, *parts = path.split(".")
        if first != self._home or not parts or parts[0] not in self._modules:
            return False
        return len(parts) == 1 or parts[1] in self._modules[parts[0]]

    def _aliases(self, text: str) -> set[str]:
        found = {m[2] for m in _IMPORT_AS.finditer(text) if self._is_module(m[1])}
        for m in _FROM.finditer(text):
            for name, alias in _NAME_AS.findall(m[2]):
                if alias and self._is_module(f"{m[1]}.{name}"):
                    found.add(alias)
        return found - {MASK}

    def _imports(self, match: re.Match[str]) -> str:
        path = match[1]

        def one(name: re.Match[str]) -> str:
            known = self._is_module(f"{path}.{name[1]}") or (
                path in self._paths and name[1] in self._modules
            )
            return MASK + name[0][len(name[1]) :] if known else name[0]

        # the standard library's "io" is not meant, but it says the same word
        start = match.start()
        origin = MASK if path in self._modules else path
        between = match[0][match.end(1) - start : match.start(2) - start]
        return match[0][: match.start(1) - start] + origin + between + _NAME_AS.sub(one, match[2])

    def _path(self, match: re.Match[str]) -> str:
        # strip the package, its module and what lies inside that, but never a function that is
        # called like its module (fft.fft)
        rest = [part for part in match[1].split(".") if part]
        if rest and rest[0] in self._modules:
            inside = self._modules[rest.pop(0)]
            while rest and rest[0] in inside:
                rest.pop(0)
        return ".".join([MASK, *rest])
