"""Bodies that try to be more than they are."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.apiserver.apimachinery.codec import decode_json, decode_yaml, encode, encode_yaml, load


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


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"1.0", b"1"),
        (b"-0.0", b"0"),
        (b"1.2345678901234567e18", b"1234567890123456800"),
        (b"9007199254740993.0", b"9007199254740992"),
        (b"-9.223372036854775808e18", b"-9.223372036854776e+18"),
        (b"1e19", b"10000000000000000000"),
        (b"1.84623895366104e+19", b"1.84623895366104e+19"),
        (b"-1e19", b"-1e+19"),
        (b"99999999999999999999", b"1e+20"),
        (b"1e21", b"1e+21"),
    ],
)
def test_numbers_are_shown_as_go_shows_them(written: bytes, read: bytes) -> None:
    """Without a fraction where there is none, by the fewest digits that tell them; the exponent where 64 bits do not do."""
    assert encode(decode_json(b'{"a":%b}' % written)[0]) == b'{"a":%b}' % read


def test_integers_beyond_64_bits_in_yaml() -> None:
    """As in JSON."""
    assert encode(decode_yaml(b"a: 99999999999999999999")[0]) == b'{"a":1e+20}'


@given(st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**70), 2**70)))
def test_every_number_comes_back(number: float) -> None:
    """What is read, stored and read again is the same float."""
    value = decode_json(json.dumps({"a": number}).encode())[0]
    again = load(encode(value))
    assert math.isclose(float(again["a"]), float(number), rel_tol=0, abs_tol=0) and encode(again) == encode(value)


def test_a_number_that_nothing_can_hold() -> None:
    with pytest.raises(ValueError, match="out of range"):
        decode_yaml(b"a: " + b"9" * 400)


SCALARS = {
    "12:30": "12:30",
    "190:20:30.15": "190:20:30.15",
    "1e3": 1000,
    "1E-2": 0.01,
    "-.5": -0.5,
    "2.": 2,
    "017": 15,
    "0o17": 15,
    "09": 9,
    "0x1F": 31,
    "-0b11": -3,
    "1_000": 1000,
    "1.2.3": "1.2.3",
    "2026-01-31": "2026-01-31",
    "1e": "1e",
    "yes": True,
    "~": None,
}


@pytest.mark.parametrize(("written", "value"), [*SCALARS.items()])
def test_plain_scalars_are_what_go_yaml_makes_of_them(written: str, value: object) -> None:
    """sigs.k8s.io/yaml/goyaml.v2, resolve.go: no base 60, exponents without a dot, octals of both spellings."""
    assert decode_yaml(f"a: {written}".encode())[0] == {"a": value}


@pytest.mark.parametrize("text", [*SCALARS, "true", "", "plain", "a: b", "#"])
def test_a_text_that_reads_as_something_else_is_quoted(text: str) -> None:
    assert decode_yaml(encode_yaml({"a": text}))[0] == {"a": text}
