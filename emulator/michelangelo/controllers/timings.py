"""How long things take. Seconds throughout."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timings:
    """Waits of controllers and of what they wait for."""

    triton_available: float  # from the Deployment's creation until it is Available
    first_requeue: float  # after a pass that is not satisfied; doubles while nothing changes ...
    last_requeue: float  # ... up to this
    steady_requeue: float  # after a pass that is satisfied
    model_load: float  # from the model's entry until Triton has loaded it
    model_health: float  # after this a model that does not load has failed


FAST = Timings(0.3, 0.15, 30.0, 60.0, 0.1, 8.0)
REALISTIC = Timings(45.0, 10.0, 60.0, 600.0, 20.0, 600.0)
TIMINGS = {"fast": FAST, "realistic": REALISTIC}
