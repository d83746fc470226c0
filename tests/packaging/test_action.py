"""The GitHub Action: its schema, and its steps run as a runner runs them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
BIN = Path(sys.executable).parent
pytestmark = pytest.mark.xdist_group("packaging")


class Runner:
    """As much of a runner as a composite action of shell steps needs: inputs, conditions, and the files that steps write to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.outputs: dict[str, str] = {}
        self.said = ""
        tools = folder / "tools"  # uv, which is quicker than pip; not our own commands
        tools.mkdir()
        (tools / "uv").symlink_to(BIN / "uv")
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))},
            "PATH": os.pathsep.join(
                [str(tools), *(each for each in os.environ["PATH"].split(os.pathsep) if each != str(BIN))]
            ),
            "RUNNER_TEMP": str(folder),
            "MA_EMULATOR_HOME": str(folder / "state"),
        }

    def use(self, *, again: bool = False, **inputs: str) -> int:
        """Run the action's steps until one fails; the answer is its exit code. *again*: what it installs is there."""
        known = {name: about["default"] for name, about in ACTION["inputs"].items()}
        assert set(inputs) <= set(known)
        values = {f"inputs.{name}": value for name, value in {**known, **inputs}.items()}
        values["github.action_path"] = str(ROOT)
        for step in ACTION["runs"]["steps"][again:]:
            if self._applies(step.get("if", "${{ '' == '' }}"), values):
                code = self._step(step, values)
                if code:
                    return code
        return 0

    def _applies(self, condition: str, values: dict[str, str]) -> bool:
        found = re.fullmatch(r"\$\{\{ (\S+) (==|!=) '' \}\}", condition)
        assert found is not None, condition
        return (values.get(found[1], "") == "") is (found[2] == "==")

    def _step(self, step: dict, values: dict[str, str]) -> int:
        assert "${{" not in step["run"], "inputs reach scripts as variables, never as text of the script"
        assert step["shell"] == "bash"
        files = {name: self.folder / name for name in ("GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT")}
        for path in files.values():
            path.write_text("")
        given = {
            name: re.sub(r"\$\{\{ (\S+) \}\}", lambda found: values[found[1]], text)
            for name, text in step.get("env", {}).items()
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            env={**self.environment, **given, **{name: str(path) for name, path in files.items()}},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=300,
        )
        self.said += done.stdout + done.stderr
        for line in files["GITHUB_PATH"].read_text().split():
            self.environment["PATH"] = f"{line}{os.pathsep}{self.environment['PATH']}"
        self.environment |= self._pairs(files["GITHUB_ENV"])
        self.outputs |= self._pairs(files["GITHUB_OUTPUT"])
        return done.returncode

    def _pairs(self, path: Path) -> dict[str, str]:
        return dict(line.split("=", 1) for line in path.read_text().splitlines())

    def later(self, *command: str) -> subprocess.CompletedProcess[str]:
        """A step of the job after the action."""
        return subprocess.run(
            command, env=self.environment, cwd=self.folder, capture_output=True, text=True, timeout=120, check=False
        )


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    runner = Runner(tmp_path)
    yield runner
    runner.later("ma-emulator", "down")


def test_it_keeps_to_the_schema_of_actions() -> None:
    command = [BIN / "check-jsonschema", "--builtin-schema", "vendor.github-actions", ROOT / "action.yml"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout
    for output in ACTION["outputs"].values():
        name = re.fullmatch(r"\$\{\{ steps\.plane\.outputs\.(\S+) \}\}", output["value"])
        assert name is not None
        assert f'echo "{name[1]}=' in ACTION["runs"]["steps"][-1]["run"]


def test_a_plane_for_the_steps_that_follow(runner: Runner) -> None:
    """Later steps find the commands and the plane, in the dialect and with the seed asked for; secrets are masked; python is the job's."""
    python = runner.later("sh", "-c", "command -v python3").stdout
    seed = runner.folder / "seed"
    seed.mkdir()
    (seed / "namespace.yaml").write_text("apiVersion: v1\nkind: Namespace\nmetadata: {name: seeded}\n")
    assert runner.use(dialect="upstream", seed="seed") == 0, runner.said
    assert runner.later("kubectl", "get", "namespace", "seeded", "-o", "name").stdout == "namespace/seeded\n"
    assert runner.environment["MA_DIALECT"] == "upstream"
    assert runner.outputs == {
        "kubeconfig": runner.environment["KUBECONFIG"],
        "kube-server": runner.environment["MA_KUBE_SERVER"],
        "s3-endpoint": runner.environment["AWS_ENDPOINT_URL"],
        "bucket": "michelangelo-models",
    }
    assert f"::add-mask::{runner.environment['AWS_SECRET_ACCESS_KEY']}\n" in runner.said
    assert f"::add-mask::{runner.environment['MA_CONTROL_TOKEN']}\n" in runner.said
    assert runner.later("sh", "-c", "command -v python3").stdout == python
    assert runner.later("ma-emulator", "--version").stdout.startswith("ma-emulator 0.1.0 (")

    # And for a command, whose exit code is the step's.
    command = 'test -n "$KUBECONFIG"\nkubectl get crd models.michelangelo.api\nexit 7'
    assert runner.use(again=True, command=command) == 7, runner.said
    assert "models.michelangelo.api" in runner.said
