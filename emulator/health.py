"""``python -m emulator.health``: whether the plane of the environment answers at its doors. Ends with 0, or with 1 and a sentence.

For health checks of containers: asks the plane that ``MA_PLANE`` names for ``/readyz``, and its S3 endpoint for anything at all.
"""

from __future__ import annotations

import ssl
import sys
from urllib.error import HTTPError, URLError
from urllib.request import HTTPSHandler, ProxyHandler, build_opener

from emulator import running

SECONDS = 5.0


def trouble() -> str:
    """What is wrong, or nothing."""
    try:
        doors = running.current(None)
    except running.NotRunningError as error:
        return f"no plane is running: nothing is known of {str(error)!r}, see MA_PLANE"
    context = ssl._create_unverified_context()  # its authority is as old as itself
    here = build_opener(ProxyHandler({}), HTTPSHandler(context=context))
    for what, url in (("the Kubernetes API", f"{doors.kube_server}/readyz"), ("S3", doors.s3_endpoint)):
        try:
            here.open(url, timeout=SECONDS).close()
        except HTTPError as answer:  # S3 refuses whom it does not know: it answers
            with answer:
                if answer.code >= 500:
                    return f"{what} answers {answer.code} at {url}"
        except (URLError, OSError) as error:
            return f"{what} does not answer at {url}: {error}"
    return ""


if __name__ == "__main__":
    sys.exit(trouble() or 0)
