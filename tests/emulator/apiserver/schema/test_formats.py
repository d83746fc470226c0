"""String formats."""

from __future__ import annotations

import pytest

from emulator.apiserver.schema.formats import format_check, is_recognized

GOOD_AND_BAD = {
    "bsonobjectid": (["507f1f77bcf86cd799439011"], ["507f"]),
    "uri": (["http://a.b/c?d=e", "/path", "s3://models/x", "mailto:a@b"], ["", "a b", "nope", "http://a b/", "/%zz"]),
    "email": (["a@b.c", "Ann <ann@example.com>"], ["a", "a@", "@b", "a b@c"]),
    "hostname": (["a.example.com", "localhost", "1a"], ["-a", "a..b", "a_b", "a" * 64 + ".com"]),
    "ipv4": (["1.2.3.4", "01.2.3.4"], ["1.2.3", "::1", "1.2.3.256"]),
    "ipv6": (["::1", "2001:db8::1"], ["1.2.3.4", "::g", "fe80::1%eth0"]),
    "cidr": (["10.0.0.0/8", "2001:db8::/32", "10.0.0.1/8"], ["10.0.0.0", "10.0.0.0/33", "x/8"]),
    "mac": (["00:00:5e:00:53:01", "00-00-5e-00-53-01", "0000.5e00.5301"], ["00:00:5e:00:53", "00:00-5e:00:53:01"]),
    "uuid": (["123e4567-e89b-12d3-a456-426614174000", "123E4567E89B12D3A456426614174000"], ["123e4567"]),
    "uuid4": (["123e4567-e89b-42d3-a456-426614174000"], ["123e4567-e89b-12d3-a456-426614174000"]),
    "isbn": (["0321751043", "978-0321751041"], ["0321751044"]),
    "creditcard": (["4111 1111 1111 1111"], ["4111 1111 1111 1112", "1"]),
    "ssn": (["111-22-3333", "111223333"], ["11-22-3333"]),
    "hexcolor": (["#FFF", "ffffff"], ["#ff", "ggg"]),
    "rgbcolor": (["rgb(1,2,3)", "rgb( 255, 0, 10 )"], ["rgb(1,2)", "rgb(256,0,0)"]),
    "byte": (["aGVsbG8=", "AAEC"], ["a", "", "a-b="]),
    "password": (["anything", ""], []),
    "date": (["2020-02-29"], ["2021-02-29", "2020-1-1", "20200101"]),
    "duration": (["1h30m", "22ns", "0", "-1.5h", "5 days", "2w"], ["5 lightyears", "", "1", "h"]),
    "date-time": (
        ["2020-01-02T03:04:05Z", "2020-01-02t03:04:05.678+01:00"],
        ["2020-01-02", "2020-01-02 03:04:05Z", "2020-01-02T24:04:05Z", "2020-01-02T03:04:05", "yesterday"],
    ),
    "datetime": (["2020-01-02T03:04:05Z"], ["now"]),
    "k8s-short-name": (["a-b"], ["a.b", "A"]),
    "k8s-long-name": (["a.b"], ["a..b", "A"]),
}


@pytest.mark.parametrize("name", GOOD_AND_BAD)
def test_a_format_tells_good_from_bad(name):
    """Examples on both sides of each format."""
    check = format_check(name)
    assert check is not None
    good, bad = GOOD_AND_BAD[name]
    assert [text for text in good if not check(text)] == []
    assert [text for text in bad if check(text)] == []


def test_dashes_in_names_do_not_count_and_invented_formats_are_not_known():
    """``date-time`` is ``datetime``; formats of numbers are no formats of strings."""
    assert is_recognized("date-time")
    assert is_recognized("datetime")
    assert not is_recognized("semver2000")
    assert format_check("int32") is None
