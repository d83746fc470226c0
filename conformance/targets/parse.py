"""From the one string that names a target to the target."""

from __future__ import annotations

from pathlib import Path

from conformance.targets.emulator import EmulatorTarget
from conformance.targets.engine import EngineTarget
from conformance.targets.interface import Target
from conformance.targets.kubeconfig import KubeconfigTarget
from conformance.targets.replay import ReplayTarget

KINDS = (
    "emulator[:fault=NAME][,dialect=guide|upstream], envtest[:DIR][,dialect=...], kind[:NAME][,dialect=...], "
    "kubeconfig:PATH[#CONTEXT][,s3=URL][,bucket=NAME][,rpc=HOST:PORT][,settle=SECONDS], replay:LOG"
)
ENGINES = ("envtest", "kind")


def parse(text: str) -> Target:
    """The target that *text* names. Raises ValueError with a sentence that lists what is known."""
    kind, _, rest = text.partition(":")
    first, comma, _ = kind.partition(",")
    if comma and first in ("emulator", *ENGINES):  # options without what a colon introduces
        kind, rest = first, "," + text.partition(",")[2]
    if kind == "emulator":
        return _emulator(rest)
    if kind in ENGINES:
        return _engine(kind, rest)
    if kind == "kubeconfig":
        return _kubeconfig(rest)
    if kind == "replay":
        if not rest:
            raise ValueError("which log? give replay:LOG, the events.jsonl of a run")
        return ReplayTarget(Path(rest).expanduser())
    raise ValueError(f"unknown target kind {kind!r}: use {KINDS}")


def _options(words: list[str], known: tuple[str, ...], kind: str) -> list[tuple[str, str]]:
    pairs = []
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not value or key not in known:
            raise ValueError(
                f"{word!r} says nothing to target {kind}: known are {', '.join(f'{name}=' for name in known)}"
            )
        pairs.append((key, value))
    return pairs


def _emulator(rest: str) -> Target:
    pairs = _options([word for word in rest.split(",") if word], ("fault", "dialect"), "emulator")
    return EmulatorTarget(tuple(value for key, value in pairs if key == "fault"), _dialect(pairs))


def _engine(kind: str, rest: str) -> Target:
    where, *words = rest.split(",")
    return EngineTarget(kind, where, _dialect(_options(words, ("dialect",), kind)))


def _dialect(pairs: list[tuple[str, str]]) -> str:
    dialect = dict(pairs).get("dialect", "")
    if dialect not in ("", "guide", "upstream"):
        raise ValueError(f"unknown dialect {dialect!r}: use guide or upstream")
    return dialect


def _kubeconfig(rest: str) -> Target:
    first, *words = rest.split(",")
    path, _, context = first.partition("#")
    if not path:
        raise ValueError("which kubeconfig? give kubeconfig:PATH[#CONTEXT]")
    pairs = dict(_options(words, ("s3", "bucket", "rpc", "settle"), "kubeconfig"))
    try:
        settle = float(pairs["settle"]) if "settle" in pairs else None
    except ValueError:
        raise ValueError(f"settle={pairs['settle']} is no number of seconds") from None
    if pairs.get("s3") and not pairs["s3"].startswith(("http://", "https://")):
        raise ValueError(f"s3={pairs['s3']} is no address: give s3=http://HOST:PORT or s3=https://HOST:PORT")
    return KubeconfigTarget(
        Path(path).expanduser(), context, pairs.get("s3", ""), pairs.get("bucket", ""), pairs.get("rpc", ""), settle
    )
