"""The users of the store: moto's own IAM users, so that IAM's API on the same endpoint shows and changes them."""

from __future__ import annotations

import json
from typing import Any

from emulator.objectstore.identities import POLICY


class IamUsers:
    """IAM users with keys and inline policies. ``backend`` is moto's IAM backend of one account."""

    def __init__(self, backend: Any, administrator: str) -> None:
        self._backend = backend
        self._administrator = administrator
        self._parsed: dict[str, dict[str, Any]] = {}

    def add(self, name: str, key_id: str, secret: str, policy: str) -> None:
        """A user with given keys."""
        user = self._backend.create_user(region_name="us-east-1", user_name=name)
        key = self._backend.create_access_key(user_name=name)
        self._backend.access_keys.pop(key.physical_resource_id, None)
        key.access_key_id, key.secret_access_key = key_id, secret
        self._backend.access_keys[key.physical_resource_id] = key
        user.put_policy(POLICY, policy)

    def secrets(self) -> dict[str, str]:
        """Access key ids, and their secrets."""
        return {
            key.access_key_id: key.secret_access_key
            for user in self._backend.users.values()
            for key in user.access_keys
            if key.status == "Active"
        }

    def name(self, key_id: str) -> str:
        """The user of an access key."""
        for user in self._backend.users.values():
            if any(key.access_key_id == key_id for key in user.access_keys):
                return str(user.name)
        return ""

    def documents(self) -> dict[str, dict[str, str]]:
        """Every user's own policies, by name."""
        return {str(user.name): dict(user.policies) for user in self._backend.users.values()}

    def replace(self, documents: dict[str, dict[str, str]]) -> None:
        """Put policies in force, of the users that there are."""
        for user in self._backend.users.values():
            if user.name in documents:
                user.policies = dict(documents[user.name])

    def policies(self, name: str) -> list[dict[str, Any]]:
        """A user's policy documents: its own, and those attached to it."""
        user = self._backend.get_user(name)
        texts = list(user.policies.values())
        texts += [managed.document for managed in user.managed_policies.values()]
        return [self._parse(text) for text in texts]

    def _parse(self, text: str) -> dict[str, Any]:
        known = self._parsed.get(text)
        if known is None:
            known = self._parsed[text] = json.loads(text)
        return known
