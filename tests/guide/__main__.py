"""``make guide``: the walk on a plane of its own, as a transcript; ends with 1 when a step is not as the guide says."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.guide.walk import CLOCK_START, Walk

NEEDED = {
    "kubectl": "see https://kubernetes.io/docs/tasks/tools/",
    "jq": "apt-get install jq, or brew install jq",
    "bash": "apt-get install bash",
    "ma": "pip install 'michelangelo-emulator[ma]'",
}


def main() -> int:
    """Walk, and print."""
    missing = [f"{name}: {how}" for name, how in NEEDED.items() if shutil.which(name) is None]
    if missing:
        print("The guide's commands need what this machine has not:\n  " + "\n  ".join(missing))
        return 1
    failed = steps = 0
    with tempfile.TemporaryDirectory(prefix="ma-guide-") as folder:
        for done in Walk(dict(os.environ), Path(folder)).run():
            steps += 1
            if done.section:
                print(f"\n{done.section}\n{'=' * len(done.section)}")
            about = done.step.row.get("ours")
            print(f"\n# {about}" if about else "")
            first, *rest = done.shown.splitlines()
            print(f"$ {first}", *(f"  {line}" for line in rest), sep="\n")
            if done.note:
                print(f"# {done.note}")
            print(done.output.rstrip("\n") + "\n" if done.output.strip() else "", end="")
            for failure in done.failures:
                failed += 1
                print(f"!! {failure}")
    print(f"\n{steps} steps, {failed or 'none'} not as the guide says")
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) > 1:  # within the plane that the line below starts
        sys.exit(main())
    PROGRAM = Path(sys.executable).with_name("ma-emulator")
    os.environ["PATH"] = f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}"
    words = ["exec", "--clock-start", CLOCK_START, "--", sys.executable, "-u", "-m", "tests.guide", "walk"]
    sys.exit(subprocess.run([str(PROGRAM), *words], check=False).returncode)
