"""``ma-conformance cleanup`` on a plane of its own users: the plan first, the objects before the Models, nothing else."""

from __future__ import annotations

import json

import boto3
import pytest

from conformance.cli import main

BEFORE = "2999-01-01T00:00:00Z"


@pytest.fixture
def store(plane):
    """The plane's object store as its users speak to it."""
    doors = plane.doors
    return boto3.client(
        "s3",
        endpoint_url=doors["s3_endpoint"],
        aws_access_key_id=doors["s3_access_key_id"],
        aws_secret_access_key=doors["s3_secret_access_key"],
        region_name=doors["s3_region"],
    )


@pytest.fixture
def words(plane, namespace: str, store, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two Models in a namespace, the second of which names another's object as well; and how to call the command."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, plane.environment[name])
    doors, bucket = plane.doors, plane.doors["models_bucket"]
    for key in ("one/a", "one/b", "two", "bystander"):
        store.put_object(Bucket=bucket, Key=f"{namespace}/{key}", Body=b"x")
    for name, keys in {"one": ["one/"], "two": ["two", "one/a"]}.items():
        uris = [f"s3://{bucket}/{namespace}/{key}" for key in keys]
        model = {"apiVersion": "michelangelo.api/v2", "kind": "Model", "metadata": {"name": name}}
        plane.kubectl(
            "apply", "-n", namespace, "-f", "-", input=json.dumps({**model, "spec": {"model_artifact_uri": uris}})
        )
    target = f"kubeconfig:{doors['kubeconfig']}#admin,s3={doors['s3_endpoint']},bucket={bucket}"
    return ["cleanup", "--target", target, "-n", namespace]


def keys(plane, store, namespace: str) -> list[str]:
    listed = store.list_objects_v2(Bucket=plane.doors["models_bucket"], Prefix=f"{namespace}/").get("Contents", [])
    return [item["Key"].removeprefix(f"{namespace}/") for item in listed]


def models(plane, namespace: str) -> str:
    return plane.kubectl("get", "models", "-n", namespace, "-o", "name").strip()


def test_a_dry_run_changes_nothing(plane, store, namespace: str, words: list[str], capsys) -> None:
    """0: the plan is told, and all is as it was."""
    assert main([*words, "--before", BEFORE, "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert f"{namespace}/one" in said
    assert "nothing was changed" in said
    assert keys(plane, store, namespace) == ["bystander", "one/a", "one/b", "two"]
    assert len(models(plane, namespace).splitlines()) == 2


def test_what_is_old_goes_with_its_objects(plane, store, namespace: str, words: list[str], capsys) -> None:
    """0: both Models and what they name are gone, the bystander stays; a second run finds nothing to do."""
    assert main([*words, "--before", BEFORE, "-y"]) == 0
    assert "2 models and 3 objects deleted" in capsys.readouterr().out
    assert keys(plane, store, namespace) == ["bystander"]
    assert models(plane, namespace) == ""
    assert main([*words, "--before", BEFORE, "-y"]) == 0
    assert "0 models and 0 objects deleted" in capsys.readouterr().out


def test_what_is_young_stays(plane, store, namespace: str, words: list[str]) -> None:
    """0: nothing is older than ninety days, so nothing goes."""
    assert main([*words, "--older-than", "90d", "-y"]) == 0
    assert len(keys(plane, store, namespace)) == 4
    assert len(models(plane, namespace).splitlines()) == 2


@pytest.mark.parametrize(
    "given", [["--before", "yesterday"], ["--older-than", "soon"], ["--older-than", "-1d"]], ids=lambda given: given[1]
)
def test_bad_times_are_usage(plane, namespace: str, words: list[str], given: list[str], capsys) -> None:
    """3: what is no age and no timestamp selects nothing."""
    try:
        code = main([*words, *given, "-y"])
    except SystemExit as ended:
        code = ended.code
    assert code == 3
    assert "Traceback" not in capsys.readouterr().err
    assert len(models(plane, namespace).splitlines()) == 2
