"""Mistakes in shell: waiting for Ready, fields of the other dialect, dates that only GNU knows, PATH overwritten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields

from emulator.doctor.writing import Mistake, Writing, line_of
from emulator.michelangelo.spelling import SPELLINGS, Spelling
from emulator.troubleshooting import PATH_VARIABLE, PORTABLE_DATES, SERVER_READY, SPELLING, WAIT_READY

_WAIT = re.compile(r"\bkubectl\b[^\n;|&]*?\swait\s[^\n;|&]*")
_READY = re.compile(r"--for[= ]['\"]?condition=['\"]?ready\b", re.IGNORECASE)
_MODEL = re.compile(r"(?:^|[\s'\"])models?(?:\.michelangelo\.api)?(?:/|\s|$)")
_SERVER = re.compile(r"(?:^|[\s'\"])inferenceservers?(?:\.michelangelo\.api)?(?:/|\s|$)")
_GNU_DATE = re.compile(r"\bdate\s[^\n;|&)]*?(?:-d[ '\"]|--date)")
_OTHER_DATE = re.compile(r"\bdate\s[^\n]*-v[-+]?\d|python3?\s+-c|timedelta")
_PATH = re.compile(r"(?:^|[\s;])(?:export\s+)?PATH=\"?\$\(\s*kubectl\b[^\n]*")


def mistakes(writing: Writing, dialect: str) -> Iterator[Mistake]:
    """Every mistake in a text; *dialect* empty: what depends on it is not judged."""
    text = writing.text.replace("\\\n", "  ")  # a command that goes on; offsets and lines stay
    yield from _waits(writing, text, dialect)
    if dialect:
        yield from _spelled(text, dialect, writing)
    for found in _PATH.finditer(text):
        yield Mistake(
            "scripts.path",
            line_of(writing.text, found.start() + 1),
            "the variable PATH is overwritten with an artifact's URI",
            PATH_VARIABLE,
            found.group().strip(),
            writing.changed(r's/\bPATH=("?\$\()/ARTIFACT_URI=\1/') + "   # and where it is used",
        )
    if writing.portable and not _OTHER_DATE.search(text):
        for found in _GNU_DATE.finditer(text):
            yield Mistake(
                "scripts.date",
                line_of(writing.text, found.start()),
                "date -d is known to GNU only",
                PORTABLE_DATES,
                found.group().strip(),
                'python3 -c "from datetime import datetime, timedelta, timezone; '
                "print((datetime.now(timezone.utc) - timedelta(days=90)).strftime('%Y-%m-%dT%H:%M:%SZ'))\"",
                grave=False,
            )


def _waits(writing: Writing, text: str, dialect: str) -> Iterator[Mistake]:
    for found in _WAIT.finditer(text):
        command = " ".join(found.group().split())
        if not _READY.search(command):
            continue
        line = line_of(writing.text, found.start())
        if _MODEL.search(command):
            field = SPELLINGS[dialect or "guide"].deployable_artifact_uri
            title = "it waits for the condition Ready of a Model, which has no conditions"
            fix = _gated(command, f"jsonpath='{{.spec.{field}[0]}}'")
            yield Mistake("scripts.wait-ready", line, title, WAIT_READY, command, fix, "waiting-for-ready-on-a-model")
        elif _SERVER.search(command):
            fix = _gated(command, "condition=ModelConfigProvision=CONDITION_STATUS_TRUE")
            title = "it waits for the condition Ready of an InferenceServer, which there is not"
            yield Mistake("scripts.wait-ready-server", line, title, SERVER_READY, command, fix)


def _gated(command: str, gate: str) -> str:
    """The command with another condition to wait for."""
    return re.sub(r"--for[= ]\S+", lambda _: f"--for={gate}", command)


def _spelled(text: str, dialect: str, writing: Writing) -> Iterator[Mistake]:
    """Jsonpaths and jq filters that name a Model's field as the other dialect spells it: they print nothing."""
    for wrong, right in foreign(dialect).items():
        for found in re.finditer(rf"\.spec\.{wrong}\b", text):
            yield Mistake(
                "scripts.spelling",
                line_of(writing.text, found.start()),
                f"{wrong} is {right} in this cluster's dialect ({dialect})",
                SPELLING,
                found.group(),
                writing.changed(rf"s/\.spec\.{wrong}\b/.spec.{right}/g"),
            )


def foreign(dialect: str) -> dict[str, str]:
    """Fields as the other dialect spells them, each with the spelling of this one."""
    mine, other = SPELLINGS[dialect], SPELLINGS["upstream" if dialect == "guide" else "guide"]
    pairs = {getattr(other, one.name): getattr(mine, one.name) for one in fields(Spelling)}
    return {wrong: right for wrong, right in pairs.items() if wrong != right}
