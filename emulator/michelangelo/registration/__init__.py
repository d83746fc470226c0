"""The platform's side of registering a model: the Model, its raw artifacts, its deployable package."""

from emulator.michelangelo.registration.registrar import RefusedError, Registrar, RegistrationError
from emulator.michelangelo.registration.request import Registration
from emulator.michelangelo.registration.store import StoreAccess

__all__ = ["RefusedError", "Registrar", "Registration", "RegistrationError", "StoreAccess"]
