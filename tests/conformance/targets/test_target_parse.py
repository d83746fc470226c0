from __future__ import annotations

from pathlib import Path

import pytest

from conformance.targets.emulator import EmulatorTarget
from conformance.targets.kubeconfig import KubeconfigTarget
from conformance.targets.parse import parse


def test_emulator() -> None:
    """The emulator, honest or with lies, in either dialect."""
    assert parse("emulator") == EmulatorTarget()
    assert parse("emulator:fault=a,dialect=upstream,fault=b") == EmulatorTarget(("a", "b"), "upstream")


def test_kubeconfig() -> None:
    """A plane that runs already, with its doors."""
    target = parse("kubeconfig:/x/config#prod,s3=http://h:9000,bucket=models,rpc=h:1,settle=2")
    assert target == KubeconfigTarget(Path("/x/config"), "prod", "http://h:9000", "models", "h:1", 2.0)


@pytest.mark.parametrize("text", ["emulator", "emulator:fault=a", "kubeconfig:/x#c,s3=http://h,bucket=b,rpc=h:1"])
def test_its_name_names_it(text: str) -> None:
    """A target's name is the string that names it."""
    assert parse(text).name == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "unknown target kind ''.*use emulator"),
        ("cluster", "unknown target kind 'cluster'.*use emulator"),
        ("emulator:speed=9", "known are fault="),
        ("emulator:dialect=klingon", "use guide or upstream"),
        ("kubeconfig:", "which kubeconfig"),
        ("kubeconfig:/x,s3=h:9000", "no address"),
        ("kubeconfig:/x,settle=soon", "no number"),
        ("kubeconfig:/x,bucket=", "says nothing"),
    ],
)
def test_what_is_wrong_is_told(text: str, message: str) -> None:
    """A string that names nothing is refused with what is known."""
    with pytest.raises(ValueError, match=message):
        parse(text)
