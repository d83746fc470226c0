"""A training task as users of the platform write one: package with the SDK, push to the store, register over gRPC.

python push_model.py NAMESPACE FOLDER
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from churn_model import ChurnModel
from michelangelo.api.v2 import APIClient
from michelangelo.lib.artifact_manager.minio_backend import MinioStorageBackend
from michelangelo.lib.model_manager.constants import ModelKind
from michelangelo.lib.model_manager.packager.custom_triton import CustomTritonPackager
from michelangelo.lib.model_manager.registry.api_client import APIRegistryClient
from michelangelo.lib.model_manager.schema import DataType, ModelSchema, ModelSchemaItem
from michelangelo.uniflow.core.decorator import task, workflow
from michelangelo.uniflow.core.task_config import TaskBinding, TaskConfig
from michelangelo.workflow.tasks.pusher import ModelPluginConfig, PusherConfig, PusherPluginConfig, push
from michelangelo.workflow.variables.types import AssembledModel, ModelArtifact

SCHEMA = ModelSchema(
    input_schema=[ModelSchemaItem(name="features", data_type=DataType.DOUBLE, shape=[2])],
    output_schema=[ModelSchemaItem(name="score", data_type=DataType.DOUBLE, shape=[1])],
)


@dataclass
class Here(TaskConfig):
    """Runs a task in this process."""

    def get_binding(self) -> TaskBinding:
        """Not asked for here: it is for clusters."""
        raise NotImplementedError

    @classmethod
    def get_config_binding(cls) -> TaskBinding:
        """Not asked for here: it is for clusters."""
        raise NotImplementedError

    def pre_run(self) -> None:
        """Nothing to start."""

    def post_run(self) -> None:
        """Nothing to end."""


@task(config=Here())
def train_and_push(namespace: str, folder: str) -> str:
    """Train, package, push; what came of it as JSON."""
    root = Path(folder)
    ChurnModel([0.5, -0.25]).save(str(root / "model"))
    packager = CustomTritonPackager()
    words = {"include_import_prefixes": ["churn_model"], "sample_data": [{"features": np.array([1.0, 2.0])}]}
    given = (str(root / "model"), "churn_model.ChurnModel", SCHEMA)
    deployable = packager.create_model_package(
        *given, model_name="churn", model_revision="1", dest_model_path=str(root / "deployable"), **words
    )
    raw = packager.create_raw_model_package(*given, dest_model_path=str(root / "raw"), requirements=["numpy"], **words)
    APIClient.set_caller("churn-training")
    store = MinioStorageBackend(
        endpoint=os.environ["AWS_ENDPOINT_URL"].removeprefix("http://"),
        bucket=os.environ["MODELS_BUCKET"],
        access_key=os.environ["AWS_ACCESS_KEY_ID"],
        secret_key=os.environ["AWS_SECRET_ACCESS_KEY"],
        secure=False,
        region=os.environ["AWS_DEFAULT_REGION"],  # asked for otherwise, which the guide's policy does not allow
    )
    plugin = ModelPluginConfig(
        model_name="churn", description="Who leaves", kind=ModelKind.BINARY_CLASSIFICATION, labels={"team": "growth"}
    )
    pushed = push(
        PusherConfig(items=[PusherPluginConfig(name="churn", model_plugin=plugin)]),
        {"churn": AssembledModel(raw_model=ModelArtifact(raw), deployable_model=ModelArtifact(deployable))},
        storage_backend=store,
        registry_client=APIRegistryClient(namespace=namespace),  # at MA_API_SERVER
    )
    uri = pushed[0].value["deployable_artifact_uri"]
    store.download(uri, str(root / "served"))
    return json.dumps({"success": pushed[0].success, "value": pushed[0].value}, default=str)


@workflow()
def churn_workflow(namespace: str, folder: str) -> str:
    """One task."""
    return train_and_push(namespace, folder)


if __name__ == "__main__":
    sys.stdout.write(churn_workflow(sys.argv[1], sys.argv[2]) + "\n")
