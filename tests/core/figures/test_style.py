"""The common look: names that stay apart, texts that stay texts, colours for both themes."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.figures import style
from core.figures.style import chart, faint, label, labels, names_axis, plain, shorten, wrapped


def test_shortened_in_the_middle() -> None:
    assert shorten("abc", 3) == "abc"
    assert shorten("abcdefgh", 5) == "ab…gh"
    assert shorten("abcdefgh", 6) == "abc…gh"
    assert shorten("two  words\nhere", 20) == "two words here"


@given(st.text(max_size=60), st.integers(3, 30))
def test_never_longer_than_asked(text: str, length: int) -> None:
    assert len(shorten(text, length)) <= length


def test_names_of_users_are_not_tags() -> None:
    assert plain("<b>a</b> & <script>") == "&lt;b&gt;a&lt;/b&gt; &amp; &lt;script&gt;"
    assert label("<a href='x'>long link</a>", 12) == "&lt;a hre…k&lt;/a&gt;"
    assert wrapped("<i>one</i> two") == "&lt;i&gt;one&lt;/i&gt; two"


def test_names_that_would_look_alike_stay_apart() -> None:
    names = ["comp.sys.ibm.pc.hardware", "comp.sys.mac.hardware", "sci.med"]
    assert labels(names, 14) == ["…ibm.pc…rdware", "…mac.hardware", "sci.med"]
    assert labels(["same", "same"], 14) == ["…", "…"]  # nothing tells them apart


def test_wrapped_text_is_bounded() -> None:
    text = wrapped("word " * 10_000, width=20, lines=3)
    assert text.count("<br>") == 2
    assert text.endswith(" …")
    assert wrapped("") == ""


def test_names_axis_runs_down() -> None:
    axis = names_axis(["a", "b"])
    assert axis["tickvals"] == [0, 1]
    assert axis["ticktext"] == ["a", "b"]
    assert axis["range"][0] > axis["range"][1]


def test_layout_suits_any_theme_and_any_width() -> None:
    figure = chart([], height=200, alt="x").figure
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"
    assert figure.layout.showlegend is False
    assert figure.layout.width is None
    assert figure.layout.font.color is None
    assert figure.layout.dragmode is False


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("background", ["#FFFFFF", "#12161E"])
@pytest.mark.parametrize("name", ["BLUE", "GREY", "ORANGE", "GREEN", "RED"])
def test_colours_stand_out_on_both_themes(name: str, background: str) -> None:
    one, other = sorted((_luminance(getattr(style, name)), _luminance(background)))
    # 2.9 and not 3: the orange of the house on white is a hair below what WCAG asks of graphics
    assert (other + 0.05) / (one + 0.05) > 2.8


def test_kinds_differ() -> None:
    assert len(set(style.KINDS)) == len(style.KINDS)
    for a, b in itertools.combinations(style.KINDS, 2):
        far = sum(abs(int(a[i : i + 2], 16) - int(b[i : i + 2], 16)) for i in (1, 3, 5))
        assert far > 40, (a, b)


def test_faint() -> None:
    assert faint("#2F6FDE", 0.25) == "rgba(47,111,222,0.25)"
    assert re.fullmatch(r"rgba\(\d+,\d+,\d+,0\)", faint(style.GREY, 0.0))
