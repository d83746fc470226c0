"""Names and conditions of a definition."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.apiserver.apimachinery.objects import copy
from emulator.apiserver.registry.definition_status import INSTALLED, is_true, set_condition, settle

NOW, LATER = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"


def crd(group: str = "example.com", accepted: Any = None, **names: Any) -> dict[str, Any]:
    wanted = {"plural": "things", "singular": "thing", "kind": "Thing", "listKind": "ThingList", **names}
    status = {"acceptedNames": accepted or {"plural": "", "kind": ""}}
    return {"metadata": {"name": "x"}, "spec": {"group": group, "names": wanted}, "status": status}


def test_a_conditions_time_is_when_its_status_changed():
    """A new reason leaves the time; a new status does not."""
    subject = crd()
    set_condition(subject, INSTALLED, NOW)
    set_condition(subject, INSTALLED._replace(reason="Other"), LATER)
    assert subject["status"]["conditions"] == [
        {
            "type": "Established",
            "status": "True",
            "reason": "Other",
            "message": INSTALLED.message,
            "lastTransitionTime": NOW,
        }
    ]
    set_condition(subject, INSTALLED._replace(status="False"), LATER)
    assert subject["status"]["conditions"][0]["lastTransitionTime"] == LATER


def test_settling_again_changes_nothing():
    """The controller comes to rest."""
    subject = crd(shortNames=["t"], categories=["all"])
    settle(subject, [], NOW)
    before = copy(subject)
    settle(subject, [], LATER)
    assert subject == before
    assert subject["status"]["acceptedNames"] == subject["spec"]["names"]


def test_an_established_definition_stays_so_when_it_asks_for_a_taken_name():
    """It keeps the names it had."""
    other = crd(accepted={"plural": "others", "kind": "Other"})
    subject = crd()
    settle(subject, [other], NOW)
    subject["spec"]["names"]["shortNames"] = ["others"]
    settle(subject, [other], LATER)
    assert not is_true(subject, "NamesAccepted")
    assert is_true(subject, "Established")
    assert "shortNames" not in subject["status"]["acceptedNames"]


@given(st.lists(st.sampled_from(["a", "b", "c"]), unique=True), st.lists(st.sampled_from(["a", "b", "c"]), unique=True))
def test_no_two_definitions_have_one_short_name(first, second):
    """Whatever they ask for."""
    one, two = crd(shortNames=first), crd(shortNames=second, plural="ys", singular="y", kind="Y", listKind="YList")
    settle(one, [two], NOW)
    settle(two, [one], NOW)
    had = [set(subject["status"]["acceptedNames"].get("shortNames", ())) for subject in (one, two)]
    assert not had[0] & had[1]


@pytest.mark.parametrize(
    ("annotation", "status", "reason"),
    [
        ("https://github.com/kubernetes/kubernetes/pull/1", "True", "ApprovedAnnotation"),
        ("unapproved, later", "False", "UnapprovedAnnotation"),
        ("", "False", "MissingAnnotation"),
        ("why not", "False", "InvalidAnnotation"),
    ],
)
def test_definitions_of_community_groups_tell_how_they_are_approved(annotation, status, reason):
    """KubernetesAPIApprovalPolicyConformant."""
    subject = crd("x.k8s.io")
    subject["metadata"]["annotations"] = {"api-approved.kubernetes.io": annotation}
    settle(subject, [], NOW)
    told = subject["status"]["conditions"][-1]
    assert (told["type"], told["status"], told["reason"]) == ("KubernetesAPIApprovalPolicyConformant", status, reason)
