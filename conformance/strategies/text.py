"""Text that a JSON document can carry, from plain to hostile."""

from __future__ import annotations

import string

from hypothesis import strategies as st

HOSTILE = (
    "",
    " ",
    "null",
    "true",
    "0",
    "-",
    "~",
    "=",
    "'\"`$(x)\\",
    "{{ .Values }}",
    "a\nb\tc",
    "ünïcødé",
    "模型/注册表",
    "🤖🧪",
    "e\u0301 vs \u00e9",
    "\u202eright-to-left",
    "\u0000",
    "x" * 2000,
    "ends with a line\n",
    "carriage\r\nreturn",
    " both ends ",
    "a  b\t\tc",
    "C:\\path",
    "%41%2f%c3%a9+",
    "2026-01-01T00:00:00Z",
    "1e3",
    "NaN",
    "line\u2028separator",
    "<script>&amp;",
)
any_text = st.one_of(
    st.text(string.ascii_lowercase + string.digits + "-_ ", max_size=16),
    st.sampled_from(HOSTILE),
    st.text(st.characters(codec="utf-8"), max_size=24),
)
words = st.text(string.ascii_lowercase, min_size=1, max_size=10)
label_values = st.from_regex(r"\A([A-Za-z0-9]([-A-Za-z0-9_.]{0,20}[A-Za-z0-9])?)?\Z")
label_names = st.from_regex(r"\A[A-Za-z0-9]([-A-Za-z0-9_.]{0,14}[A-Za-z0-9])?\Z")
label_prefixes = st.sampled_from(["", "", "team.example.com/", "michelangelo.api/"])
label_keys = st.builds(lambda prefix, name: prefix + name, label_prefixes, label_names)
labels = st.dictionaries(label_keys, label_values, max_size=4)
object_names = st.from_regex(r"\A[a-z0-9]([-a-z0-9]{0,18}[a-z0-9])?(\.[a-z0-9]{1,6})?\Z")
bad_names = st.sampled_from(
    [
        "UPPER",
        "-dash-first",
        "dash-last-",
        "under_score",
        "a" * 254,
        "sl/ash",
        "ünicode",
        "dot..dot",
        " blank",
        "a b",
        ".",
        "..",
        "a%",
    ]
)
