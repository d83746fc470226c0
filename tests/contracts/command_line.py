"""``ma-emulator`` in the test's own process, at a running plane: what a user types, without starting Python for each."""

from __future__ import annotations

from collections.abc import Callable

from emulator.cli import main

Run = Callable[..., tuple[int, str, str]]


def at(plane, monkeypatch, capsys) -> Run:
    """Runs commands in the plane's environment; gives exit code, standard output and standard error."""
    for name, value in plane.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("MA_TRITON", plane.doors["triton_address"])

    def run(*words: str) -> tuple[int, str, str]:
        try:
            code = main(words)
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run
