"""Server-side apply and ``metadata.managedFields``: structured merge over JSON values."""

from emulator.apiserver.apimachinery.managedfields.manager import FieldManager
from emulator.apiserver.apimachinery.managedfields.typed import TypeSource

__all__ = ["FieldManager", "TypeSource"]
