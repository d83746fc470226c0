from __future__ import annotations

from pathlib import Path

import pytest

from conformance.targets.emulator import EmulatorTarget
from conformance.targets.engine import EngineTarget
from conformance.targets.kubeconfig import KubeconfigTarget
from conformance.targets.parse import parse
from conformance.targets.replay import ReplayTarget


def test_emulator() -> None:
    """The emulator, honest or with lies, in either dialect."""
    assert parse("emulator") == EmulatorTarget()
    assert parse("emulator:fault=a,dialect=upstream,fault=b") == EmulatorTarget(("a", "b"), "upstream")


def test_kubeconfig() -> None:
    """A plane that runs already, with its doors."""
    target = parse("kubeconfig:/x/config#prod,s3=http://h:9000,bucket=models,rpc=h:1,settle=2")
    assert target == KubeconfigTarget(Path("/x/config"), "prod", "http://h:9000", "models", "h:1", 2.0)


def test_engines_and_recordings() -> None:
    """A plane on a real API server, which the emulator starts; a run that was recorded."""
    assert parse("envtest") == EngineTarget("envtest")
    assert parse("envtest:/bin,dialect=upstream") == EngineTarget("envtest", "/bin", "upstream")
    assert parse("kind,dialect=guide") == EngineTarget("kind", "", "guide")
    assert parse("replay:/x/events.jsonl") == ReplayTarget(Path("/x/events.jsonl"))


@pytest.mark.parametrize(
    "text",
    [
        "emulator",
        "emulator:fault=a",
        "kubeconfig:/x#c,s3=http://h,bucket=b,rpc=h:1",
        "kubeconfig:/x,settle=2.5",
        "envtest:/bin,dialect=guide",
        "kind:mine",
        "replay:/x",
    ],
)
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
        ("envtest:/x,fault=a", "known are dialect="),
        ("replay:", "which log"),
        ("kubeconfig:/x,s3=h:9000", "no address"),
        ("kubeconfig:/x,settle=soon", "no number"),
        ("kubeconfig:/x,bucket=", "says nothing"),
    ],
)
def test_what_is_wrong_is_told(text: str, message: str) -> None:
    """A string that names nothing is refused with what is known."""
    with pytest.raises(ValueError, match=message):
        parse(text)
