"""Artifact URIs: the usual, the unusual, and lists of them."""

from __future__ import annotations

from hypothesis import strategies as st

from conformance.strategies.text import any_text, words

_SCHEMES = ("s3", "s3a", "gs", "abfs", "https", "file", "hdfs", "memory", "S3")
_paths = st.lists(st.one_of(words, any_text), max_size=4).map("/".join)
usual = st.builds(lambda bucket, path: f"s3://{bucket}/{path}", words, _paths)
ODD = (
    "s3://",
    "s3://b",
    "s3://b/k?versionId=1#f",
    "S3://B/K",
    "s3://b//k",
    "s3://b/../k",
    "s3://b/k/",
    "s3://b/%2e%2E",
    " s3://b/k ",
    "s3://b:443/k",
    "s3://u@b/k",
    "s3://b\\k",
    "s3://b/" + "k" * 5000,
)
odd = st.one_of(
    st.builds(lambda scheme, bucket, path: f"{scheme}://{bucket}/{path}", st.sampled_from(_SCHEMES), words, _paths),
    any_text,
    st.sampled_from(ODD),
    st.integers(1, 40).map(lambda n: "s3://bucket/" + "deep/" * n * 10),
)
uri_lists = st.lists(st.one_of(usual, usual, odd), max_size=6)
repeated_lists = st.lists(usual, min_size=1, max_size=3).flatmap(
    lambda uris: st.lists(st.sampled_from(uris), min_size=1, max_size=6)
)
