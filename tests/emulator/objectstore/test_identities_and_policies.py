"""Who may do what in the store: every request is signed by somebody, whose policy is asked."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import boto3
import httpx
import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from contracts.moto_stores import client_of, moto_store

FOUR = ("put_object", "get_object", "delete_object", "list_objects_v2")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with moto_store(tmp_path_factory.mktemp("log") / "access.log") as child:
        yield child


def client(store, who, service="s3", version="s3v4"):
    signature = version if service == "s3" else None
    return client_of(store, who, service, signature_version=signature, retries={"max_attempts": 1})


def tried(call, **words) -> str:
    """Nothing when it is allowed, else S3's error code."""
    try:
        call(**words)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return ""


def four(s3, bucket: str) -> list[str]:
    """What put, get, delete and list answer."""
    return [
        tried(s3.put_object, Bucket=bucket, Key="k", Body=b"x"),
        tried(s3.get_object, Bucket=bucket, Key="k"),
        tried(s3.delete_object, Bucket=bucket, Key="k"),
        tried(s3.list_objects_v2, Bucket=bucket),
    ]


@pytest.mark.parametrize("name", ["controller-manager", "task"])
def test_writers_have_the_guides_four_permissions(store, name):
    """The controller manager and tasks put, get, delete and list in the models bucket, and nowhere else."""
    s3 = client(store, store.identities[name])
    assert four(s3, "models") == [""] * 4
    assert four(s3, "default") == ["AccessDenied"] * 4


def test_the_reader_reads(store):
    """The reader gets and lists, and neither puts nor deletes."""
    client(store, store.admin).put_object(Bucket="models", Key="k", Body=b"x")
    s3 = client(store, store.identities["reader"])
    assert four(s3, "models") == ["AccessDenied", "", "AccessDenied", ""]


def test_nobody_is_denied(store):
    """An unsigned request, an unknown key and a wrong secret are refused in S3's words."""
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{store.endpoint_url}/models/k")
    assert caught.value.code == 403
    stranger = boto3.client(
        "s3",
        endpoint_url=store.endpoint_url,
        region_name=store.region,
        aws_access_key_id="AKIANOBODY",
        aws_secret_access_key="x",
    )
    assert tried(stranger.list_buckets) == "InvalidAccessKeyId"
    impostor = boto3.client(
        "s3",
        endpoint_url=store.endpoint_url,
        region_name=store.region,
        aws_access_key_id=store.admin.access_key_id,
        aws_secret_access_key="x",
    )
    assert tried(impostor.list_buckets) == "SignatureDoesNotMatch"


def test_bulk_deletion_is_asked_for_each_key(store):
    """DeleteObjects deletes what may be deleted and names AccessDenied for each other key."""
    admin = client(store, store.admin)
    for key in ("mine/a", "theirs/b"):
        admin.put_object(Bucket="models", Key=key, Body=b"x")
    statement = {"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::models/mine/*"}
    iam = client(store, store.admin, "iam")
    before = iam.get_user_policy(UserName="reader", PolicyName="models")["PolicyDocument"]
    document = {"Version": "2012-10-17", "Statement": [statement]}
    iam.put_user_policy(UserName="reader", PolicyName="models", PolicyDocument=json.dumps(document))
    try:
        keys = {"Objects": [{"Key": "mine/a"}, {"Key": "theirs/b"}]}
        answer = client(store, store.identities["reader"]).delete_objects(Bucket="models", Delete=keys)
    finally:
        iam.put_user_policy(UserName="reader", PolicyName="models", PolicyDocument=json.dumps(before))
    assert [item["Key"] for item in answer["Deleted"]] == ["mine/a"]
    assert [(item["Key"], item["Code"]) for item in answer["Errors"]] == [("theirs/b", "AccessDenied")]
    left = [item["Key"] for item in admin.list_objects_v2(Bucket="models")["Contents"]]
    assert "theirs/b" in left
    assert "mine/a" not in left


def test_a_version_is_deleted_by_who_may_delete_versions(store):
    """s3:DeleteObject marks an object as deleted; its versions need s3:DeleteObjectVersion, one by one and in bulk."""
    admin = client(store, store.admin)
    admin.put_bucket_versioning(Bucket="models", VersioningConfiguration={"Status": "Enabled"})
    try:
        version = admin.put_object(Bucket="models", Key="kept", Body=b"x")["VersionId"]
        s3 = client(store, store.identities["task"])
        assert tried(s3.delete_object, Bucket="models", Key="kept", VersionId=version) == "AccessDenied"
        answer = s3.delete_objects(Bucket="models", Delete={"Objects": [{"Key": "kept", "VersionId": version}]})
        assert [(item["Code"], item["VersionId"]) for item in answer["Errors"]] == [("AccessDenied", version)]
        assert tried(s3.delete_object, Bucket="models", Key="kept") == ""
        assert admin.get_object(Bucket="models", Key="kept", VersionId=version)["Body"].read() == b"x"
    finally:
        admin.put_bucket_versioning(Bucket="models", VersioningConfiguration={"Status": "Suspended"})


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_presigned_urls_are_verified_and_expire(store, version):
    """A presigned URL opens its object until it expires; a changed one opens nothing."""
    admin = client(store, store.admin, version=version)
    client(store, store.admin).put_object(Bucket="models", Key="a b+c.txt", Body=b"inside")
    words = {"Bucket": "models", "Key": "a b+c.txt"}
    url = admin.generate_presigned_url("get_object", Params=words, ExpiresIn=60)
    assert urllib.request.urlopen(url).read() == b"inside"
    late = admin.generate_presigned_url("get_object", Params=words, ExpiresIn=-1)
    for wrong in (late, url.replace("a%20b", "a%20c"), url.replace("Signature=", "Signature=0")):
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(wrong)
        assert caught.value.code == 403


def test_copies_need_to_read_their_source(store):
    """A copy is a put, and a get of what it copies."""
    client(store, store.admin).put_object(Bucket="default", Key="secret", Body=b"x")
    s3 = client(store, store.identities["task"])
    words = {"Bucket": "models", "Key": "copy", "CopySource": {"Bucket": "default", "Key": "secret"}}
    assert tried(s3.copy_object, **words) == "AccessDenied"


def test_the_access_log_says_who_did_what(store):
    """Each request is a line: who, what, the verdict, and what was missing."""
    tried(client(store, store.identities["reader"]).put_object, Bucket="models", Key="logged", Body=b"123")
    lines = [json.loads(line) for line in store._access_log.read_text().splitlines()]
    entry = next(line for line in lines if line["path"] == "/models/logged")
    assert (entry["who"], entry["method"], entry["status"]) == ("reader", "PUT", 403)
    assert entry["denied"] == "s3:PutObject arn:aws:s3:::models/logged"


def test_only_the_administrator_reaches_the_stores_own_doors(store):
    """Other services, and moto's own API, are the administrator's alone."""
    assert tried(client(store, store.identities["task"], "iam").list_users) == "AccessDenied"
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(urllib.request.Request(f"{store.endpoint_url}/moto-api/reset", method="POST"))
    assert tried(client(store, store.admin).head_bucket, Bucket="models") == ""


def test_who_may_not_list_is_not_told_what_is_missing(store):
    """A key that is not there is NoSuchKey for those who may list, AccessDenied for those who may only get."""
    reader = client(store, store.identities["reader"])
    assert tried(reader.get_object, Bucket="models", Key="missing") == "NoSuchKey"
    iam = client(store, store.admin, "iam")
    before = iam.get_user_policy(UserName="reader", PolicyName="models")["PolicyDocument"]
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::models/*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    iam.put_user_policy(UserName="reader", PolicyName="models", PolicyDocument=json.dumps(document))
    try:
        assert tried(reader.get_object, Bucket="models", Key="missing") == "AccessDenied"
        assert tried(reader.head_object, Bucket="models", Key="missing") == "403"
        client(store, store.admin).put_object(Bucket="models", Key="there", Body=b"x")
        assert tried(reader.get_object, Bucket="models", Key="there") == ""
    finally:
        iam.put_user_policy(UserName="reader", PolicyName="models", PolicyDocument=json.dumps(before))


@pytest.mark.parametrize("name", ["controller-manager", "task", "reader"])
def test_everybody_may_ask_who_they_are(store, name):
    """GetCallerIdentity names the user, whatever it may do; nothing else of STS is open."""
    sts = client(store, store.identities[name], "sts")
    assert sts.get_caller_identity()["Arn"].endswith(f":user/{name}")
    assert tried(sts.get_session_token) == "AccessDenied"


def test_a_bulk_delete_that_is_refused_is_logged(store):
    """The access log has the action, bucket and key of each request, and its verdict."""
    reader = client(store, store.identities["reader"])
    reader.delete_objects(Bucket="models", Delete={"Objects": [{"Key": "precious"}]})
    tried(reader.get_object, Bucket="models", Key="wanted")
    lines = [json.loads(line) for line in store._access_log.read_text().splitlines()]
    bulk = next(line for line in lines if "precious" in line.get("denied", ""))
    assert (bulk["who"], bulk["action"], bulk["verdict"]) == ("reader", "s3:DeleteObject", "denied")
    got = next(line for line in lines if line.get("key") == "wanted")
    assert (got["action"], got["bucket"], got["verdict"], got["status"]) == ("s3:GetObject", "models", "allowed", 404)


def test_conditions_are_asked_of_each_request(store):
    """Listing may be granted for a prefix, and objects by who asks; the address of the client counts."""
    bucket = "arn:aws:s3:::models"
    statements = [
        {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": bucket,
            "Condition": {
                "StringLike": {"s3:prefix": ["${aws:username}/*"]},
                "IpAddress": {"aws:SourceIp": "127.0.0.0/8"},
            },
        },
        {"Effect": "Allow", "Action": "s3:*Object", "Resource": f"{bucket}/${{aws:username}}/*"},
    ]
    iam = client(store, store.admin, "iam")
    before = iam.get_user_policy(UserName="reader", PolicyName="models")["PolicyDocument"]
    document = {"Version": "2012-10-17", "Statement": statements}
    iam.put_user_policy(UserName="reader", PolicyName="models", PolicyDocument=json.dumps(document))
    try:
        s3 = client(store, store.identities["reader"])
        assert tried(s3.put_object, Bucket="models", Key="reader/own", Body=b"x") == ""
        assert tried(s3.put_object, Bucket="models", Key="task/own", Body=b"x") == "AccessDenied"
        assert tried(s3.list_objects_v2, Bucket="models", Prefix="reader/") == ""
        assert tried(s3.list_objects_v2, Bucket="models", Prefix="task/") == "AccessDenied"
        assert tried(s3.list_objects_v2, Bucket="models") == "AccessDenied"
    finally:
        iam.put_user_policy(UserName="reader", PolicyName="models", PolicyDocument=json.dumps(before))


@pytest.mark.parametrize(
    ("promise", "code"),
    [
        ({"ContentMD5": "XrY7u+Ae7tCTyyK7j1rNww=="}, "BadDigest"),
        ({"ChecksumSHA256": "XrY7u+Ae7tCTyyK7j1rNwwXrY7u+Ae7tCTyyK7j1rNw="}, "BadDigest"),
        ({"ChecksumCRC32": "AAAAAA=="}, "BadDigest"),
    ],
)
def test_a_body_is_what_its_digest_says(store, promise, code):
    """An object whose bytes are not those that were promised is not stored."""
    s3 = client(store, store.identities["task"])
    assert tried(s3.put_object, Bucket="models", Key="promised", Body=b"other bytes", **promise) == code
    assert tried(s3.head_object, Bucket="models", Key="promised") == "404"
    assert tried(s3.put_object, Bucket="models", Key="kept", Body=b"", ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==") == ""


def test_a_body_is_the_one_that_was_signed(store):
    """Bytes that are changed on the way are refused; the connection goes on."""
    who = store.identities["task"]
    signed = AWSRequest("PUT", f"{store.endpoint_url}/models/tampered", data=b"good")
    S3SigV4Auth(Credentials(who.access_key_id, who.secret_access_key), "s3", store.region).add_auth(signed)
    with httpx.Client(trust_env=False) as http:
        headers = {name: value for name, value in signed.headers.items() if name != "Content-Length"}
        refused = http.put(signed.url, content=b"evil", headers=headers)
        assert (refused.status_code, "XAmzContentSHA256Mismatch" in refused.text) == (400, True)
        assert http.put(signed.url, content=b"good", headers=headers).status_code == 200


def test_presigned_urls_are_good_for_a_week_at_most(store):
    """A longer time is refused, as S3 does."""
    url = client(store, store.admin).generate_presigned_url(
        "get_object", Params={"Bucket": "models", "Key": "k"}, ExpiresIn=604801
    )
    answer = httpx.get(url, trust_env=False)
    assert (answer.status_code, "less than a week" in answer.text) == (400, True)


def test_an_upload_that_is_none_is_said(store):
    """Completing an upload that nobody began is NoSuchUpload."""
    parts = {"Parts": [{"PartNumber": 1, "ETag": "x"}]}
    words = {"Bucket": "models", "Key": "k", "UploadId": "none"}
    s3 = client(store, store.identities["task"])
    assert tried(s3.complete_multipart_upload, **words, MultipartUpload=parts) == "NoSuchUpload"
    assert tried(client(store, store.admin).abort_multipart_upload, **words) == "NoSuchUpload"
