"""Semantic versions, as Kubernetes' CEL library reads and orders them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from emulator.apiserver.schema.cel.values import CelError

_IDENTIFIERS = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_NUMBER = r"(0|[1-9][0-9]*)"
_VERSION = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-({_IDENTIFIERS}))?(?:\+({_IDENTIFIERS}))?")


@dataclass(frozen=True, slots=True)
class Semver:
    """A version; what was built how does not count in its order."""

    major: int
    minor: int
    patch: int
    before: tuple[str, ...] = ()  # the identifiers of a pre-release
    build: str = ""

    def compare(self, other: Semver) -> int:
        """-1, 0 or 1."""
        one, two = self._order(), other._order()
        return (one > two) - (one < two)

    def _order(self) -> tuple[object, ...]:
        parts = [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in self.before]
        return (self.major, self.minor, self.patch, not self.before, parts)


def parse_semver(text: str, normalize: bool = False) -> Semver:
    """A version; *normalize* also takes ``v1``, ``1.2`` and ``01.2.3``. Raises CelError."""
    match = _VERSION.fullmatch(_normalized(text) if normalize else text)
    identifiers = (match.group(4) or "").split(".") if match else []
    if match is None or any(len(part) > 1 and part.isdigit() and part[0] == "0" for part in identifiers):
        dots = text.partition("-")[0].partition("+")[0].count(".")
        raise CelError("No Major.Minor.Patch elements found" if dots < 2 else f'Invalid character(s) found in "{text}"')
    before = tuple(part for part in identifiers if part)
    return Semver(int(match.group(1)), int(match.group(2)), int(match.group(3)), before, match.group(5) or "")


def _normalized(text: str) -> str:
    numbers, rest = re.match(r"([^-+]*)(.*)", text.strip().removeprefix("v"), re.DOTALL).groups()  # type: ignore[union-attr]
    parts = [part.lstrip("0") or "0" if part else part for part in numbers.split(".")]
    if len(parts) < 3 and not rest:
        parts += ["0"] * (3 - len(parts))
    return ".".join(parts) + rest
