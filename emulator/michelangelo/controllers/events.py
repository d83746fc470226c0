"""Events that the platform leaves on objects."""

from __future__ import annotations

import logging
import uuid
from contextlib import suppress
from datetime import datetime

from emulator.michelangelo.client import ApiError, KubeClient, Object
from emulator.michelangelo.resources import EVENTS

_log = logging.getLogger("michelangelo.controllers")


async def record(
    client: KubeClient, about: Object, sort: str, reason: str, message: str, component: str, now: datetime
) -> None:
    """Leave an Event (``sort``: Normal or Warning). A courtesy: that it cannot be written changes nothing."""
    meta = about["metadata"]
    _log.info("%s %s/%s: %s: %s", about["kind"], meta["namespace"], meta["name"], reason, message)
    stamp = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    event = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"{meta['name']}.{uuid.uuid4().hex[:16]}", "namespace": meta["namespace"]},
        "involvedObject": {
            "apiVersion": about["apiVersion"],
            "kind": about["kind"],
            "name": meta["name"],
            "namespace": meta["namespace"],
            "uid": meta["uid"],
            "resourceVersion": meta["resourceVersion"],
        },
        "reason": reason,
        "message": message[:1024],
        "type": sort,
        "firstTimestamp": stamp,
        "lastTimestamp": stamp,
        "count": 1,
        "source": {"component": component},
        "reportingComponent": component,
    }
    with suppress(ApiError):
        await client.create(EVENTS, event)
