"""README's generated tables. ``python tests/docs/tables.py`` (make docs) writes them; a test compares."""

from __future__ import annotations

from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"


def deviations() -> list[dict]:
    return yaml.safe_load((ROOT / "fixtures" / "deviations.yaml").read_text())


def deviations_table() -> str:
    rows = [f"| {row['what']} | {row['ours']} | {row['why']} |" for row in deviations()]
    return "\n".join(["| what | here | why |", "| --- | --- | --- |", *rows])


TABLES = {"deviations": deviations_table}


def filled(text: str) -> str:
    """README with every table between its markers as it is now."""
    for name, table in TABLES.items():
        before, _, rest = text.partition(f"<!-- {name} -->\n")
        _, marker, after = rest.partition(f"<!-- /{name} -->")
        assert marker, f"README has no place for the table of {name}"
        text = f"{before}<!-- {name} -->\n{table()}\n{marker}{after}"
    return text


if __name__ == "__main__":
    README.write_text(filled(README.read_text()))
