"""Between protobuf and JSON: any message of any kind, in either spelling."""

from __future__ import annotations

import importlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.michelangelo.crds.generate import camel, guide
from emulator.michelangelo.rpc.convert import ConversionError, from_json, is_map, to_json

KINDS = ("cluster", "deployment", "inference_server", "model_family", "model", "project", "revision")
_BOOL, _ENUM, _STRING, _BYTES, _MESSAGE = 8, 14, 9, 12, 11
_FLOAT = {1: 64, 2: 32}
_RANGES = {3: (-(2**63), 2**63 - 1), 4: (0, 2**64 - 1), 5: (-(2**31), 2**31 - 1), 13: (0, 2**32 - 1)}
_TIMES = ("google.protobuf.Duration", "google.protobuf.Timestamp")
_TEXT = st.text(st.characters(codec="utf-8"), max_size=6)


def message_class(module: str, name: str) -> Any:
    return getattr(importlib.import_module(f"michelangelo.gen.api.v2.{module}_pb2"), name)


def kind_of(module: str) -> str:
    return "".join(part.capitalize() for part in module.split("_"))


def scalar(draw: Any, field: Any) -> Any:
    if field.type == _BOOL:
        return draw(st.booleans())
    if field.type == _ENUM:
        return draw(st.sampled_from([value.number for value in field.enum_type.values]))
    if field.type == _STRING:
        return draw(_TEXT)
    if field.type == _BYTES:
        return draw(st.binary(max_size=6))
    if field.type in _FLOAT:
        return draw(st.floats(-1e6, 1e6, width=_FLOAT[field.type]))
    return draw(st.integers(*_RANGES[field.type]))


def fill(draw: Any, message: Any, depth: int) -> None:
    """Set some fields to anything."""
    for field in message.DESCRIPTOR.fields:
        if not draw(st.booleans()):
            continue
        if is_map(field):
            item = field.message_type.fields_by_name["value"]
            for key in draw(st.lists(_TEXT, max_size=2)):
                if item.type == _MESSAGE:
                    fill(draw, getattr(message, field.name)[key], depth - 1)
                else:
                    getattr(message, field.name)[key] = scalar(draw, item)
        elif field.type == _MESSAGE and field.message_type.full_name == "google.protobuf.Struct":
            if not field.is_repeated:
                getattr(message, field.name).update({"a": 1.5, "b": ["x", None, True]})
        elif field.type == _MESSAGE and field.message_type.full_name in _TIMES:
            getattr(message, field.name).seconds = draw(st.integers(0, 10**9))
        elif field.type == _MESSAGE:
            if depth and not field.message_type.full_name.startswith("k8s."):
                inner = getattr(message, field.name)
                if not field.is_repeated:
                    inner.SetInParent()
                fill(draw, inner.add() if field.is_repeated else inner, depth - 1)
        elif field.is_repeated:
            getattr(message, field.name).extend(scalar(draw, field) for _ in range(draw(st.integers(0, 2))))
        else:
            setattr(message, field.name, scalar(draw, field))


@st.composite
def specs(draw: Any) -> tuple[str, Any]:
    module = draw(st.sampled_from(KINDS))
    message = message_class(module, kind_of(module))().spec
    fill(draw, message, 3)
    return module, message


@settings(max_examples=150, deadline=None)
@given(specs(), st.sampled_from([camel, guide]))
def test_any_message_survives(given_, spell):
    """Message to JSON, through text, and back: the same message, however its fields are spelled."""
    _, message = given_
    back = type(message)()
    from_json(back, json.loads(json.dumps(to_json(message, spell))))
    assert back == message


@settings(max_examples=60, deadline=None)
@given(specs())
def test_zero_values_are_left_out(given_):
    """Nothing that protobuf takes for absent is written: no empty text, list or zero; int64 is a string."""

    def walk(value: Any, descriptor: Any) -> None:
        for name, inner in value.items():
            field = next(item for item in descriptor.fields if camel(item) == name)
            repeated = field.is_repeated or is_map(field)
            if field.containing_oneof is None and field.type != _MESSAGE:
                assert inner not in ("", [], 0, False), name
            if field.type in (3, 4) and not repeated:
                assert isinstance(inner, str)
            plain = field.type == _MESSAGE and field.message_type.full_name.startswith("michelangelo") and not repeated
            if plain:
                walk(inner, field.message_type)

    _, message = given_
    walk(to_json(message), message.DESCRIPTOR)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"nonsense": 1}, "nonsense: unknown field"),
        ({"kind": "BOGUS"}, "kind"),
        ({"owner": []}, "owner"),
        ({"revisionId": "three"}, "revisionId"),
        ({"modelArtifactUri": [1]}, "modelArtifactUri"),
        ({"inputSchema": {"schemaItems": [{"dataType": "X"}]}}, "inputSchema.schemaItems[0].dataType"),
    ],
)
def test_what_does_not_fit_is_named(value, said):
    """JSON that fits no field is refused with its path."""
    with pytest.raises(ConversionError) as refusal:
        from_json(message_class("model", "ModelSpec")(), value)
    assert str(refusal.value).startswith(said)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1, "0.1"),
        (1 / 3, "0.33333334"),
        (16777217.0, "16777216.0"),
        (1e-45, "1e-45"),
        (3.4028234663852886e38, "3.4028235e+38"),
        (-2.5, "-2.5"),
    ],
)
def test_single_precision_is_written_as_short_as_it_is(value, text):
    """A float is told in as few digits as tell it from its neighbours, as Go does, and read back the same."""
    spec = message_class("model", "ModelSpec")()
    spec.feature_importance_list.add().feature_importance["x"].baseline.float_value = value
    written = to_json(spec)
    assert repr(written["featureImportanceList"][0]["featureImportance"]["x"]["baseline"]["floatValue"]) == text
    read = message_class("model", "ModelSpec")()
    from_json(read, written)
    assert read == spec


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_has_a_name(text):
    """JSON has no such numbers: protobuf's names stand for them, both ways."""
    spec = message_class("model", "ModelSpec")()
    from_json(spec, {"decisionThreshold": text})
    assert to_json(spec) == {"decisionThreshold": text}
