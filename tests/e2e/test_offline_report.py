"""The HTML report in a real browser without any network: its plots are drawn, nothing is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.jobs.handing_over import facts_of
from core.report.page import page
from tests import seed
from tests.e2e import browser

pytestmark = pytest.mark.e2e


def test_it_opens_offline_and_prints(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(page(facts_of(seed.finished_run(name="On <paper>"))), "utf-8")
    with browser.opened(width=390) as context:
        context.set_offline(True)
        tab = context.new_page()
        asked: list[str] = []
        said: list[str] = []
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.goto(path.as_uri())
        tab.wait_for_function(
            "document.querySelectorAll('.plot').length === "
            "document.querySelectorAll('.plot .main-svg:first-child').length"
        )
        assert asked == [path.as_uri()]
        assert said == []
        assert tab.title() == "On <paper>"
        # nothing is wider than a phone
        assert tab.evaluate("document.documentElement.scrollWidth") == 390
        # interactive: a point that is touched says what it is
        point = tab.locator("#plot-1 .scatterlayer .point").nth(1)
        point.scroll_into_view_if_needed()
        point.hover(force=True)
        tab.wait_for_selector("#plot-1 .hoverlayer .hovertext")
        # even a page that were made to could not call home
        refused = tab.evaluate("fetch('https://example.org').then(() => 'sent', () => 'refused')")
        assert refused == "refused"
        assert any("Content Security Policy" in words for words in said)
        printed = tab.pdf(prefer_css_page_size=True)
        assert printed[:5] == b"%PDF-"
