"""Every seam of a plane that a lie can be fitted to."""

from __future__ import annotations

from dataclasses import dataclass, field

from emulator.apiserver.seams import Seams
from emulator.michelangelo.seams import LayerSeams


@dataclass(frozen=True, slots=True)
class Parts:
    """The seams of each house. A fault is a function ``Parts -> Parts``."""

    apiserver: Seams = field(default_factory=Seams)
    layer: LayerSeams = field(default_factory=LayerSeams)
    store_wrappers: tuple[str, ...] = ()  # MODULE:FUNCTION, called with the store's application in the store's process
