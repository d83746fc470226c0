"""S3's additional checksums, through the store's door."""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib

import httpx
import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from contracts.moto_stores import client_of, moto_store

DATA = b"123456789"  # whose checks the catalogue of CRC algorithms names
MINIMUM = 5 << 20  # bytes of a part that is not the last
SUMS = {
    "CRC32": base64.b64encode(bytes.fromhex("cbf43926")).decode(),
    "CRC32C": base64.b64encode(bytes.fromhex("e3069283")).decode(),
    "CRC64NVME": base64.b64encode(bytes.fromhex("ae8b14860a799888")).decode(),
    "SHA1": base64.b64encode(hashlib.sha1(DATA).digest()).decode(),
    "SHA256": base64.b64encode(hashlib.sha256(DATA).digest()).decode(),
}
ALGORITHMS = pytest.mark.parametrize("algorithm", SUMS)


@pytest.fixture(scope="module")
def store():
    with moto_store() as child:
        yield child


def client(store, when: str = "when_required"):
    """A client that adds no checksum of its own."""
    return client_of(store, store.identities["task"], request_checksum_calculation=when)


@pytest.fixture(scope="module")
def s3(store):
    return client(store)


def wrong(algorithm: str) -> str:
    """A checksum of the right length, of something else."""
    value = bytearray(base64.b64decode(SUMS[algorithm]))
    value[0] ^= 1
    return base64.b64encode(value).decode()


def refusal(call, **words) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(Bucket="models", **words)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def head(s3, key: str):
    return s3.head_object(Bucket="models", Key=key, ChecksumMode="ENABLED")


def attributes(s3, key: str):
    return s3.get_object_attributes(Bucket="models", Key=key, ObjectAttributes=["Checksum"])["Checksum"]


@ALGORITHMS
def test_an_objects_checksum_is_verified_and_told(s3, algorithm):
    """A wrong one refuses the object; a right one is answered by whoever asks."""
    name, key = f"Checksum{algorithm}", f"whole/{algorithm}"
    said = refusal(s3.put_object, Key=key, Body=DATA, **{name: wrong(algorithm)})
    assert said == ("BadDigest", f"The {algorithm} you specified did not match the calculated checksum.")
    assert refusal(s3.head_object, Key=key)[0] == "404"
    put = s3.put_object(Bucket="models", Key=key, Body=DATA, **{name: SUMS[algorithm]})
    for answer in (put, head(s3, key), attributes(s3, key)):
        assert (answer[name], answer["ChecksumType"]) == (SUMS[algorithm], "FULL_OBJECT")
    assert name not in s3.head_object(Bucket="models", Key=key)


def test_an_object_without_a_checksum_has_s3s_own(s3):
    """S3 computes CRC64NVME for what came without."""
    s3.put_object(Bucket="models", Key="bare", Body=DATA)
    assert head(s3, "bare")["ChecksumCRC64NVME"] == SUMS["CRC64NVME"]
    s3.put_object(Bucket="models", Key="empty", Body=b"")
    assert head(s3, "empty")["ChecksumCRC64NVME"] == "AAAAAAAAAAA="


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"ChecksumCRC32C": "AAAA"}, "Value for x-amz-checksum-crc32c header is invalid."),
        ({"ChecksumCRC32": "no base64"}, "Value for x-amz-checksum-crc32 header is invalid."),
        ({"ChecksumCRC32": SUMS["CRC32"], "ChecksumSHA1": SUMS["SHA1"]}, "Multiple checksum Types are not allowed."),
    ],
)
def test_what_is_no_checksum_is_refused(s3, words, said):
    """In S3's words, before the body is looked at."""
    code, message = refusal(s3.put_object, Key="invalid", Body=DATA, **words)
    assert (code, said in message) == ("InvalidRequest", True)


def chunked(store, key: str, body: bytes, trailer: str, **more: str) -> httpx.Response:
    """PUT in aws-chunked encoding, with a trailer."""
    who = store.identities["task"]
    headers = {"Content-Encoding": "aws-chunked", "X-Amz-Trailer": trailer, **more}
    signed = AWSRequest("PUT", f"{store.endpoint_url}/models/{key}", data=body, headers=headers)
    signed.context["checksum"] = {"request_algorithm": {"in": "trailer", "algorithm": "crc32", "name": trailer}}
    signed.context["signing"] = {"payload_signing_enabled": False}
    S3SigV4Auth(Credentials(who.access_key_id, who.secret_access_key), "s3", store.region).add_auth(signed)
    assert signed.headers["X-Amz-Content-SHA256"] == "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    with httpx.Client(trust_env=False) as http:
        return http.put(signed.url, content=body, headers=dict(signed.headers.items()))


@ALGORITHMS
def test_a_trailing_checksum_is_verified(store, s3, algorithm):
    """The chunks are put together, and their whole has the checksum of the trailer."""
    name, key = f"x-amz-checksum-{algorithm.lower()}", f"chunked/{algorithm}"
    body = b"4\r\n1234\r\n5\r\n56789\r\n0\r\n%b:%b\r\n\r\n"
    refused = chunked(store, key, body % (name.encode(), wrong(algorithm).encode()), name)
    assert (refused.status_code, "<Code>BadDigest</Code>" in refused.text) == (400, True)
    assert refusal(s3.head_object, Key=key)[0] == "404"
    good = body % (name.encode(), SUMS[algorithm].encode())
    assert chunked(store, key, good, name, **{"X-Amz-Decoded-Content-Length": "9"}).status_code == 200
    answer = s3.get_object(Bucket="models", Key=key, ChecksumMode="ENABLED")
    assert (answer["Body"].read(), answer[f"Checksum{algorithm}"]) == (DATA, SUMS[algorithm])
    assert "ContentEncoding" not in answer


@pytest.mark.parametrize(
    ("body", "more", "code"),
    [
        (b"9\r\n123456789\r\n0\r\n\r\n", {}, "MalformedTrailerError"),
        (b"9\r\n12345", {}, "IncompleteBody"),
        (b"-1\r\n123456789\r\n", {}, "IncompleteBody"),
        (b"no size\r\n", {}, "IncompleteBody"),
        (b"", {}, "IncompleteBody"),
        (b"0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", {"X-Amz-Decoded-Content-Length": "9"}, "IncompleteBody"),
        (b"0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", {"X-Amz-Sdk-Checksum-Algorithm": "SHA256"}, "InvalidRequest"),
    ],
)
def test_what_is_not_in_chunks_is_refused(store, body, more, code):
    """Broken framing is the client's error, whatever it is."""
    refused = chunked(store, "broken", body, "x-amz-checksum-crc32", **more)
    assert (refused.status_code, f"<Code>{code}</Code>" in refused.text) == (400, True)


def test_an_announced_checksum_comes(store, s3):
    """An algorithm without a value is refused."""
    who = store.identities["task"]
    headers = {"X-Amz-Sdk-Checksum-Algorithm": "CRC32"}
    signed = AWSRequest("PUT", f"{store.endpoint_url}/models/announced", data=DATA, headers=headers)
    S3SigV4Auth(Credentials(who.access_key_id, who.secret_access_key), "s3", store.region).add_auth(signed)
    refused = httpx.put(signed.url, content=DATA, headers=dict(signed.headers.items()), trust_env=False)
    assert (refused.status_code, "no corresponding x-amz-checksum-*" in refused.text) == (400, True)


def begun(s3, key: str, **words):
    """An upload of two parts: its words, and what ends it."""
    upload = {"Key": key, "UploadId": s3.create_multipart_upload(Bucket="models", Key=key, **words)["UploadId"]}
    parts = []
    for number, body in enumerate((bytes(MINIMUM), DATA), 1):
        tag = s3.upload_part(Bucket="models", **upload, PartNumber=number, Body=body)["ETag"]
        parts.append({"PartNumber": number, "ETag": tag})
    return upload, parts


def test_a_composite_checksum_is_over_those_of_the_parts(s3):
    """Each part's is to be there and right; the whole's has the number of parts behind it."""
    upload, parts = begun(s3, "composite", ChecksumAlgorithm="SHA256")
    sums = [hashlib.sha256(data).digest() for data in (bytes(MINIMUM), DATA)]
    value = base64.b64encode(hashlib.sha256(b"".join(sums)).digest()).decode()
    code, message = refusal(s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": parts})
    assert (code, "It was missing for part 1" in message) == ("InvalidRequest", True)
    for part, found in zip(parts, sums, strict=True):
        part["ChecksumSHA256"] = base64.b64encode(found).decode()
    others = [parts[0], parts[1] | {"ChecksumSHA256": wrong("SHA256")}]
    assert refusal(s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": others})[0] == "InvalidPart"
    end = {**upload, "MultipartUpload": {"Parts": parts}}
    assert refusal(s3.complete_multipart_upload, **end, ChecksumSHA256=wrong("SHA256"))[0] == "BadDigest"
    assert refusal(s3.complete_multipart_upload, **end, ChecksumType="FULL_OBJECT")[0] == "InvalidRequest"
    assert refusal(s3.complete_multipart_upload, **end, MpuObjectSize=1)[0] == "InvalidRequest"
    ended = s3.complete_multipart_upload(Bucket="models", **end, ChecksumSHA256=f"{value}-2")
    for answer in (ended, head(s3, "composite")):
        assert (answer["ChecksumSHA256"], answer["ChecksumType"]) == (f"{value}-2", "COMPOSITE")
    assert attributes(s3, "composite")["ChecksumType"] == "COMPOSITE"


@pytest.mark.parametrize("words", [{"ChecksumAlgorithm": "CRC64NVME"}, {}])
def test_a_full_objects_checksum_is_over_all_bytes(s3, words):
    """With CRC64NVME, which is what S3 computes where nothing is said."""
    upload, parts = begun(s3, "full", **words)
    end = {**upload, "MultipartUpload": {"Parts": parts}}
    assert refusal(s3.complete_multipart_upload, **end, ChecksumCRC64NVME=wrong("CRC64NVME"))[0] == "BadDigest"
    s3.complete_multipart_upload(Bucket="models", **end)
    s3.put_object(Bucket="models", Key="same", Body=bytes(MINIMUM) + DATA)
    one, other = head(s3, "full"), head(s3, "same")
    assert (one["ChecksumCRC64NVME"], one["ChecksumType"]) == (other["ChecksumCRC64NVME"], "FULL_OBJECT")


def test_a_parts_checksum_is_verified(s3):
    """And is of its upload's kind."""
    upload = s3.create_multipart_upload(Bucket="models", Key="parts", ChecksumAlgorithm="CRC32C")
    words = {"Key": "parts", "UploadId": upload["UploadId"], "PartNumber": 1, "Body": DATA}
    assert refusal(s3.upload_part, **words, ChecksumCRC32C=wrong("CRC32C"))[0] == "BadDigest"
    code, message = refusal(s3.upload_part, **words, ChecksumSHA1=SUMS["SHA1"])
    assert (code, "expected checksum Type: crc32c, actual checksum Type: sha1" in message) == ("InvalidRequest", True)
    assert s3.upload_part(Bucket="models", **words, ChecksumCRC32C=SUMS["CRC32C"])["ChecksumCRC32C"] == SUMS["CRC32C"]


@pytest.mark.parametrize(
    "words",
    [
        {"ChecksumAlgorithm": "MD4"},
        {"ChecksumType": "COMPOSITE"},
        {"ChecksumAlgorithm": "CRC64NVME", "ChecksumType": "COMPOSITE"},
        {"ChecksumAlgorithm": "SHA256", "ChecksumType": "FULL_OBJECT"},
    ],
)
def test_uploads_have_kinds_that_there_are(s3, words):
    """Not every algorithm goes with every type."""
    assert refusal(s3.create_multipart_upload, Key="kinds", **words)[0] == "InvalidRequest"


def test_a_copy_of_an_upload_in_parts_is_read_by_who_verifies(store, s3):
    """The copy has a checksum of the whole; clients compare what they read with it."""
    verifying = client(store, "when_supported")
    upload, parts = begun(verifying, "source", ChecksumAlgorithm="CRC32")
    for part, data in zip(parts, (bytes(MINIMUM), DATA), strict=True):
        part["ChecksumCRC32"] = base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()
    verifying.complete_multipart_upload(Bucket="models", **upload, MultipartUpload={"Parts": parts})
    source = {"Bucket": "models", "Key": "source"}
    copied = verifying.copy_object(Bucket="models", Key="copy", CopySource=source)
    whole = base64.b64encode(binascii.crc32(bytes(MINIMUM) + DATA).to_bytes(4, "big")).decode()
    assert copied["CopyObjectResult"]["ChecksumCRC32"] == whole
    assert verifying.get_object(Bucket="models", Key="copy")["Body"].read() == bytes(MINIMUM) + DATA
    other = verifying.copy_object(Bucket="models", Key="copy", CopySource=source, ChecksumAlgorithm="CRC32C")
    assert head(s3, "copy")["ChecksumCRC32C"] == other["CopyObjectResult"]["ChecksumCRC32C"]


def test_a_snapshot_keeps_checksums(store, s3, tmp_path):
    """What was verified once is told after a snapshot is loaded."""
    s3.put_object(Bucket="models", Key="saved", Body=DATA, ChecksumSHA1=SUMS["SHA1"])
    store.save(tmp_path / "snapshot.zip")
    store.load(tmp_path / "snapshot.zip")
    assert head(s3, "saved")["ChecksumSHA1"] == SUMS["SHA1"]
