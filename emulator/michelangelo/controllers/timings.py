"""How long things take. Seconds throughout."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Requeue:
    """When a pass is made by itself: soon after one that is not satisfied, later each time nothing changes, and at rest."""

    first: float
    last: float
    steady: float


@dataclass(frozen=True, slots=True)
class Timings:
    """Waits of controllers and of what they wait for.

    ``eager``: a pass is made as soon as something that an object depends on changes; the platform itself waits for the
    next requeue.
    """

    triton_available: float  # from the Deployment's creation until it is Available
    model_load: float  # from the model's entry until Triton has loaded it
    model_health: float  # after this a model that does not load has failed
    servers: Requeue
    deployments: Requeue
    workloads: Requeue  # of what stands in for the cluster's own controllers, and of Triton
    eager: bool


_SOON = Requeue(0.15, 60.0, 600.0)
FAST = Timings(0.3, 0.1, 8.0, _SOON, _SOON, _SOON, eager=True)
REALISTIC = Timings(
    45.0, 20.0, 600.0, Requeue(60.0, 60.0, 600.0), Requeue(10.0, 10.0, 10.0), Requeue(5.0, 60.0, 600.0), eager=False
)
TIMINGS = {"fast": FAST, "realistic": REALISTIC}
