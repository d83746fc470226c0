"""Where in the models bucket a registration's artifacts are: a template, as it is the platform's to choose (guide, "Artifact URI discovery")."""

from __future__ import annotations

from string import Formatter

DEFAULT = "{namespace}/{name}/{revision}/{part}"  # part: raw or deployable
NAMES = frozenset({"namespace", "name", "revision", "part"})


def checked(layout: str) -> str:
    """A template that tells the parts of any two registrations apart. Raises ValueError."""
    try:
        names = {name for _, name, _, _ in Formatter().parse(layout) if name is not None}
    except ValueError as error:
        raise ValueError(f"the layout {layout!r} is no template: {error}") from None
    if names - NAMES:
        raise ValueError(
            f"the layout {layout!r} names {sorted(names - NAMES)[0]!r}: known are {', '.join(sorted(NAMES))}"
        )
    if NAMES - names:
        raise ValueError(
            f"the layout {layout!r} lacks {{{sorted(NAMES - names)[0]}}}: artifacts would overwrite each other"
        )
    return layout
