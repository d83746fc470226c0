"""Which suite this is: its version and the digest of its code."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import conformance


@cache
def suite() -> dict[str, str]:
    """Version and digest: of every source file of the suite by its path, so an edited suite has another digest."""
    root = Path(conformance.__file__).parent
    whole = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.suffix in (".py", ".json") and "__pycache__" not in path.parts:
            whole.update(
                path.relative_to(root).as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest()
            )
    return {"name": "ma-conformance", "version": conformance.__version__, "digest": f"sha256:{whole.hexdigest()}"}
