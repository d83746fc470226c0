"""What a process of a Pod may take, and how people write it: ``seconds=60,output=1Mi,memory=256Mi,file=64Mi``."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_UNITS = {"": 1, "Ki": 1024, "Mi": 1024**2, "Gi": 1024**3}
_FIELDS = {"seconds": "seconds", "output": "output_bytes", "memory": "memory_bytes", "file": "file_bytes"}


@dataclass(frozen=True, slots=True)
class Limits:
    """Who takes more is ended, and its Pod says why."""

    seconds: int = 3600
    output_bytes: int = 16 * 1024**2
    memory_bytes: int = 512 * 1024**2  # of addresses, as Linux counts them: Python and boto3 need some 100 MiB of these
    file_bytes: int = 256 * 1024**2  # of each file that it writes


def parse(text: str) -> Limits:
    """The usual limits, with those that are given put in their place. Raises ValueError, which lists the known ones."""
    found = Limits()
    for part in filter(None, text.split(",")):
        name, _, value = part.partition("=")
        if name not in _FIELDS:
            raise ValueError(f"unknown limit of Pods {name!r}: known are {', '.join(_FIELDS)}")
        match = re.fullmatch(r"([1-9]\d*)(Ki|Mi|Gi|)", value)
        if match is None or (match[2] and name == "seconds"):
            example = "seconds=60" if name == "seconds" else f"{name}=64Mi"
            raise ValueError(f"{part!r} is no limit: write {example}")
        found = replace(found, **{_FIELDS[name]: int(match[1]) * _UNITS[match[2]]})
    return found
