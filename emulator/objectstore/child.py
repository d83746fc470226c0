"""The child process: moto's S3 on an inherited socket. Run as ``python -m emulator.objectstore.child``, settings on stdin."""

from __future__ import annotations

import importlib
import json
import os
import socket
import sys
import threading
import traceback
from functools import lru_cache
from typing import Any

from emulator.garbage import seldom_collected
from emulator.objectstore.checksums import Checksums
from emulator.objectstore.contents import Contents
from emulator.objectstore.facts import ACCOUNT
from emulator.objectstore.gate import Gate
from emulator.objectstore.users import IamUsers


def _obey(contents: Contents) -> None:
    """Do what the parent asks, a line of JSON each; end as soon as its end of the pipe closes, however it ended."""
    for line in sys.stdin.buffer:
        order = json.loads(line)
        try:
            answer: dict[str, Any] = {"objects": contents.do(order["do"], order["archive"])}
        except ValueError as error:
            answer = {"wrong": str(error)}
        except Exception as error:
            traceback.print_exc()
            answer = {"failed": f"the S3 store cannot {order['do']}: {error}; `ma-emulator logs s3-errors` says more"}
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
        sys.stdout.buffer.flush()
    os._exit(0)


def _server(settings: dict[str, Any]) -> Any:
    """The store, ready to serve."""
    os.environ.setdefault("MOTO_S3_DEFAULT_KEY_BUFFER_SIZE", str(16 * 1024 * 1024))
    from moto.iam.models import iam_backends
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from moto.s3.models import s3_backends
    from werkzeug.serving import ThreadedWSGIServer

    from emulator.objectstore.http_handler import Handler

    class Services(DomainDispatcherApplication):
        """moto's services by their hosts; moto itself looks through its folders twice with each request."""

        get_backend_for_host = lru_cache(64)(DomainDispatcherApplication.get_backend_for_host)

    users = IamUsers(iam_backends[ACCOUNT]["aws"], settings["administrator"])
    for user in settings["users"]:
        users.add(user["name"], user["access_key_id"], user["secret_access_key"], user["policy"])
    backend = s3_backends[ACCOUNT]["aws"]
    contents = Contents(backend, users, settings["buckets"], settings["region"])
    contents.reset()
    threading.Thread(target=_obey, args=(contents,), daemon=True).start()
    log = open(settings["access_log"], "a", encoding="utf-8") if settings["access_log"] else None  # noqa: SIM115 - until the end
    moto: Any = Services(create_backend_app)
    application: Any = Gate(Checksums(moto, backend), users, log, settings["administrator"])
    for wrapper in settings["wrappers"]:
        module, _, function = wrapper.partition(":")
        application = getattr(importlib.import_module(module), function)(application)
    sock = socket.socket(fileno=settings["fd"])
    host, port = sock.getsockname()[:2]
    server = ThreadedWSGIServer(host, port, application, Handler, fd=settings["fd"])
    server.daemon_threads = True
    return server


def main() -> None:
    """Serve until the parent goes or asks us to end."""
    settings: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    with seldom_collected():
        server = _server(settings)
    sys.stdout.buffer.write(b"ready\n")
    sys.stdout.buffer.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
