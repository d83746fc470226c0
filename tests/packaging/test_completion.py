"""Completion scripts, asked as a shell asks them."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

import pytest


@cache
def script(house: str, shell: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", house, "completion", shell], capture_output=True, text=True, timeout=30, check=True
    )
    return done.stdout


def completed(source: str, program: str, *words: str) -> list[str]:
    """What bash offers for the last word."""
    line = f"""
{source}
COMP_WORDS=({program} "$@"); COMP_CWORD=$#; COMP_LINE="${{COMP_WORDS[*]}}"; COMP_POINT=${{#COMP_LINE}}
complete -p {program} >/dev/null || exit 9
function=$(complete -p {program} | sed -E 's/.* -F ([^ ]+) .*/\\1/')
"$function" {program} "${{COMP_WORDS[COMP_CWORD]}}" "${{COMP_WORDS[COMP_CWORD-1]}}"
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    done = subprocess.run(
        ["bash", "--norc", "-c", line, "bash", *words], capture_output=True, text=True, timeout=30, check=True
    )
    return done.stdout.split()


@pytest.mark.parametrize(
    ("house", "words", "offered"),
    [
        ("emulator", ["re"], {"register", "reset"}),
        ("emulator", ["up", "--dialect", ""], {"guide", "upstream"}),
        ("emulator", ["exec", "--fault", "blind"], {"blind-update"}),
        ("emulator", ["snapshot", "s"], {"save"}),
        ("conformance", ["cer"], {"certify"}),
        ("conformance", ["run", "--budget", "sm"], {"smoke"}),
        ("conformance", ["run", "--check", "stale"], {"stale-update"}),
        ("conformance", ["explain", "crd.pre"], {"crd.present"}),
    ],
)
def test_bash_completes(house: str, words: list[str], offered: set[str]) -> None:
    """Commands, the words of flags, and names that only the product knows."""
    found = set(completed(script(house, "bash"), f"ma-{house}", *words))
    assert offered <= found
    assert all(word.startswith(words[-1]) for word in found)


def test_paths_complete_as_files() -> None:
    """A flag that takes a path offers files; one that takes a folder, folders."""
    found = completed(script("emulator", "bash"), "ma-emulator", "up", "--seed", "/us")
    assert any(word.startswith("/usr") for word in found)


@pytest.mark.parametrize("house", ["emulator", "conformance"])
@pytest.mark.parametrize(("shell", "start"), [("zsh", "#compdef ma-{house}"), ("fish", "# AUTOMATICALLY")])
def test_other_shells_have_every_command(house: str, shell: str, start: str) -> None:
    """zsh and fish get a script with the same commands."""
    text = script(house, shell)
    assert text.startswith(start.format(house=house))
    for command in {"emulator": ("up", "register"), "conformance": ("run", "certify")}[house]:
        assert command in text
