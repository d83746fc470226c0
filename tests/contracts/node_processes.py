"""Processes of containers, as the machine lists them."""

from __future__ import annotations

import subprocess


def alive(word: str) -> bool:
    """Whether one runs that was given this word: its command is in its environment, which `ps` shows to its owner."""
    listed = subprocess.run(["ps", "axeww", "-o", "args"], capture_output=True, text=True, check=True).stdout
    return any("emulator.node.launch" in line and f'"{word}"' in line for line in listed.splitlines())
