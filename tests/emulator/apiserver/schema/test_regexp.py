"""Go's regular expressions, in Python."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.apiserver.schema.automaton import Automaton
from emulator.apiserver.schema.regexp import compile_pattern


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ("^[a-z]+$", "abc", "abc\n"),
        (r"^\d{3}$", "123", "١٢٣"),
        (r"^[[:alpha:]_-]+$", "a_-", "a1"),
        (r"^[^\s]+$", "ab", "a b"),
        (r"^\S+$", "a", " "),
        (r"(?i)^abc$", "ABC", "abd"),
        (r"^(?i:a)b$", "Ab", "AB"),
        (r"^a{,3}$", "a{,3}", "aaa"),
        (r"^\p{Lu}x$", "Äx", "äx"),
        (r"^[\p{L}\d]+$", "é1", "é-"),
        (r"^[^\p{L}]$", "1", "é"),
        (r"^[]a]$", "]", "b"),
        (r"^\Qa.b\E$", "a.b", "axb"),
        (r"^(?P<name>a|b)*$", "abab", "abc"),
        (r"(?s)^a.b$", "a\nb", "ab"),
        (r"^a.b$", "a-b", "a\nb"),
        (r"(?m)^b$", "a\nb", "ab"),
        (r"^[\x41-\x43]$", "B", "D"),
        (r"^[\n]$", "\n", "n"),
        (r"^\x{1F600}$", "😀", "x"),
        (r"^[a\-z]$", "-", "b"),
        (r"\z", "", None),
        (r"^*a", "a", "b"),
    ],
)
def test_a_pattern_means_what_it_means_in_go(pattern, matching, other):
    """RE2 syntax: $ is the end of the text, classes are ASCII, braces may be literal."""
    compiled = compile_pattern(pattern)
    assert compiled.search(matching)
    assert other is None or not compiled.search(other)


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("[", "missing closing ]: `[`"),
        ("x[a-", "missing closing ]: `[a-`"),
        ("(a", "missing closing ): `(a`"),
        ("a)", "unexpected ): `a)`"),
        ("*a", "missing argument to repetition operator: `*`"),
        ("a|+", "missing argument to repetition operator: `+`"),
        ("a**", "invalid nested repetition operator: `**`"),
        ("a++", "invalid nested repetition operator: `++`"),
        ("a{1001}", "invalid repeat count: `{1001}`"),
        ("(a{500}){3}", "invalid repeat count: `{500}`"),
        ("[z-a]", "invalid character class range: `z-a`"),
        (r"\8", r"invalid escape sequence: `\8`"),
        (r"(a)\1x", r"invalid escape sequence: `\1`"),
        ("a\\", "trailing backslash at end of expression: ``"),
        ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"),
        ("(?!a)", "invalid or unsupported Perl syntax: `(?!`"),
        (r"\pX", r"invalid character class range: `\pX`"),
    ],
)
def test_a_pattern_that_go_refuses_is_refused_in_its_words(pattern, why):
    """Look-around, backreferences and possessive repetition are errors."""
    with pytest.raises(ValueError) as error:
        compile_pattern(pattern)
    assert str(error.value) == f"error parsing regexp: {why}"


@given(st.text(st.sampled_from("ab[](){}*+?|.^$\\-:,123dwsz"), max_size=8))
def test_any_text_compiles_or_is_refused(pattern):
    """No pattern makes the translation stumble."""
    refusal = ""
    try:
        compile_pattern(pattern)
    except ValueError as error:
        refusal = str(error)
    assert refusal == "" or refusal.startswith("error parsing regexp: ")


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("^(a+)+$", "a" * 50 + "!"),
        ("^(a|a)*$", "a" * 5000 + "!"),
        ("(x+x+)+y", "x" * 100),
        ("^(([a-z])+.)+[A-Z]([a-z])+$", "a" * 100),
        ("a.*b.*c.*d.*e", "abcd" * 500),
        ("a+b", "a" * 100_000),
    ],
)
def test_no_pattern_keeps_the_server_busy(pattern, text):
    """What backtracking would try for years is decided at once."""
    assert not compile_pattern(pattern).search(text)


_ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\w", r"\b", "^", r"\Z", "(?i:A)", r"\n", "(?:)"])
_PATTERNS = st.recursive(
    _ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{2,}", "*?"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
    ),
    max_leaves=6,
)


@given(_PATTERNS, st.text(st.sampled_from("abA \n"), max_size=8))
def test_the_automaton_agrees_with_backtracking(pattern, text):
    """Both engines say the same, where both can."""
    quick = re.compile(pattern, re.ASCII)
    assert Automaton(quick).search(text) == (quick.search(text) is not None)
