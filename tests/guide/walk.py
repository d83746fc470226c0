"""Walks through the operator guide on a fresh plane: every command of it, filled in, with its output."""

from __future__ import annotations

import os
import re
import shlex
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
STEP_SECONDS = 60
KEPT = ("CUTOFF", "ARTIFACT_URI")  # shell variables that later steps read
CLOCK_START = (datetime.now(UTC) - timedelta(days=100)).strftime("%Y-%m-%dT%H:%M:%SZ")

SERVING_TOOL = """#!/bin/sh
# Stands for whatever takes the artifact: your-serving-tool deploy --artifact URI --target NAME
test "$1 $2 $4" = "deploy --artifact --target" && echo "deployed $3 to $5"
"""
BSD_DATE = """#!/usr/bin/env python3
# Stands for BSD's date, as far as: date -u -v-Nd +FORMAT
import re, sys, datetime
found = re.fullmatch(r"-u -v-([0-9]+)d [+](.*)", " ".join(sys.argv[1:]))
if found is None:
    sys.exit("date: illegal option")
now = datetime.datetime.now(datetime.timezone.utc)
print((now - datetime.timedelta(days=int(found[1]))).strftime(found[2]))
"""


@dataclass(frozen=True)
class Step:
    """One row of walk.yaml."""

    row: dict[str, Any]

    @property
    def text(self) -> str:
        """What the guide prints: a command or a document."""
        return str(self.row.get("run") or self.row.get("manifest") or self.row.get("policy")).rstrip("\n")


@dataclass(frozen=True)
class Done:
    """A step that was made."""

    step: Step
    section: str  # set where a section begins
    shown: str  # the command, filled in
    output: str
    code: int
    note: str = ""  # what stands in for something that this machine has not

    @property
    def failures(self) -> list[str]:
        """What is not as the step says."""
        row = self.step.row
        found = [f"it ends with {self.code}, not {row.get('code', 0)}"] if self.code != row.get("code", 0) else []
        found += [f"it does not say {text!r}" for text in row.get("says") or () if text not in self.output]
        found += [f"it says {text!r}" for text in row.get("not") or () if text in self.output]
        found += ["it is to say nothing"] if row.get("quiet") and self.output else []
        return found


def document() -> dict[str, Any]:
    """The walk, as data."""
    return yaml.safe_load((HERE / "walk.yaml").read_text())


def steps() -> list[Step]:
    """Its steps, in order."""
    return [Step(row) for row in document()["steps"]]


class Walk:
    """One walk: a folder of its own, the plane's variables, and what a shell remembers from step to step."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self.folder = folder
        self.values = {name: str(value) for name, value in document()["values"].items()}
        self.kept = folder / "kept.sh"
        self.kept.touch()
        self.output = folder / "github-output"
        self.output.touch()
        self.cutoffs: list[datetime] = []
        _program(folder / "bin" / "your-serving-tool", SERVING_TOOL)
        _program(folder / "bsd" / "date", BSD_DATE)
        path = f"{folder / 'bin'}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
        self.environment = {**environment, "PATH": path, "GITHUB_OUTPUT": str(self.output)}

    def run(self) -> Iterator[Done]:
        """Every step."""
        for step in steps():
            yield self._make(step)

    def _make(self, step: Step) -> Done:
        row, note = step.row, ""
        filled = self._filled(step.text)
        environment = dict(self.environment)
        if "manifest" in row:
            name = f"{yaml.safe_load(filled)['kind'].lower()}.yaml"
            (self.folder / name).write_text(filled + "\n")
            command = shown = f"kubectl apply -f {name}"
            shown = f"cat > {name} <<'EOF'\n{filled}\nEOF\n{command}"
        elif "policy" in row:
            (self.folder / "statement.json").write_text(filled + "\n")
            command = "\n".join(
                f"ma-emulator s3-policy {name} --set statement.json" for name in ("controller-manager", "task")
            )
            shown = f"cat > statement.json <<'EOF'\n{filled}\nEOF\n{command}"
        else:
            command = shown = filled
        if row.get("date") and not _has_date(row["date"]):
            if row["date"] == "gnu":
                return Done(step, row.get("section", ""), shown, "", 0, "not run: this machine's date is not GNU's")
            environment["PATH"] = f"{self.folder / 'bsd'}{os.pathsep}{environment['PATH']}"
            note = "a stand-in for BSD's date, which this machine has not"
        done = self._shell(command, environment)
        if row.get("section", "").startswith("Portable date") or "date" in row or "CUTOFF=" in command:
            self._remember_cutoff()
        return Done(step, row.get("section", ""), shown, done.stdout, done.returncode, note)

    def _shell(self, command: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """A command in bash, with the variables that earlier ones set."""
        kept, names = shlex.quote(str(self.kept)), " ".join(KEPT)
        script = f"source {kept}\n_keep() {{ declare -p {names} 2>/dev/null > {kept}; }}\ntrap _keep EXIT\n{command}\n"
        return subprocess.run(
            ["bash", "-c", script],
            env=environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=STEP_SECONDS,
        )

    def _remember_cutoff(self) -> None:
        found = re.search(r'CUTOFF="([^"]+)"', self.kept.read_text())
        assert found is not None, "the step sets CUTOFF"
        self.cutoffs.append(datetime.fromisoformat(found[1]))

    def _filled(self, text: str) -> str:
        """Placeholders and expressions put in; a pipeline's outputs are what its step wrote."""
        outputs = dict(line.partition("=")[::2] for line in self.output.read_text().splitlines())
        values = self.values | {f"steps.model.outputs.{name}": value for name, value in outputs.items()}
        text = re.sub(r"\$\{\{ *([\w.]+) *\}\}", lambda match: values[match[1]], text)
        return re.sub(r"<([a-z][a-z-]+)>", lambda match: values[match[1]], text)


def _has_date(sort: str) -> bool:
    """Whether this machine's date takes GNU's or BSD's words."""
    words = ["date", "-d", "90 days ago"] if sort == "gnu" else ["date", "-v-90d"]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


def _program(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
