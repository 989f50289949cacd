"""The HTML report: complete in itself, safe whatever a name holds, plots from our own figures."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from core.evaluate.results import Interval
from core.evaluate.robustness import Robustness, UnderFault
from core.evaluate.slices import Slice
from core.evaluate.stability import Stability
from core.figures.style import chart
from core.finetune.deciding import ClassThreshold
from core.report.facts import RunFacts, Shown
from core.report.page import Figure, page
from core.report.trust import TrustFacts, sections

EVIL = '</script><script>alert("1")</script><img src=x onerror=alert(2)>&amp;'


class Seen(HTMLParser):
    """Tags with their attributes, and the content of scripts by their id."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[str, str]] = []
        self.text = ""
        self._in: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self._in = dict(attrs).get("id") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._in = None

    def handle_data(self, data: str) -> None:
        if self._in is not None:
            self.scripts.append((self._in, data))
        else:
            self.text += data


@pytest.fixture(scope="module")
def html(facts: RunFacts) -> str:
    return page(facts, made=datetime(2026, 11, 25, 18, 0, tzinfo=UTC))


def test_one_file_asks_for_nothing_else(html: str) -> None:
    seen = Seen(html)
    for tag, attrs in seen.tags:
        assert tag not in ("link", "iframe", "object", "embed", "base", "form")
        assert "src" not in attrs
        assert not [a for a in attrs if a.startswith("on")]
        assert (attrs.get("href") or "#").startswith("#")
    policy = next(a["content"] for t, a in seen.tags if a.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    assert "http" not in policy
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert style is not None
    assert "url(" not in style[1]
    assert "@import" not in style[1]
    assert "@media print" in style[1]
    # plotly.js is there, once
    assert sum("plotly.js v" in script for _, script in seen.scripts) == 1


def test_every_plot_has_its_figure_and_its_words(html: str, facts: RunFacts) -> None:
    seen = Seen(html)
    plots = [a for t, a in seen.tags if a.get("class") == "plot"]
    figures = {i: json.loads(s) for i, s in seen.scripts if i.startswith("data-")}
    assert len(plots) == len(figures) == 7  # four, reliability, two ROC curves
    for attrs in plots:
        assert attrs["role"] == "img"
        assert attrs["aria-label"]
        assert figures[str(attrs["id"]).replace("plot", "data")]["data"]


def test_what_it_says(html: str, facts: RunFacts) -> None:
    text = Seen(html).text
    for words in (
        "Vectors on tiny", "Tried vectors,\nbecause of few labels.", "few labels", "Model card",
        "The same again", facts.data.fingerprint, "2026-11-25 18:00 UTC", "from core.evaluate.experiment",
    ):  # fmt: skip
        assert words in text


def test_a_threshold_is_named_beside_the_verdict(facts: RunFacts) -> None:
    rule = ClassThreshold(code=0, threshold=0.25, miss_cost=5.0, held_out=9)
    text = Seen(page(replace(facts, threshold=rule))).text.replace("\u202f", " ")
    assert text.count("It says fruit from a probability of 25.0 % on") == 3  # card and script too
    assert "Scores and charts here are of the likeliest class." in text


def test_trust_is_told_as_far_as_somebody_looked(facts: RunFacts) -> None:
    seen = Seen(page(facts))
    assert "Can this score be trusted?" in seen.text
    assert seen.text.count("Not examined for this run.") == 4
    assert "no groups of enough rows" in seen.text  # they are all of one length
    titles = [part.title for part in sections(facts.trust)]
    assert titles == [
        "Where is it weak?",
        "How much hangs on chance?",
        "Which labels are probably wrong?",
        "Do test rows repeat training rows?",
        "What do faulty rows cost?",
    ]
    whole = Interval(0.9, 0.8, 0.95)
    known = TrustFacts(
        slices=(Slice("Length", "short", 20, Interval(0.5, 0.3, 0.7), 0.9, 0.001),),
        sentences={
            "stability": "It is stable.",
            "noise": "One label.",
            "duplicates": "No <row>.",
            "robustness": "Typos cost.",
        },
        stability=(("Other labels", Stability((0.8, 0.9), whole, 0.07, 0.9, 0.9, 40)),),
        robustness=Robustness(40, whole, (UnderFault("Typos", "few", whole, Interval(0.0)),)),
    )
    full = Seen(page(replace(facts, trust=known)))
    for words in ("It is stable.", "One label.", "No <row>.", "Typos cost.", "Length short: 50"):
        assert words in full.text
    assert "Not examined" not in full.text
    places = {a["id"] for t, a in full.tags if t == "div" and a.get("class") == "plot"}
    numbers = {str(place).removeprefix("plot-") for place in places}
    assert numbers == {name.removeprefix("data-") for name, _ in full.scripts if name}
    fewer = [a for t, a in seen.tags if t == "div" and a.get("class") == "plot"]
    assert len(places) == len(fewer) + 3


def test_rows_that_are_not_here_are_in_no_parts(facts: RunFacts) -> None:
    text = Seen(page(replace(facts, trust=TrustFacts()))).text
    assert "were not looked at in parts" in text


def test_texts_of_strangers_stay_texts(facts: RunFacts) -> None:
    classes = (EVIL, *facts.evaluation.classes[1:])
    evaluation = replace(facts.evaluation, classes=classes)
    shown = (Shown(row=3, truth=EVIL, said="music", confidence=0.5, text=EVIL),)
    html = page(
        replace(
            facts,
            name=EVIL,
            note=EVIL,
            tags=(EVIL,),
            evaluation=evaluation,
            mistakes=shown,
            data=replace(facts.data, title=EVIL, about=EVIL),
            trust=TrustFacts(
                slices=(Slice(EVIL, EVIL, 20, Interval(0.5, 0.3, 0.7), 0.9, 0.001),),
                sentences={"noise": EVIL},
            ),
        )
    )
    seen = Seen(html)
    assert "img" not in [tag for tag, _ in seen.tags]
    assert not [s for _, s in seen.scripts if s.startswith("alert")]
    assert seen.text.count(EVIL) >= 5
    for name, script in seen.scripts:
        if name.startswith("data-"):
            json.loads(script)
            assert "<" not in script


def test_charts_are_not_changed_and_can_be_added(facts: RunFacts) -> None:
    mine = chart([], height=200, alt="Nothing & more")
    before = mine.figure.to_json()
    html = page(facts, more=[Figure.of("A further one", "Of mine.", mine)])
    assert mine.figure.to_json() == before
    assert "A further one" in html
    assert 'aria-label="Nothing &amp; more"' in html


def test_without_texts_script_and_comparison(facts: RunFacts) -> None:
    evaluation = replace(facts.evaluation, comparison=None, curve=facts.evaluation.curve[:1])
    html = page(
        replace(
            facts, evaluation=evaluation, mistakes=(), arrays={}, note="", tags=(), encoder=None
        )
    )
    text = Seen(html).text
    assert "The wrong answers" not in text
    assert "The same again" not in text
    assert "What was tried" not in text
    assert "What is taken for what" in text
