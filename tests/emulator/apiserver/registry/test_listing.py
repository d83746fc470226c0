"""What a resourceVersion may be, and in which order lists are."""

from __future__ import annotations

import pytest
from contracts.front_door import FrontDoor

from emulator.apiserver.apimachinery.errors import StatusError
from emulator.apiserver.registry.listing import parse_revision


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("0" * 30 + "7", 7), (str(2**64 - 1), 2**64 - 1)])
def test_a_resource_version_is_an_unsigned_number_of_64_bits(text: str, number: int) -> None:
    assert parse_revision(text) == number


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("-1", "invalid syntax"),
        ("abc", "invalid syntax"),
        (str(2**64), "value out of range"),
        ("9" * 5000, "value out of range"),
    ],
)
def test_anything_else_is_refused_as_go_says_it(text: str, why: str) -> None:
    with pytest.raises(StatusError, match=f'strconv.ParseUint: parsing "{text}": {why}$'):
        parse_revision(text)


def test_pages_over_all_namespaces_are_in_etcds_order() -> None:
    """Namespace a-b comes before a, as "a-b/" does before "a/"; continue tokens lead through all of them."""
    door = FrontDoor()
    for namespace in ("a", "a-b", "a0"):
        door.make("/api/v1/namespaces", {"metadata": {"name": namespace}})
        for name in ("y", "x"):
            door.make(f"/api/v1/namespaces/{namespace}/secrets", {"metadata": {"name": name}})
    found, token = [], ""
    while not found or token:
        page = door.ask("GET", f"/api/v1/secrets?limit=1&continue={token}").json()
        found += [f"{item['metadata']['namespace']}/{item['metadata']['name']}" for item in page["items"]]
        token = page["metadata"].get("continue")
    assert found == ["a-b/x", "a-b/y", "a/x", "a/y", "a0/x", "a0/y"]
    door.close()
