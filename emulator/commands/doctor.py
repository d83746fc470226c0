"""``ma-emulator doctor``: what is wrong with a registry, ours or anybody's, how it is seen, and what cures it."""

from __future__ import annotations

import argparse
import asyncio
import os
import ssl
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the diagnoses take a while to import: only those who ask need them
    from emulator.doctor.bucket import Bucket
    from emulator.doctor.finding import Report
    from emulator.doctor.patient import Question
    from emulator.doors import Doors
    from emulator.michelangelo.client import Access

FINDINGS, UNREACHABLE = 1, 4
REACH_SECONDS = 20.0


def options(commands: Any) -> None:
    """Add the command's words."""
    command = commands.add_parser(
        "doctor",
        help="examine a registry without changing it: what is wrong, the evidence, and the command that fixes it",
    )
    command.add_argument("--kubeconfig", type=Path, metavar="PATH", help="default: $KUBECONFIG, else the plane's own")
    command.add_argument("--context", default="", metavar="C", help="default: the kubeconfig's current one")
    command.add_argument("--name", metavar="PLANE", help="a detached plane's name (default: the environment's)")
    command.add_argument(
        "-n", "--namespace", action="append", default=[], metavar="NS", help="may be given again (default: all)"
    )
    command.add_argument("--model", default="", metavar="NAME", help="this Model only")
    command.add_argument("--server", default="", metavar="NAME", help="this InferenceServer only")
    command.add_argument(
        "--as",
        dest="subject",
        default="",
        metavar="SUBJECT",
        help="may it read Models? user:NAME, group:NAME or serviceaccount:NAMESPACE:NAME",
    )
    command.add_argument("--s3-endpoint", default="", metavar="URL", help="default: $AWS_ENDPOINT_URL, or the plane's")
    command.add_argument("--bucket", default="", metavar="B", help="the models bucket (default: $MODELS_BUCKET)")
    command.add_argument(
        "--allow-probe", action="store_true", help="write one small object to the bucket and delete it"
    )
    command.add_argument(
        "-f",
        "--file",
        action="append",
        type=Path,
        default=[],
        metavar="PATH",
        help="manifests and scripts to look into, too: a file or a folder; may be given again",
    )
    command.add_argument("--json", action="store_true", help="print one JSON document")


def run(options: argparse.Namespace) -> int:
    """Examine: 0 nothing found, 1 findings, 4 the cluster cannot be reached. Raises ValueError for what makes no sense."""
    from emulator.doctor import writings
    from emulator.doctor.finding import Report
    from emulator.doctor.patient import Question
    from emulator.doctor.subject import parse
    from emulator.michelangelo.kubeconfig import access

    if options.subject:
        parse(options.subject)
    question = Question(
        tuple(dict.fromkeys(options.namespace)),
        options.model,
        options.server,
        options.subject,
        tuple(options.file),
        options.allow_probe,
    )
    doors = _plane(options.name)
    path = _kubeconfig(options, doors)
    if path is None:
        if not options.file:
            raise ValueError('no cluster is named: give --kubeconfig PATH, or first eval "$(ma-emulator env)"')
        report = Report(writings.in_files(question.files), ["not examined: a cluster: none is named"])
        return _answer(options, report, {})
    try:
        reached = access(path, options.context)
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from None
    if doors is not None and doors.kube_server != reached.server:
        doors = None
    bucket = _bucket(options, doors)
    target = {"cluster": reached.server}
    if bucket is not None:
        target["bucket"] = f"s3://{bucket.name} at {bucket.endpoint or 'AWS'}"
    found = asyncio.run(_examine(reached, question, bucket, doors))
    if isinstance(found, str):
        sys.stderr.write(f"ma-emulator: {reached.server} cannot be examined: {found}\n")
        return UNREACHABLE
    return _answer(options, found, target)


def _answer(options: argparse.Namespace, report: Report, target: dict[str, str]) -> int:
    from emulator.doctor import text

    say = text.document if options.json else text.text
    sys.stdout.write(say(report, target) + "\n")
    return 0 if report.healthy else FINDINGS


def _plane(name: str | None) -> Doors | None:
    from emulator import running

    try:
        return running.current(name)
    except running.NotRunningError as error:
        if name:
            raise ValueError(
                f"no plane named {str(error)!r} is running: start one with `ma-emulator up --detach`"
            ) from None
        return None


def _kubeconfig(options: argparse.Namespace, doors: Doors | None) -> Path | None:
    """The one that is named, of the environment, of the plane, of the home directory; None where there is none."""
    if options.kubeconfig is not None:
        named: Path = options.kubeconfig
        return named
    if options.name and doors is not None:
        return Path(doors.kubeconfig)
    for text in os.environ.get("KUBECONFIG", "").split(os.pathsep):
        if text and Path(text).is_file():
            return Path(text)
    if doors is not None:
        return Path(doors.kubeconfig)
    home = Path.home() / ".kube" / "config"
    return home if home.is_file() else None


def _bucket(options: argparse.Namespace, doors: Doors | None) -> Bucket | None:
    """The bucket that is named by flags, else of the plane, else of the environment; None where none is."""
    from emulator.doctor.bucket import Bucket

    around = os.environ
    endpoint = options.s3_endpoint or (doors.s3_endpoint if doors else around.get("AWS_ENDPOINT_URL", ""))
    name = options.bucket or (doors.models_bucket if doors else around.get("MODELS_BUCKET", ""))
    if not name:
        if options.s3_endpoint:
            raise ValueError("--s3-endpoint needs the bucket's name: --bucket B")
        return None
    if doors is None:
        return Bucket(name, endpoint, around.get("AWS_DEFAULT_REGION") or around.get("AWS_REGION", ""))
    keys = (doors.s3_access_key_id, doors.s3_secret_access_key, doors.s3_session_token)
    ours = around.get("MA_PLANE") and around.get(
        "AWS_DEFAULT_REGION"
    )  # of another shell it says nothing about the plane
    return Bucket(name, endpoint, ours or doors.s3_region, *keys)


async def _examine(reached: Access, question: Question, bucket: Bucket | None, doors: Doors | None) -> Report | str:
    """The report; a sentence where the cluster cannot be reached. Raises ValueError."""
    import httpx

    from emulator.doctor.examination import examine
    from emulator.doctor.patient import Patient
    from emulator.michelangelo.client import ApiError, KubeClient

    try:
        client = KubeClient(reached, "ma-emulator doctor")
    except (ssl.SSLError, ValueError) as error:
        raise ValueError(f"the kubeconfig's certificates cannot be used: {error}") from None
    try:
        async with asyncio.timeout(REACH_SECONDS):
            await client.request("GET", "/api")
        return await examine(Patient(client, question, bucket, doors))
    except TimeoutError:
        return f"no answer within {REACH_SECONDS:.0f} s"
    except httpx.TransportError as error:
        return str(error) or type(error).__name__
    except ApiError as error:
        return f"it answered {error.code}: {error}"
    finally:
        await client.close()
