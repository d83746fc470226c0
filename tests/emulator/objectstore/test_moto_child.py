"""The S3 child through its own door."""

from __future__ import annotations

import os

import pytest
from contracts.moto_stores import client_of, moto_store

from emulator.objectstore.interface import BUCKETS
from emulator.objectstore.moto_child import MotoChild


@pytest.fixture(scope="module")
def store():
    with moto_store() as child:
        yield child


@pytest.fixture(scope="module")
def client(store):
    return client_of(store, store.admin)


def test_the_platforms_buckets_are_there(client):
    """The models bucket and the sandbox's other buckets exist from the start."""
    assert {bucket["Name"] for bucket in client.list_buckets()["Buckets"]} == {"models", *BUCKETS}


def test_large_objects_go_in_and_out(client):
    """100 MB come back as they went."""
    data = os.urandom(1 << 20) * 100
    client.put_object(Bucket="models", Key="large", Body=data)
    assert client.get_object(Bucket="models", Key="large")["Body"].read() == data
    client.delete_object(Bucket="models", Key="large")


def test_a_taken_port_is_said_at_once(store):
    """Two stores cannot have one port, and the second says so before anything is started."""
    port = int(store.endpoint_url.rpartition(":")[2])
    with pytest.raises(OSError, match="--s3-port"):
        MotoChild("127.0.0.1", port, "models").start()
