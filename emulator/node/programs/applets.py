"""What busybox is used for when somebody tries something: a few commands, without a shell."""

from __future__ import annotations

import os
import re
import sys
import time

from emulator.node.programs import Invocation

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


def main(call: Invocation) -> int:
    """Run one; the answer is its exit code."""
    name, *words = call.argv
    return _APPLETS[name](call, words)


def _echo(call: Invocation, words: list[str]) -> int:
    newline = words[:1] != ["-n"]
    sys.stdout.write(" ".join(words if newline else words[1:]) + ("\n" if newline else ""))
    return 0


def _cat(call: Invocation, words: list[str]) -> int:
    code = 0
    for word in words or ["-"]:
        try:
            if word == "-":
                while data := os.read(0, 65536):
                    sys.stdout.buffer.write(data)
                    sys.stdout.buffer.flush()
            else:
                sys.stdout.buffer.write(call.path(word).read_bytes())
        except OSError as error:
            sys.stderr.write(f"cat: can't open '{word}': {error.strerror or error}\n")
            code = 1
    return code


def _env(call: Invocation, words: list[str]) -> int:
    if words:
        sys.stderr.write("env: this one only prints the environment\n")
        return 1
    sys.stdout.write("".join(f"{name}={value}\n" for name, value in call.env.items()))
    return 0


def _printenv(call: Invocation, words: list[str]) -> int:
    if not words:
        return _env(call, words)
    found = [call.env[word] for word in words if word in call.env]
    sys.stdout.write("".join(f"{value}\n" for value in found))
    return 0 if len(found) == len(words) else 1


def _sleep(call: Invocation, words: list[str]) -> int:
    total = 0.0
    for word in words:
        match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", word)
        if match is None:
            sys.stderr.write(f"sleep: invalid number '{word}'\n")
            return 1
        total += float(match[1]) * _UNITS[match[2]]
    if not words:
        sys.stderr.write("sleep: missing operand\n")
        return 1
    time.sleep(total)
    return 0


def _yes(call: Invocation, words: list[str]) -> int:
    line = (" ".join(words) or "y") + "\n"
    while True:
        sys.stdout.write(line)


def _hostname(call: Invocation, words: list[str]) -> int:
    sys.stdout.write(call.env.get("HOSTNAME", "") + "\n")
    return 0


_APPLETS = {
    "cat": _cat,
    "echo": _echo,
    "env": _env,
    "false": lambda call, words: 1,
    "hostname": _hostname,
    "printenv": _printenv,
    "sleep": _sleep,
    "true": lambda call, words: 0,
    "yes": _yes,
}
