"""The guide's three ways to compute a cutoff, run as they are printed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import partial

from hypothesis import strategies as st

from conformance.checks.check import Case, check
from conformance.checks.world import World
from conformance.cleanup.cutoff import cutoff
from conformance.oracles.finding import Undecided

STAMP = re.compile(r"\A\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z\Z")
FORMAT = "%Y-%m-%dT%H:%M:%SZ"
SLACK_SECONDS = 5


def _forms(days: int) -> dict[str, list[str]]:
    program = (
        "from datetime import datetime, timedelta, timezone; "
        f"print((datetime.now(timezone.utc) - timedelta(days={days})).strftime('%Y-%m-%dT%H:%M:%SZ'))"
    )
    return {
        "GNU": ["date", "-d", f"{days} days ago", "-u", "+%Y-%m-%dT%H:%M:%SZ"],
        "BSD": ["date", "-u", f"-v-{days}d", "+%Y-%m-%dT%H:%M:%SZ"],
        "Python": [sys.executable, "-c", program],
    }


def _run(command: list[str]) -> tuple[int, bytes]:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.SubprocessError) as error:
        return 127, json.dumps({"error": str(error)}).encode()
    return done.returncode or 200, json.dumps(
        {"output": done.stdout.strip(), "now": datetime.now(UTC).strftime(FORMAT)}
    ).encode()


@check("date-forms", "dates.agree", given=st.sampled_from([90, 1, 365, 0]), weight=0.1)
def date_forms(w: World, case: Case) -> None:
    """Those of the three forms that this machine has give the same cutoff, and our cleanup computes the same."""
    outputs: dict[str, str] = {}
    now = ""
    for name, command in _forms(case).items():
        exchange = w.lane.call("shell", name, "RUN", f"/{name}/{case}", b"", partial(_run, command))
        if exchange.status == 200:
            said = json.loads(exchange.answer)
            outputs[name], now = said["output"], said["now"]
    if not outputs:
        raise Undecided("none of the three forms runs on this machine")
    outputs["cleanup"] = cutoff(timedelta(days=case), datetime.strptime(now, FORMAT).replace(tzinfo=UTC))
    for name, text in outputs.items():
        w.expect(STAMP.match(text), f"a timestamp from the {name} form", text)
    times = [datetime.strptime(text, FORMAT) for text in outputs.values()]
    w.expect(max(times) - min(times) <= timedelta(seconds=SLACK_SECONDS), "the same cutoff from all forms", outputs)
