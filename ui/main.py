"""The router: draws the frame and runs the page that was asked for.

It stands in ``ui/`` and not in ``app.py`` so that the first request of a fresh server, a deep
link too, comes through it (docs/decisions/0002-launcher.md).
"""

import sys
from pathlib import Path

import streamlit as st

_ROOT = str(Path(__file__).resolve().parent.parent)
if _ROOT not in sys.path:  # the server puts only this file's folder on the path
    sys.path.insert(0, _ROOT)

from ui import faults, shell  # noqa: E402
from ui.settle import settle  # noqa: E402
from ui.site import PLACES  # noqa: E402

_IMAGES = Path(__file__).parent / "images"
st.logo(_IMAGES / "logo.svg", size="large", icon_image=_IMAGES / "mark.svg")
sections: dict[str, list[st.Page]] = {}
for place in PLACES:
    page = st.Page(
        place.file,
        title=place.title,
        icon=place.icon,
        url_path="" if place.key == "home" else place.key,
        default=place.key == "home",
    )
    sections.setdefault(place.section, []).append(page)

current = st.navigation(sections, expanded=True)
shell.frame()
try:
    with faults.shown():
        current.run()
finally:  # a page that stops early imported something too
    settle()
