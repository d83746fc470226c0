"""``ma-emulator scenario list|show|start|fix|verify``: the guide's troubles, put on a running plane and cured again."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the scenarios take a while to import: only those who play one need them
    from emulator.doors import Doors
    from emulator.scenarios.scenario import Look, Scenario
    from emulator.scenarios.stage import Place, Stage

FAILURE = 1


def options(commands: Any) -> None:
    """Add the command's words."""
    command = commands.add_parser(
        "scenario", help="put a running plane into a trouble of the guide's table, see it, cure it, prove it cured"
    )
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, text in (
        ("list", "list the scenarios"),
        ("show", "print symptom, cause and resolution as documented, and the commands that show it"),
        ("start", "put the plane into that state"),
        ("fix", "apply the documented resolution"),
        ("verify", "exit with 0 when the symptom is gone, with 1 and evidence when it is there"),
    ):
        action = actions.add_parser(name, help=text)
        if name != "list":
            action.add_argument("scenario", metavar="NAME", help="see `ma-emulator scenario list`")
            action.add_argument("-n", "--namespace", metavar="NS", help="where it plays (default: scenario-NAME)")
            action.add_argument("--name", metavar="PLANE", help="a detached plane's name (default: the environment's)")
        action.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Carry it out. Raises ValueError with a sentence for people."""
    from emulator import scenarios

    if options.action == "list":
        return _list(options, [scenarios.load(name) for name in scenarios.known()])
    scenario = scenarios.load(options.scenario)
    namespace = _namespace(options, scenario)
    doors = _plane(options.name)
    if options.action == "show":
        return _show(options, scenario, _place(scenario, namespace, doors))
    if doors is None:
        sys.stderr.write("ma-emulator: no such plane is running: start one with `ma-emulator up --detach`\n")
        return FAILURE
    return asyncio.run(_play(options, scenario, _place(scenario, namespace, doors), doors))


def _namespace(options: argparse.Namespace, scenario: Scenario) -> str:
    from emulator.scenarios.stage import default_namespace

    name = str(options.namespace or default_namespace(scenario.name))
    if len(name) > 57 or not name.replace("-", "a").isalnum() or name.lower() != name or "-" in (name[0], name[-1]):
        raise ValueError(f"{name!r} is no namespace for a scenario: lower-case letters, digits and -, 57 at most")
    return name


def _plane(name: str | None) -> Doors | None:
    from emulator import running

    try:
        return running.current(name)
    except running.NotRunningError:
        return None


def _place(scenario: Scenario, namespace: str, doors: Doors | None) -> Place:
    from emulator.scenarios.stage import Place

    if doors is None:
        return Place(scenario.name, namespace)
    folder = Path(doors.folder, "scenarios", namespace, scenario.name)
    return Place(scenario.name, namespace, doors.dialect, folder, doors.models_bucket)


def _list(options: argparse.Namespace, scenarios: list[Scenario]) -> int:
    rows = [{"name": one.name, "sentence": one.sentence, "row": one.row.as_dict()} for one in scenarios]
    if options.json:
        _say(json.dumps(rows))
    else:
        for row in rows:
            _say(f"{row['name']:32} {row['sentence']}")
    return 0


def _show(options: argparse.Namespace, scenario: Scenario, place: Place) -> int:
    looks = scenario.looks(place)
    if options.json:
        shown = {"name": scenario.name, "sentence": scenario.sentence, "namespace": place.namespace}
        _say(json.dumps({**shown, "row": scenario.row.as_dict(), "looks": [look.as_dict() for look in looks]}))
        return 0
    row = scenario.row
    _say(f"{scenario.name}: {scenario.sentence}\n")
    _say(f"  Symptom       {row.symptom}\n  Likely cause  {row.cause}\n  Resolution    {row.resolution}")
    _say(f"  In the guide  {row.section}\n")
    _try(looks)
    _say(f"\nPut a plane into it: ma-emulator scenario start {scenario.name}")
    return 0


def _try(looks: list[Look]) -> None:
    _say("To see it:")
    for look in looks:
        _say(f"  $ {look.command}\n    {look.says}")


async def _play(options: argparse.Namespace, scenario: Scenario, place: Place, doors: Doors) -> int:
    from emulator.michelangelo.client import ApiError, KubeClient
    from emulator.michelangelo.kubeconfig import access
    from emulator.scenarios.stage import Stage

    client = KubeClient(access(Path(doors.kubeconfig), doors.contexts[0]), "ma-emulator")
    try:
        stage = Stage(place, client, doors)
        if options.action == "start":
            return await _start(options, scenario, stage)
        if not await stage.started():
            raise ValueError(
                f"{scenario.name} is not on in namespace {place.namespace}: ma-emulator scenario start {scenario.name}"
            )
        if options.action == "fix":
            await scenario.fix(stage)
            return _did(options, scenario, stage, "fixed")
        return await _verify(options, scenario, stage)
    except ApiError as error:
        lost = error.code == 404 and "requested resource" in str(error)
        hint = " (is a definition missing? ma-emulator scenario verify crd-missing)" if lost else ""
        raise OSError(f"the plane refused: {error}{hint}") from None
    finally:
        await client.close()


async def _start(options: argparse.Namespace, scenario: Scenario, stage: Stage) -> int:
    from emulator.michelangelo.client import ApiError

    if await stage.started():
        try:
            there = not (await scenario.verify(stage)).gone
        except ApiError:
            there = False
        if there:
            stage.say(f"{scenario.name} is on already in namespace {stage.namespace}")
            return _did(options, scenario, stage, "started")
    if await stage.belongs_to_others():
        raise ValueError(
            f"namespace {stage.namespace} has Models or InferenceServers of its own, which {scenario.name} might replace: "
            "give an empty or a new one with -n"
        )
    await stage.make_namespace()
    await stage.note_start()
    await scenario.start(stage)
    return _did(options, scenario, stage, "started")


def _did(options: argparse.Namespace, scenario: Scenario, stage: Stage, word: str) -> int:
    looks = scenario.looks(stage.place) if word == "started" else []
    if options.json:
        said = {"name": scenario.name, "namespace": stage.namespace, word: True, "did": stage.said}
        _say(json.dumps({**said, "looks": [look.as_dict() for look in looks]}))
        return 0
    for line in stage.said:
        _say(f"- {line}")
    where = f" -n {stage.namespace}" if options.namespace else ""
    if looks:
        _say("")
        _try(looks)
        _say(f"\nCure it: ma-emulator scenario fix {scenario.name}{where}")
    else:
        _say(f"\nProve it: ma-emulator scenario verify {scenario.name}{where}")
    return 0


async def _verify(options: argparse.Namespace, scenario: Scenario, stage: Stage) -> int:
    verdict = await scenario.verify(stage)
    if options.json:
        said = {"name": scenario.name, "namespace": stage.namespace, "gone": verdict.gone}
        _say(json.dumps({**said, "evidence": verdict.evidence}))
    else:
        _say("the symptom is gone" if verdict.gone else f"the symptom is there: {scenario.row.symptom}")
        for line in verdict.evidence:
            _say(f"  {line}")
    return 0 if verdict.gone else FAILURE


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
