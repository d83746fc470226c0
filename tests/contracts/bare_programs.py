"""Makes a folder of programs as envtest's bundles are, each a stand-in."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULES = {"etcd": "bare_etcd", "kube-apiserver": "bare_apiserver"}
MANAGER = {"kube-controller-manager": "bare_manager"}


def install(folder: Path, *, manager: bool = False) -> Path:
    """Write the programs, with or without a kube-controller-manager; the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, module in (MODULES | MANAGER if manager else MODULES).items():
        script = folder / name
        script.write_text(
            f"#!{sys.executable}\nimport sys\nsys.path[:0] = [{str(ROOT / 'tests')!r}, {str(ROOT)!r}]\n"
            f"from contracts.{module} import main\nmain()\n"
        )
        script.chmod(0o755)
    return folder
