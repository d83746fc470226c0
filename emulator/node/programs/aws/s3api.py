"""``aws s3api``: every operation of S3 whose parameters are words, numbers and flags, as botocore's model has them."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from emulator.node.programs import Invocation
from emulator.node.programs.aws.cli import FailedError, Globals, UsageError

_TEXTS = ("string", "timestamp")
_NUMBERS = ("integer", "long")
_OWN = ("max-items", "starting-token", "page-size")  # of aws itself, not of S3


def run(call: Invocation, options: Globals, words: list[str]) -> int:
    """Call an operation, and print its answer. Raises UsageError, FailedError, ClientError."""
    from botocore import xform_name

    client = options.client()
    model = client.meta.service_model
    names = {xform_name(name, "-"): name for name in model.operation_names}
    if not words or words[0] not in names:
        said = f"Invalid choice {words[0]!r}" if words else "one is required"
        raise UsageError(f"argument operation: {said}, valid choices are:\n\n" + "\n".join(sorted(names)))
    operation = model.operation_model(names[words[0]])
    members = operation.input_shape.members if operation.input_shape else {}
    shapes = {xform_name(name, "-"): (name, shape) for name, shape in members.items()}
    streaming = operation.get_streaming_output()
    params, target, paging = _params(call, shapes, words[1:], takes_file=streaming is not None)
    missing = [
        xform_name(name, "-")
        for name in (operation.input_shape.required_members if operation.input_shape else ())
        if name not in params
    ]
    if missing or (streaming is not None and not target):
        needed = [f"--{name}" for name in missing] + (["outfile"] if streaming is not None and not target else [])
        raise UsageError(f"the following arguments are required: {', '.join(needed)}")
    method = xform_name(names[words[0]])
    answer = _answer(client, method, params, paging, whole="no-paginate" not in options.options)
    if streaming is not None:
        body = answer.pop(operation.output_shape.serialization["payload"])
        with call.path(target).open("wb") as file:
            for part in body.iter_chunks():
                file.write(part)
    answer.pop("ResponseMetadata", None)
    _print(answer, options)
    return 0


def _params(
    call: Invocation, shapes: dict[str, tuple[str, Any]], words: Iterable[str], *, takes_file: bool
) -> tuple[dict[str, Any], str, dict[str, str]]:
    """Parameters, the file that a body goes to, and aws' own words for pages. Raises UsageError, FailedError."""
    params: dict[str, Any] = {}
    paging: dict[str, str] = {}
    target = ""
    left = iter(words)
    for word in left:
        if not word.startswith("--"):
            if not takes_file or target:
                raise FailedError(f"Unknown options: {word}")
            target = word
            continue
        given, equals, value = word.removeprefix("--").partition("=")
        name = given.removeprefix("no-") if given not in shapes else given
        if name not in shapes and given not in _OWN:
            raise FailedError(f"Unknown options: {word}")
        if name in shapes and shapes[name][1].type_name == "boolean":
            params[shapes[name][0]] = given == name
            continue
        text = value if equals else next(left, "")
        if given in _OWN:
            paging[given] = text
        else:
            params[shapes[name][0]] = _value(call, name, shapes[name][1], text)
    return params, target, paging


def _value(call: Invocation, name: str, shape: Any, text: str) -> Any:
    """A parameter as its shape wants it. Raises UsageError."""
    if shape.type_name in _NUMBERS:
        if not text.lstrip("-").isdigit():
            raise UsageError(f"argument --{name}: invalid literal for int(): {text!r}")
        return int(text)
    if shape.type_name in _TEXTS:
        return text
    if shape.type_name == "blob":
        if getattr(shape, "serialization", {}).get("streaming"):
            return call.path(text).read_bytes()
        return base64.b64decode(text)
    try:
        return json.loads(text)
    except ValueError:
        pass
    if shape.type_name == "map":
        pairs = dict(part.partition("=")[::2] for part in text.split(","))
        if all(pairs):
            return pairs
    raise UsageError(f"argument --{name}: this stand-in reads it as JSON, which {text!r} is not")


def _answer(client: Any, method: str, params: dict[str, Any], paging: dict[str, str], *, whole: bool) -> dict[str, Any]:
    """An operation's answer; lists are read to their end, as aws does. Raises ClientError."""
    if not whole or not client.can_paginate(method):
        return dict(getattr(client, method)(**params))
    limits = {"MaxItems": "max-items", "StartingToken": "starting-token", "PageSize": "page-size"}
    config = {name: paging[option] for name, option in limits.items() if option in paging}
    found: dict[str, Any] = client.get_paginator(method).paginate(**params, PaginationConfig=config).build_full_result()
    return {"RequestCharged": None, **found} if method.startswith("list_object") else found


def _print(answer: dict[str, Any], options: Globals) -> None:
    """As JSON, or the values as text; ``--query`` chooses."""
    shown: Any = json.loads(json.dumps(answer, default=_plain))
    if options.get("query"):
        import jmespath

        try:
            shown = jmespath.search(options.get("query"), shown)
        except jmespath.exceptions.JMESPathError as error:
            raise UsageError(f"Bad value for --query {options.get('query')}: {error}") from None
    if options.get("output") == "text":
        for line in _lines(shown):
            sys.stdout.write("\t".join(line) + "\n")
    elif shown is None or shown:
        sys.stdout.write(json.dumps(shown, indent=4, ensure_ascii=False) + "\n")


def _lines(value: Any) -> list[list[str]]:
    """Text output: the scalars of a list on one line, each object on one of its own."""
    if isinstance(value, dict):
        scalars = [_text(value[name]) for name in sorted(value) if not isinstance(value[name], (dict, list))]
        below = [
            [name.upper(), *line]
            for name in sorted(value)
            if isinstance(value[name], (dict, list))
            for line in _lines(value[name])
        ]
        return ([scalars] if scalars else []) + below
    if isinstance(value, list):
        if all(not isinstance(item, (dict, list)) for item in value):
            return [[_text(item) for item in value]] if value else []
        return [line for item in value for line in _lines(item)]
    return [[_text(value)]]


def _text(value: Any) -> str:
    return str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value)
