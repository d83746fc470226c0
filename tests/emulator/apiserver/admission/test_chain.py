"""Whom a write is shown to."""

from __future__ import annotations

from emulator.apiserver.admission.chain import Chain, NewPods, Plugin
from emulator.apiserver.apimachinery.users import UserInfo
from emulator.apiserver.registry.resource import Resource
from emulator.apiserver.registry.strategy import Context

PODS = Resource("", "v1", "pods", "Pod", True)
MODELS = Resource("michelangelo.api", "v2", "models", "Model", True)


class Noting(Plugin):
    def __init__(self, *minded):
        self.minded = minded
        self.asked = []
        self.heard = []

    def minds(self, operation, resource, subresource):
        self.asked.append((operation, resource.plural, subresource))
        return resource.plural in self.minded

    def admit(self, operation, context, obj, old):
        self.heard.append(("admit", operation, context.resource.plural))

    def validate(self, operation, context, obj, old):
        self.heard.append(("validate", operation, context.resource.plural))


def context(resource, subresource=""):
    return Context(resource, "team", UserInfo("alice"), "2026-01-01T00:00:00Z", subresource=subresource)


def test_a_plugin_hears_of_what_it_minds_and_is_asked_once_which_that_is():
    plugin = Noting("pods")
    chain = Chain([plugin])
    for resource in (PODS, MODELS, PODS):
        chain.admit("CREATE", context(resource), {}, None)
        chain.validate("CREATE", context(resource), {}, None)
    assert plugin.heard == [("admit", "CREATE", "pods"), ("validate", "CREATE", "pods")] * 2
    assert plugin.asked == [("CREATE", "pods", ""), ("CREATE", "models", "")]


def test_a_definition_that_comes_back_with_another_scope_is_another_sort_of_write():
    plugin = Noting("models")
    chain = Chain([plugin])
    for namespaced in (True, False):
        chain.admit("CREATE", context(Resource("michelangelo.api", "v2", "models", "Model", namespaced)), {}, None)
    assert len(plugin.asked) == 2


def test_who_minds_new_pods_minds_neither_their_bindings_nor_changes():
    minds = NewPods().minds
    assert minds("CREATE", PODS, "")
    assert not minds("CREATE", PODS, "binding") and not minds("UPDATE", PODS, "") and not minds("CREATE", MODELS, "")
