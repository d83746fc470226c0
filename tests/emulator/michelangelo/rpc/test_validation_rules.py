"""The platform's rules on fields, rule by rule, in the platform's words."""

from __future__ import annotations

import importlib

import pytest
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st

from emulator.michelangelo.rpc.validation import problem

TEAM = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
PROJECT = {"description": "d", "owner": {"owning_team": TEAM}, "tier": 3, "git_repo": "g", "root_dir": "/"}
COMMIT = {"git_ref": "r", "branch": "b"}


def said(module: str, kind: str, spec: dict) -> str | None:
    message = getattr(importlib.import_module(f"michelangelo.gen.api.v2.{module}_pb2"), kind)()
    json_format.ParseDict({"spec": spec}, message)
    return problem(message)


@pytest.mark.parametrize(
    ("module", "kind", "spec", "expected"),
    [
        ("model", "Model", {}, None),
        ("model_family", "ModelFamily", {"name": "a_b-c"}, None),
        ("model_family", "ModelFamily", {}, "spec.name must be alphanumeric, underscore or dash"),
        ("model_family", "ModelFamily", {"name": "-a"}, "spec.name must be alphanumeric, underscore or dash"),
        ("model_family", "ModelFamily", {"name": "a b"}, "spec.name must be alphanumeric, underscore or dash"),
        ("model_family", "ModelFamily", {"name": "a" * 41}, "spec.name must be no more than 40 characters long"),
        ("inference_server", "InferenceServer", {"backend_type": "BACKEND_TYPE_TRITON"}, None),
        (
            "inference_server",
            "InferenceServer",
            {"owner_spec": {"owner_info": {"owning_team": "us"}}},
            "spec.owner_spec.owner_info.owning_team must be a valid UUID",
        ),
        (
            "inference_server",
            "InferenceServer",
            {"init_spec": {"resource_spec": {"cpu": -1}}},
            "spec.init_spec.resource_spec.cpu must be >= 0",
        ),
        (
            "inference_server",
            "InferenceServer",
            {"cluster_targets": [{"cluster_id": "c"}]},
            "one field in oneof spec.cluster_targets[0].connection(kubernetes) must be set",
        ),
        ("deployment", "Deployment", {"inference_server": {"name": "s"}}, None),
        (
            "deployment",
            "Deployment",
            {},
            "one field in oneof spec.target(inference_server,mobile_spec) must be set",
        ),
        (
            "deployment",
            "Deployment",
            {"inference_server": {"name": "s"}, "strategy": {}},
            "one field in oneof spec.strategy.rollout_strategy(zonal,blast,red_black,rolling,disaggregated) must be set",
        ),
        (
            "deployment",
            "Deployment",
            {"inference_server": {"name": "s"}, "shadow_spec": {"traffic_percentage": 101}},
            "spec.shadow_spec.traffic_percentage must be in the range [0,100]",
        ),
        ("project", "Project", PROJECT, None),
        ("project", "Project", {}, "spec.description cannot be empty"),
        ("project", "Project", {**PROJECT, "owner": None}, "spec.owner cannot be nil"),
        ("project", "Project", {**PROJECT, "owner": {}}, "spec.owner.owning_team must be a valid UUID"),
        ("project", "Project", {**PROJECT, "tier": 0}, "spec.tier must be a non-zero number"),
        ("project", "Project", {**PROJECT, "tier": 6}, "spec.tier must be in the range [1,5]"),
        ("project", "Project", {**PROJECT, "root_dir": ""}, "spec.root_dir cannot be empty"),
        ("project", "Project", {**PROJECT, "commit": {"branch": "b"}}, "spec.commit.git_ref cannot be empty"),
        ("revision", "Revision", {"source": "s", "git_commit": COMMIT}, None),
        ("revision", "Revision", {}, "spec.source cannot be empty"),
        ("revision", "Revision", {"source": "s", "git_commit": {"git_ref": "r"}}, "spec.git_commit.branch cannot be empty"),
        ("cluster", "Cluster", {}, "one field in oneof spec.cluster(kubernetes) must be set"),
    ],
)  # fmt: skip
def test_the_first_broken_rule_is_said(module, kind, spec, expected):
    """A spec that keeps the rules passes; the first that is broken is said with its path."""
    assert said(module, kind, spec) == expected


@given(st.integers(-200, 300))
def test_a_range_includes_its_ends(percentage):
    """Between 0 and 100, ends included, and nowhere else."""
    spec = {"inference_server": {"name": "s"}, "shadow_spec": {"traffic_percentage": percentage}}
    assert (said("deployment", "Deployment", spec) is None) == (0 <= percentage <= 100)
