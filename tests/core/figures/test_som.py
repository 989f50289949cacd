from __future__ import annotations

import numpy as np
import pytest

from core.figures.som import hits, plane, u_matrix
from core.pretrain.som_map import places

AT = places(2, 2, "hexagonal")


@pytest.mark.parametrize("topology", ["rectangular", "hexagonal"])
def test_each_cell_is_a_shape_and_a_point(topology: str) -> None:
    chart = u_matrix(np.array([1.0, 2.0, 3.0, 5.0]), places(2, 2, topology), topology)  # type: ignore[arg-type]
    assert len(chart.figure.layout.shapes) == 4
    corners = chart.figure.layout.shapes[0].path.count("L") + 1
    assert corners == (4 if topology == "rectangular" else 6)
    assert [c[0] for c in chart.figure.data[0].customdata] == [0, 1, 2, 3]
    assert "cell 4 stands most apart" in chart.alt


def test_hits_take_the_colour_of_the_commonest_class() -> None:
    counts = np.array([[3, 1], [0, 0], [0, 2], [1, 0]])
    chart = hits(counts, AT, "hexagonal", ("cat", "<b>dog</b>"))
    said = list(chart.figure.data[0].hovertext)
    assert said == [
        "Cell 1: 4 rows, 75 % cat",
        "Cell 2: no rows",
        "Cell 3: 2 rows, 100 % &lt;b&gt;dog&lt;/b&gt;",
        "Cell 4: 1 rows, 100 % cat",
    ]
    assert chart.figure.layout.shapes[1].fillcolor == "rgba(0,0,0,0)"
    assert chart.figure.layout.annotations[0].text == "<b>cat</b>"
    assert chart.alt == "Rows in 3 of 4 cells, coloured by the commonest class."


def test_names_of_classes_never_lie_upon_each_other() -> None:
    at = places(1, 12, "rectangular")
    counts = np.zeros((12, 3), dtype=int)
    counts[4] = (9, 0, 0)
    counts[5] = (0, 8, 0)  # beside the first: its name goes to the next cell of its class
    counts[11] = (0, 1, 0)
    counts[3] = (0, 0, 7)  # finds no room at all
    notes = hits(counts, at, "rectangular", ("first class", "second", "third")).figure.layout
    assert [(note.text, note.x) for note in notes.annotations] == [
        ("<b>first class</b>", 4.0),
        ("<b>second</b>", 11.0),
    ]


def test_hits_without_classes_and_a_flat_plane() -> None:
    chart = hits(np.array([[2], [0], [1], [4]]), AT, "hexagonal", ())
    assert chart.alt == "Rows in 3 of 4 cells."
    flat = plane(np.ones(4), AT, "hexagonal", "Weight")
    assert flat.alt == "Weight over the map: from 1 to 1."
    assert u_matrix(np.zeros(4), AT, "hexagonal").figure is not None
