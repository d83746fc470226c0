"""A local Michelangelo control plane."""

__version__ = "0.1.0"

import sys

# httpx brings its command line, and that rich, click and pygments: a tenth of a second and 4 MB that no plane needs.
# None stands for a module that cannot be imported; httpx does without.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
