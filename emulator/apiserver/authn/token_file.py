"""Static bearer tokens, in the real API server's CSV format: ``token,user,uid,"group1,group2"``."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from emulator.apiserver.apimachinery.users import AUTHENTICATED, UserInfo


@dataclass(frozen=True, slots=True)
class TokenFile:
    """Who holds which token."""

    users: Mapping[str, UserInfo]

    @classmethod
    def load(cls, path: Path) -> TokenFile:
        """Read a file. Raises ValueError, with the line, when it is not in the format; OSError when it cannot be read."""
        users: dict[str, UserInfo] = {}
        with path.open(newline="") as file:
            for number, row in enumerate(csv.reader(file, skipinitialspace=True), 1):
                if not row or row[0].lstrip().startswith("#"):
                    continue
                if len(row) < 3:
                    raise ValueError(
                        f'{path}, line {number}: a token needs three fields: token,user,uid[,"group1,group2"]'
                    )
                token, user, uid = (field.strip() for field in row[:3])
                if not token or not user:
                    raise ValueError(f"{path}, line {number}: token and user may not be empty")
                groups = [group.strip() for group in row[3].split(",")] if len(row) > 3 else []
                named = tuple(group for group in groups if group)
                users[token] = UserInfo(user, uid, (*named, AUTHENTICATED))
        return cls(users)
