"""Which arguments CEL's functions take: the standard ones, and those of Kubernetes' libraries.

A line is a signature: ``name (arguments) -> result`` is called alone, ``name target.(arguments) -> result`` on a value.
Sources: cel-go's standard and string libraries, k8s.io/apiserver/pkg/cel/library.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import NamedTuple

from emulator.apiserver.schema.cel.types import Type, parse_type


class Overload(NamedTuple):
    """One signature of a function; the first argument of a member is what it is called on."""

    member: bool
    arguments: tuple[Type, ...]
    result: Type


_NUMBERS = ("int", "uint", "double")
_COMPARED = (*_NUMBERS, "bool", "string", "bytes", "timestamp", "duration")
_SUMMED = (*_NUMBERS, "duration")
_SIGNATURES = """
_==_ (A, A) -> bool
_!=_ (A, A) -> bool
_&&_ (bool, bool) -> bool
_||_ (bool, bool) -> bool
!_ (bool) -> bool
-_ (int) -> int
-_ (double) -> double
_?_:_ (bool, A, A) -> A
@in (A, list(A)) -> bool
@in (A, map(A, B)) -> bool
_[_] (list(A), int) -> A
_[_] (map(A, B), A) -> B
_[_] (optional_type(list(A)), int) -> optional_type(A)
_[_] (optional_type(map(A, B)), A) -> optional_type(B)
_[?_] (list(A), int) -> optional_type(A)
_[?_] (map(A, B), A) -> optional_type(B)
_[?_] (optional_type(list(A)), int) -> optional_type(A)
_[?_] (optional_type(map(A, B)), A) -> optional_type(B)
_+_ (string, string) -> string
_+_ (bytes, bytes) -> bytes
_+_ (list(A), list(A)) -> list(A)
_+_ (timestamp, duration) -> timestamp
_+_ (duration, timestamp) -> timestamp
_+_ (duration, duration) -> duration
_-_ (timestamp, timestamp) -> duration
_-_ (timestamp, duration) -> timestamp
_-_ (duration, duration) -> duration
_%_ (int, int) -> int
_%_ (uint, uint) -> uint
dyn (A) -> dyn
type (A) -> type(A)
matches (string, string) -> bool
matches string.(string) -> bool
contains string.(string) -> bool
startsWith string.(string) -> bool
endsWith string.(string) -> bool
charAt string.(int) -> string
indexOf string.(string) -> int
indexOf string.(string, int) -> int
lastIndexOf string.(string) -> int
lastIndexOf string.(string, int) -> int
join list(string).() -> string
join list(string).(string) -> string
lowerAscii string.() -> string
upperAscii string.() -> string
trim string.() -> string
replace string.(string, string) -> string
replace string.(string, string, int) -> string
split string.(string) -> list(string)
split string.(string, int) -> list(string)
substring string.(int) -> string
substring string.(int, int) -> string
format string.(list(dyn)) -> string
strings.quote (string) -> string
find string.(string) -> string
findAll string.(string) -> list(string)
findAll string.(string, int) -> list(string)
indexOf list(A).(A) -> int
lastIndexOf list(A).(A) -> int
sets.contains (list(A), list(A)) -> bool
sets.equivalent (list(A), list(A)) -> bool
sets.intersects (list(A), list(A)) -> bool
optional.of (A) -> optional_type(A)
optional.ofNonZeroValue (A) -> optional_type(A)
optional.none () -> optional_type(A)
value optional_type(A).() -> A
hasValue optional_type(A).() -> bool
or optional_type(A).(optional_type(A)) -> optional_type(A)
orValue optional_type(A).(A) -> A
isURL (string) -> bool
url (string) -> kubernetes.URL
getQuery kubernetes.URL.() -> map(string, list(string))
isQuantity (string) -> bool
quantity (string) -> kubernetes.Quantity
sign kubernetes.Quantity.() -> int
isInteger kubernetes.Quantity.() -> bool
asInteger kubernetes.Quantity.() -> int
asApproximateFloat kubernetes.Quantity.() -> double
add kubernetes.Quantity.(kubernetes.Quantity) -> kubernetes.Quantity
add kubernetes.Quantity.(int) -> kubernetes.Quantity
sub kubernetes.Quantity.(kubernetes.Quantity) -> kubernetes.Quantity
sub kubernetes.Quantity.(int) -> kubernetes.Quantity
isSemver (string) -> bool
isSemver (string, bool) -> bool
semver (string) -> kubernetes.Semver
semver (string, bool) -> kubernetes.Semver
major kubernetes.Semver.() -> int
minor kubernetes.Semver.() -> int
patch kubernetes.Semver.() -> int
isIP (string) -> bool
ip (string) -> net.IP
ip.isCanonical (string) -> bool
family net.IP.() -> int
isCIDR (string) -> bool
cidr (string) -> net.CIDR
containsIP net.CIDR.(string) -> bool
containsIP net.CIDR.(net.IP) -> bool
containsCIDR net.CIDR.(string) -> bool
containsCIDR net.CIDR.(net.CIDR) -> bool
ip net.CIDR.() -> net.IP
masked net.CIDR.() -> net.CIDR
prefixLength net.CIDR.() -> int
format.named (string) -> optional_type(kubernetes.NamedFormat)
path kubernetes.authorization.Authorizer.(string) -> kubernetes.authorization.PathCheck
group kubernetes.authorization.Authorizer.(string) -> kubernetes.authorization.GroupCheck
serviceAccount kubernetes.authorization.Authorizer.(string, string) -> kubernetes.authorization.Authorizer
resource kubernetes.authorization.GroupCheck.(string) -> kubernetes.authorization.ResourceCheck
subresource kubernetes.authorization.ResourceCheck.(string) -> kubernetes.authorization.ResourceCheck
namespace kubernetes.authorization.ResourceCheck.(string) -> kubernetes.authorization.ResourceCheck
name kubernetes.authorization.ResourceCheck.(string) -> kubernetes.authorization.ResourceCheck
fieldSelector kubernetes.authorization.ResourceCheck.(string) -> kubernetes.authorization.ResourceCheck
labelSelector kubernetes.authorization.ResourceCheck.(string) -> kubernetes.authorization.ResourceCheck
check kubernetes.authorization.PathCheck.(string) -> kubernetes.authorization.Decision
check kubernetes.authorization.ResourceCheck.(string) -> kubernetes.authorization.Decision
allowed kubernetes.authorization.Decision.() -> bool
errored kubernetes.authorization.Decision.() -> bool
reason kubernetes.authorization.Decision.() -> string
error kubernetes.authorization.Decision.() -> string
validate kubernetes.NamedFormat.(string) -> optional_type(list(string))
"""


def _families() -> list[str]:
    """The signatures that differ in one type alone."""
    found = [f"{name} ({one}, {one}) -> bool" for name in ("_<_", "_<=_", "_>_", "_>=_") for one in _COMPARED]
    for name in ("_<_", "_<=_", "_>_", "_>=_"):
        found += [f"{name} ({one}, {two}) -> bool" for one in _NUMBERS for two in _NUMBERS if one != two]
    found += [f"{name} ({one}, {one}) -> {one}" for name in ("_+_", "_-_", "_*_", "_/_") for one in _NUMBERS]
    for sized in ("string", "bytes", "list(A)", "map(A, B)"):
        found += [f"size ({sized}) -> int", f"size {sized}.() -> int"]
    conversions = {
        "bool": "bool string", "bytes": "bytes string", "double": "double int uint string", "duration": "duration int string",
        "int": "int uint double string timestamp duration", "uint": "uint int double string",
        "timestamp": "timestamp string int",
        "string": "string bool bytes double duration int timestamp uint net.IP net.CIDR",
    }  # fmt: skip
    found += [f"{to} ({given}) -> {to}" for to, kinds in conversions.items() for given in kinds.split()]
    for part in ("FullYear", "Month", "DayOfYear", "DayOfMonth", "Date", "DayOfWeek", "Hours", "Minutes", "Seconds"):
        found += [f"get{part} timestamp.() -> int", f"get{part} timestamp.(string) -> int"]
    found += ["getMilliseconds timestamp.() -> int", "getMilliseconds timestamp.(string) -> int"]
    found += [f"get{part} duration.() -> int" for part in ("Hours", "Minutes", "Seconds", "Milliseconds")]
    found += [f"isSorted list({one}).() -> bool" for one in _COMPARED]
    found += [f"{name} list({one}).() -> {one}" for name in ("min", "max") for one in _COMPARED]
    found += [f"sum list({one}).() -> {one}" for one in _SUMMED]
    parts = ("Scheme", "Host", "Hostname", "Port", "EscapedPath")
    found += [f"get{part} kubernetes.URL.() -> string" for part in parts]
    for kind in ("kubernetes.Quantity", "kubernetes.Semver"):
        found += [f"{name} {kind}.({kind}) -> bool" for name in ("isLessThan", "isGreaterThan")]
        found.append(f"compareTo {kind}.({kind}) -> int")
    traits = ("Unspecified", "Loopback", "LinkLocalMulticast", "LinkLocalUnicast", "GlobalUnicast")
    return found + [f"is{trait} net.IP.() -> bool" for trait in traits]


_SIGNATURE = re.compile(r"(\S+) (?:(\S.*)\.)?(\(.*\)) -> (.*)")


def _table() -> dict[str, tuple[Overload, ...]]:
    table: dict[str, list[Overload]] = defaultdict(list)
    for line in [*_SIGNATURES.strip().splitlines(), *_families()]:
        match = _SIGNATURE.fullmatch(line)
        assert match is not None, line
        name, target, arguments, result = match.groups()
        taken = parse_type(f"x{arguments}").params if arguments != "()" else ()
        given = (parse_type(target), *taken) if target else taken
        table[name].append(Overload(target is not None, given, parse_type(result)))
    return {name: tuple(overloads) for name, overloads in table.items()}


OVERLOADS = _table()
