"""Where the programs of a control plane are: as Kubernetes' own envtest looks for them."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DEFAULT_FOLDER = "/usr/local/kubebuilder/bin"
INSTALL = (
    "Install them with\n"
    "  go run sigs.k8s.io/controller-runtime/tools/setup-envtest@latest use 1.36.x -p path\n"
    "and name the folder that it prints: --api envtest:DIR, or KUBEBUILDER_ASSETS=DIR"
)
HELP_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Assets:
    """The programs. ``controller_manager`` is optional: envtest's own bundles have none."""

    etcd: Path
    apiserver: Path
    controller_manager: Path | None


def find(folder: str, environment: Mapping[str, str] = os.environ) -> Assets:
    """The programs in *folder*, else where the environment says. Raises ValueError, which says what to install."""
    where = Path(folder or environment.get("KUBEBUILDER_ASSETS") or DEFAULT_FOLDER).expanduser()

    def program(name: str) -> Path:
        variable = "TEST_ASSET_" + name.upper().replace("-", "_")
        named = environment.get(variable, "") if not folder else ""
        path = Path(named) if named else where / name
        return path.absolute()

    found = {name: program(name) for name in ("etcd", "kube-apiserver")}
    missing = [f"{name} (looked for {path})" for name, path in found.items() if not os.access(path, os.X_OK)]
    if missing:
        raise ValueError(f"--api envtest needs {' and '.join(missing)}. {INSTALL}")
    manager = program("kube-controller-manager")
    return Assets(found["etcd"], found["kube-apiserver"], manager if os.access(manager, os.X_OK) else None)


def flags(program: Path) -> frozenset[str]:
    """The long flags that a program lists in its help. Raises OSError when it does not run."""
    try:
        done = subprocess.run([program, "--help"], capture_output=True, text=True, timeout=HELP_SECONDS)
    except subprocess.TimeoutExpired:
        raise OSError(f"{program} --help said nothing within {HELP_SECONDS:.0f} s") from None
    except OSError as error:
        raise OSError(f"{program} does not run here: {error.strerror}") from None
    return frozenset(re.findall(r"--([a-z][a-z0-9-]+)", done.stdout + done.stderr))
