"""``ma-conformance cleanup``: delete Models older than a cutoff, and the objects that only they name."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from conformance.cleanup.cleaner import Outcome, clean_up
from conformance.cleanup.cutoff import age, cutoff
from conformance.cleanup.doors import CleanupPermission, KubeRegistry, RefusedError, S3Objects
from conformance.cleanup.records import TIMESTAMP
from conformance.driver.errors import TargetError
from conformance.driver.history import History
from conformance.driver.kube import Kube
from conformance.driver.kubeconfig import read
from conformance.driver.lane import LiveLane
from conformance.driver.s3 import Keys, ObjectStore
from conformance.driver.wire import Origin
from conformance.targets.interface import Doors
from conformance.targets.parse import parse
from conformance.verdict import ExitCode

INCOMPLETE = 1


def options(parser: argparse.ArgumentParser) -> None:
    """The flags."""
    parser.add_argument(
        "--target", required=True, metavar="TARGET", help="kubeconfig:PATH[#CONTEXT],s3=URL[,bucket=NAME]"
    )
    when = parser.add_mutually_exclusive_group(required=True)
    when.add_argument("--older-than", metavar="AGE", help="such as 90d, 36h or 2w")
    when.add_argument("--before", metavar="TIMESTAMP", help="such as 2026-01-31T00:00:00Z")
    parser.add_argument("-n", "--namespace", default="", metavar="NS", help="only this namespace (default: all)")
    parser.add_argument(
        "--bucket",
        action="append",
        default=[],
        metavar="NAME",
        help="another bucket in which objects may be deleted (may be repeated; default: the target's)",
    )
    parser.add_argument("--dry-run", action="store_true", help="tell the plan and change nothing")
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask at a terminal")


def command(options: argparse.Namespace) -> int:
    """Plan, ask, clean up. 0: everything selected is gone; 1: something is left; 4: a door is closed."""
    if options.before is not None and not TIMESTAMP.match(options.before):
        raise ValueError(f"{options.before!r} is no timestamp: give one like 2026-01-31T00:00:00Z")
    limit = options.before or cutoff(age(options.older_than))
    try:
        with parse(options.target).open() as doors:
            registry, objects, buckets = open_doors(doors, options.namespace, options.bucket)
            if not options.dry_run and not options.yes and sys.stdin.isatty():
                clean_up(registry, objects, limit, buckets, dry_run=True, say=_say)
                if input("Delete these? [y/N] ").strip().lower() not in ("y", "yes"):
                    return ExitCode.CONFORMANT
            outcome = clean_up(registry, objects, limit, buckets, dry_run=options.dry_run, say=_say)
    except (TargetError, RefusedError) as error:
        sys.stderr.write(f"ma-conformance cleanup: {error}\n")
        return ExitCode.HARNESS
    _say(_conclusion(outcome, dry_run=options.dry_run))
    return ExitCode.CONFORMANT if outcome.complete else INCOMPLETE


def open_doors(
    doors: Doors, namespace: str, more_buckets: Sequence[str]
) -> tuple[KubeRegistry, S3Objects, tuple[str, ...]]:
    """The two doors, and the buckets in which objects may be deleted. Raises ValueError when there is no object store."""
    if doors.s3 is None:
        raise ValueError("cleanup needs the object store: give s3=URL in --target")
    lane = LiveLane("cleanup", History(), 0.0)
    kube = Kube(read(doors.kubeconfig, doors.context), lane, CleanupPermission(), "ma-conformance cleanup")
    door = doors.s3
    keys = Keys("cleanup", door.access_key_id, door.secret_access_key, door.session_token)
    store = ObjectStore(Origin(door.url), keys, lane, door.bucket, "", door.region, "ma-conformance cleanup")
    return KubeRegistry(kube, namespace), S3Objects(store), (door.bucket, *more_buckets)


def _conclusion(outcome: Outcome, *, dry_run: bool) -> str:
    if dry_run:
        return "nothing was changed (--dry-run)"
    done = f"{len(outcome.deleted_models)} models and {outcome.deleted_objects} objects deleted"
    shared = f", {outcome.kept_objects} objects kept for models that stay" if outcome.kept_objects else ""
    left = f"; {len(outcome.left)} models left, run it again" if outcome.left else ""
    return done + shared + left


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
