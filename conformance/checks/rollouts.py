"""Deployments: how a registered model comes to a running server, and leaves it again."""

from __future__ import annotations

from conformance.checks.check import Case, Need, check
from conformance.checks.serving import PATIENCE, configured, serving
from conformance.checks.world import World
from conformance.driver.answers import Answer, Json
from conformance.driver.resources import DEPLOYMENTS, MODELS

COMPLETE, FAILED = "DEPLOYMENT_STAGE_ROLLOUT_COMPLETE", "DEPLOYMENT_STAGE_ROLLOUT_FAILED"
STOPPED = (FAILED, "DEPLOYMENT_STAGE_ROLLBACK_COMPLETE", "DEPLOYMENT_STAGE_ROLLBACK_FAILED")


def registered(w: World, name: str) -> None:
    """A Model with a deployable artifact that a Triton server can load."""
    prefix = w.key(name)
    for file in ("1/model.onnx", "config.pbtxt"):
        key = f"{prefix}/{file}"
        w.keys_made.append(key)
        answer = w.store.put(key, f"{name} {file}".encode())
        w.expect(answer.ok, "PutObject to succeed", answer.said(), "serving.deployment-wires")
    w.register({"deployable_artifact_uri": [w.uri(prefix)]}, name)


def deployment(w: World, model: str, server: str) -> Json:
    """A Deployment of a model to a server."""
    spec = {
        "desiredRevision": {"name": model, "namespace": w.namespace},
        "inferenceServer": {"name": server, "namespace": w.namespace},
        "definition": {"type": "TARGET_TYPE_INFERENCE_SERVER"},
    }
    return DEPLOYMENTS.object("d", w.namespace, spec=spec)


def current(w: World, model: str) -> Answer:
    """Wait until a model is current; a Finding when it does not come to."""

    def good(answer: Answer) -> bool:
        return bool(answer.at("status.currentRevision.name") == model and answer.at("status.stage") == COMPLETE)

    last = w.eventually(lambda: w.admin.get(DEPLOYMENTS, w.namespace, "d"), good, PATIENCE * w.settle)
    w.expect(
        good(last),
        f"the rollout to complete with {model} as the current revision",
        last.at("status"),
        "serving.rollout-completes",
    )
    return last


@check(
    "rollout",
    "serving.deployment-wires",
    "serving.model-config",
    "serving.rollout-completes",
    "serving.rollout-replaces",
    "serving.undeploy",
    needs=(Need.SERVERS, Need.S3),
    slow=True,
)
def rollout(w: World, case: Case) -> None:
    """A Deployment puts its model into the server's model config, another revision replaces it, deletion takes it out."""
    serving(w, "server")
    registered(w, "first-model")
    registered(w, "second-model")
    w.expect(
        "first-model" not in configured(w), "no model config to name it before", configured(w), "serving.model-config"
    )
    w.made(w.admin.create(DEPLOYMENTS, w.namespace, deployment(w, "first-model", "server")))
    said = w.eventually(lambda: configured(w), lambda text: "first-model" in text, PATIENCE * w.settle)
    w.expect("first-model" in said, "a ConfigMap that names the model", said, "serving.deployment-wires")
    uri = w.spec_of(w.admin.get(MODELS, w.namespace, "first-model").body)["deployable_artifact_uri"][0]
    w.expect(uri in said, f"a model config that says where it is: {uri}", said, "serving.model-config")
    current(w, "first-model")
    w.made(w.admin.patch(DEPLOYMENTS, w.namespace, "d", {"spec": {"desiredRevision": {"name": "second-model"}}}))
    current(w, "second-model")
    said = w.eventually(lambda: configured(w), lambda text: "first-model" not in text, PATIENCE * w.settle)
    w.expect(
        "second-model" in said and "first-model" not in said,
        "the second model in place of the first",
        said,
        "serving.rollout-replaces",
    )
    _keeps(w, "second-model")
    _beside(w, "second-model", "first-model")
    w.made(w.admin.delete(DEPLOYMENTS, w.namespace, "d"))
    said = w.eventually(lambda: configured(w), lambda text: "second-model" not in text, PATIENCE * w.settle)
    w.expect("second-model" not in said, "no model config to name it after", said, "serving.undeploy")


def _beside(w: World, one: str, other: str) -> None:
    """A second Deployment's model comes beside the first one's, and goes without it."""
    obj = deployment(w, other, "server")
    obj["metadata"] = {**obj["metadata"], "name": "beside"}
    w.made(w.admin.create(DEPLOYMENTS, w.namespace, obj))
    said = w.eventually(lambda: configured(w), lambda text: other in text, PATIENCE * w.settle)
    w.expect(one in said and other in said, "both models in the model config", said, "serving.model-config")
    w.made(w.admin.delete(DEPLOYMENTS, w.namespace, "beside"))
    said = w.eventually(lambda: configured(w), lambda text: other not in text, PATIENCE * w.settle)
    w.expect(one in said and other not in said, f"{one} alone in the model config", said, "serving.undeploy")


def _keeps(w: World, model: str) -> None:
    """A revision that is no Model never becomes current, and does not take away what is."""
    w.made(w.admin.patch(DEPLOYMENTS, w.namespace, "d", {"spec": {"desiredRevision": {"name": "no-such-model"}}}))
    last = w.eventually(
        lambda: w.admin.get(DEPLOYMENTS, w.namespace, "d"),
        lambda answer: answer.at("status.stage") in STOPPED or answer.at("status.currentRevision.name") != model,
        w.settle,
    )
    w.equal(
        last.at("status.currentRevision.name"),
        model,
        "the current revision while no Model is desired",
        "serving.rollout-replaces",
    )
    w.expect(model in configured(w), f"{model} to stay in the model config", configured(w), "serving.rollout-replaces")


@check("rollout-nowhere", "serving.unhealthy-target", needs=(Need.SERVERS, Need.S3), slow=True)
def rollout_nowhere(w: World, case: Case) -> None:
    """A Deployment to a server that is not there ends, or waits, and is never complete."""
    registered(w, "model")
    w.made(w.admin.create(DEPLOYMENTS, w.namespace, deployment(w, "model", "nowhere")))
    last = w.eventually(
        lambda: w.admin.get(DEPLOYMENTS, w.namespace, "d"),
        lambda answer: answer.at("status.stage") in (COMPLETE, FAILED),
        PATIENCE * w.settle,
    )
    w.expect(last.at("status.stage") != COMPLETE, "no completed rollout", last.at("status"))
    w.expect(not last.at("status.currentRevision.name"), "no current revision", last.at("status"))
    w.made(w.admin.delete(DEPLOYMENTS, w.namespace, "d"))
