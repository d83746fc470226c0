"""Processes of containers, as the machine lists them."""

from __future__ import annotations

import subprocess


def alive(word: str) -> bool:
    """Whether one runs that was given this word."""
    return bool(_identifiers(word))


def identifier(word: str) -> int:
    """The process that was given this word."""
    (found,) = _identifiers(word)
    return found


def _identifiers(word: str) -> list[int]:
    """Its command is in its environment, which `ps` shows to its owner."""
    listed = subprocess.run(["ps", "axeww", "-o", "pid,args"], capture_output=True, text=True, check=True).stdout
    found = [line for line in listed.splitlines() if "emulator.node.launch" in line and f'"{word}"' in line]
    return [int(line.split()[0]) for line in found]
