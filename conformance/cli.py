"""``ma-conformance``: the command line."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import NoReturn

from conformance.verdict import ExitCode
from conformance.version import Version

COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("conformance.commands.run", "judge a target"),
    "judge": ("conformance.commands.judge", "judge a recorded run again, without a target"),
    "certify": ("conformance.commands.certify", "sign what a run's log shows"),
    "verify": ("conformance.commands.verify", "is a certificate to be believed?"),
    "diff": ("conformance.commands.diff", "what changed between two certificates"),
    "replay": ("conformance.commands.replay", "drive a target through a counterexample again, without Hypothesis"),
    "preflight": ("conformance.commands.preflight", "tell whether a target can be judged: doors and permissions"),
    "clean": ("conformance.commands.clean", "remove what an earlier run left behind"),
    "zoo": ("conformance.commands.zoo", "which known lies the suite sees, and by which check"),
    "cleanup": ("conformance.commands.cleanup", "delete old Models and the objects that only they name"),
    "list": ("conformance.commands.listing", "list the clauses"),
    "explain": ("conformance.commands.explain", "explain a clause or a check"),
    "completion": ("conformance.commands.completion", "print a shell's completion script"),
}
EPILOGUE = (
    "exit codes: 0 conformant, 1 not conformant, 2 inconclusive, 3 usage, 4 the suite broke or the target cannot be reached (no verdict), "
    "5 objects were left behind"
)


class _Parser(argparse.ArgumentParser):
    """argparse whose usage errors end with our code, and name what is known."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(ExitCode.USAGE, f"{self.prog}: {message}\n")


def _module(name: str) -> ModuleType:
    from importlib import import_module

    return import_module(name)


def parser(only: str = "") -> argparse.ArgumentParser:
    """The whole command line; with *only*, other commands stay empty (their modules are not loaded)."""
    top = _Parser(
        prog="ma-conformance",
        description="Judges a Michelangelo control plane against the operator guide.",
        epilog=EPILOGUE,
    )
    top.add_argument("--version", action=Version)
    commands = top.add_subparsers(dest="command", required=True, parser_class=_Parser, metavar="COMMAND")
    for name, (module, text) in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text, epilog=EPILOGUE if name == "run" else None)
        if not only or only == name:
            _module(module).options(command)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the answer is the exit code. Nothing unforeseen ends with 0."""
    words = list(sys.argv[1:] if argv is None else argv)
    chosen = next((word for word in words if word in COMMANDS), "")
    options = parser(chosen).parse_args(words)
    command: Callable[[argparse.Namespace], int] = _module(COMMANDS[options.command][0]).command
    try:
        return int(command(options))
    except ValueError as error:
        sys.stderr.write(f"ma-conformance: {error}\n")
        return ExitCode.USAGE
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read our output has seen enough; no verdict was given
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.HARNESS
    except Exception as error:
        sys.stderr.write(f"ma-conformance: the suite is at fault: {type(error).__name__}: {error}\n")
        if "--debug" in words:
            raise
        return ExitCode.HARNESS
