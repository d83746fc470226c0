"""Which images can be run (fixtures/node/images.yaml), and what is in them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import yaml

from emulator import fixtures

_HUB = "docker.io"


@dataclass(frozen=True, slots=True)
class Image:
    """An image that can be run."""

    repositories: tuple[str, ...]
    entrypoint: tuple[str, ...]
    command: tuple[str, ...]  # what runs when a container gives no arguments
    programs: tuple[str, ...]

    def argv(self, command: Iterable[str], args: Iterable[str]) -> list[str]:
        """What a container runs: its command in place of the entrypoint, its arguments in place of the image's."""
        given, rest = list(command), list(args)
        if given:
            return [*given, *rest]
        return [*self.entrypoint, *(rest or self.command)]


class UnknownImageError(LookupError):
    """An image that is not on the list; says what is."""


def find(reference: str) -> Image:
    """The image that a reference names. Raises UnknownImageError."""
    repository, _, _ = parts(reference)
    for image in known():
        if repository in image.repositories:
            return image
    listed = ", ".join(familiar(image.repositories[0]) for image in known())
    raise UnknownImageError(
        f'failed to resolve image "{canonical(reference)}": this node pulls nothing, it runs local stand-ins of: {listed} (any tag)'
    )


@cache
def known() -> tuple[Image, ...]:
    """Every image that can be run."""
    rows = yaml.safe_load(fixtures.path("node", "images.yaml").read_text())
    return tuple(
        Image(
            tuple(row["repositories"]),
            tuple(row.get("entrypoint") or ()),
            tuple(row.get("command") or ()),
            tuple(row["programs"]),
        )
        for row in rows
    )


def parts(reference: str) -> tuple[str, str, str]:
    """Repository with its registry, tag and digest; the tag is ``latest`` when neither is given."""
    rest, _, digest = reference.partition("@")
    head, _, last = rest.rpartition("/")
    last, _, tag = last.partition(":")
    repository = f"{head}/{last}" if head else last
    first, _, others = repository.partition("/")
    if not others:
        repository = f"{_HUB}/library/{repository}"
    elif not (first == "localhost" or "." in first or ":" in first):
        repository = f"{_HUB}/{repository}"
    return repository.removeprefix("index."), tag or ("" if digest else "latest"), digest


def canonical(reference: str) -> str:
    """A reference with its registry and tag: what a container status shows."""
    repository, tag, digest = parts(reference)
    return repository + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")


def familiar(repository: str) -> str:
    """A repository as people write it."""
    return repository.removeprefix(f"{_HUB}/library/").removeprefix(f"{_HUB}/")


def image_id(reference: str) -> str:
    """The id that a container status shows: made up, and the same for every container of a repository."""
    repository, _, digest = parts(reference)
    return f"{repository}@{digest or 'sha256:' + hashlib.sha256(repository.encode()).hexdigest()}"
