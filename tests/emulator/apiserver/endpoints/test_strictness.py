"""Complaints about unknown and repeated fields."""

from __future__ import annotations

from emulator.apiserver.endpoints.strictness import complaints, strict_error

DOCUMENT = b'{"kind":"A","metadata":{"name":"a","nope":1},"data":{"k":"v","k":"w"},"bogus":{"x":1,"x":2},"kind":"A"}'


def test_complaints_about_a_built_in_kind_come_as_the_text_does():
    """Unknown and repeated fields alternate; what is beneath an unknown field is not looked at."""
    found = complaints(DOCUMENT, [], ["metadata.nope", "bogus"], in_order=True)
    assert found == [
        'unknown field "metadata.nope"',
        'duplicate field "data.k"',
        'unknown field "bogus"',
        'duplicate field "kind"',
    ]


def test_complaints_about_a_custom_resource_tell_repeated_fields_first():
    """The schema is asked after the text was read."""
    assert complaints(DOCUMENT, ['duplicate field "kind"'], ["a", "b"], in_order=False) == [
        'duplicate field "kind"',
        'unknown field "a"',
        'unknown field "b"',
    ]


def test_repeated_keys_of_yaml_are_one_error():
    """As go-yaml words it; each alone as a warning."""
    lines = ['line 5: key "name" already set in map']
    found = complaints(b'{"bogus":1}', lines, ["bogus"], in_order=True)
    assert found == [*lines, 'unknown field "bogus"']
    assert strict_error(found) == (
        'strict decoding error: yaml: unmarshal errors:\n  line 5: key "name" already set in map, unknown field "bogus"'
    )


def test_a_path_that_is_not_in_the_text_is_told_last():
    """Whatever the reader calls unknown is complained about."""
    assert complaints(b'{"a":[{"b":1}]}', [], ["gone", "a[0].b"], in_order=True) == [
        'unknown field "a[0].b"',
        'unknown field "gone"',
    ]
