"""Something that a user wrote: a script, a manifest, a workflow; and a mistake in it."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.troubleshooting import Row


@dataclass(frozen=True, slots=True)
class Writing:
    """A text, where it is, and the commands that show it and change it."""

    name: str
    text: str
    look: str
    edit: str  # has {} where sed's expression goes; empty: it cannot be changed in place
    portable: bool = False  # runs on people's own machines, whatever they are

    def changed(self, expression: str) -> str:
        """A command that changes it by an (extended) expression of sed."""
        return self.edit.replace("{}", f"'{expression}'") if self.edit else f"{self.look} | sed -E '{expression}'"

    def applied(self) -> str:
        """A command that applies it, if it is a manifest."""
        return f"{self.look} | kubectl apply -f -"


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake at a line."""

    id: str
    line: int
    title: str
    row: Row
    said: str  # the words themselves
    fix: str
    scenario: str = ""
    grave: bool = True


def line_of(text: str, index: int) -> int:
    """The number of the line that an index is in, from 1."""
    return text.count("\n", 0, index) + 1
