"""What holds for each figure: no colour of a theme, texts that read well, JSON that travels."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from core.figures.confusion import confusion
from core.figures.gain import gain_interval, gain_per_class
from core.figures.label_curve import label_curve
from core.figures.style import Chart
from tests.core.figures.made import evaluation

FOLDER = Path(__file__).parents[3] / "core"
CHARTS = [
    figure(evaluation()) for figure in (label_curve, gain_interval, gain_per_class, confusion)
]


@pytest.mark.parametrize("path", sorted((FOLDER / "figures").glob("*.py")), ids=lambda p: p.stem)
def test_no_text_is_black_or_white(path: Path) -> None:
    source = path.read_text(encoding="utf-8").lower()
    assert not re.search(r"[\"'](black|white|#fff(fff)?|#000(000)?)[\"']", source)


@pytest.mark.parametrize("chart", CHARTS)
def test_charts_travel(chart: Chart) -> None:
    text = chart.figure.to_json()
    assert len(text) < 50_000
    assert "NaN" not in text
    assert chart.alt.endswith(".")
    assert chart.figure.layout.title.text is None  # the page has the heading


def test_plotly_stays_in_its_folder() -> None:
    for path in FOLDER.rglob("*.py"):
        if path.parent.name in ("figures", "report"):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert not any(name.split(".")[0] == "plotly" for name in names), path


def test_results_and_words_load_fast() -> None:
    """The pages read results at every click: nothing heavy may come with them."""
    code = (
        "import sys, core.evaluate.results, core.evaluate.words\n"
        "print([m for m in ('sklearn', 'numba', 'plotly', 'scipy.stats') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=FOLDER.parent
    )
    assert done.stdout.strip() == "[]"
