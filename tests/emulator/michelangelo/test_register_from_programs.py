"""Registration from programs: over HTTP, and from Python."""

from __future__ import annotations

import io
import json
import tarfile
from concurrent.futures import ThreadPoolExecutor

import boto3
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator import artifact_layout as layout


def tar(**files: bytes) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name.replace("__", "/").replace("_", "."))
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return made.getvalue()


def post(plane, values, content=None, body=None):
    headers = {"Authorization": f"Bearer {plane.doors['control_token']}"}
    url = f"{plane.doors['control']}/v1/register"
    if content is None:
        return httpx.post(url, json={**values, **(body or {})}, headers=headers, timeout=30)
    headers["Content-Type"] = "application/octet-stream"
    return httpx.post(url, params=values, content=content, headers=headers, timeout=30)


def held(plane, uri) -> dict[str, bytes]:
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    doors = plane.doors
    client = boto3.client(
        "s3",
        endpoint_url=doors["s3_endpoint"],
        region_name=doors["s3_region"],
        aws_access_key_id=doors["s3_access_key_id"],
        aws_secret_access_key=doors["s3_secret_access_key"],
    )
    listed = client.list_objects_v2(Bucket=bucket, Prefix=f"{prefix}/")["Contents"]
    return {
        item["Key"].removeprefix(f"{prefix}/"): client.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
        for item in listed
    }


def test_a_tar_archive_is_registered(plane, namespace):
    """The body's files are the raw artifacts, byte for byte; the package is made from them; the answer is the Model."""
    values = {"name": "fraud", "namespace": namespace, "owner": "ann", "labels": '{"team": "risk"}'}
    answer = post(plane, values, tar(model_onnx=b"onnx", sub__w_bin=b"w"))
    assert answer.status_code == 200, answer.text
    model = answer.json()
    assert model == json.loads(
        plane.kubectl("get", "model", "fraud", "-n", namespace, "-o", "json", "--show-managed-fields")
    )
    assert model["metadata"]["labels"] == {"team": "risk"}
    assert held(plane, model["spec"]["model_artifact_uri"][0]) == {"model.onnx": b"onnx", "sub/w.bin": b"w"}
    assert held(plane, model["spec"]["deployable_artifact_uri"][0])["1/model.onnx"] == b"onnx"


def test_one_file_and_a_path_are_registered(plane, namespace, tmp_path):
    """A body that is named is that file; without one, artifact is a path on the plane's machine."""
    first = post(plane, {"name": "m", "namespace": namespace, "package": "raw", "filename": "w.bin"}, b"bytes").json()
    assert held(plane, first["spec"]["deployable_artifact_uri"][0]) == {"w.bin": b"bytes"}
    (tmp_path / "x.bin").write_bytes(b"x")
    body = {
        "artifact": str(tmp_path),
        "schema": {"input": [{"name": "x", "shape": [2]}]},
        "layout": "l/{part}/{name}/{namespace}/{revision}",
    }
    second = post(plane, {"name": "m", "namespace": namespace}, body=body).json()
    assert second["spec"]["model_artifact_uri"] == [f"s3://michelangelo-models/l/raw/m/{namespace}/2"]
    assert b'name: "x"' in held(plane, second["spec"]["deployable_artifact_uri"][0])["config.pbtxt"]


@pytest.mark.parametrize(
    ("values", "sent", "code", "said"),
    [
        ({"namespace": "default"}, "files", 400, "name is missing"),
        ({"name": "bad"}, "files", 400, "namespace is missing"),
        ({"name": "bad", "namespace": "default"}, "text", 400, "no tar archive"),
        ({"name": "bad", "namespace": "default"}, "nothing", 400, "no files"),
        ({"name": "bad", "namespace": "default", "filename": "../x"}, "text", 400, "without folders"),
        ({"name": "bad", "namespace": "default", "package": "zip"}, "files", 400, "known are triton"),
        ({"name": "bad", "namespace": "default", "revision": "one"}, "files", 400, "no number"),
        ({"name": "bad", "namespace": "default", "labels": "a=b"}, "files", 400, "labels is no JSON"),
        ({"name": "bad", "namespace": "default", "kind": "X"}, "files", 400, "spec.kind"),
        ({"name": "Bad_", "namespace": "default"}, "files", 400, "metadata.name"),
        ({"name": "bad", "namespace": "none-such"}, "files", 400, '"none-such" not found'),
        ({"name": "bad", "namespace": "default", "color": "red"}, "files", 400, "unknown value 'color'"),
        ({"name": "bad", "namespace": "default"}, None, 400, "artifact is missing"),
        ({"name": "bad", "namespace": "default", "artifact": "here"}, None, 400, "absolute path"),
        (
            {"name": "bad", "namespace": "default", "schema": {"output": [{}]}, "artifact": "/"},
            None,
            400,
            "schema.output[0]",
        ),
    ],
)
def test_what_cannot_be_registered_is_said(plane, values, sent, code, said):
    """A refusal names the value that is wrong, and nothing is made."""
    content = {"files": tar(a=b"a"), "nothing": tar(), "text": b"text", None: None}[sent]
    answer = post(plane, values, content)
    assert answer.status_code == code
    assert said in answer.json()["error"]
    assert "NotFound" in plane.kubectl("get", "model", "bad", check=False)


def test_a_failed_step_is_said(plane, namespace):
    """A package that cannot be built leaves the Model with its raw artifacts, and an answer that says why."""
    answer = post(plane, {"name": "two", "namespace": namespace}, tar(a_onnx=b"a", b_onnx=b"b"))
    assert answer.status_code == 502
    assert "packaging failed: several models" in answer.json()["error"]
    spec = json.loads(plane.kubectl("get", "model", "two", "-n", namespace, "-o", "json"))["spec"]
    assert spec["model_artifact_uri"]
    assert "deployable_artifact_uri" not in spec


def test_registrations_of_one_model_take_turns(plane, namespace):
    """Of registrations at the same time each gets a revision of its own, and the Model is wholly that of the last."""
    with ThreadPoolExecutor(5) as pool:
        values = {"name": "same", "namespace": namespace}
        answers = list(pool.map(lambda number: post(plane, values, tar(w_bin=b"%d" % number)), range(5)))
    assert [answer.status_code for answer in answers] == [200] * 5
    specs = [answer.json()["spec"] for answer in answers]
    assert sorted(spec["revision_id"] for spec in specs) == [1, 2, 3, 4, 5]
    for number, spec in enumerate(specs):
        for field in ("model_artifact_uri", "deployable_artifact_uri"):
            assert f"/same/{spec['revision_id']}/" in spec[field][0]
        assert held(plane, spec["model_artifact_uri"][0]) == {"w.bin": b"%d" % number}


def test_archives_do_not_leave_their_folder(plane, namespace):
    """A member that points elsewhere is refused."""
    answer = post(plane, {"name": "escape", "namespace": namespace}, tar(____x=b"x"))
    assert answer.status_code == 200, "//x is x"
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("../../outside"), io.BytesIO(b""))
    answer = post(plane, {"name": "escape", "namespace": namespace}, made.getvalue())
    assert answer.status_code == 400
    assert "no tar archive" in answer.json()["error"]


def test_the_library_registers(plane, namespace, tmp_path):
    """``emulator.registration.register`` in a program gives the Model, and refuses in exceptions."""
    (tmp_path / "w.bin").write_bytes(b"w")
    program = f"""
from emulator.registration import RegistrationError, register
model = register("lib", {namespace!r}, {str(tmp_path)!r}, revision=4, package="raw")
print(model["spec"]["revision_id"], model["spec"]["deployable_artifact_uri"][0])
for words in ({{"revision": 4}}, {{"revision": 2}}):
    try:
        register("lib", {namespace!r}, {str(tmp_path)!r}, **words)
    except RegistrationError as error:
        print(error)
"""
    said = plane.run("python", "-c", program).stdout.splitlines()
    assert said[0] == f"4 s3://michelangelo-models/{namespace}/lib/4/deployable"
    assert said[1:] == [
        f"revision {number} of {namespace}/lib is registered already: give 5 or more, or none" for number in (4, 2)
    ]


def test_every_identitys_variables_are_in_a_file(plane):
    """MA_S3_IDENTITIES names a JSON file of identities, each with the variables of ``ma-emulator credentials``."""
    said = plane.run("ma-emulator", "env").stdout
    path = next(line.partition("=")[2] for line in said.splitlines() if line.startswith("export MA_S3_IDENTITIES="))
    with open(path) as file:
        identities = json.load(file)
    assert set(identities) == {"admin", "controller-manager", "reader", "task"}
    exports = "".join(f"export {name}={value}\n" for name, value in identities["task"].items())
    assert plane.run("ma-emulator", "credentials", "task").stdout == exports


names = st.from_regex(r"[a-z]([-a-z0-9]{0,8}[a-z0-9])?", fullmatch=True)
registrations = st.tuples(names, names, st.integers(0, 99), st.sampled_from(["raw", "deployable"]))


@given(registrations, registrations)
def test_the_default_layout_tells_registrations_apart(one, other):
    """No two registrations share a prefix, nor is one beneath the other."""

    def prefix(values):
        return layout.DEFAULT.format(**dict(zip(("namespace", "name", "revision", "part"), values, strict=True))) + "/"

    if one != other:
        assert not prefix(one).startswith(prefix(other))


@given(st.sets(st.sampled_from(sorted(layout.NAMES))))
def test_a_layout_names_all_that_tells_registrations_apart(names):
    """A template is taken exactly when it has every name."""
    template = "/".join(f"{{{name}}}" for name in sorted(names))
    if names == layout.NAMES:
        assert layout.checked(template) == template
    else:
        with pytest.raises(ValueError, match="lacks"):
            layout.checked(template)
