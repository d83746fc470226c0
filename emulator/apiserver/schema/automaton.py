"""Whether a regular expression matches, in time linear in the text: for expressions on which backtracking never ends.

Theory of operation. Python's own parser gives the tree of a translated expression (RE2 has neither look-around nor backreferences).
It becomes a nondeterministic automaton; its sets of states are followed through the text at once, and each step is remembered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

MANY = 8  # repeats beyond which a repetition counts as unlimited
MOST_REPEATS = 1000  # of repetitions within each other, multiplied (Go's regexp/syntax)
REMEMBERED = 20_000
_WORD = re.compile(r"\w", re.ASCII)
_CATEGORIES = {
    sre.CATEGORY_DIGIT: re.compile(r"\d", re.ASCII),
    sre.CATEGORY_NOT_DIGIT: re.compile(r"\D", re.ASCII),
    sre.CATEGORY_SPACE: re.compile(r"\s", re.ASCII),
    sre.CATEGORY_NOT_SPACE: re.compile(r"\S", re.ASCII),
    sre.CATEGORY_WORD: _WORD,
    sre.CATEGORY_NOT_WORD: re.compile(r"\W", re.ASCII),
}
Takes = Callable[[str], bool]
Around = tuple[bool, bool, bool, bool, bool, bool]
"""What stands at a position: the beginning, a line's beginning, the end, a line's end, a word before it, a word after it."""


def tree_of(pattern: re.Pattern[str]) -> Any:
    """A compiled expression as Python's parser sees it."""
    return parser.parse(pattern.pattern, pattern.flags)


def explodes(tree: Iterable[Any]) -> bool:
    """Whether backtracking may take more than the square of the text's length: repetitions within or behind each other."""
    return _unlimited(tree, inside=False) > 1


def _unlimited(tree: Iterable[Any], *, inside: bool) -> int:
    """How many repetitions without a limit there are; one within another is too many at once."""
    count = 0
    for op, value in tree:
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            open_ended = value[1] > MANY and value[0] != value[1]
            count += _unlimited(value[2], inside=inside or value[1] > 1)
            count += (2 if inside else 1) if open_ended else 0
        elif op is sre.SUBPATTERN:
            count += _unlimited(value[3], inside=inside)
        elif op is sre.BRANCH:
            count += sum(_unlimited(branch, inside=inside) for branch in value[1])
    return count


def oversized(tree: Iterable[Any], room: int = MOST_REPEATS) -> str:
    """The innermost repetition that, written out within the others, is more than Go takes (``{500}``); empty: none is."""
    for op, value in tree:
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            least, most, inner = value
            times = least if most is sre.MAXREPEAT else most
            if times > room:
                return f"{{{least}}}" if least == most else f"{{{least},{'' if most is sre.MAXREPEAT else most}}}"
            found = oversized(inner, room // times if times else room)
        elif op is sre.SUBPATTERN:
            found = oversized(value[3], room)
        elif op is sre.BRANCH:
            found = next(filter(None, (oversized(branch, room) for branch in value[1])), "")
        else:
            continue
        if found:
            return found
    return ""


class Automaton:
    """An expression as a set of states that move together."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._takes: list[Takes | None] = []  # state -> what it takes (None: nothing, it only leads on)
        self._next: list[list[tuple[Any, int]]] = []  # state -> (what has to hold here, state)
        self._end = self._state()
        self._start = self._build(parser.parse(pattern.pattern, pattern.flags), pattern.flags, self._end)
        self._steps: dict[tuple[frozenset[int], Around, str], tuple[bool, frozenset[int]]] = {}

    def search(self, text: str) -> bool:
        """Whether the expression matches anywhere in the text."""
        start = frozenset({self._start})
        states, before = start, ""
        for after in (*text, ""):
            around = _around(before, after)
            key = (states, around, after)
            step = self._steps.get(key)
            if step is None:
                step = self._step(states, around, after)
                if len(self._steps) >= REMEMBERED:
                    self._steps.clear()
                self._steps[key] = step
            if step[0]:
                return True
            states, before = step[1] | start, after
        return False

    def _step(self, states: frozenset[int], around: Around, char: str) -> tuple[bool, frozenset[int]]:
        """Whether the end is reached here, and the states behind the next character."""
        waiting, seen = list(states), set(states)
        behind: set[int] = set()
        while waiting:
            state = waiting.pop()
            takes = self._takes[state]
            for condition, following in self._next[state]:
                if takes is not None:
                    if char and takes(char):
                        behind.add(following)
                elif following not in seen and (condition is None or _holds(condition, around)):
                    seen.add(following)
                    waiting.append(following)
        return self._end in seen, frozenset(behind)

    # Building, from the end to the beginning

    def _state(self, takes: Takes | None = None, *following: tuple[Any, int]) -> int:
        self._takes.append(takes)
        self._next.append(list(following))
        return len(self._takes) - 1

    def _build(self, tree: Iterable[Any], flags: int, end: int) -> int:
        for op, value in reversed(list(tree)):
            end = self._one(op, value, flags, end)
        return end

    def _one(self, op: Any, value: Any, flags: int, end: int) -> int:
        if op is sre.SUBPATTERN:
            _, more, less, tree = value
            return self._build(tree, (flags | more) & ~less, end)
        if op is sre.BRANCH:
            return self._state(None, *((None, self._build(branch, flags, end)) for branch in value[1]))
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            least, most, tree = value
            return self._repeat(least, most, tree, flags, end)
        if op is sre.AT:
            return self._state(None, ((value, bool(flags & re.MULTILINE)), end))
        return self._state(_taker(op, value, flags), (None, end))

    def _repeat(self, least: int, most: int, tree: Any, flags: int, end: int) -> int:
        if most is sre.MAXREPEAT:
            loop = self._state(None, (None, end))
            self._next[loop].insert(0, (None, self._build(tree, flags, loop)))
            end = loop
        else:
            out = end
            for _ in range(most - least):
                end = self._state(None, (None, self._build(tree, flags, end)), (None, out))
        for _ in range(least):
            end = self._build(tree, flags, end)
        return end


def _around(before: str, after: str) -> Around:
    return (
        not before,
        before in ("", "\n"),
        not after,
        after in ("", "\n"),
        bool(before and _WORD.match(before)),
        bool(after and _WORD.match(after)),
    )


def _holds(condition: tuple[Any, bool], around: Around) -> bool:
    where, lines = condition
    begins, line_begins, ends, line_ends, word_before, word_after = around
    if where is sre.AT_BEGINNING:
        return line_begins if lines else begins
    if where is sre.AT_END:
        return line_ends if lines else ends
    if where is sre.AT_BOUNDARY:
        return word_before != word_after
    if where is sre.AT_NON_BOUNDARY:
        return word_before == word_after
    return begins if where is sre.AT_BEGINNING_STRING else ends


def _taker(op: Any, value: Any, flags: int) -> Takes:
    """Which characters an atom takes."""
    if op is sre.ANY:
        return (lambda char: True) if flags & re.DOTALL else (lambda char: char != "\n")
    if op is sre.NOT_LITERAL:
        return _set([(sre.NEGATE, None), (sre.LITERAL, value)], flags)
    return _set([(op, value)] if op is not sre.IN else value, flags)


def _set(items: list[Any], flags: int) -> Takes:
    negated = bool(items) and items[0][0] is sre.NEGATE
    members = [item for item in items if item[0] is not sre.NEGATE]

    def one(char: str) -> bool:
        code = ord(char)
        for op, value in members:
            if op is sre.LITERAL:
                if code == value:
                    return True
            elif op is sre.RANGE:
                if value[0] <= code <= value[1]:
                    return True
            elif _CATEGORIES[value].match(char):
                return True
        return False

    def takes(char: str) -> bool:
        found = one(char)
        if not found and flags & re.IGNORECASE:
            found = any(len(other) == 1 and one(other) for other in (char.lower(), char.upper()))
        return found != negated

    return takes
