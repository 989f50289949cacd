"""The rules of the house: who may import whom, and what a page may do."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted(path for folder in ("core", "ui", "pages") for path in (ROOT / folder).rglob("*.py"))

#: Order of the data: a stage may import the ones before it and its own modules.
STAGES = [
    ("errors", "types", "progress", "params"),
    ("data", "text"),
    ("pretrain",),
    ("transfer",),
    ("finetune",),
    ("evaluate",),
    ("explain",),
    ("figures",),
    ("report",),
    ("store",),
    ("jobs",),
    ("serve",),
    ("cli",),
]
RANK = {name: rank for rank, names in enumerate(STAGES) for name in names}


def imports(path: Path) -> set[str]:
    """Every module that a file imports, wherever in the file, type checking left out."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [p for p in FILES if "core" in p.parts], ids=name_of)
def test_core_imports_neither_streamlit_nor_ui(path: Path) -> None:
    tops = {module.split(".")[0] for module in imports(path)}
    assert not tops & {"streamlit", "ui", "pages"}


@pytest.mark.parametrize("path", [p for p in FILES if "core" in p.parts], ids=name_of)
def test_core_imports_only_backwards(path: Path) -> None:
    stage = path.relative_to(ROOT / "core").parts[0].removesuffix(".py")
    if stage not in RANK:  # __init__, __main__
        return
    later = {
        module
        for module in imports(path)
        if module.startswith("core.") and RANK.get(module.split(".")[1], -1) > RANK[stage]
    }
    assert not later


@pytest.mark.parametrize("path", [p for p in FILES if "ui" in p.parts], ids=name_of)
def test_ui_never_imports_a_page(path: Path) -> None:
    assert not {module for module in imports(path) if module.split(".")[0] == "pages"}


@pytest.mark.parametrize("path", [p for p in FILES if "pages" in p.parts], ids=name_of)
def test_a_page_reads_calls_and_draws(path: Path) -> None:
    """Pages are flat scripts: no learning, no reading of files, no heavy library."""
    tree = ast.parse(path.read_text("utf-8"))
    calls = {
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert not calls & {"fit", "fit_transform", "transform", "partial_fit", "read_csv", "sleep"}
    tops = {module.split(".")[0] for module in imports(path)}
    assert not tops & {"sklearn", "numpy", "pandas", "scipy", "numba", "sqlalchemy", "plotly"}
    assert len(path.read_text("utf-8").splitlines()) <= 220


def test_every_page_starts_with_the_shell() -> None:
    from ui.site import PLACES

    assert {path.stem for path in (ROOT / "pages").glob("*.py")} == {p.key for p in PLACES}
    for place in PLACES:
        assert f'shell.start("{place.key}"' in Path(place.file).read_text("utf-8")


def test_launcher_only_launches() -> None:
    lines = (ROOT / "app.py").read_text("utf-8").splitlines()
    assert len(lines) <= 15
    assert "navigation" not in " ".join(lines)
