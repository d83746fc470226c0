"""Step 2, with identities of our own: what each permission grants, and what it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hypothesis import strategies as st

from conformance.checks.check import Case, Need, check
from conformance.checks.world import World
from conformance.driver.iam import Iam
from conformance.driver.s3 import Keys, ObjectAnswer, ObjectStore

FOUR = ["s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:ListBucket"]


class _Somebody:
    """A user of the store for one case, and the four operations as that user."""

    def __init__(self, w: World) -> None:
        self.w = w
        self.iam = Iam(w.store)
        answer, self.keys = self.iam.user(w.owned_name("user"))
        w.expect(answer.ok, "a user to be made", answer.said(), "s3.denied-without-policy")
        self.bucket = f"arn:aws:s3:::{w.facts.bucket}"
        self.store: ObjectStore = self.iam.on_behalf(self.keys)

    def allow(self, actions: list[str], resources: list[str] | None = None) -> None:
        """Give the user a policy."""
        answer = self.iam.allow(self.keys.name, actions, resources or [self.bucket, f"{self.bucket}/*"])
        self.w.expect(answer.ok, "a policy to be set", answer.said(), "s3.each-permission-apart")

    def tried(self) -> list[tuple[str, ObjectAnswer]]:
        """Every way to do what one of the four actions allows, with objects that are there."""
        key, bulk = self.w.key("held"), self.w.key("bulk")
        for one in (key, bulk):
            self.w.expect(self.w.store.put(one, b"held").ok, "PutObject to succeed", "a refusal", "s3.put")
        return [
            ("s3:PutObject", self.store.put(self.w.key("new"), b"new")),
            ("s3:GetObject", self.store.get(key)),
            ("s3:GetObject", self.store.head(key)),
            ("s3:ListBucket", self.store.list_objects(key)),
            ("s3:DeleteObject", self.store.delete(key)),
            ("s3:DeleteObject", self._bulk(bulk)),
        ]

    def _bulk(self, key: str) -> ObjectAnswer:
        """DeleteObjects, which says of each object whether it was denied: a denial is given the status that it would have alone."""
        answer = self.store.delete_many([(key, "")])
        if answer.ok and "AccessDenied" in answer.texts("Error/Code"):
            self.w.expect(
                self.w.store.get(key).ok,
                f"{key} to be there after a denied deletion",
                "it is gone",
                "s3.each-permission-apart",
            )
            return ObjectAnswer(replace(answer.exchange, status=403))
        return answer

    def gone(self) -> None:
        """Remove the user."""
        self.iam.remove(self.keys)


def _with(w: World, use: Callable[[_Somebody], None]) -> None:
    somebody = _Somebody(w)
    try:
        use(somebody)
    finally:
        somebody.gone()


def _judge(w: World, answer: ObjectAnswer, granted: bool, what: str, clause: str) -> None:
    if granted:
        w.expect(answer.ok, f"{what} to be allowed", answer.said(), clause)
    else:
        w.expect(answer.code == 403, f"{what} to be denied with 403 AccessDenied", answer.said(), clause)
        w.expect(answer.error in ("AccessDenied", ""), "the code AccessDenied", answer.error, clause)


@check(
    "identity-permissions",
    "s3.each-permission-apart",
    "s3.denied-without-policy",
    given=st.lists(st.sampled_from(FOUR), max_size=4, unique=True),
    needs=(Need.S3, Need.IDENTITIES),
    weight=0.5,
)
def identity_permissions(w: World, case: Case) -> None:
    """An identity may do exactly what its policy lists of the four; without a policy none of them."""

    def use(somebody: _Somebody) -> None:
        for action, answer in somebody.tried():
            _judge(w, answer, False, f"{action} without a policy", "s3.denied-without-policy")
        if case:
            somebody.allow(case)
        for action, answer in somebody.tried():
            _judge(
                w,
                answer,
                action in case,
                f"{action} under a policy of {', '.join(case) or 'nothing'}",
                "s3.each-permission-apart",
            )

    _with(w, use)


@check(
    "task-identity",
    "s3.task-identity",
    "s3.other-buckets",
    "s3.bucket-and-objects",
    "trouble.upload-denied",
    needs=(Need.S3, Need.IDENTITIES),
)
def task_identity(w: World, case: Case) -> None:
    """Another identity works under the guide's policy, in the models bucket alone; without it the upload is denied, with it it succeeds."""

    def use(somebody: _Somebody) -> None:
        key = w.key("upload")
        denied = somebody.store.put(key, b"weights")
        _judge(w, denied, False, "an upload without write permission", "trouble.upload-denied")
        w.expect(
            w.store.get(key).code == 404, "no artifact after a denied upload", "an object", "trouble.upload-denied"
        )
        somebody.allow(FOUR)
        _judge(
            w,
            somebody.store.put(key, b"weights"),
            True,
            "the same upload under the policy of step 2",
            "trouble.upload-denied",
        )
        for action, answer in somebody.tried():
            _judge(w, answer, True, f"{action} under the guide's policy", "s3.task-identity")
        elsewhere = somebody.store.list_objects("", bucket=f"{w.context.ownership.prefix}-elsewhere")
        w.expect(
            elsewhere.code in (403, 404) and not elsewhere.ok,
            "another bucket to be closed",
            elsewhere.said(),
            "s3.other-buckets",
        )
        somebody.allow(FOUR, [somebody.bucket])
        _judge(
            w,
            somebody.store.list_objects(key),
            True,
            "listing under a policy of the bucket alone",
            "s3.bucket-and-objects",
        )
        _judge(w, somebody.store.get(key), False, "reading under a policy of the bucket alone", "s3.bucket-and-objects")
        somebody.allow(FOUR, [f"{somebody.bucket}/*"])
        _judge(w, somebody.store.get(key), True, "reading under a policy of the objects alone", "s3.bucket-and-objects")
        _judge(
            w,
            somebody.store.list_objects(key),
            False,
            "listing under a policy of the objects alone",
            "s3.bucket-and-objects",
        )

    _with(w, use)


@check(
    "identity-prefix",
    "s3.bucket-and-objects",
    given=st.sampled_from(FOUR[:3]),
    needs=(Need.S3, Need.IDENTITIES),
    weight=0.2,
)
def identity_prefix(w: World, case: Case) -> None:
    """A policy of some of a bucket's objects opens those, and not the ones beside them whose keys begin alike."""

    def use(somebody: _Somebody) -> None:
        root = w.key("opened")
        somebody.allow([case], [f"{somebody.bucket}/{root}/*"])
        for key, granted in (
            (f"{root}/in", True),
            (f"{root}-not", False),
            (f"{root}ed", False),
            (w.key("elsewhere"), False),
        ):
            w.keys_made.append(key)
            w.expect(w.store.put(key, b"held").ok, "PutObject to succeed", "a refusal", "s3.put")
            does = {"s3:PutObject": lambda key: somebody.store.put(key, b"new"), "s3:GetObject": somebody.store.get}
            answer = does.get(case, somebody.store.delete)(key)
            _judge(w, answer, granted, f"{case} of {key} under a policy of {root}/*", "s3.bucket-and-objects")

    _with(w, use)


@check("unsigned-denied", "s3.unsigned-denied", needs=(Need.S3, Need.IDENTITIES))
def unsigned_denied(w: World, case: Case) -> None:
    """With keys that nobody has, or somebody's key and another secret, nothing of the bucket is read or written."""
    key = w.key("closed")
    w.expect(w.store.put(key, b"closed").ok, "PutObject to succeed", "a refusal", "s3.put")
    known = w.store.keys.access_key_id
    for who in (Keys("stranger", "AKIAUNKNOWNUNKNOWN00", "unknown"), Keys("forger", known, "not the secret")):
        stranger = Iam(w.store).on_behalf(who)
        for what, answer in (
            ("get", stranger.get(key)),
            ("put", stranger.put(w.key("mine"), b"mine")),
            ("list", stranger.list_objects(key)),
            ("delete", stranger.delete(key)),
        ):
            w.expect(answer.code in (401, 403), f"{what} by a {who.name} to be denied", answer.said())
    w.expect(w.store.get(key).bytes == b"closed", "the object to be as it was", "another")
