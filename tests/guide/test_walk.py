"""The operator guide runs as printed."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta

import pytest
from conftest import ROOT
from guide.walk import CLOCK_START, Done, Step, Walk, steps

GUIDE = ROOT.parent / "shared" / "guide" / "model-registry.md"
_COMMAND = re.compile(
    r"(?:^|:)((?:kubectl (?:get|describe|run)|ma model get|your-serving-tool|echo) [^|]*|[A-Z_]+=\$\(.*)$"
)


def test_every_command_in_order(fresh_plane, tmp_path):
    """Each command, manifest and script of the guide, on a fresh plane, says what the guide says."""
    assert shutil.which("jq"), "the retention query needs jq: apt-get install jq, or brew install jq"
    plane = fresh_plane("--clock-start", CLOCK_START)
    folder = tmp_path / "walk"
    folder.mkdir()
    walk = Walk(plane.environment, folder)
    for done in walk.run():
        assert not done.failures, f"{done.shown}\n{done.output}\n{done.failures}"
    assert max(walk.cutoffs) - min(walk.cutoffs) < timedelta(seconds=60), "the forms of date are of one mind"
    assert len(walk.cutoffs) >= 2


def test_a_step_that_differs_is_seen():
    """Another exit code, a missing text, one too many, output where there is to be none: each is a failure of its own."""
    step = Step({"run": "x", "code": 1, "says": ["left"], "not": ["right"]})
    assert Done(step, "", "x", "right", 0).failures == [
        "it ends with 0, not 1",
        "it does not say 'left'",
        "it says 'right'",
    ]
    assert Done(step, "", "x", "left", 1).failures == []
    assert Done(Step({"run": "x", "quiet": True}), "", "x", "noise", 0).failures == ["it is to say nothing"]


def commands(text: str) -> list[str]:
    """The commands in a text, each with the lines that it goes on over."""
    found, lines = [], iter(text.splitlines())
    for line in lines:
        begun = _COMMAND.search(line.strip())
        if begun is None:
            continue
        whole = begun[1]
        while whole.endswith("\\") or whole.count("'") % 2:
            whole += "\n" + next(lines).strip()
        found.append(whole.removesuffix(" -"))  # the next item's dash
    return found


def manifests(text: str) -> list[list[str]]:
    """The manifests in a text, each as its lines without their indentation."""
    found: list[list[str]] = []
    for line in map(str.strip, text.splitlines()):
        if line.startswith("apiVersion:"):
            found.append([])
        elif not found or not found[-1] or not re.match(r"(- )?[\w.]+:( |$)|- s3://", line):
            found.append([])
            continue
        found[-1].append(line)
    return [lines for lines in found if lines]


def test_the_texts_commands_are_found():
    """The reader of the guide's text knows its forms: comments, continued lines, substitutions, quoted programs."""
    text = "Run:\nkubectl get x \\\n  -n y\n# why\nma model get -n y\nA=$(date)\n-\nLists it:kubectl get z \\\n| jq '.a\n| b' -\nma CLI\nkubectl get x hangs | why | how\n"
    assert commands(text) == [
        "kubectl get x \\\n-n y",
        "ma model get -n y",
        "A=$(date)",
        "kubectl get z \\\n| jq '.a\n| b'",
    ]
    assert manifests("x\napiVersion: v1\nkind: Role\nrules:\n- verbs: [a]\nProse follows\nname: no\n") == [
        ["apiVersion: v1", "kind: Role", "rules:", "- verbs: [a]"]
    ]


@pytest.mark.skipif(not GUIDE.exists(), reason="the guide is not part of the product")
def test_no_command_of_the_guide_is_missed():
    """What the guide's text has, the walk has: every command and every line of its manifests, in the guide's order."""
    text = GUIDE.read_text()
    walked = [command for step in steps() if "ours" not in step.row for command in commands(step.text)]
    assert [command for command in commands(text) if command not in walked] == []
    assert [command for command in walked if command not in commands(text)] == []
    assert walked == [command for command in commands(text) if command in walked]
    ours = [[line.strip() for line in step.text.splitlines()] for step in steps() if "manifest" in step.row]
    assert ours == manifests(text)
    policy = next(step.text for step in steps() if "policy" in step.row)
    assert policy in text
