"""Troubleshooting: what the guide names as a cure brings what was missing, not only an answer without an error."""

from __future__ import annotations

from conformance.checks.check import Case, Need, check
from conformance.checks.serving import PATIENCE, SERVING, came_to_serve, create
from conformance.checks.world import World
from conformance.driver.resources import SERVERS
from conformance.strategies.servers import GUIDE_EXAMPLE


@check("backend-cured", "trouble.lower-case-triton", needs=(Need.SERVERS,), slow=True)
def backend_cured(w: World, case: Case) -> None:
    """A server of backendType triton does not come to serve, whether it is refused or stored; with BACKEND_TYPE_TRITON the same manifest serves."""
    wrong = create(w, "server", {**GUIDE_EXAMPLE, "backendType": "triton"})
    if wrong.ok:
        last = w.eventually(
            lambda: w.admin.get(SERVERS, w.namespace, "server"),
            lambda answer: answer.at("status.state") == SERVING,
            PATIENCE * w.settle,
        )
        w.expect(last.at("status.state") != SERVING, "a server of backendType triton not to serve", SERVING)
        w.made(w.admin.patch(SERVERS, w.namespace, "server", {"spec": {"backendType": GUIDE_EXAMPLE["backendType"]}}))
    else:
        gone = w.admin.get(SERVERS, w.namespace, "server")
        w.expect(gone.code == 404, "nothing to be stored of a refused server", gone.said())
        w.made(create(w, "server", GUIDE_EXAMPLE))
    came_to_serve(w, "server")
