"""``ma-emulator``: flags to one Config, and what people read."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from emulator import running
from emulator.arguments import ENVTEST_LOGS, LOGS, USAGE_ERROR, parser
from emulator.commands import crds, doctor, scenario
from emulator.config import Config, bucket
from emulator.doors import STRAYS, Doors, dotenv, exports

FAILURE = 1
ANYWHERE = ("faults", "completion", "doctor", "crds")  # what needs no plane on this machine


def config_of(options: argparse.Namespace) -> Config:
    """The flags as a Config. Raises ValueError with a sentence for people."""
    from emulator import artifact_layout

    if options.pod_limits:
        from emulator.node import limits

        limits.parse(options.pod_limits)
    if options.fault:
        from emulator.faults import load

        for name in options.fault:
            load(name)
    return Config(
        host=options.host,
        kube_port=options.kube_port,
        s3_port=options.s3_port,
        rpc_port=None if options.no_rpc else options.rpc_port,
        control_port=options.control_port,
        rpc_auth=options.rpc_auth,
        rpc_lenient=options.rpc_lenient,
        dialect=options.dialect,
        api=options.api,
        confirm_cluster=options.confirm_cluster,
        object_store=options.object_store,
        kubeconfig=options.kubeconfig,
        token_auth_file=options.token_auth_file,
        models_bucket=bucket(options.models_bucket),
        artifact_layout=artifact_layout.checked(options.artifact_layout),
        timings=options.timings,
        clock_start=options.clock_start,
        pod_limits=options.pod_limits,
        seed=options.seed,
        faults=tuple(options.fault),
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the answer is the exit code."""
    options = parser().parse_args(argv)
    if sys.platform == "win32" and options.command not in ANYWHERE:
        sys.stderr.write(
            f"ma-emulator: {options.command} does not run on Windows, where a plane's processes cannot be had: "
            "use it inside WSL 2, or the container image\n"
        )
        return FAILURE
    try:
        return _COMMANDS[options.command](options)
    except KeyboardInterrupt:
        return 130
    except (ValueError, OSError) as error:
        said = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else error
        sys.stderr.write(f"ma-emulator: {said}\n")
        return USAGE_ERROR if isinstance(error, ValueError) else FAILURE


def _up(options: argparse.Namespace) -> int:
    config = config_of(options)
    from emulator import foreground

    if options.detach:
        if options.folder is not None:
            raise ValueError("--folder is for a plane in the foreground: a detached one is found by its --name")
        doors = foreground.detach(config, running.directory(options.name))
        _say(json.dumps(doors.as_dict()) if options.json else doors.text() + "\n\nStop it with: ma-emulator down")
        return 0
    return foreground.run(
        config,
        lambda doors: _say(json.dumps(doors.as_dict()) if options.json else doors.text() + "\n\nCtrl-C ends it."),
        options.folder,
    )


def _exec(options: argparse.Namespace) -> int:
    command = options.argv[1:] if options.argv[:1] == ["--"] else options.argv
    if not command:
        raise ValueError("give the command to run: ma-emulator exec -- COMMAND ...")
    from emulator import foreground

    def announce(doors: Doors) -> None:
        if options.json:
            sys.stderr.write(json.dumps(doors.as_dict()) + "\n")

    return foreground.run_command(config_of(options), command, announce)


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
    variables = doors.environment()
    if options.format == "shell" and (
        strays := [name for name in STRAYS if name in os.environ and name not in variables]
    ):
        _say(f"unset {' '.join(strays)}")
    formats: dict[str, Callable[[dict[str, str]], str]] = {"shell": exports, "dotenv": dotenv, "json": json.dumps}
    _say(formats[options.format](variables))
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
    if options.log in ENVTEST_LOGS:
        doors.needs_engine(f"logs {options.log}", "envtest")
    elif options.log != "controller-manager":
        doors.needs_own_store(f"logs {options.log}")
    path = Path(doors.folder) / (LOGS | ENVTEST_LOGS)[options.log]
    if path.is_file():
        sys.stdout.write(path.read_text())
    return 0


def _clock(options: argparse.Namespace) -> int:
    if options.by.startswith("-"):
        raise ValueError(
            f"the clock only goes forward: advance it by {options.by.lstrip('-') or '5d'}, "
            "or take it back to where the plane started with ma-emulator reset"
        )
    if options.action == "advance":
        answer = _asked(options, "clock-advance", by=options.by)
    elif options.by:
        raise ValueError("clock show takes no span: ma-emulator clock advance SPAN")
    else:
        answer = _asked(options, "clock")
    if answer is None:
        return FAILURE
    ahead = f" ({answer['offset_seconds']:+,.0f} s from the machine's)" if answer["offset_seconds"] else ""
    _say(f"{answer['now']}{ahead}")
    return 0


def _reset(options: argparse.Namespace) -> int:
    answer = _asked(options, "reset")
    if answer is None:
        return FAILURE
    _say(f"reset: {answer['objects']} API objects removed or restored, S3 emptied")
    return 0


def _snapshot(options: argparse.Namespace) -> int:
    answer = _asked(options, f"snapshot-{options.action}", path=str(options.file.resolve()))
    if answer is None:
        return FAILURE
    done = "saved to" if options.action == "save" else "loaded from"
    _say(f"{answer['objects']} API objects and {answer['blobs']} S3 objects {done} {options.file}")
    return 0


def _asked(options: argparse.Namespace, command: str, **words: str) -> dict[str, Any] | None:
    """The plane's answer to a command; None, with a sentence said, when there is no plane."""
    doors = _running(options.name)
    if doors is None:
        return None
    answer: dict[str, Any] = running.control(doors).call(command, **words)
    return answer


def _faults(options: argparse.Namespace) -> int:
    from emulator.faults import known, load

    lies = {name: load(name) for name in known()}
    if options.json:
        rows = [
            {"name": name, "sentence": lie.sentence, "clause": lie.clause, "check": lie.check}
            for name, lie in lies.items()
        ]
        _say(json.dumps(rows))
    else:
        for name, lie in lies.items():
            _say(f"{name:24} {lie.sentence}")
    return 0


def _completion(options: argparse.Namespace) -> int:
    from emulator import completion
    from emulator.faults import known

    _say(completion.script(parser(), options.shell, {"--fault": known()}))
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
    "clock": _clock,
    "reset": _reset,
    "snapshot": _snapshot,
    "faults": _faults,
    "completion": _completion,
    "scenario": scenario.run,
    "doctor": doctor.run,
    "crds": crds.run,
}
