"""CEL's grammar: text to a tree. Errors are worded and placed as cel-go's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from emulator.apiserver.schema.cel import literals

_TOKEN = re.compile(
    rf"""(?P<space>[ \t\r\n\f]+|//[^\n]*)
    |(?P<float>\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)
    |(?P<uint>(?:0x[0-9a-fA-F]+|\d+)[uU])
    |(?P<int>0x[0-9a-fA-F]+|\d+)
    |(?P<string>{literals.STRING})
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<op>==|!=|<=|>=|&&|\|\||[-+*/%<>!?:.,()\[\]{{}}])""",
    re.VERBOSE | re.DOTALL,
)
_RELATIONS = frozenset({"==", "!=", "<", "<=", ">", ">=", "in"})
_START = (
    "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"
)
MAX_DEPTH = 100


class CelSyntaxError(ValueError):
    """Text that is no expression; *at* is the offset of the trouble."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.message = message
        self.at = at


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of an expression: what it is, its parts, and where it stands in the text."""

    sort: str  # literal, name, select, optselect, index, optindex, call, method, list, map, struct, has, and the operators
    parts: tuple[Any, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the text."""

    sort: str
    text: str
    at: int


def tokens(text: str) -> list[Token]:
    """The words of an expression, an end mark last. Raises CelSyntaxError."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise CelSyntaxError(f"Syntax error: token recognition error at: '{literals.begun(text, at)}'", at)
        sort = match.lastgroup or ""
        if sort != "space":
            found.append(Token(sort, match.group(), at))
        at = match.end()
    found.append(Token("end", "<EOF>", len(text)))
    return found


@lru_cache(maxsize=2048)
def parse(text: str) -> Node:
    """The tree of an expression. Raises CelSyntaxError."""
    parser = _Parser(tokens(text))
    tree = parser.expression()
    token = parser.peek()
    if token.sort != "end":
        raise CelSyntaxError(f"Syntax error: extraneous input '{token.text}' expecting <EOF>", token.at)
    return tree


class _Parser:
    def __init__(self, words: list[Token]) -> None:
        self.words = words
        self.position = 0
        self.depth = 0

    def peek(self) -> Token:
        return self.words[self.position]

    def next(self) -> Token:
        token = self.words[self.position]
        self.position += 1
        return token

    def take(self, text: str) -> bool:
        token = self.peek()
        if token.text == text and token.sort in ("op", "name"):
            self.position += 1
            return True
        return False

    def expect(self, text: str) -> None:
        token = self.peek()
        if not self.take(text):
            raise CelSyntaxError(f"Syntax error: mismatched input '{token.text}' expecting '{text}'", token.at)

    def expression(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise CelSyntaxError("expression recursion limit exceeded: 100", self.peek().at)
        condition = self._or()
        at = self.peek().at
        if self.take("?"):
            yes = self._or()
            self.expect(":")
            condition = Node("?:", (condition, yes, self.expression()), at)
        self.depth -= 1
        return condition

    def _or(self) -> Node:
        left = self._and()
        while self.peek().text == "||":
            at = self.next().at
            left = Node("||", (left, self._and()), at)
        return left

    def _and(self) -> Node:
        left = self._relation()
        while self.peek().text == "&&":
            at = self.next().at
            left = Node("&&", (left, self._relation()), at)
        return left

    def _relation(self) -> Node:
        left = self._sum()
        while self.peek().text in _RELATIONS and self.peek().sort in ("op", "name"):
            token = self.next()
            left = Node(token.text, (left, self._sum()), token.at)
        return left

    def _sum(self) -> Node:
        left = self._product()
        while self.peek().sort == "op" and self.peek().text in ("+", "-"):
            token = self.next()
            left = Node(token.text, (left, self._product()), token.at)
        return left

    def _product(self) -> Node:
        left = self._unary()
        while self.peek().sort == "op" and self.peek().text in ("*", "/", "%"):
            token = self.next()
            left = Node(token.text, (left, self._unary()), token.at)
        return left

    def _unary(self) -> Node:
        token = self.peek()
        if token.sort == "op" and token.text in ("!", "-"):
            self.next()
            following = self.peek()
            if token.text == "-" and following.sort in ("int", "float"):  # the sign belongs to the literal
                self.words[self.position] = Token(following.sort, f"-{following.text}", token.at)
                return self._member()
            operand = self._unary()
            return Node("not" if token.text == "!" else "neg", (operand,), token.at)
        return self._member()

    def _member(self) -> Node:
        node = self._primary()
        while True:
            token = self.peek()
            if token.sort != "op":
                return node
            if token.text == ".":
                self.next()
                optional = self.take("?")
                word = self.next()
                if word.sort != "name":
                    raise CelSyntaxError(f"Syntax error: no viable alternative at input '.{word.text}'", word.at)
                if not optional and self.peek().text == "(":
                    at = self.next().at
                    node = _macro(Node("method", (node, word.text, tuple(self._arguments(")"))), at))
                else:
                    node = Node("optselect" if optional else "select", (node, word.text), token.at)
            elif token.text == "[":
                self.next()
                optional = self.take("?")
                index = self.expression()
                self.expect("]")
                node = Node("optindex" if optional else "index", (node, index), token.at)
            elif token.text == "{" and (name := dotted(node)) is not None:
                self.next()
                node = Node("struct", (name, tuple(self._members())), token.at)
            else:
                return node

    def _arguments(self, end: str) -> list[Node]:
        found: list[Node] = []
        if self.take(end):
            return found
        while True:
            found.append(self.expression())
            if self.take(end):
                return found
            self.expect(",")

    def _primary(self) -> Node:
        token = self.next()
        if token.sort in ("int", "uint", "float", "string"):
            return Node("literal", (_literal(token),), token.at)
        if token.sort == "name":
            return self._named(token)
        if token.text == "(" and token.sort == "op":
            inner = self.expression()
            self.expect(")")
            return inner
        if token.text == "[" and token.sort == "op":
            return Node("list", tuple(self._items()), token.at)
        if token.text == "{" and token.sort == "op":
            return Node("map", tuple(self._entries()), token.at)
        if token.text == "." and token.sort == "op" and self.peek().sort == "name":
            return self._named(self.next())
        raise CelSyntaxError(f"Syntax error: mismatched input '{token.text}' expecting {_START}", token.at)

    def _items(self) -> list[Node]:
        found: list[Node] = []
        while not self.take("]"):
            optional = self.take("?")
            item = self.expression()
            found.append(Node("optitem", (item,), item.at) if optional else item)
            if not self.take(","):
                self.expect("]")
                break
        return found

    def _entries(self) -> list[tuple[Node, Node]]:
        found: list[tuple[Node, Node]] = []
        while not self.take("}"):
            optional = self.take("?")
            key = self.expression()
            self.expect(":")
            found.append((Node("optitem", (key,), key.at) if optional else key, self.expression()))
            if not self.take(","):
                self.expect("}")
                break
        return found

    def _members(self) -> list[tuple[str, bool, Node]]:
        """The fields of a struct: name, whether it is left out when its value is, value."""
        found: list[tuple[str, bool, Node]] = []
        while not self.take("}"):
            optional = self.take("?")
            word = self.next()
            if word.sort != "name":
                raise CelSyntaxError(f"Syntax error: mismatched input '{word.text}' expecting IDENTIFIER", word.at)
            self.expect(":")
            found.append((word.text, optional, self.expression()))
            if not self.take(","):
                self.expect("}")
                break
        return found

    def _named(self, token: Token) -> Node:
        constants = {"true": True, "false": False, "null": None}
        if token.text in constants:
            return Node("literal", (constants[token.text],), token.at)
        if self.peek().text == "(" and self.peek().sort == "op":
            at = self.next().at
            return _macro(Node("call", (token.text, tuple(self._arguments(")"))), at))
        return Node("name", (token.text,), token.at)


def dotted(node: Node) -> str | None:
    """``a.b`` as a text, when it is a chain of names."""
    if node.sort == "name":
        return str(node.parts[0])
    if node.sort == "select":
        inner = dotted(node.parts[0])
        return f"{inner}.{node.parts[1]}" if inner else None
    return None


def _macro(node: Node) -> Node:
    """``has(a.b)`` is about the field, not its value; ``x.all(v, ...)`` binds a variable."""
    if node.sort == "call" and node.parts[0] == "has" and len(node.parts[1]) == 1:
        field = node.parts[1][0]
        if field.sort not in ("select", "optselect"):
            raise CelSyntaxError("invalid argument to has() macro", field.at)
        return Node("has", (field.parts[0], field.parts[1]), node.at)
    if node.sort == "method" and node.parts[1] in MACROS:
        counts = MACROS[node.parts[1]]
        names = node.parts[2]
        if len(names) in counts and names[0].sort == "name":
            return Node("macro", node.parts, node.at)
    return node


MACROS = {
    "all": (2, 3),
    "exists": (2, 3),
    "exists_one": (2, 3),
    "existsOne": (2, 3),
    "map": (2, 3),
    "filter": (2,),
    "transformList": (3, 4),
    "transformMap": (3, 4),
    "transformMapEntry": (3, 4),
    "optMap": (2,),
    "optFlatMap": (2,),
    "bind": (3,),
}


def _literal(token: Token) -> Any:
    try:
        return literals.string(token.text) if token.sort == "string" else literals.number(token.sort, token.text)
    except ValueError as error:
        raise CelSyntaxError(str(error), token.at) from None
