"""The wheel, installed where nothing of the checkout is in sight."""

from __future__ import annotations

import json
import re

import pytest

pytestmark = pytest.mark.xdist_group("packaging")


def test_it_has_its_data(image) -> None:
    """Definitions, the report's style, the frozen requirements, the commit."""
    script = (
        "import json; from importlib.resources import files; e, c = files('emulator'), files('conformance');"
        "print(json.dumps([place.joinpath(*path.split('/')).is_file() for place, path in ("
        "(e, '_fixtures/crds/guide/models.yaml'), (e, '_fixtures/kubernetes/types.json'), (e, '_commit.txt'),"
        "(c, 'report/style.css'), (c, 'spec/requirements/2026-11.json'), (c, '_commit.txt'))]), e)"
    )
    done = image.run("python", "-c", script)
    assert done.stdout.startswith("[true, true, true, true, true, true]"), done.stdout + done.stderr
    assert str(image.folder) in done.stdout, "not the installed one"


@pytest.mark.parametrize("program", ["ma-emulator", "ma-conformance"])
def test_it_knows_its_commit(image, program: str) -> None:
    done = image.run(program, "--version")
    assert re.fullmatch(rf"{program} 0\.1\.0 \([0-9a-f]{{12}}(-dirty)?\)\n", done.stdout), done.stdout + done.stderr


def test_it_runs_without_being_installed(image) -> None:
    """As README says with uvx, and in the way that pipx installs: an environment of its own, with both commands."""
    [wheel] = (image.folder / "dist").glob("*.whl")
    uv = str(image.folder / "tools" / "uv")
    done = image.run(uv, "tool", "run", "--python", "python3", "--from", str(wheel), "ma-conformance", "--version")
    assert done.stdout.startswith("ma-conformance 0.1.0"), done.stdout + done.stderr


def test_a_plane_starts_from_an_empty_directory(image) -> None:
    done = image.run("ma-emulator", "exec", "--", "kubectl", "get", "crd", "models.michelangelo.api", "-o", "name")
    assert done.stdout.endswith("/models.michelangelo.api\n"), done.stdout + done.stderr


def test_the_plane_is_judged_from_an_empty_directory(image) -> None:
    """A whole run and its report: what the suite needs is in the wheel."""
    report = image.folder / "report"
    words = ["run", "--target", "emulator", "--budget", "smoke", "--report", str(report), "--profile", "registry"]
    done = image.run("ma-conformance", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads((report / "report.json").read_text())
    assert "<style>" in (report / "report.html").read_text()
