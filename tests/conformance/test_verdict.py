from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from conformance.verdict import ORDERED, ExitCode, Verdict, exit_code, worst

verdicts = st.lists(st.sampled_from(Verdict))


def test_order() -> None:
    """error > fail > unknown > warn > pass."""
    assert [verdict.value for verdict in ORDERED] == ["error", "fail", "unknown", "warn", "pass"]


@given(verdicts, verdicts)
def test_worst_wins(one: list[Verdict], other: list[Verdict]) -> None:
    """Evidence can only make a verdict worse: nothing added hides a failure."""
    if one and worst(one) in ORDERED:
        both = worst(one + other)
        assert both in ORDERED
        assert ORDERED.index(both) <= ORDERED.index(worst(one))


def test_nothing_is_no_pass() -> None:
    """Zero checks are inconclusive."""
    assert worst([]) is Verdict.UNKNOWN
    assert exit_code(worst([]), leaked=False) is ExitCode.INCONCLUSIVE


def test_absence_hides_nothing() -> None:
    """Not applicable beside a pass is a pass; alone it is not."""
    assert worst([Verdict.NOT_APPLICABLE, Verdict.PASS]) is Verdict.PASS
    assert exit_code(Verdict.NOT_APPLICABLE, leaked=False) is ExitCode.INCONCLUSIVE


@given(st.sampled_from(Verdict), st.booleans())
def test_only_good_verdicts_end_with_zero(verdict: Verdict, leaked: bool) -> None:
    """Exit code 0 needs a good verdict and nothing left behind."""
    good = verdict in (Verdict.PASS, Verdict.WARN, Verdict.EXPECTED_FAIL) and not leaked
    assert (exit_code(verdict, leaked=leaked) == 0) is good


def test_leaks() -> None:
    """What is left behind spoils a pass, and does not hide a failure."""
    assert exit_code(Verdict.PASS, leaked=True) is ExitCode.LEAKED
    assert exit_code(Verdict.FAIL, leaked=True) is ExitCode.NOT_CONFORMANT
    assert exit_code(Verdict.ERROR, leaked=True) is ExitCode.HARNESS
