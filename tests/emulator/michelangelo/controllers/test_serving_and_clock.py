"""Serving with the platform's own timings, on a clock that can be moved."""

from __future__ import annotations

import json

SERVER = """apiVersion: michelangelo.api/v2
kind: InferenceServer
metadata: {name: server, namespace: default}
spec:
  backendType: BACKEND_TYPE_TRITON
  initSpec: {resourceSpec: {cpu: 1, memory: "1Gi"}, numInstances: 2}
"""
FIRST = {
    "Validation": ("CONDITION_STATUS_TRUE", "", ""),
    "BackendProvision": ("CONDITION_STATUS_TRUE", "", ""),
    "ModelConfigProvision": ("CONDITION_STATUS_FALSE", "ModelConfigNotFound", "Model config not found"),
    "HealthCheck": ("CONDITION_STATUS_FALSE", "HealthCheckFailed", "Server is not healthy"),
}


def test_a_realistic_server_takes_its_time_unless_the_clock_is_moved(fresh_plane):
    """Until Triton is Available a server reads FAILED in the platform's words; with the clock moved it serves at once."""
    plane = fresh_plane("--timings", "realistic", "--clock-start", "2026-01-31T12:00:00Z")
    plane.kubectl("apply", "-f", "-", input=SERVER)
    state = "jsonpath={.status.state}=INFERENCE_SERVER_STATE_FAILED"
    plane.kubectl("wait", "inferenceserver/server", f"--for={state}", "--timeout=20s")
    status = json.loads(plane.kubectl("get", "inferenceserver", "server", "-o", "json"))["status"]
    said = {
        item["type"]: (item["status"], item.get("message", ""), item.get("reason", "")) for item in status["conditions"]
    }
    assert said == FIRST
    assert status["updateTime"].startswith("2026-01-31T12:00:"), "the plane's clock, not the machine's"
    plane.run("ma-emulator", "clock", "advance", "2m")
    state = "jsonpath={.status.state}=INFERENCE_SERVER_STATE_SERVING"
    plane.run("ma-emulator", "clock", "advance", "2m")
    plane.kubectl("wait", "inferenceserver/server", f"--for={state}", "--timeout=20s")
    conditions = json.loads(plane.kubectl("get", "inferenceserver", "server", "-o", "json"))["status"]["conditions"]
    assert all(int(item["lastUpdatedTimestamp"]) >= 1769860800 for item in conditions)
    plane.run("ma-emulator", "clock", "advance", "91d")
    assert " 91d" in plane.kubectl("get", "inferenceservers")
