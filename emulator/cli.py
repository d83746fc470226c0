"""``ma-emulator``: flags to one Config, and what people read."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from emulator import __version__, running
from emulator.config import (
    DEFAULT_KUBE_PORT,
    DEFAULT_RPC_PORT,
    DEFAULT_S3_PORT,
    DIALECTS,
    MODELS_BUCKET,
    TIMINGS,
    Config,
)
from emulator.doors import Doors, exports

USAGE_ERROR = 3
FAILURE = 1
LOGS = {"controller-manager": "controller-manager.log", "s3": "s3-access.log", "s3-errors": "s3.log"}


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
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    port("--kube-port", DEFAULT_KUBE_PORT, "the Kubernetes API")
    port("--s3-port", DEFAULT_S3_PORT, "S3")
    port("--rpc-port", DEFAULT_RPC_PORT, "gRPC")
    parser.add_argument(
        "--control-port", type=_port, default=0, metavar="N", help="port of the control door (default: a free one)"
    )
    parser.add_argument("--no-rpc", action="store_true", help="open no gRPC door")
    parser.add_argument("--kubeconfig", type=Path, metavar="PATH", help="where to write the kubeconfig")
    parser.add_argument(
        "--token-auth-file", type=Path, metavar="CSV", help='more bearer tokens: token,user,uid,"group1,group2"'
    )
    parser.add_argument("--models-bucket", default=MODELS_BUCKET, metavar="NAME", help=f"default: {MODELS_BUCKET}")
    parser.add_argument(
        "--timings", choices=TIMINGS, default="fast", help="how long serving takes to come up (default: fast)"
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
        "--package", choices=("triton", "raw"), default="triton", help="how it is packaged (default: triton)"
    )
    command.add_argument("--revision", type=int, metavar="N", help="default: one more than the registered one")
    command.add_argument("--kind", default="MODEL_KIND_CUSTOM", metavar="KIND", help="default: MODEL_KIND_CUSTOM")
    command.add_argument("--owner", default="", metavar="NAME")
    command.add_argument("--description", default="", metavar="TEXT")
    command.add_argument("--algorithm", default="", metavar="NAME")
    command.add_argument("--training-framework", default="", metavar="NAME")
    command.add_argument(
        "--layout",
        default="{namespace}/{name}/{revision}/{part}",
        metavar="TEMPLATE",
        help="where in the bucket: of {namespace}, {name}, {revision} and {part} (default: all of them, in this order)",
    )
    command.add_argument(
        "--schema", type=Path, metavar="FILE", help='JSON: {"input": [{"name", "type", "shape"}], "output": [...]}'
    )


def _store_options(commands: Any) -> None:
    """``credentials``, ``s3-policy`` and ``logs``: about the plane of the environment, or a detached one by its name."""
    credentials = commands.add_parser("credentials", help="print an S3 identity's variables as shell exports")
    policy = commands.add_parser("s3-policy", help="show an S3 identity's policy, or replace it while the plane runs")
    policy.add_argument("--set", type=Path, metavar="FILE", help="the new policy: JSON, or - for standard input")
    for command in (credentials, policy):
        command.add_argument("identity", metavar="NAME", help="controller-manager, task, reader or admin")
    logs = commands.add_parser("logs", help="print a log of the plane")
    logs.add_argument("log", choices=sorted(LOGS), help="which")
    for command in (credentials, policy, logs):
        command.add_argument("--name", help="a detached plane's name (default: the plane of the environment)")


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = _Parser(
        prog="ma-emulator",
        description="A local Michelangelo control plane: Kubernetes API, S3 and gRPC, without Docker.",
    )
    top.add_argument("--version", action="version", version=f"ma-emulator {__version__}")
    commands = top.add_subparsers(dest="command", required=True, parser_class=_Parser, metavar="COMMAND")

    up = commands.add_parser("up", help="start a plane")
    _plane_options(up, free_ports=False)
    up.add_argument("--json", action="store_true", help="print the doors as one line of JSON")
    up.add_argument("--detach", action="store_true", help="start in the background; see down, status, env")
    up.add_argument("--name", default="default", help="the detached plane's name (default: default)")

    run = commands.add_parser("exec", help="start a plane on free ports, run a command against it, exit with its code")
    _plane_options(run, free_ports=True)
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
    _register_options(commands.add_parser("register", help="register a model: create it, upload its files, package it"))
    _store_options(commands)
    commands.add_parser("faults", help="list the lies that --fault can fit")
    return top


def config_of(options: argparse.Namespace) -> Config:
    """The flags as a Config. Raises ValueError with a sentence for people."""
    from emulator.faults import FAULTS

    for name in options.fault:
        if name not in FAULTS:
            raise ValueError(f"unknown fault {name!r}: known are {', '.join(sorted(FAULTS))}")
    return Config(
        host=options.host,
        kube_port=options.kube_port,
        s3_port=options.s3_port,
        rpc_port=None if options.no_rpc else options.rpc_port,
        control_port=options.control_port,
        dialect=options.dialect,
        kubeconfig=options.kubeconfig,
        token_auth_file=options.token_auth_file,
        models_bucket=options.models_bucket,
        timings=options.timings,
        faults=tuple(options.fault),
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the answer is the exit code."""
    options = parser().parse_args(argv)
    try:
        return _COMMANDS[options.command](options)
    except KeyboardInterrupt:
        return 130
    except (ValueError, OSError) as error:
        sys.stderr.write(f"ma-emulator: {error}\n")
        return USAGE_ERROR if isinstance(error, ValueError) else FAILURE


def _up(options: argparse.Namespace) -> int:
    config = config_of(options)
    from emulator import foreground

    if options.detach:
        doors = foreground.detach(config, running.directory(options.name))
        _say(json.dumps(doors.as_dict()) if options.json else doors.text() + "\n\nStop it with: ma-emulator down")
        return 0
    return foreground.run(
        config,
        lambda doors: _say(json.dumps(doors.as_dict()) if options.json else doors.text() + "\n\nCtrl-C ends it."),
    )


def _exec(options: argparse.Namespace) -> int:
    command = options.argv[1:] if options.argv[:1] == ["--"] else options.argv
    if not command:
        raise ValueError("give the command to run: ma-emulator exec -- COMMAND ...")
    from emulator import foreground

    return foreground.run_command(config_of(options), command)


def _down(options: argparse.Namespace) -> int:
    try:
        doors = running.stop(running.directory(options.name))
    except running.NotRunningError:
        _say(f"no plane named {options.name!r} is running")
        return 0
    _say(f"stopped (process {doors.pid})")
    return 0


def _status(options: argparse.Namespace) -> int:
    doors = _running(options.name)
    if doors is None:
        return FAILURE
    _say(json.dumps(doors.as_dict()) if options.json else doors.text())
    return 0


def _env(options: argparse.Namespace) -> int:
    doors = _running(options.name)
    if doors is None:
        return FAILURE
    _say(doors.exports())
    return 0


def _running(name: str | None) -> Doors | None:
    try:
        return running.current(name)
    except running.NotRunningError as error:
        sys.stderr.write(
            f"ma-emulator: no plane named {str(error)!r} is running: start one with `ma-emulator up --detach`\n"
        )
        return None


def _register(options: argparse.Namespace) -> int:
    from emulator import registering

    return registering.run(options, _say)


def _credentials(options: argparse.Namespace) -> int:
    doors = _running(options.name)
    if doors is None:
        return FAILURE
    _say(exports(doors.credentials(options.identity)))
    return 0


def _s3_policy(options: argparse.Namespace) -> int:
    doors = _running(options.name)
    if doors is None:
        return FAILURE
    from emulator import s3_policy

    if options.set is None:
        _say(s3_policy.show(doors, options.identity))
    else:
        s3_policy.replace(doors, options.identity, options.set)
        _say(f"the policy of {options.identity} is replaced")
    return 0


def _logs(options: argparse.Namespace) -> int:
    doors = _running(options.name)
    if doors is None:
        return FAILURE
    path = Path(doors.folder) / LOGS[options.log]
    if path.is_file():
        sys.stdout.write(path.read_text())
    return 0


def _faults(options: argparse.Namespace) -> int:
    from emulator.faults import FAULTS

    for name, fault in sorted(FAULTS.items()):
        first = (sys.modules[fault.__module__].__doc__ or "").strip().partition("\n")[0]
        _say(f"{name:32} {first}")
    return 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


_COMMANDS = {
    "up": _up,
    "exec": _exec,
    "down": _down,
    "status": _status,
    "env": _env,
    "register": _register,
    "credentials": _credentials,
    "s3-policy": _s3_policy,
    "logs": _logs,
    "faults": _faults,
}
