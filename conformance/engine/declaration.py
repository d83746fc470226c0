"""What a target claims, in a file of its vendor's: the profiles it is to be held to, and how its cleanup is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from conformance.spec.clause import Profile

FIELDS = ("profiles", "cleanup-command")
EXAMPLE = "profiles: [registry, rbac]"


@dataclass(frozen=True, slots=True)
class Declaration:
    """The claims. What is not claimed is judged all the same where it is there, with warnings at worst."""

    profiles: tuple[str, ...]
    cleanup_command: str = ""


def load(path: Path) -> Declaration:
    """Read a declaration. Raises ValueError with what is wrong and what is known."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"cannot read the declaration {path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is no YAML: {error}") from error
    if not isinstance(document, Mapping):
        raise ValueError(f"{path} is no declaration: write something like {EXAMPLE}")
    strange = [str(name) for name in document if name not in FIELDS]
    if strange:
        raise ValueError(f"{path} declares {strange[0]!r}: known are {', '.join(FIELDS)}")
    known = [profile.value for profile in Profile]
    profiles = document.get("profiles")
    if not isinstance(profiles, list) or not profiles:
        raise ValueError(f"{path} claims no profile: known are {', '.join(known)}")
    for name in profiles:
        if name not in known:
            raise ValueError(f"{path} claims the unknown profile {name!r}: known are {', '.join(known)}")
    command = document.get("cleanup-command", "")
    if not isinstance(command, str):
        raise ValueError(f"{path}: cleanup-command is a text, the command of a shell")
    return Declaration(tuple(dict.fromkeys(profiles)), command)
