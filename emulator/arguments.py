"""The words of ``ma-emulator``'s command line."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Any, NoReturn

from emulator.artifact_layout import DEFAULT as DEFAULT_LAYOUT
from emulator.commands import crds, doctor, scenario
from emulator.completion import SHELLS
from emulator.config import (
    DEFAULT_KUBE_PORT,
    DEFAULT_RPC_PORT,
    DEFAULT_S3_PORT,
    DIALECTS,
    MODELS_BUCKET,
    TIMINGS,
)
from emulator.version import Version

USAGE_ERROR = 3
ENV_FORMATS = ("shell", "dotenv", "json")
PACKAGES = ("triton", "raw", "spark-pipeline", "mobile", "none")
LOGS = {"controller-manager": "controller-manager.log", "s3": "s3-access.log", "s3-errors": "s3.log"}
ENVTEST_LOGS = {name: f"envtest/{name}.log" for name in ("etcd", "kube-apiserver", "kube-controller-manager")}


class _Parser(argparse.ArgumentParser):
    """argparse whose usage errors end with 3, as the rest of the product's do."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(USAGE_ERROR, f"{self.prog}: {message}\n")


def _port(text: str) -> int:
    try:
        port = int(text)
    except ValueError:
        port = -1
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: give a number from 0 (pick a free one) to 65535")
    return port


def _plane_options(parser: argparse.ArgumentParser, free_ports: bool) -> None:
    """The flags that describe a plane, alike for ``up`` and ``exec``."""

    def port(flag: str, default: int, what: str) -> None:
        chosen = 0 if free_ports else default
        said = "a free one" if free_ports else str(default)
        parser.add_argument(
            flag, type=_port, default=chosen, metavar="N", help=f"port of {what} (default: {said}; 0: a free one)"
        )

    parser.add_argument(
        "--dialect", choices=DIALECTS, default="guide", help="how Model fields are spelled (default: guide)"
    )
    parser.add_argument(
        "--api",
        default="memory",
        metavar="ENGINE",
        help="what the Kubernetes API server is (default: memory, ours)",
    )
    parser.add_argument(
        "--confirm-cluster",
        default="",
        metavar="NAME",
        help="of --api kubeconfig: the cluster's name in the file; says that the plane may write to it",
    )
    parser.add_argument(
        "--object-store",
        default="moto",
        metavar="STORE",
        help="moto (default), or the URL of an S3 endpoint; then AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY say who we are",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    port("--kube-port", DEFAULT_KUBE_PORT, "the Kubernetes API")
    port("--s3-port", DEFAULT_S3_PORT, "S3")
    port("--rpc-port", DEFAULT_RPC_PORT, "gRPC")
    parser.add_argument(
        "--control-port", type=_port, default=0, metavar="N", help="port of the control door (default: a free one)"
    )
    parser.add_argument("--no-rpc", action="store_true", help="open no gRPC door")
    parser.add_argument(
        "--rpc-auth", action="store_true", help="gRPC calls act as who their bearer token says, under RBAC"
    )
    parser.add_argument("--rpc-lenient", action="store_true", help="gRPC calls need no rpc-* metadata and no deadline")
    parser.add_argument("--kubeconfig", type=Path, metavar="PATH", help="where to write the kubeconfig")
    parser.add_argument(
        "--token-auth-file", type=Path, metavar="CSV", help='more bearer tokens: token,user,uid,"group1,group2"'
    )
    parser.add_argument("--models-bucket", default=MODELS_BUCKET, metavar="NAME", help=f"default: {MODELS_BUCKET}")
    parser.add_argument(
        "--artifact-layout",
        default=DEFAULT_LAYOUT,
        metavar="TEMPLATE",
        help=f"where registration puts artifacts in the bucket (default: {DEFAULT_LAYOUT})",
    )
    parser.add_argument(
        "--timings", choices=TIMINGS, default="fast", help="how long serving takes to come up (default: fast)"
    )
    parser.add_argument("--clock-start", default="", metavar="TIME", help="let it be that time: 2026-01-31T12:00:00Z")
    parser.add_argument(
        "--pod-limits",
        default="",
        metavar="LIMITS",
        help="what a process of a Pod may take (default: seconds=3600,output=16Mi,memory=512Mi,file=256Mi)",
    )
    parser.add_argument(
        "--seed", type=Path, metavar="DIR", help="apply the manifests in DIR, upload what is beneath DIR/s3/BUCKET/"
    )
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME",
        help="fit a lie (for testing a suite); see `ma-emulator faults`",
    )


def _register_options(command: argparse.ArgumentParser) -> None:
    """The flags of ``register``; where the plane is comes from the environment, as ``env`` and ``exec`` set it."""
    command.add_argument("model", metavar="NAME", help="the Model's name")
    command.add_argument("-n", "--namespace", required=True, metavar="NS")
    command.add_argument("--artifact", type=Path, required=True, metavar="PATH", help="a file or a directory of files")
    command.add_argument(
        "--package",
        choices=PACKAGES,
        default="triton",
        help="how it is packaged: a Triton repository (default), the files as they are, or none",
    )
    command.add_argument("--revision", type=int, metavar="N", help="default: one more than the registered one")
    command.add_argument("--kind", default="MODEL_KIND_CUSTOM", metavar="KIND", help="default: MODEL_KIND_CUSTOM")
    command.add_argument("--owner", default="", metavar="NAME")
    command.add_argument("--description", default="", metavar="TEXT")
    command.add_argument("--algorithm", default="", metavar="NAME")
    command.add_argument("--training-framework", default="", metavar="NAME")
    command.add_argument(
        "--layout",
        default="",
        metavar="TEMPLATE",
        help="where in the bucket: of {namespace}, {name}, {revision} and {part} (default: as the plane's --artifact-layout)",
    )
    command.add_argument(
        "--schema",
        type=Path,
        metavar="FILE",
        help='JSON or YAML: {"input": [{"name", "type", "shape"}], "output": [...]}',
    )
    command.add_argument("--label", action="append", default=[], metavar="NAME=VALUE", help="may be given again")
    command.add_argument("--json", action="store_true", help="print the Model as JSON")


def _store_options(commands: Any) -> None:
    """``credentials``, ``s3-policy`` and ``logs``: about the plane of the environment, or a detached one by its name."""
    credentials = commands.add_parser("credentials", help="print an S3 identity's variables as shell exports")
    policy = commands.add_parser("s3-policy", help="show an S3 identity's policy, or replace it while the plane runs")
    policy.add_argument("--set", type=Path, metavar="FILE", help="the new policy: JSON, or - for standard input")
    for command in (credentials, policy):
        command.add_argument("identity", metavar="NAME", help="controller-manager, task, reader or admin")
    logs = commands.add_parser("logs", help="print a log of the plane")
    logs.add_argument("log", choices=[*sorted(LOGS), *ENVTEST_LOGS], help="which; the last three are --api envtest's")
    for command in (credentials, policy, logs):
        command.add_argument("--name", help="a detached plane's name (default: the plane of the environment)")


def _control_options(commands: Any) -> None:
    """``clock``, ``reset`` and ``snapshot``: a running plane is asked by its control door."""
    clock = commands.add_parser("clock", help="show the plane's clock, or advance it")
    clock._negative_number_matcher = re.compile(r"-\d")  # -5d is a span that can be told what is wrong with it, no flag
    clock.add_argument("action", nargs="?", choices=("show", "advance"), default="show")
    clock.add_argument("by", nargs="?", default="", metavar="SPAN", help="of advance: 91d, 36h, 1d12h")
    reset = commands.add_parser("reset", help="empty the plane: as it was when it started")
    snapshot = commands.add_parser(
        "snapshot", help="keep API objects, S3 objects and the clock in a file, or restore them"
    )
    snapshot.add_argument("action", choices=("save", "load"))
    snapshot.add_argument("file", type=Path, metavar="FILE")
    for command in (clock, reset, snapshot):
        command.add_argument("--name", help="a detached plane's name (default: the plane of the environment)")


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = _Parser(
        prog="ma-emulator",
        description="A local Michelangelo control plane: Kubernetes API, S3 and gRPC, without Docker.",
    )
    top.add_argument("--version", action=Version)
    commands = top.add_subparsers(dest="command", required=True, parser_class=_Parser, metavar="COMMAND")

    up = commands.add_parser("up", help="start a plane")
    _plane_options(up, free_ports=False)
    up.add_argument("--json", action="store_true", help="print the doors as one line of JSON")
    up.add_argument("--detach", action="store_true", help="start in the background; see down, status, env")
    up.add_argument("--name", default="default", help="the detached plane's name (default: default)")
    up.add_argument(
        "--folder",
        type=Path,
        metavar="DIR",
        help="keep kubeconfig, keys and logs there; MA_PLANE=DIR makes other commands find the plane (default: a folder of its own)",
    )

    run = commands.add_parser("exec", help="start a plane on free ports, run a command against it, exit with its code")
    _plane_options(run, free_ports=True)
    run.add_argument(
        "--json",
        action="store_true",
        help="print the doors as one line of JSON on standard error, before the command runs",
    )
    run.add_argument("argv", nargs=argparse.REMAINDER, metavar="-- COMMAND ...", help="the command and its arguments")

    for name, text in (
        ("down", "stop a detached plane"),
        ("status", "say whether a detached plane runs, and where its doors are"),
        ("env", 'print a detached plane\'s variables as shell exports: eval "$(ma-emulator env)"'),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument(
            "--name", default="default" if name == "down" else None, help="the detached plane's name (default: default)"
        )
        if name == "status":
            command.add_argument("--json", action="store_true", help="print the doors as JSON")
        if name == "env":
            command.add_argument(
                "--format",
                choices=ENV_FORMATS,
                default="shell",
                help="for eval (default), as NAME=value lines, or as JSON",
            )
    _register_options(commands.add_parser("register", help="register a model: create it, upload its files, package it"))
    _store_options(commands)
    _control_options(commands)
    for room in (scenario, doctor, crds):
        room.options(commands)
    faults = commands.add_parser("faults", help="list the lies that --fault can fit")
    faults.add_argument(
        "--json", action="store_true", help="with the clause that each breaks, and the check that must see it"
    )
    completion = commands.add_parser("completion", help="print a shell's completion script")
    completion.add_argument("shell", choices=SHELLS)
    return top
