"""Who is asked about with ``--as``: a user, a group or a ServiceAccount."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.michelangelo.client import Object

ACCOUNT = "system:serviceaccount:"
FORMS = "user:NAME, group:NAME, serviceaccount:NAMESPACE:NAME or system:serviceaccount:NAMESPACE:NAME"


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject of RBAC, with the groups that it is in by itself."""

    kind: str  # User, Group, ServiceAccount
    name: str
    namespace: str = ""

    @property
    def user(self) -> str:
        """The user name that the API server knows; empty for a group."""
        return {"User": self.name, "ServiceAccount": f"{ACCOUNT}{self.namespace}:{self.name}"}.get(self.kind, "")

    @property
    def groups(self) -> list[str]:
        """The groups."""
        if self.kind == "Group":
            return [self.name]
        accounts = ["system:serviceaccounts", f"system:serviceaccounts:{self.namespace}"]
        return [*(accounts if self.kind == "ServiceAccount" else ()), "system:authenticated"]

    @property
    def flag(self) -> str:
        """How kubectl acts as it."""
        return f"--as {self.user}" if self.user else f"--as nobody --as-group {self.name}"

    def is_in(self, subject: Object, namespace: str) -> bool:
        """Whether a subject of a binding (in a namespace) is this one, or a group of it."""
        kind, name = subject.get("kind"), str(subject.get("name"))
        if kind == "ServiceAccount":
            return self.user == f"{ACCOUNT}{subject.get('namespace') or namespace}:{name}"
        return name in self.groups if kind == "Group" else kind == "User" and name == self.user

    def as_subject(self) -> Object:
        """As a binding names it."""
        if self.kind == "ServiceAccount":
            return {"kind": self.kind, "name": self.name, "namespace": self.namespace}
        return {"kind": self.kind, "name": self.name, "apiGroup": "rbac.authorization.k8s.io"}


def parse(text: str) -> Subject:
    """A subject. Raises ValueError, which lists the forms."""
    kind, colon, rest = text.partition(":")
    if text.startswith(ACCOUNT):
        kind, rest = "serviceaccount", text.removeprefix(ACCOUNT)
    namespace, _, name = rest.partition(":")
    if kind.lower() in ("serviceaccount", "sa") and namespace and name and ":" not in name:
        return Subject("ServiceAccount", name, namespace)
    if kind.lower() in ("user", "group") and rest:
        return Subject(kind.title(), rest)
    if text and not colon:
        return Subject("User", text)
    raise ValueError(f"--as {text!r} is no subject: write {FORMS}")
