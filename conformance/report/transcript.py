"""A case as commands for a shell: kubectl where it can say it, aws for S3, curl for the rest. Each says what was answered."""

from __future__ import annotations

import base64
import json
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, unquote, urlsplit

from conformance.driver.history import Exchange

_MADE_UP = {"uid": "uid", "resourceVersion": "version"}
LONGEST = 40_000  # characters of a body that are shown
_PATCHES = {
    "application/merge-patch+json": "merge",
    "application/json-patch+json": "json",
    "application/strategic-merge-patch+json": "strategic",
}


def transcript(exchanges: Iterable[Exchange]) -> str:
    """The commands of a case, in order, with the answers as comments.

    What the server made up (uids and resourceVersions) and a later command sends is kept in a variable, so that the commands
    mean the same on another server.
    """
    shown = [exchange for exchange in exchanges if exchange.door in _DOORS]
    names = _variables(shown)
    used = {
        name
        for exchange in shown
        for name in names.values()
        if exchange.door == "kube" and name in _named_body(exchange, names)
    }
    return "\n".join(_entry(number, exchange, names, used) for number, exchange in enumerate(shown, 1))


def _variables(exchanges: Iterable[Exchange]) -> dict[tuple[str, str], str]:
    """Names for what answers made up: (field, value) to a variable's name, after the command that first said it."""
    names: dict[tuple[str, str], str] = {}
    for number, exchange in enumerate(exchanges, 1):
        for field, short in _MADE_UP.items():
            value = _metadata(exchange.answer).get(field) if exchange.door == "kube" else None
            if isinstance(value, str) and value:
                names.setdefault((field, value), f"{short}_{number}")
    return names


def _metadata(data: bytes) -> Mapping[str, object]:
    try:
        value = json.loads(data or b"null")
    except ValueError:
        return {}
    found = value.get("metadata") if isinstance(value, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _named_body(exchange: Exchange, names: Mapping[tuple[str, str], str]) -> str:
    """A body as a here-document that the shell expands: literal but for the variables."""
    text = exchange.body.decode("utf-8", "replace")
    for char in "\\$`":
        text = text.replace(char, "\\" + char)
    for field in _MADE_UP:
        value = _metadata(exchange.body).get(field)
        name = names.get((field, value)) if isinstance(value, str) else None
        if name is not None:
            text = text.replace(json.dumps(value), f'"${{{name}}}"')
    return text


def _entry(number: int, exchange: Exchange, names: Mapping[tuple[str, str], str], used: set[str]) -> str:
    said = exchange.answer.decode("utf-8", "replace").strip()
    first = f" {_short(said)}" if said and exchange.status >= 400 else ""
    status = exchange.status or "no answer:"
    if exchange.door != "kube":
        return f"{_DOORS[exchange.door](exchange)}\n#   {status}{first}"
    body = _named_body(exchange, names)
    expands = any(f"${{{name}}}" in body for name in used)
    command = _kube(replace(exchange, body=body.encode()), expands) if expands else _kube(exchange, expands)
    kept = [(field, f"{short}_{number}") for field, short in _MADE_UP.items() if f"{short}_{number}" in used]
    if kept:
        command = f"answer=$({command}\n)"
        for field, name in kept:
            reader = f"import json, sys; print(json.load(sys.stdin)['metadata']['{field}'])"
            command += f'\n{name}=$(echo "$answer" | python3 -c "{reader}")'
    return f"{command}\n#   {status}{first}"


def _short(text: str) -> str:
    """A refusal's message, or the beginning of what was said."""
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    message = value.get("message") if isinstance(value, Mapping) else None
    line = " ".join(str(message or text).split())
    return line if len(line) <= 300 else line[:300] + " ..."


def _kube(exchange: Exchange, expands: bool = False) -> str:
    end = "EOF" if expands else "'EOF'"
    who = f" --as={shlex.quote(exchange.identity)}" if exchange.identity else ""
    groups = exchange.headers.get("Impersonate-Group", "").split("\n")
    who += "".join(f" --as-group={shlex.quote(group)}" for group in groups if group)
    parts = urlsplit(exchange.path)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    raw = shlex.quote(exchange.path)
    method, body = exchange.method, exchange.body.decode("utf-8", "replace")
    if method == "GET":
        return f"kubectl{who} get --raw {raw}"
    if method == "DELETE" and not body:
        return f"kubectl{who} delete --raw {raw}"
    sort = exchange.headers.get("Content-Type", "application/json").partition(";")[0]
    if method == "POST" and not query and sort == "application/json":
        return f"kubectl{who} create --raw {raw} -f - <<{end}\n{_pretty(body)}\nEOF"
    if method == "PUT" and not query and sort == "application/json":
        return f"kubectl{who} replace --raw {raw} -f - <<{end}\n{_pretty(body)}\nEOF"
    if method == "PATCH" and sort in _PATCHES and not query:
        named = _named(parts.path)
        if named is not None:
            given = '"$(cat <<EOF\n' + body + '\nEOF\n)"' if expands else shlex.quote(body)
            return f"kubectl{who} patch {named} --type={_PATCHES[sort]} -o json -p {given}"
    return _curl(exchange, "$SERVER", who=exchange.identity)


def _named(path: str) -> str | None:
    """A resource's path as kubectl's words: ``models.v2.michelangelo.api NAME -n NS``."""
    parts = [unquote(part) for part in path.strip("/").split("/")]
    if parts[0] == "apis" and len(parts) >= 4:
        group, version, rest = parts[1], parts[2], parts[3:]
    elif parts[0] == "api" and len(parts) >= 3:
        group, version, rest = "", parts[1], parts[2:]
    else:
        return None
    place = ""
    if rest[0] == "namespaces" and len(rest) >= 3:
        place, rest = f" -n {shlex.quote(rest[1])}", rest[2:]
    if len(rest) not in (2, 3):
        return None
    sub = f" --subresource={rest[2]}" if len(rest) == 3 else ""
    resource = f"{rest[0]}.{version}.{group}" if group else rest[0]
    return f"{resource} {shlex.quote(rest[1])}{place}{sub}"


def _curl(exchange: Exchange, base: str, who: str = "") -> str:
    words = [f"curl -sk -X {exchange.method}"]
    if base == "$SERVER":
        words.append('-H "Authorization: Bearer $TOKEN"')
    if who and "Impersonate-User" not in exchange.headers:
        words.append(f"-H {shlex.quote(f'Impersonate-User: {who}')}")
    words += [
        f"-H {shlex.quote(f'{name}: {line}')}"
        for name, value in sorted(exchange.headers.items())
        for line in value.split("\n")
    ]
    if exchange.body:
        words.append(f"--data-binary {shlex.quote(_cut(exchange.body.decode('utf-8', 'replace')))}")
    return " ".join(words) + f' "{base}"{shlex.quote(exchange.path)}'


def _s3(exchange: Exchange) -> str:
    parts = urlsplit(exchange.path)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    bucket, _, key = unquote(parts.path).strip("/").partition("/")
    where = f"--bucket {shlex.quote(bucket)}"
    profile = f"AWS_PROFILE={shlex.quote(exchange.identity)} " if exchange.identity else ""
    if bucket and key:
        command = {"PUT": "put-object", "GET": "get-object", "DELETE": "delete-object", "HEAD": "head-object"}.get(
            exchange.method
        )
        if command is not None and not query:
            out = " /dev/stdout" if command == "get-object" else ""
            made, body = "", ""
            if command == "put-object" and exchange.body:
                made = f"base64 -d > object <<'EOF'\n{base64.b64encode(exchange.body).decode()}\nEOF\n"
                body = " --body object"
            return f"{made}{profile}aws s3api {command} {where} --key {shlex.quote(key)}{body}{out}"
    if bucket and not key and exchange.method == "GET":
        prefix = f" --prefix {shlex.quote(query['prefix'])}" if query.get("prefix") else ""
        return f"{profile}aws s3api list-objects-v2 {where}{prefix}"
    return _curl(exchange, "$AWS_ENDPOINT_URL")


def _rpc(exchange: Exchange) -> str:
    body = _cut(exchange.body.decode("utf-8", "replace"))
    return f"grpcurl -plaintext -d {shlex.quote(body)} $MACTL_ADDRESS {shlex.quote(exchange.path.strip('/'))}"


def _shell(exchange: Exchange) -> str:
    """A program that was run. A cleanup is only told of: what it did stands before it, and here it would meet real Models."""
    return f"# ran: {' '.join(exchange.path.split())}" if exchange.identity == "cleanup" else exchange.path


def _pretty(body: str) -> str:
    try:
        return _cut(json.dumps(json.loads(body), indent=1, ensure_ascii=False))
    except ValueError:
        return _cut(body)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}... ({len(text):,} characters)"


_DOORS = {"kube": _kube, "s3": _s3, "rpc": _rpc, "shell": _shell}
