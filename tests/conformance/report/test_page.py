"""``report.html``: one file, verdict first, safe against what targets say."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from conformance.cli import main
from conformance.engine.events import load
from conformance.engine.judge import judge
from conformance.engine.scoring import score
from conformance.report import page


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """The report of a plane that lies."""
    made = tmp_path_factory.mktemp("report")
    words = ["--target", "emulator:fault=blind-update", "--budget", "smoke", "--profile", "kubernetes"]
    assert main(["run", *words, "--check", "stale-update", "--report", str(made)]) == 1
    return made


class Outline(HTMLParser):
    """Checks that what is opened is closed, and collects headings and the text before the first of them."""

    VOID = ("meta", "br", "link", "img", "hr")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data):
        if self.open and re.fullmatch(r"h[1-6]", self.open[-1]):
            self.headings.append(data)


def test_the_page_is_well_formed_and_stands_alone(folder):
    """No script, nothing loaded from elsewhere; every element is closed; a language, a title and a viewport are given."""
    text = (folder / "report.html").read_text()
    outline = Outline()
    outline.feed(text)
    assert outline.open == []
    assert "<script" not in text
    assert not re.search(r'(src|href)="(?!#)', text)
    assert set(re.findall(r'href="#([^"]*)"', text)) <= set(re.findall(r'id="([^"]*)"', text))
    assert '<html lang="en">' in text
    assert 'name="viewport"' in text


def test_the_verdict_comes_first(folder):
    """Target and verdict, then profiles, then what was found with its commands, then the clauses."""
    text = (folder / "report.html").read_text()
    places = [
        text.index(word, text.index("<body>"))
        for word in (
            "<h1>Not conformant",
            "emulator:fault=blind-update",
            "<h2>Profiles",
            "<h2>Findings",
            "by section of the guide",
        )
    ]
    assert places == sorted(places)
    finding = text[text.index('id="finding-k8s.stale-update"') :]
    assert "kubectl replace --raw" in finding
    assert "What was not checked, and why" in text or "not asked" in text


def test_it_is_a_pure_function_of_the_log(folder, tmp_path):
    """judge --report writes the same page from the log alone."""
    assert main(["judge", str(folder / "events.jsonl"), "--report", str(tmp_path)]) == 1
    assert (tmp_path / "report.html").read_text() == (folder / "report.html").read_text()


def test_what_a_target_says_is_text(folder):
    """Markup in a target's answers stays text."""
    events, head = load(folder / "events.jsonl")
    judgement = judge(events)
    bad = "<img src=x onerror=alert(1)>"
    changed = [
        {**event, "trouble": {**event["trouble"], "observed": bad}}
        if event["event"] == "result" and event.get("trouble")
        else event
        for event in judgement.events
    ]
    text = page.text([{**changed[0], "target": bad}, *changed[1:]], head, judgement.score)
    assert bad not in text
    assert "&lt;img src=x" in text


def test_what_is_absent_says_why(folder):
    """A clause that is not applicable tells what the target does not have."""
    events, head = load(folder / "events.jsonl")
    why = "the target has no spare moon"
    told = {"verdict": "not-applicable", "clause": "k8s.stale-update", "expected": "", "observed": why}
    changed = [
        {**event, "trouble": told, "verdicts": {"k8s.stale-update": "not-applicable"}}
        if event["event"] == "result"
        else event
        for event in events
    ]
    assert why in page.text(changed, head, score(changed))
