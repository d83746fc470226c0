"""The real ``ma`` against the gRPC door: what it prints, its exit code, and what kubectl sees then."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
import yaml

TEAM = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
HEADER = "\x1b[1;37;44m NAMESPACE NAME LAST_UPDATED_SPEC \x1b[0m"


@pytest.fixture
def manifest(namespace, tmp_path):
    """Writes the guide's Model under another name."""

    def write(name: str = "fraud-detector", path: str = "", **spec) -> str:
        text = Path("fixtures/manifests/guide/model.yaml").read_text()
        obj = yaml.safe_load(text.replace("ml-team", namespace).replace("fraud-detector", name))
        obj["spec"] |= spec
        target = tmp_path / (path or f"{name}.yaml")
        target.parent.mkdir(exist_ok=True)
        target.write_text(yaml.safe_dump(obj))
        return str(target)

    return write


@pytest.fixture
def ma(plane):
    """Runs ``ma``: the exit code and all that it said."""

    def run(*words: str) -> tuple[int, str]:
        done = plane.run("ma", *words, check=False)
        return done.returncode, done.stdout + done.stderr

    return run


def names(shown: str) -> list[str]:
    """The names in a table of ``ma``."""
    rows = [line.split() for line in shown.splitlines()[1:] if line.strip()]
    return [row[1] for row in rows if "limited to" not in " ".join(row)]


def test_ma_applies_gets_lists_and_deletes(plane, namespace, tmp_path):
    """The guide's three forms of ``ma model get``, and apply and delete around them."""
    manifest = tmp_path / "model.yaml"
    manifest.write_text(Path("fixtures/manifests/guide/model.yaml").read_text().replace("ml-team", namespace))
    plane.run("ma", "model", "apply", "-f", str(manifest))
    assert "fraud-detector" in plane.run("ma", "model", "get", "-n", namespace).stdout
    assert "fraud-detector" in plane.run("ma", "model", "get", "-n", namespace, "--limit", "20").stdout
    shown = plane.run("ma", "model", "get", "-n", namespace, "--name", "fraud-detector", "-o", "json").stdout
    spec = json.loads(shown[shown.index("{") :])["model"]["spec"]
    assert spec["deployable_artifact_uri"] == ["s3://michelangelo-models/fraud-detector/serving"]
    stored = json.loads(plane.kubectl("get", "model", "fraud-detector", "-n", namespace, "-o", "json"))
    assert stored["spec"]["package_type"] == "DEPLOYABLE_MODEL_PACKAGE_TYPE_TRITON", "stored in the dialect in force"
    assert set(stored["metadata"]["labels"]) >= {"michelangelo/UpdateTimestamp", "michelangelo/SpecUpdateTimestamp"}
    done = plane.run("ma", "model", "delete", "-n", namespace, "--name", "fraud-detector")
    assert done.stdout.strip() == ""
    assert plane.kubectl("get", "models", "-n", namespace, check=False).startswith("No resources found")


def test_ma_is_told_what_is_missing(ma, plane, namespace):
    """A Model that is not there is NOT_FOUND, in the platform's words, for get and delete."""
    for verb in ("get", "delete"):
        code, said = ma("model", verb, "-n", namespace, "--name", "none")
        assert code == 1
        assert "StatusCode.NOT_FOUND" in said
        expected = (
            f'failed to {verb} API object. namespace: {namespace}, name: none: models.michelangelo.api "none" not found'
        )
        assert expected in said.replace('\\"', '"')


def test_a_table_has_a_row_for_each_model(ma, plane, namespace, manifest):
    """A header, a row per Model in the order of their names, when each was updated; N/A for what kubectl made."""
    assert ma("model", "get", "-n", namespace) == (0, f"{HEADER}\n"), "nothing there: the header alone"
    plane.kubectl("apply", "-f", manifest("b"))
    ma("model", "apply", "-f", manifest("a"))
    code, shown = ma("model", "get", "-n", namespace)
    assert (code, shown.splitlines()[0].split()) == (0, HEADER.split())
    rows = [line.split() for line in shown.splitlines()[1:] if line.strip()]
    assert [row[:2] for row in rows] == [[namespace, "a"], [namespace, "b"]]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d_\d\d:\d\d:\d\d", rows[0][2])
    assert rows[1][2] == "N/A"
    code, shown = ma("model", "get", "-n", namespace, "--limit", "1")
    assert (code, names(shown)) == (0, ["a"])
    assert "limited to 1 items" in shown
    code, shown = ma("model", "get", "-A")
    assert code == 0
    assert {"a", "b"} <= set(names(shown))


def test_documents_are_spelled_as_the_proto_files(ma, plane, namespace, manifest):
    """-o json and yaml: a wrapper around one, items around many; the platform's fields snake_case, Kubernetes' as they are."""
    ma("model", "apply", "-f", manifest("a"))
    code, shown = ma("model", "get", "-n", namespace, "a", "-o", "yaml")
    model = yaml.safe_load(shown)["model"]
    stored = json.loads(plane.kubectl("get", "model", "a", "-n", namespace, "-o", "json"))
    assert code == 0
    assert model["type_meta"] == {"kind": "Model", "apiVersion": "michelangelo.api/v2"}
    assert model["metadata"]["resourceVersion"] == stored["metadata"]["resourceVersion"]
    assert model["metadata"]["generation"] == "1", "int64 is a string"
    assert model["spec"]["training_framework"] == stored["spec"]["trainingFramework"]
    assert model["spec"]["input_schema"] == stored["spec"]["input_schema"]
    code, shown = ma("model", "get", "-n", namespace, "-o", "json")
    assert [item["metadata"]["name"] for item in json.loads(shown)["items"]] == ["a"]


def test_apply_merges_into_what_is_there(ma, plane, namespace, manifest):
    """A second apply updates: what the file names is replaced, what it does not name stays; lists are replaced whole."""
    assert ma("model", "apply", "-f", manifest("a", description="first"))[0] == 0
    path = manifest("a", description="second", model_artifact_uri=["s3://b/k"])
    obj = yaml.safe_load(Path(path).read_text())
    del obj["spec"]["algorithm"]
    obj["spec"]["revisionId"] = obj["spec"].pop("revision_id") + 1
    Path(path).write_text(yaml.safe_dump(obj))
    code, shown = ma("model", "apply", "-f", path)
    assert code == 0
    assert 'description: "second"' in shown
    spec = json.loads(plane.kubectl("get", "model", "a", "-n", namespace, "-o", "json"))["spec"]
    assert (spec["description"], spec["model_artifact_uri"]) == ("second", ["s3://b/k"])
    assert (spec["algorithm"], spec["revision_id"]) == ("xgboost", 4), (
        "camelCase is understood too, and stored as the guide has it"
    )


def test_a_dry_run_changes_nothing(ma, plane, namespace, manifest):
    """--dry-run answers as if, for create and for update."""
    code, shown = ma("model", "apply", "-f", manifest("a"), "--dry-run")
    assert (code, 'name: "a"' in shown) == (0, True)
    assert "NotFound" in plane.kubectl("get", "model", "a", "-n", namespace, check=False)
    ma("model", "apply", "-f", manifest("a"))
    code, shown = ma("model", "apply", "-f", manifest("a", description="changed"), "--dry-run")
    assert (code, 'description: "changed"' in shown) == (0, True)
    assert "changed" not in plane.kubectl("get", "model", "a", "-n", namespace, "-o", "yaml")


def test_a_folder_is_applied_file_by_file(ma, plane, namespace, manifest, tmp_path):
    """-R over a folder takes the Models in it, goes on after a failure, and says how many failed."""
    manifest("a", "all/a.yaml")
    manifest("b", "all/b.yaml")
    (tmp_path / "all" / "server.yaml").write_text("kind: InferenceServer\nmetadata: {name: x, namespace: y}\n")
    code, shown = ma("model", "apply", "-f", str(tmp_path / "all"), "-R")
    assert (code, "Successfully applied all 2 files" in shown) == (0, True), shown
    listed = plane.kubectl("get", "models", "-n", namespace, "-o", "name").split()
    assert [name.rpartition("/")[2] for name in listed] == ["a", "b"]
    manifest("c", "all/c.yaml", nonsense=1)
    manifest("d", "all/d.yaml")
    code, shown = ma("model", "apply", "-f", str(tmp_path / "all"), "-R")
    assert (code, "apply failed on 1 of 4 files" in shown) == (1, True), shown
    assert "d" in plane.kubectl("get", "models", "-n", namespace)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 0, "inference_server"),
        (("model",), 1, "Available actions"),
        (("model", "--help"), 0, "apply"),
        (("model", "list"), 1, "Unknown action"),
        (("foo", "get"), 2, "invalid choice: 'foo'"),
        (("model", "get"), 1, "either --namespace or --all-namespaces is required"),
        (("model", "get", "-n", "x", "-o", "wide"), 2, "invalid choice: 'wide'"),
    ],
)
def test_wrong_words_are_refused_by_ma_itself(ma, words, code, said):
    """The command's own refusals, which it makes after it has learnt the services from us."""
    found, shown = ma(*words)
    assert (found, said in shown) == (code, True), shown


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"nonsense": 1}, 'has no field named "nonsense"'),
        ({"kind": "BOGUS"}, "Invalid enum value BOGUS for enum type michelangelo.api.v2.ModelKind"),
    ],
)
def test_a_manifest_that_does_not_fit_is_not_applied(ma, plane, namespace, manifest, change, said):
    """An unknown field or value ends with 1 and leaves nothing behind."""
    code, shown = ma("model", "apply", "-f", manifest("a", **change))
    assert (code, said in shown) == (1, True), shown
    assert plane.kubectl("get", "models", "-n", namespace, check=False).startswith("No resources found")


OTHERS = {
    "inference_server": ("InferenceServer", {"backendType": "BACKEND_TYPE_DYNAMO"}),
    "deployment": ("Deployment", {"inferenceServer": {"name": "s"}, "definition": {"type": "TARGET_TYPE_OFFLINE"}}),
    "revision": ("Revision", {"source": "git", "baseType": {"kind": "Model"}, "owner": {"name": "ann"}}),
    "model_family": ("ModelFamily", {"name": "family"}),
}


@pytest.mark.parametrize("entity", OTHERS)
def test_other_kinds_are_applied_and_shown(ma, plane, namespace, tmp_path, entity):
    """Each kind that ``ma`` manages, there and back."""
    kind, spec = OTHERS[entity]
    obj = {"apiVersion": "michelangelo.api/v2", "kind": kind, "metadata": {"name": "x", "namespace": namespace}}
    path = tmp_path / "x.yaml"
    path.write_text(yaml.safe_dump({**obj, "spec": spec}))
    code, shown = ma(entity, "apply", "-f", str(path))
    assert code == 0, shown
    stored = json.loads(plane.kubectl("get", f"{kind.lower()}s.michelangelo.api", "x", "-n", namespace, "-o", "json"))
    assert stored["spec"] == spec
    code, shown = ma(entity, "get", "-n", namespace)
    assert (code, [line.split()[1] for line in shown.splitlines()[1:] if line.strip()]) == (0, ["x"])


def test_a_project_is_applied_with_its_namespace(ma, plane, namespace, tmp_path):
    """``ma project apply`` makes the namespace; a broken rule is said with its path."""
    name = f"{namespace}-p"
    spec = {"description": "d", "owner": {"owningTeam": TEAM}, "tier": 7, "gitRepo": "g", "rootDir": "/"}
    path = tmp_path / "p.yaml"
    path.write_text(yaml.safe_dump({"metadata": {"name": name, "namespace": name}, "spec": spec}))
    code, shown = ma("project", "apply", "-f", str(path))
    assert (code, "spec.tier must be in the range [1,5]" in shown) == (1, True)
    assert "NotFound" in plane.kubectl("get", "namespace", name, check=False)
    path.write_text(yaml.safe_dump({"metadata": {"name": name, "namespace": name}, "spec": {**spec, "tier": 5}}))
    assert ma("project", "apply", "-f", str(path))[0] == 0
    assert name in plane.kubectl("get", "projects", "-n", name)
    plane.kubectl("delete", "namespace", name, "--wait=false")


def test_ma_acts_as_its_caller(fresh_plane, tmp_path):
    """With --rpc-auth, the bearer token of ``ma``'s configuration decides; RBAC's refusal is shown."""
    plane = fresh_plane("--rpc-auth")
    plane.kubectl("create", "namespace", "team")
    plane.kubectl("create", "role", "r", "-n", "team", "--verb=get,list", "--resource=models.michelangelo.api")
    plane.kubectl("create", "rolebinding", "r", "-n", "team", "--role=r", "--user=alice")
    assert "StatusCode.UNAUTHENTICATED" in plane.run("ma", "model", "get", "-n", "team", check=False).stderr
    home = Path(plane.environment["HOME"]) / ".ma"
    home.mkdir()
    (home / "config.toml").write_text(
        '[metadata]\nrpc-caller = "alice"\nrpc-service = "ma-apiserver"\nrpc-encoding = "proto"\n'
        'authorization = "Bearer alice-token"\n'
    )
    assert plane.run("ma", "model", "get", "-n", "team").stdout == f"{HEADER}\n"
    done = plane.run("ma", "model", "get", "-A", check=False)
    assert done.returncode == 1
    assert (
        'User "alice" cannot list resource "models" in API group "michelangelo.api" at the cluster scope' in done.stderr
    )
    shutil.rmtree(home)
