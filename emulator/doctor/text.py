"""A report as people read it, and as programs do."""

from __future__ import annotations

import json

from emulator.doctor.finding import Report

VERSION = 1  # of the JSON; a field that goes or changes its meaning raises it


def document(report: Report, target: dict[str, str]) -> str:
    """JSON: version, healthy, target, findings (id, severity, title, about, guide, evidence, fix, scenario), notes."""
    value = {
        "version": VERSION,
        "healthy": report.healthy,
        "target": target,
        "findings": [finding.as_dict() for finding in report.findings],
        "notes": report.notes,
    }
    return json.dumps(value, ensure_ascii=False)


def text(report: Report, target: dict[str, str]) -> str:
    """Findings with evidence and cure, then notes, then a sentence."""
    lines = []
    for number, finding in enumerate(report.findings, 1):
        lines.append(f"{number}. {finding.severity.value.upper()}  {finding.title}")
        lines.append(f"   guide   {finding.row.section}: {finding.row.symptom}")
        for one in finding.evidence:
            lines += [f"   $ {one.asked}", f"     {one.answered}"]
        first, *rest = finding.fix.splitlines()
        lines.append(f"   fix     {first}")
        lines += rest  # a heredoc begins at the margin
        if finding.scenario:
            lines.append(f"   more    ma-emulator scenario show {finding.scenario}")
        lines.append("")
    lines += [f"note: {note}" for note in report.notes]
    count = len(report.findings)
    about = ", ".join(f"{name} {value}" for name, value in target.items() if value)
    said = "nothing is wrong that can be seen" if not count else f"{count} finding{'s' if count > 1 else ''}"
    lines.append(f"{said} ({about})" if about else said)
    return "\n".join(lines)
