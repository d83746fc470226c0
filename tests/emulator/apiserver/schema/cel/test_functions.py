"""What CEL's functions give: the standard ones, the strings library, Kubernetes' libraries."""

from __future__ import annotations

import pytest

from emulator.apiserver.schema.cel.inference import infer
from emulator.apiserver.schema.cel.program import program
from emulator.apiserver.schema.cel.syntax import parse
from emulator.apiserver.schema.cel.types import BOOL, STRING
from emulator.apiserver.schema.cel.values import CelError


@pytest.mark.parametrize(
    "rule",
    [
        "quantity('1Gi').add(quantity('1Gi')).compareTo(quantity('2Gi')) == 0",
        "quantity('50k').add(20) == quantity('50020')",
        "quantity('50k').sub(20000) == quantity('30k')",
        "quantity('50k').sub(20000).sub(quantity('20k')).asInteger() == 10000",
        "quantity('1Gi') == quantity('1024Mi')",
        "quantity('50.703k').asApproximateFloat() == 50703.0",
        "quantity('-5').sign() == -1",
        "ip('127.0.0.1').isLoopback() && ip('fe80::1').isLinkLocalUnicast() && ip('224.0.0.1').isLinkLocalMulticast()",
        "string(ip('2001:db8::1')) == '2001:db8::1'",
        "ip('::1') == ip('0:0:0:0:0:0:0:1')",
        "cidr('192.168.1.5/24').ip() == ip('192.168.1.5')",
        "cidr('192.168.1.5/24').masked() == cidr('192.168.1.0/24')",
        "cidr('192.168.1.5/24') != cidr('192.168.1.0/24')",
        "cidr('192.168.0.0/24').containsIP(ip('192.168.0.1')) && !cidr('192.168.0.0/24').containsIP('10.0.0.1')",
        "cidr('192.168.0.0/24').containsIP('::1') == false",
        "cidr('192.168.0.0/16').containsCIDR(cidr('192.168.10.0/24')) && cidr('192.168.0.0/16').containsCIDR('192.168.10.0/24')",
        "cidr('::1/128').ip().family() == 6",
        "string(cidr('192.168.0.0/16')) == '192.168.0.0/16'",
        "!isCIDR('192.168.0.0') && !isIP('127.0.0.1.0') && !isIP('::ffff:1.2.3.4')",
        "url('https://example.com:80/path?k=a&k=b').getQuery() == {'k': ['a','b']}",
        "url('https://example.com:80/').getPort() == '80' && url('https://[::1]:80/').getHost() == '[::1]:80' && url('https://[::1]:80/').getHostname() == '::1'",
        "url('/a b').getEscapedPath() == '/a%20b'",
        "!isURL('../rel') && isURL('/abs')",
        "'a,b,c'.split(',', 2) == ['a','b,c'] && 'abc'.split('', 2) == ['a','bc'] && 'a,b'.split(',', 0) == []",
        "'hello'.replace('l','x',1) == 'hexlo' && 'tacocat'.substring(4) == 'cat'",
        "'TacoCat'.lowerAscii() == 'tacocat' && 'x'.charAt(1) == ''",
        "'hello mellow'.indexOf('ello', 2) == 7 && 'hello mellow'.lastIndexOf('ello', 6) == 1 && 'hello'.indexOf('') == 0",
        "'%s %d %.2f %x %b %%'.format(['a', 5, 3.14159, 255, 5]) == 'a 5 3.14 ff 101 %'",
        "'%s'.format([[1,'a']]) == '[1, a]' && '%s'.format([duration('1h45m')]) == '6300s'",
        "'%X'.format(['hello']) == '68656C6C6F'",
        "[1,3,2].isSorted() == false && [1,2,3].sum() == 6 && [1.5].min() == 1.5 && ['a','b'].lastIndexOf('b') == 1",
        "[duration('1s'), duration('2s')].sum() == duration('3s')",
        "'abc 123'.find('[0-9]+') == '123' && '1 2 3'.findAll('[0-9]') == ['1','2','3'] && 'x'.findAll('[0-9]') == []",
        "timestamp('2023-08-26T12:39:00.5Z').getMilliseconds() == 500 && timestamp('2023-08-26T12:39:00-07:00').getHours('+01:00') == 20",
        "timestamp('2023-08-26T12:39:00Z') - timestamp('2023-08-26T11:39:00Z') == duration('1h')",
        "string(timestamp('2023-08-26T12:39:00.500Z')) == '2023-08-26T12:39:00.5Z'",
        "string(duration('1h0.5s')) == '3600.5s' && duration('1.5h').getMinutes() == 90",
        "timestamp('2023-08-26T12:39:00Z').getDayOfWeek() == 6 && timestamp('2023-01-01T00:00:00Z').getHours('America/New_York') == 19",
        "semver('1.2.3-alpha.1').isLessThan(semver('1.2.3')) && semver('v1.2', true).minor() == 2 && !isSemver('v1.2.3') && semver('1.10.0').compareTo(semver('1.9.0')) == 1",
        "semver('1.2.3+a') == semver('1.2.3+a')",
        "format.dns1123Label().validate('Bad!').hasValue() && !format.uuid().validate('123e4567-e89b-12d3-a456-426614174000').hasValue()",
        "format.named('qualifiedName').value().validate('a/b/c').value().size() == 1",
        "optional.of(1).or(optional.of(2)).value() == 1 && optional.none().orValue(3) == 3 && {'a': {'b': 1}}.?a.?b.orValue(0) == 1 && [1][?5].orValue(2) == 2",
        "{'a': 1, ?'b': optional.none()} == {'a': 1}",
        "[1, ?optional.none()] == [1]",
        "optional.of(1).optMap(x, x + 1).value() == 2",
        "sets.equivalent([1,1],[1]) && sets.intersects([1],[1,2]) && sets.contains([1,2],[2])",
        "int('12') == 12 && int(3.9) == 3 && uint(3) == 3u && double('1.5') == 1.5 && string(1.0) == '1' && bytes('é').size() == 2 && bool('true')",
        "1 < 1.5 && 1u < 2 && -7 / 2 == -3 && -7 % 2 == -1 && 7.0 / 2.0 == 3.5",
        "'é'.size() == 1 && 'a' < 'b' && b'a' < b'b' && 'a' + 'b' == 'ab' && [1] + [2] == [1,2]",
        "type(1) == int && type(self) == string && type([]) == list && type({}) == map && type(null) == null_type && type(timestamp('2023-01-01T00:00:00Z')) == google.protobuf.Timestamp",
        "{'a':1,'b':2}.all(k, v, v > 0) && [1,2].transformList(i, v, i + v) == [1, 3] && {'a':1}.transformMap(k, v, v * 2) == {'a': 2} && {'a': 1}.transformMapEntry(k, v, {v: k}) == {1: 'a'}",
        "[1,2,3].map(x, x > 1, x * 2) == [4, 6] && {'a':1}.exists(k, k == 'a') && [1,2].existsOne(x, x == 1)",
        "cel.bind(y, 3, y * y == 9)",
        "strings.quote('a\"b') == '\"a\\\\\"b\"'",
        "false && 1/0 == 1 || true",
        "(1/0 == 1 || true) && !(1/0 == 1 && false)",
        "0x1F == 31 && 1e3 == 1000.0",
    ],
)
def test_functions_give_what_kubernetes_gives(rule: str) -> None:
    kind, complaints = infer(parse(rule), {"self": STRING})
    assert (str(kind), complaints) in ((str(BOOL), []), ("!error!", []))
    assert program(rule)({"self": "x"}) is True


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("'abc'.substring(4)", "index out of range: 4"),
        ("'abc'.charAt(9)", "index out of range: 9"),
        ("'%d'.format(['a'])", "error during formatting: only integers can be formatted with %d, was given string"),
        ("'%s %s'.format(['a'])", "index 1 out of range"),
        ("'%y'.format([1])", 'could not parse formatting clause: unrecognized formatting clause "y"'),
        ("timestamp('2026-01-01T00:00:00Z').getHours('Mars/Base')", "unknown time zone Mars/Base"),
        ("ip('::ffff:1.2.3.4')", 'IPv4-mapped IPv6 address "::ffff:1.2.3.4" is not allowed'),
        ("semver('1.2')", "No Major.Minor.Patch elements found"),
    ],
)
def test_arguments_that_are_none_are_said(expression: str, text: str) -> None:
    with pytest.raises(CelError) as failed:
        program(expression)({})
    assert str(failed.value) == text
