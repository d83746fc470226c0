"""How the server words what is wrong with a value. An error without a path is told as being at ``<nil>``.

Source of the texts: k8s.io/kube-openapi/pkg/validation/errors.
"""

from __future__ import annotations

import json
from typing import Any

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError, go_quote

NOWHERE = "<nil>"  # how the server prints the path of an error that has none


def wrong(path: str, value: Any, rule: str) -> FieldError:
    """The value breaks a rule: ``spec.x in body should be ...``."""
    return fields.invalid(path or NOWHERE, value, f"{path} in body {rule}")


def wrong_type(path: str, wanted: str, value: str) -> FieldError:
    """The value is of another type, or not in a format."""
    return fields.type_invalid(path or NOWHERE, value, f"{path} in body must be of type {wanted}: {go_quote(value)}")


def not_in(path: str, value: Any, allowed: list[Any]) -> FieldError:
    """The value is none of an enumeration."""
    listed = [item if isinstance(item, str) else json.dumps(item, separators=(",", ":")) for item in allowed]
    return fields.not_supported(path or NOWHERE, value, listed)


def nowhere(message: str) -> FieldError:
    """What the server says without saying where."""
    return fields.invalid(NOWHERE, "", message)
