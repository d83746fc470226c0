"""Directives of strategic merge patches whose form is wrong, or that contradict the rest of the patch."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.apiserver.apimachinery.patch import strategic

NODE: dict[str, Any] = {
    "properties": {
        "volumes": {
            "x-kubernetes-patch-merge-key": "name",
            "x-kubernetes-patch-strategy": "merge,retainKeys",
            "items": {"properties": {"name": {}, "hostPath": {}, "emptyDir": {}}},
        },
        "finalizers": {"x-kubernetes-patch-strategy": "merge"},
    }
}
LIVE: dict[str, Any] = {"volumes": [{"name": "v", "emptyDir": {}}], "finalizers": ["a", "b"]}
ORDER = "The order in patch list:\n%s\n doesn't match $setElementOrder list:\n%s\n"


def patched(patch: dict[str, Any]) -> dict[str, Any]:
    return strategic.apply(LIVE | {}, patch, NODE, lambda _: {})


@pytest.mark.parametrize(
    ("patch", "text"),
    [
        ({"volumes": [{"$retainKeys": ["name"], "name": "v", "hostPath": {}}]}, "invalid patch format of retainKeys"),
        ({"volumes": [{"$retainKeys": "name", "name": "v"}]}, "invalid patch format of retainKeys"),
        ({"$deleteFromPrimitiveList/finalizers": "a"}, "invalid patch format of primitive list"),
        ({"$setElementOrder/finalizers": "a"}, "invalid patch format of setElementOrder list"),
        ({"$setElementOrder/finalizers": 1, "finalizers": ["c"]}, "invalid patch format of setElementOrder list"),
    ],
)
def test_a_directive_of_the_wrong_form_is_a_bad_request(patch: dict[str, Any], text: str) -> None:
    with pytest.raises(strategic.FormatError, match=f"^{text}$"):
        patched(patch)


@pytest.mark.parametrize(
    ("patch", "text"),
    [
        (
            {"$setElementOrder/volumes": [{"name": "v"}], "volumes": [{"name": "z"}]},
            ORDER % ("[map[name:z]]", "[map[name:v]]"),
        ),
        ({"$setElementOrder/finalizers": ["a", "c"], "finalizers": ["c", "a"]}, ORDER % ("[c a]", "[a c]")),
        ({"volumes": [{"$patch": "replace"}, 1]}, "expected a map in a list with merge key name, got 1"),
        ({"volumes": [{"a": {"b": True}}]}, "map: map[a:map[b:true]] does not contain declared merge key: name"),
    ],
)
def test_a_patch_that_contradicts_itself_is_said_in_go_s_words(patch: dict[str, Any], text: str) -> None:
    with pytest.raises(strategic.DirectiveError) as failed:
        patched(patch)
    assert str(failed.value) == text


def test_retained_keys_and_an_order_that_names_more_are_taken() -> None:
    order = {"$setElementOrder/volumes": [{"name": "z"}, {"name": "v"}]}
    volumes = [
        {"name": "z"},
        {"name": "v", "$retainKeys": ["name", "hostPath"], "hostPath": {"path": "/"}, "emptyDir": None},
    ]
    assert patched({**order, "volumes": volumes})["volumes"] == [
        {"name": "z"},
        {"name": "v", "hostPath": {"path": "/"}},
    ]
