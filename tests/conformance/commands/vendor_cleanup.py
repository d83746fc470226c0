"""Somebody's cleanup, right or with one of several mistakes: ``vendor_cleanup.py [MISTAKE]``. Not a test; run by one."""

from __future__ import annotations

import json
import os
import re
import sys
import urllib.error
import urllib.request
from urllib.parse import quote

MISTAKE = sys.argv[1] if len(sys.argv) > 1 else ""
with open(os.environ["KUBECONFIG"]) as file:
    KUBE = json.load(file)["clusters"][0]["cluster"]["server"]
S3, BUCKET, CUTOFF = os.environ["AWS_ENDPOINT_URL"], os.environ["MODELS_BUCKET"], os.environ["CUTOFF"]


def ask(method: str, url: str) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, method=method)) as answer:
        return answer.read()


def uris(model: dict) -> list[str]:
    spec = model["spec"]
    raw, deployable = spec.get("model_artifact_uri") or [], spec.get("deployable_artifact_uri") or []
    return raw + deployable


def under(uri: str) -> list[str]:
    key = uri.removeprefix(f"s3://{BUCKET}/").rstrip("/")
    page = ask("GET", f"{S3}/{BUCKET}?list-type=2&prefix={quote(key, safe='')}").decode()
    found = re.findall("<Key>(.*?)</Key>", page)
    return [one for one in found if one == key or one.startswith(f"{key}/")]


def old(model: dict) -> bool:
    stamp = model["metadata"]["creationTimestamp"]
    return stamp <= CUTOFF if MISTAKE == "inclusive" else stamp < CUTOFF


def gone(model: dict) -> None:
    meta = model["metadata"]
    ask("DELETE", f"{KUBE}/apis/michelangelo.api/v2/namespaces/{meta['namespace']}/models/{meta['name']}")


ask("GET", f"{KUBE}/apis")  # as clients do first
models = json.loads(ask("GET", f"{KUBE}/apis/michelangelo.api/v2/models"))["items"]
kept = [key for model in models if not old(model) for uri in uris(model) for key in under(uri)]
if MISTAKE == "shared-too":
    kept = []
failed = False
for model in filter(old, models):
    if MISTAKE == "record-first":
        gone(model)
    doomed = [key for uri in uris(model) for key in under(uri) if key not in kept]
    try:
        for key in doomed:
            ask("DELETE", f"{S3}/{BUCKET}/{quote(key)}")
    except urllib.error.HTTPError:
        failed = True
        if MISTAKE != "undaunted":
            continue
    if MISTAKE != "record-first":
        gone(model)
if MISTAKE == "strangers":
    ask("DELETE", f"{S3}/{BUCKET}/somebody-elses")
sys.exit(failed)
