"""``aws s3``: which commands there are, and the words that each takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from emulator.node.programs import Invocation
from emulator.node.programs.aws import buckets, listing, transfer
from emulator.node.programs.aws.cli import FailedError, Globals, UsageError
from emulator.node.programs.aws.words import Words

_QUIET = ("quiet", "only-show-errors", "no-progress")
_FILTERS = ("exclude", "include")


@dataclass(frozen=True, slots=True)
class Command:
    """One command: what it takes, and who does it."""

    run: Callable[[Invocation, Globals, Words], int]
    paths: tuple[int, int]  # at least, at most
    bare: tuple[str, ...] = ()
    valued: tuple[str, ...] = field(default=())


_COMMANDS = {
    "ls": Command(listing.ls, (0, 1), ("recursive", "human-readable", "summarize"), ("page-size",)),
    "cp": Command(
        transfer.cp, (2, 2), ("recursive", "dryrun", *_QUIET), (*_FILTERS, "content-type", "acl", "expected-size")
    ),
    "mv": Command(transfer.mv, (2, 2), ("recursive", "dryrun", *_QUIET), (*_FILTERS, "content-type", "acl")),
    "sync": Command(
        transfer.sync, (2, 2), ("delete", "dryrun", "size-only", *_QUIET), (*_FILTERS, "content-type", "acl")
    ),
    "rm": Command(transfer.rm, (1, 1), ("recursive", "dryrun", *_QUIET), _FILTERS),
    "mb": Command(buckets.mb, (1, 1)),
    "rb": Command(buckets.rb, (1, 1), ("force",)),
    "presign": Command(buckets.presign, (1, 1), (), ("expires-in",)),
}


def run(call: Invocation, options: Globals, words: list[str]) -> int:
    """Run a command of ``aws s3``. Raises UsageError, FailedError, and what boto3 raises."""
    known = ", ".join(_COMMANDS)
    if not words:
        raise UsageError(f"the following arguments are required: subcommand (this stand-in knows {known})")
    command = _COMMANDS.get(words[0])
    if command is None:
        raise UsageError(f"argument subcommand: Invalid choice {words[0]!r}: this stand-in knows {known}")
    return command.run(call, options, _words(command, words[1:]))


def _words(command: Command, given: Iterable[str]) -> Words:
    """Paths and options. Raises UsageError, FailedError."""
    found = Words()
    unknown = []
    left = iter(given)
    for word in left:
        name, equals, value = word.removeprefix("--").partition("=")
        if not word.startswith("--"):
            found.paths.append(word)
        elif name in command.bare:
            found.flags.add(name)
        elif name in command.valued:
            found.values.append((name, value if equals else next(left, "")))
        else:
            unknown.append(word)
    least, most = command.paths
    unknown += found.paths[most:]
    if unknown:
        raise FailedError(f"Unknown options: {', '.join(unknown)}")
    if len(found.paths) < least:
        raise UsageError("the following arguments are required: paths")
    return found
