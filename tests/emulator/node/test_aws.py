"""``aws`` as containers have it, against what the real one printed. Recorded from aws-cli 1.45 at the same store; exit codes as version 2's."""

from __future__ import annotations

import io
import json
import os
import re

import pytest
from contracts.moto_stores import moto_store

from emulator.node.programs import Invocation
from emulator.node.programs.aws import cli

INSTANT = "2026-11-27 21:07:32"


@pytest.fixture(scope="module")
def store():
    with moto_store() as child:
        yield child


class Aws:
    def __init__(self, store, root, capsys, monkeypatch) -> None:
        self.capsys, self.monkeypatch = capsys, monkeypatch
        self.store = store
        self.root = root
        (root / "a.txt").write_text("hello")
        (root / "d").mkdir()
        (root / "d" / "x").write_text("x")
        (root / "d" / "y").write_bytes(b"y" * 3_000_000)
        for name in ("x", "y"):
            os.utime(root / "d" / name, (1_600_000_000, 1_600_000_000))  # older than what is uploaded

    def __call__(self, line: str, who: str = "task", typed: bytes | None = None) -> tuple[str, str, int]:
        """Standard output, standard error and exit code; instants are made alike."""
        identity = self.store.admin if who == "admin" else self.store.identities[who]
        env = {
            "AWS_ENDPOINT_URL": self.store.endpoint_url,
            "AWS_ACCESS_KEY_ID": identity.access_key_id,
            "AWS_SECRET_ACCESS_KEY": identity.secret_access_key,
            "AWS_DEFAULT_REGION": self.store.region,
        }

        if typed is not None:
            self.monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(typed)))
        code = cli.main(Invocation(["aws", *line.split()], env, self.root))
        out, err = self.capsys.readouterr()
        return re.sub(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", INSTANT, out, flags=re.M), err, code


@pytest.fixture
def aws(store, tmp_path, capsys, monkeypatch):
    return Aws(store, tmp_path, capsys, monkeypatch)


def denied(operation: str) -> str:
    return f"An error occurred (AccessDenied) when calling the {operation} operation: Access Denied\n"


def test_a_session(aws):
    """Upload, list in every form, download, copy, delete: line by line as the real one prints it."""
    said = [
        ("s3 ls s3://models/", "", 0),
        ("s3 ls s3://models/nope", "", 1),
        ("s3 cp a.txt s3://models/p/ --no-progress", "upload: ./a.txt to s3://models/p/a.txt\n", 0),
        (
            "s3 cp d s3://models/d/ --recursive --no-progress",
            "upload: d/x to s3://models/d/x\nupload: d/y to s3://models/d/y\n",
            0,
        ),
        ("s3 ls s3://models", "                           PRE d/\n                           PRE p/\n", 0),
        (
            "s3 ls s3://models --recursive --human-readable --summarize",
            f"{INSTANT}     1 Byte d/x\n{INSTANT}    2.9 MiB d/y\n{INSTANT}    5 Bytes p/a.txt\n\nTotal Objects: 3\n   Total Size: 2.9 MiB\n",
            0,
        ),
        ("s3 ls s3://models/d", "                           PRE d/\n", 0),
        (
            "s3 ls s3://models/d/ --summarize",
            f"{INSTANT}          1 x\n{INSTANT}    3000000 y\n\nTotal Objects: 2\n   Total Size: 3000001\n",
            0,
        ),
        ("s3 cp s3://models/p/a.txt b.txt --no-progress", "download: s3://models/p/a.txt to ./b.txt\n", 0),
        ("s3 cp s3://models/p/a.txt -", "hello", 0),
        ("s3 cp s3://models/p/a.txt s3://models/q/", "copy: s3://models/p/a.txt to s3://models/q/a.txt\n", 0),
        ("s3 sync d s3://models/d", "", 0),
        ("s3 rm s3://models/d/ --recursive --exclude y", "delete: s3://models/d/x\n", 0),
        ("s3 sync d s3://models/d", "upload: d/x to s3://models/d/x\n", 0),
        (
            "s3api list-objects-v2 --bucket models --query Contents[].Key --output text",
            "d/x\td/y\tp/a.txt\tq/a.txt\n",
            0,
        ),
        ("s3 mv a.txt s3://models/moved", "move: ./a.txt to s3://models/moved\n", 0),
    ]
    for line, out, code in said:
        assert aws(line) == (out, "", code), line
    assert (aws.root / "b.txt").read_text() == "hello"
    assert not (aws.root / "a.txt").exists()


def test_failures(aws):
    """In the real one's words, on standard error, with version 2's codes."""
    missing = 'fatal error: An error occurred (404) when calling the HeadObject operation: Key "none" does not exist\n'
    for who, line, err, code in (
        ("task", "s3 ls s3://default/", "\n" + denied("ListObjectsV2"), 254),
        ("task", "s3 ls", "\n" + denied("ListBuckets"), 254),
        (
            "admin",
            "s3 ls s3://nobucket",
            "\nAn error occurred (NoSuchBucket) when calling the ListObjectsV2 operation: The specified bucket does not exist\n",
            254,
        ),
        ("task", "s3 cp s3://models/none b.txt", missing, 1),
        ("task", "s3 cp nofile s3://models/", "\nThe user-provided path nofile does not exist.\n", 255),
        (
            "reader",
            "s3 cp a.txt s3://models/p/",
            "upload failed: ./a.txt to s3://models/p/a.txt " + denied("PutObject"),
            1,
        ),
        ("reader", "s3 rm s3://models/x", "delete failed: s3://models/x " + denied("DeleteObject"), 1),
        ("task", "s3 mb s3://newb", "make_bucket failed: s3://newb " + denied("CreateBucket"), 1),
        ("task", "s3 ls --frob", "\nUnknown options: --frob\n", 255),
        ("task", "s3 ls s3://models --profile x", "\nThe config profile (x) could not be found\n", 255),
        (
            "task",
            "s3api head-object --bucket models --key none",
            "\nAn error occurred (404) when calling the HeadObject operation: Not Found\n",
            254,
        ),
    ):
        assert aws(line, who) == ("", err, code), line


def test_what_it_does_not_know_is_said(aws):
    """Other services, commands and options are usage errors that name what there is."""
    for line, text in (
        ("ec2 describe-instances", "Invalid choice 'ec2': this stand-in knows s3, s3api"),
        (
            "s3 website s3://models",
            "Invalid choice 'website': this stand-in knows ls, cp, mv, sync, rm, mb, rb, presign",
        ),
        ("s3api frob", "Invalid choice 'frob', valid choices are:"),
        ("s3api head-object --bucket models", "the following arguments are required: --key"),
        ("s3 ls --output yaml", "this stand-in writes json and text"),
        ("", "the following arguments are required: command"),
    ):
        out, err, code = aws(line)
        assert (out, code) == ("", 252), line
        assert text in err, line


def test_operations(aws):
    """s3api takes every operation with simple parameters, and prints its answer."""
    assert aws("s3 cp - s3://models/typed", typed=b"hey") == ("", "", 0)
    out, _, code = aws("s3api head-object --bucket models --key typed")
    assert (code, json.loads(out)["ContentLength"]) == (0, 3)
    assert out.startswith('{\n    "AcceptRanges": "bytes",\n')
    out, _, _ = aws("s3api get-object --bucket models --key typed got")
    assert json.loads(out)["ETag"] == '"6057f13c496ecf7fd777ceb9e79ae285"'
    assert (aws.root / "got").read_text() == "hey"
    out, _, code = aws("s3api put-object --bucket models --key put --body a.txt --metadata owner=me")
    assert code == 0
    assert aws("s3api head-object --bucket models --key put --query Metadata.owner")[0] == '"me"\n'
    assert aws("s3api delete-object --bucket models --key put")[:2] == ("", "")
    assert "--max-items" not in aws("s3api list-objects-v2 --bucket models --max-items 1")[1]
    url = aws("s3 presign s3://models/typed --expires-in 60")[0]
    assert url.startswith(f"{aws.store.endpoint_url}/models/typed?")
