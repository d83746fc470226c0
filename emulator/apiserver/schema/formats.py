"""The string formats that the server checks (``format: date-time`` ...), and the ones it knows without checking.

Source of the rules: k8s.io/kube-openapi/pkg/validation/strfmt and Go's net/url, net/mail, net and time.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable
from datetime import date
from functools import cache

from emulator.apiserver.schema.regexp import compile_pattern

NUMERIC = frozenset({"int32", "int64", "float", "double"})

_UUID = r"[0-9a-f]{{8}}-?[0-9a-f]{{4}}-?{}[0-9a-f]{{3}}-?{}[0-9a-f]{{3}}-?[0-9a-f]{{12}}"
_DURATION = re.compile(r"[-+]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)")
_LONG_DURATION = re.compile(r"\d+\s*([A-Za-zµ]+)")
_DURATION_UNITS = (
    ("ns", "nano"),
    ("us", "µs", "micro"),
    ("ms", "milli"),
    ("s", "sec"),
    ("m", "min"),
    ("h", "hr", "hour"),
    ("d", "day"),
    ("w", "week", "wk"),
)
_TIME = re.compile(r"([0-9]{2}):([0-9]{2}):([0-9]{2})(.[0-9]+)?(z|([+-][0-9]{2}:[0-9]{2}))")
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.DOTALL)
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\x80-\U0010ffff-]+"
_ADDRESS = rf"(?:{_ATOM}(?:\.{_ATOM})*|\"(?:[^\"\\\r\n]|\\.)*\")@(?:{_ATOM}(?:\.{_ATOM})*|\[[^\[\]\\]*\])"
_EMAIL = rf"\s*(?:{_ADDRESS}|(?:\"(?:[^\"\\]|\\.)*\"|[^<>@,;:\\\"\[\]()]*)\s*<{_ADDRESS}>)\s*"
_HOSTNAME = (
    r"^([a-zA-Z0-9\p{S}\p{L}]((-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?)"
    r"|([a-zA-Z0-9\p{S}\p{L}](([a-zA-Z0-9-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?)(\.)){1,}([a-zA-Z\p{L}]){2,63})$"
)
_CREDIT_CARD = (
    r"(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|(222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12}"
    r"|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35\d{3})\d{11}|6[27][0-9]{14})"
)
_OCTET = r"\s*(?:0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*"
_LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?")


def _matcher(pattern: str, flags: int = re.ASCII) -> Callable[[str], bool]:
    """Whether a text is all of a pattern, which is compiled when it is first needed: the one of e-mail takes 20 ms."""

    @cache
    def compiled() -> re.Pattern[str]:
        return re.compile(pattern, flags)

    return lambda text: compiled().fullmatch(text) is not None


def _uri(text: str) -> bool:
    """As Go's url.ParseRequestURI: an absolute URI or an absolute path."""
    if not text or any(ord(char) < 0x20 or ord(char) == 0x7F for char in text):
        return False
    match = _SCHEME.match(text)
    rest = match.group(2) if match else text
    if not match and (":" in text.split("/", 1)[0] or not text.startswith("/")):
        return text == "*"
    if not rest.startswith("/"):
        return match is not None and rest != "" if match else False
    path = rest.split("?", 1)[0]
    if rest.startswith("//") and match:
        host, _, path = rest[2:].split("?", 1)[0].partition("/")
        host = host.rpartition("@")[2]
        if re.search(r"[\s<>\"\\^`{|}]", host) or not re.fullmatch(r"(?:\[[^\]]*\]|[^:\[\]]*)(?::\d*)?", host):
            return False
    return re.search(r"%(?![0-9A-Fa-f]{2})", path) is None


def _hostname(text: str) -> bool:
    fits = compile_pattern(_HOSTNAME).search(text)
    return fits and len(text.encode()) <= 255 and all(len(part.encode()) <= 63 for part in text.split("."))


def _sloppy(text: str) -> str:
    """An IPv4 address without the leading zeros that the server tolerates."""
    return re.sub(r"(^|\.)0+(?=\d)", r"\1", text)


def _ipv4(text: str) -> bool:
    try:
        ipaddress.ip_address(_sloppy(text))
    except ValueError:
        return False
    return "." in text


def _ipv6(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return ":" in text and "%" not in text


def _cidr(text: str) -> bool:
    address, slash, bits = text.partition("/")
    if not slash or not re.fullmatch(r"\d{1,3}", bits, re.ASCII):
        return False
    try:
        ipaddress.ip_network(f"{_sloppy(address)}/{int(bits)}", strict=False)
    except ValueError:
        return False
    return True


def _isbn10(text: str) -> bool:
    digits = re.sub(r"[\s-]+", "", text)
    if not re.fullmatch(r"[0-9]{9}[0-9X]", digits):
        return False
    return sum((10 if char == "X" else int(char)) * (at + 1) for at, char in enumerate(digits)) % 11 == 0


def _isbn13(text: str) -> bool:
    digits = re.sub(r"[\s-]+", "", text)
    if not re.fullmatch(r"[0-9]{13}", digits):
        return False
    return sum(int(char) * (3 if at % 2 else 1) for at, char in enumerate(digits)) % 10 == 0


_is_card_number = _matcher(_CREDIT_CARD)


def _credit_card(text: str) -> bool:
    digits = re.sub(r"[^0-9]+", "", text)
    if not _is_card_number(digits):
        return False
    total = 0
    for at, char in enumerate(reversed(digits)):
        number = int(char) * (2 if at % 2 else 1)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def _byte(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return text != ""


def _date(text: str) -> bool:
    match = _DATE.fullmatch(text)
    if match is None or not text.isascii():
        return False
    try:
        date(int(match.group(1)) or 4, int(match.group(2)), int(match.group(3)))
    except ValueError:
        return False
    return True


def _date_time(text: str) -> bool:
    day, separator, time = text.lower().partition("t")
    match = _TIME.fullmatch(time.split("t")[0])
    if not separator or match is None or not _date(day):
        return False
    return match.group(1) <= "23" and match.group(2) <= "59" and match.group(3) <= "59"


def _duration(text: str) -> bool:
    """As time.ParseDuration, or numbers with units in words (``5 days``)."""
    if _DURATION.fullmatch(text):
        return True
    return any(_unit(match.lower()) for match in _LONG_DURATION.findall(text))


def _unit(word: str) -> bool:
    return any(word in names or word.startswith(names[-1]) for names in _DURATION_UNITS)


def _short_name(text: str) -> bool:
    return len(text) <= 63 and _LABEL.fullmatch(text) is not None


def _long_name(text: str) -> bool:
    return len(text) <= 253 and all(_LABEL.fullmatch(part) for part in text.split("."))


_CHECKS: dict[str, Callable[[str], bool]] = {
    "bsonobjectid": _matcher(r"[0-9a-fA-F]{24}"),
    "uri": _uri,
    "email": _matcher(_EMAIL, re.UNICODE),
    "hostname": _hostname,
    "ipv4": _ipv4,
    "ipv6": _ipv6,
    "cidr": _cidr,
    "mac": _matcher(
        r"(?:[0-9A-Fa-f]{2}([:-]))(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}"
        r"|(?:[0-9A-Fa-f]{2}([:-]))(?:[0-9A-Fa-f]{2}\2){6}[0-9A-Fa-f]{2}"
        r"|(?:[0-9A-Fa-f]{2}([:-]))(?:[0-9A-Fa-f]{2}\3){18}[0-9A-Fa-f]{2}"
        r"|(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}|(?:[0-9A-Fa-f]{4}\.){3}[0-9A-Fa-f]{4}|(?:[0-9A-Fa-f]{4}\.){9}[0-9A-Fa-f]{4}"
    ),
    "uuid": _matcher(_UUID.format("[0-9a-f]", "[0-9a-f]"), re.IGNORECASE | re.ASCII),
    "uuid3": _matcher(_UUID.format("3", "[0-9a-f]"), re.IGNORECASE | re.ASCII),
    "uuid4": _matcher(_UUID.format("4", "[89ab]"), re.IGNORECASE | re.ASCII),
    "uuid5": _matcher(_UUID.format("5", "[89ab]"), re.IGNORECASE | re.ASCII),
    "isbn": lambda text: _isbn10(text) or _isbn13(text),
    "isbn10": _isbn10,
    "isbn13": _isbn13,
    "creditcard": _credit_card,
    "ssn": _matcher(r"\d{3}[- ]?\d{2}[- ]?\d{4}"),
    "hexcolor": _matcher(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})"),
    "rgbcolor": _matcher(rf"rgb\({_OCTET},{_OCTET},{_OCTET}\)"),
    "byte": _byte,
    "password": lambda text: True,
    "date": _date,
    "duration": _duration,
    "datetime": _date_time,
    "k8sshortname": _short_name,
    "k8slongname": _long_name,
}


def format_check(name: str) -> Callable[[str], bool] | None:
    """What decides whether a string has a format; None for formats that are not checked. Dashes do not count."""
    return _CHECKS.get(name.replace("-", ""))


def is_recognized(name: str) -> bool:
    """Whether the server knows a format of strings; of others it warns when a definition uses them."""
    return format_check(name) is not None
