"""The platform's side of registering a model: the Model, its raw artifacts, its deployable package."""

from emulator.michelangelo.registration.registrar import Registrar, RegistrationError
from emulator.michelangelo.registration.request import Registration

__all__ = ["Registrar", "Registration", "RegistrationError"]
