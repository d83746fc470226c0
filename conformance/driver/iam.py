"""IAM's API on an object store's endpoint: makes users with policies, each named after the run."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from conformance.driver.s3 import Keys, ObjectAnswer, ObjectStore

VERSION = "2010-05-08"


@dataclass(frozen=True)
class Iam:
    """Speaks as the store's administrator."""

    store: ObjectStore

    def call(self, action: str, **words: str) -> ObjectAnswer:
        """One action. Raises TargetError when no answer comes."""
        body = urlencode({"Action": action, "Version": VERSION, **words}).encode()
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return self.store.service("iam", "POST", body, headers)

    def user(self, name: str) -> tuple[ObjectAnswer, Keys]:
        """A new user with a key; its answer is the last one that came."""
        made = self.call("CreateUser", UserName=name)
        if not made.ok:
            return made, Keys(name, "", "")
        answer = self.call("CreateAccessKey", UserName=name)
        found = {element.tag: element.text or "" for element in answer.xml.iter()}
        return answer, Keys(name, found.get("AccessKeyId", ""), found.get("SecretAccessKey", ""))

    def allow(self, name: str, actions: list[str], resources: list[str]) -> ObjectAnswer:
        """Replace a user's policy."""
        statement = {"Effect": "Allow", "Action": actions, "Resource": resources}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        return self.call("PutUserPolicy", UserName=name, PolicyName="check", PolicyDocument=document)

    def remove(self, keys: Keys) -> None:
        """Remove a user with what it has; nothing here is judged."""
        self.call("DeleteAccessKey", UserName=keys.name, AccessKeyId=keys.access_key_id)
        self.call("DeleteUserPolicy", UserName=keys.name, PolicyName="check")
        self.call("DeleteUser", UserName=keys.name)

    def on_behalf(self, keys: Keys) -> ObjectStore:
        """The object store as one of the users."""
        return replace(self.store, keys=keys)
