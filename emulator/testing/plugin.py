"""The pytest plugin: fixtures for tests of what is built on Michelangelo. Nothing is loaded or started until a test asks for one.

``michelangelo``: a plane of the session's, and in it an empty namespace and bucket prefix for the test. Under pytest-xdist each worker has
a plane of its own: a worker runs one test at a time, so that a test may move the clock or change a policy without anybody noticing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from emulator.testing.client import ApiClient
    from emulator.testing.plane import TestPlane
    from emulator.testing.session import Michelangelo


def pytest_addoption(parser: pytest.Parser) -> None:
    """The flags."""
    group = parser.getgroup("michelangelo", "Michelangelo emulator")
    group.addoption(
        "--michelangelo-dialect",
        choices=("guide", "upstream"),
        default="guide",
        help="how the plane of the michelangelo fixture spells Model fields (default: guide)",
    )
    group.addoption(
        "--michelangelo-scenario",
        default="",
        metavar="NAME",
        help="put the plane in this state for every test; see `ma-emulator scenario list`",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Look a scenario up, when one is asked for. Raises UsageError, which lists the known ones."""
    name: str = config.getoption("--michelangelo-scenario")
    if not name:
        return
    from emulator import scenarios

    try:
        scenarios.load(name)
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None


@pytest.fixture(scope="session")
def michelangelo_plane(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestPlane]:
    """The session's plane (under pytest-xdist: the worker's)."""
    from emulator.testing.plane import TestPlane

    folder = tmp_path_factory.mktemp("michelangelo-plane")
    with TestPlane(folder, "--dialect", request.config.getoption("--michelangelo-dialect")) as plane:
        yield plane


@pytest.fixture
def michelangelo(
    request: pytest.FixtureRequest, michelangelo_plane: TestPlane, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Michelangelo]:
    """The plane, with a namespace and a bucket prefix of the test's own: empty, and removed after it."""
    scenario: str = request.config.getoption("--michelangelo-scenario")
    with _opened(michelangelo_plane, tmp_path_factory.mktemp("michelangelo")) as session, _state(session, scenario):
        yield session


@pytest.fixture
def michelangelo_client(michelangelo: Michelangelo) -> ApiClient:
    """A client of the Kubernetes API in the test's namespace."""
    return michelangelo.client


@pytest.fixture
def michelangelo_s3(michelangelo: Michelangelo) -> Any:
    """A boto3 client that may do everything; the test's objects go beneath ``michelangelo.prefix`` of ``michelangelo.bucket``."""
    return michelangelo.s3()


@contextmanager
def _opened(plane: TestPlane, folder: Path) -> Iterator[Michelangelo]:
    from emulator.testing.session import Michelangelo

    session = Michelangelo(plane.doors, folder)
    session.open()
    try:
        yield session
    finally:
        session.close()


@contextmanager
def _state(session: Michelangelo, scenario: str) -> Iterator[None]:
    """A scenario, started and afterwards fixed: it may reach beyond the namespace."""
    if not scenario:
        yield
        return
    _scenario(session, "start", scenario)
    try:
        yield
    finally:
        _scenario(session, "fix", scenario)


def _scenario(session: Michelangelo, step: str, scenario: str) -> None:
    command = [sys.executable, "-P", "-m", "emulator", "scenario", step, scenario, "-n", session.namespace]
    done = session.run(*command, check=False)
    if done.returncode:
        pytest.fail(f"scenario {scenario!r} does not {step}: {done.stderr or done.stdout}", pytrace=False)
