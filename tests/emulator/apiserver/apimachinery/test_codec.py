"""Bodies that try to be more than they are."""

from __future__ import annotations

import pytest

from emulator.apiserver.apimachinery.codec import decode_json, decode_yaml


def bomb(levels: int, width: int = 9) -> bytes:
    """A YAML document of *levels* lists, each *width* times the one before."""
    lines = [f"l0: &l0 [{', '.join(['x'] * width)}]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * width)}]" for n in range(1, levels)]
    return "\n".join(lines).encode()


@pytest.mark.parametrize("body", [bomb(5), bomb(9), bomb(50)])
def test_aliases_that_come_to_too_much(body: bytes) -> None:
    with pytest.raises(ValueError, match="yaml: document contains excessive aliasing"):
        decode_yaml(body)


def test_what_contains_itself() -> None:
    with pytest.raises(ValueError, match="contains itself"):
        decode_yaml(b"a: &a [*a]")


def test_honest_aliases() -> None:
    """Anchors that many documents share are no bomb, and merge keys work."""
    assert decode_yaml(b"a: &a {b: c}\nd: *a\ne: {<<: *a, f: g}")[0]["e"] == {"b": "c", "f": "g"}
    shared = "base: &base {b: c}\nitems:\n" + "- *base\n" * 200
    assert len(decode_yaml(shared.encode())[0]["items"]) == 200


@pytest.mark.parametrize("body", [b'{"a":' * 100_000, b"[" * 100_000 + b"]" * 100_000])
def test_what_is_nested_too_deeply(body: bytes) -> None:
    with pytest.raises(ValueError):
        decode_json(body)
    with pytest.raises(ValueError):
        decode_yaml(b"a: " + body)
