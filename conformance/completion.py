"""``ma-conformance completion SHELL``: a completion script, made from the command line's own parser."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

SHELLS = ("bash", "zsh", "fish")


def script(parser: argparse.ArgumentParser, shell: str, words: Mapping[str, Sequence[str]]) -> str:
    """The script for a shell: commands, flags, the words that a flag knows (*words*: more of them), files for paths."""
    import shtab

    for action in _actions(parser):
        for flag in action.option_strings or [action.dest]:
            action.choices = words.get(flag, action.choices)
        if action.type is Path:
            folder = str(action.metavar or "").startswith("DIR")
            action.complete = shtab.DIRECTORY if folder else shtab.FILE  # type: ignore[attr-defined]
    return str(shtab.complete(parser, shell))


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            commands: dict[str, Any] = action.choices
            for command in commands.values():
                yield from _actions(command)
