"""Whether the object store answers, and the bucket is there, in the region that is configured."""

from __future__ import annotations

import asyncio

from emulator.doctor.artifacts import no_bucket
from emulator.doctor.bucket import Bucket, StoreError
from emulator.doctor.finding import Evidence, Finding, Severity
from emulator.doctor.patient import Patient
from emulator.troubleshooting import PERMISSIONS, WRONG_ENDPOINT

DEFAULT_REGION = "us-east-1"  # which S3 answers with no location
MOVED = ("301", "PermanentRedirect", "AuthorizationHeaderMalformed", "400")


async def examine(patient: Patient) -> list[Finding]:
    """Endpoint, TLS, bucket, region."""
    bucket = patient.bucket
    if bucket is None:
        patient.note("not tested: the object store: name it with --s3-endpoint and --bucket")
        return []
    await asyncio.to_thread(bucket.reach)
    if bucket.trouble is not None:
        return [_trouble(patient, bucket, bucket.trouble)]
    try:
        location = (await asyncio.to_thread(bucket.ask, "get_bucket_location", Bucket=bucket.name)).get(
            "LocationConstraint"
        )
    except StoreError as error:
        patient.note(f"not seen: the region of s3://{bucket.name}: {error}")
        return []
    actual = {"EU": "eu-west-1"}.get(location, location) or DEFAULT_REGION
    configured = bucket.region or DEFAULT_REGION
    return [] if actual == configured else [_region(bucket, actual, configured)]


def _trouble(patient: Patient, bucket: Bucket, trouble: StoreError) -> Finding:
    asked = Evidence(f"aws s3api head-bucket --bucket {bucket.name}{bucket.flags}", str(trouble))
    about = f"bucket/{bucket.name}"
    if trouble.code in ("404", "NoSuchBucket"):
        return no_bucket(bucket, bucket.name, "it is the models bucket that is configured")
    if trouble.region:
        return _region(bucket, trouble.region, bucket.region or DEFAULT_REGION)
    if trouble.code in ("Unreachable", "TLS"):
        what = "Nothing answers" if trouble.code == "Unreachable" else "The certificate is not trusted"
        right = patient.doors.s3_endpoint if patient.doors is not None else "<endpoint>"
        return Finding(
            "store.unreachable",
            Severity.ERROR,
            f"{what} at the S3 endpoint {bucket.endpoint or 'of AWS'}",
            bucket.endpoint or "AWS",
            WRONG_ENDPOINT,
            (asked,),
            f"export AWS_ENDPOINT_URL={right}"
            if trouble.code == "Unreachable"
            else "export AWS_CA_BUNDLE=<certificate of the store's authority>",
            "wrong-region-or-endpoint",
        )
    if trouble.code in MOVED:
        return _region(bucket, "<region>", bucket.region or DEFAULT_REGION)
    return Finding(
        "store.denied",
        Severity.ERROR,
        f"The bucket {bucket.name} may not be listed with these keys",
        about,
        PERMISSIONS,
        (asked,),
        "aws sts get-caller-identity   # whose keys they are; then give them s3:ListBucket",
        "controller-manager-cannot-write",
    )


def _region(bucket: Bucket, actual: str, configured: str) -> Finding:
    return Finding(
        "store.region",
        Severity.ERROR,
        f"The bucket {bucket.name} is in region {actual}, not in {configured}",
        f"bucket/{bucket.name}",
        WRONG_ENDPOINT,
        (Evidence(f"aws s3api get-bucket-location --bucket {bucket.name}{bucket.flags}", actual),),
        f"export AWS_DEFAULT_REGION={actual}",
        "wrong-region-or-endpoint",
    )
