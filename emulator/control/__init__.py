"""The control door of a running plane: what the command line asks of it beyond Kubernetes, S3 and gRPC. Knows no handler itself."""

from emulator.control.client import ControlClient, ControlError
from emulator.control.server import Call, ControlDoor, Handler

__all__ = ["Call", "ControlClient", "ControlDoor", "ControlError", "Handler"]
