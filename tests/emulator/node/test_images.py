"""References of images, and the few that can be run."""

import pytest

from emulator.node import images
from emulator.node.container import program_of


@pytest.mark.parametrize(
    ("reference", "canonical"),
    [
        ("busybox", "docker.io/library/busybox:latest"),
        ("amazon/aws-cli", "docker.io/amazon/aws-cli:latest"),
        ("amazon/aws-cli:2.17.0", "docker.io/amazon/aws-cli:2.17.0"),
        ("docker.io/amazon/aws-cli", "docker.io/amazon/aws-cli:latest"),
        ("index.docker.io/amazon/aws-cli", "docker.io/amazon/aws-cli:latest"),
        ("public.ecr.aws/aws-cli/aws-cli:2", "public.ecr.aws/aws-cli/aws-cli:2"),
        ("localhost:5000/x", "localhost:5000/x:latest"),
        ("busybox@sha256:abc", "docker.io/library/busybox@sha256:abc"),
        ("busybox:1@sha256:abc", "docker.io/library/busybox:1@sha256:abc"),
    ],
)
def test_references_are_completed(reference, canonical):
    """As a container runtime completes them."""
    assert images.canonical(reference) == canonical


@pytest.mark.parametrize(
    "reference", ["amazon/aws-cli", "docker.io/amazon/aws-cli:2.1", "public.ecr.aws/aws-cli/aws-cli", "busybox:1.36"]
)
def test_the_list(reference):
    """Any tag of the repositories on the list."""
    assert images.find(reference).programs


@pytest.mark.parametrize(
    "reference", ["nginx", "evil.example/amazon/aws-cli", "amazon/aws-cli2", "ghcr.io/amazon/aws-cli"]
)
def test_others_are_refused_with_the_list(reference):
    """Whoever asks for another image learns which there are."""
    with pytest.raises(images.UnknownImageError, match=r"amazon/aws-cli, busybox \(any tag\)"):
        images.find(reference)


def test_commands_take_the_place_of_entrypoints():
    """As command and args of a container do; programs are found in the usual folders, and others are not."""
    aws = images.find("amazon/aws-cli")
    assert aws.argv([], ["s3", "ls"]) == ["aws", "s3", "ls"]
    assert program_of(aws, aws.argv(["/usr/local/bin/aws"], ["help"])) == ["aws", "help"]
    box = images.find("busybox")
    assert box.argv([], []) == ["sh"]
    for argv in (["sh"], ["/bin/sh", "-c", "true"], ["../aws"], ["/tmp/echo"], []):
        with pytest.raises(LookupError, match="this node runs no shell; the image has: cat, echo"):
            program_of(box, argv)
