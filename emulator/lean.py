"""httpx without its command line, which brings rich, click and pygments: a tenth of a second and 8 MB that no plane needs."""

from __future__ import annotations

import sys

_COMMAND_LINE = "httpx._main"
_absent = "httpx" not in sys.modules and _COMMAND_LINE not in sys.modules
if _absent:
    sys.modules[_COMMAND_LINE] = None  # type: ignore[assignment]
try:
    import httpx
finally:
    if _absent:
        del sys.modules[_COMMAND_LINE]

__all__ = ["httpx"]
