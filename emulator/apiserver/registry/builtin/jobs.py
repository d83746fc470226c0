"""Jobs and CronJobs (k8s.io/kubernetes/pkg/registry/batch, pkg/apis/batch/validation)."""

from __future__ import annotations

import re

from emulator.apiserver.apimachinery import fields
from emulator.apiserver.apimachinery.fields import FieldError, child
from emulator.apiserver.apimachinery.objects import Object, metadata
from emulator.apiserver.apimachinery.syntax import dns1123_subdomain
from emulator.apiserver.registry.builtin.generic import BuiltinStrategy
from emulator.apiserver.registry.builtin.label_selectors import matches, selector_errors
from emulator.apiserver.registry.builtin.numbers import not_negative
from emulator.apiserver.registry.builtin.pod_validation import template_errors
from emulator.apiserver.registry.builtin.workloads import IMMUTABLE
from emulator.apiserver.registry.strategy import Context

UID_LABEL, NAME_LABEL = "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name"
_OLD_UID_LABEL, _OLD_NAME_LABEL = "controller-uid", "job-name"
_FROZEN = (
    "completions",
    "selector",
    "completionMode",
    "backoffLimitPerIndex",
    "podFailurePolicy",
    "managedBy",
    "successPolicy",
)
_NAME_LENGTH = 52  # a Job's name adds 11 characters and has to be a label's value
_DESCRIPTOR = re.compile(r"@(yearly|annually|monthly|weekly|daily|midnight|hourly|every .+)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
# Least, greatest and named values of minute, hour, day, month and day of the week.
_FIELDS = ((0, 59, ()), (0, 23, ()), (1, 31, ()), (1, 12, _MONTHS), (0, 6, _DAYS))


class JobStrategy(BuiltinStrategy):
    """Jobs. Their pods are found by a label with the Job's uid."""

    has_status = True
    counts_generations = True
    default_orphans = True

    def prepare_for_create(self, context: Context, obj: Object) -> None:
        """An empty status; selector and labels that nobody else has."""
        super().prepare_for_create(context, obj)
        spec = obj["spec"]
        if spec.get("manualSelector"):
            return
        meta = metadata(obj)
        labels = metadata(spec["template"]).setdefault("labels", {})
        for name in (_OLD_UID_LABEL, UID_LABEL):
            labels[name] = meta["uid"]
        for name in (_OLD_NAME_LABEL, NAME_LABEL):
            labels[name] = meta.get("name") or ""
        selector = spec.get("selector") or {}
        selector.setdefault("matchLabels", {})[UID_LABEL] = meta["uid"]
        spec["selector"] = selector

    def check(self, obj: Object) -> list[FieldError]:
        """Numbers, selector, template."""
        found = job_spec_errors(obj["spec"], "spec")
        selector = obj["spec"].get("selector")
        if selector is None:
            found.append(fields.required("spec.selector"))
            return found
        wrong = selector_errors(selector, "spec.selector")
        found += wrong
        labels = metadata(obj["spec"]["template"]).get("labels")
        if not wrong and not matches(selector, labels):
            text = "`selector` does not match template `labels`"
            found.append(fields.invalid("spec.template.metadata.labels", labels, text))
        return found

    def check_update(self, new: Object, old: Object) -> list[FieldError]:
        """What a Job does is settled once it is made; its template may change while it is suspended and has not begun."""
        one, two = new["spec"], old["spec"]
        found = [
            fields.invalid(child("spec", name), one.get(name), IMMUTABLE)
            for name in _FROZEN
            if one.get(name) != two.get(name) and not (name == "completions" and _elastic(one, two))
        ]
        begun = not two.get("suspend") or (old.get("status") or {}).get("startTime")
        if one["template"] != two["template"] and begun:
            found.append(fields.invalid("spec.template", one["template"], IMMUTABLE))
        return found


def _elastic(new: Object, old: Object) -> bool:
    """An indexed Job may change how many completions it wants together with how many pods run."""
    indexed = new.get("completionMode") == "Indexed" and old.get("completions") is not None
    return indexed and new.get("completions") == new.get("parallelism")


class CronJobStrategy(BuiltinStrategy):
    """CronJobs."""

    has_status = True
    counts_generations = True

    def check(self, obj: Object) -> list[FieldError]:
        """When, how, and what."""
        spec = obj["spec"]
        found = job_spec_errors(spec["jobTemplate"]["spec"], "spec.jobTemplate.spec")
        schedule = spec.get("schedule") or ""
        if not schedule:
            found.append(fields.required("spec.schedule"))
        elif why := schedule_error(schedule):
            found.append(fields.invalid("spec.schedule", schedule, why))
        found += not_negative(spec, "spec", "startingDeadlineSeconds")
        policies = ["Allow", "Forbid", "Replace"]
        if spec.get("concurrencyPolicy") not in policies:
            found.append(fields.not_supported("spec.concurrencyPolicy", spec.get("concurrencyPolicy"), policies))
        return found + not_negative(spec, "spec", "successfulJobsHistoryLimit", "failedJobsHistoryLimit")

    def name_errors(self, name: str) -> list[str]:
        """Short enough for the names of its Jobs."""
        long = [f"must be no more than {_NAME_LENGTH} characters"] if len(name) > _NAME_LENGTH else []
        return dns1123_subdomain(name) + long


def job_spec_errors(spec: Object, path: str) -> list[FieldError]:
    """What is wrong with a Job's spec, its selector apart."""
    names = ("parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished")
    found = not_negative(spec, path, *names)
    template = child(path, "template")
    found += template_errors(spec["template"], template)
    if spec["template"]["spec"].get("restartPolicy") not in ("OnFailure", "Never"):
        where = child(template, "spec.restartPolicy")
        found.append(fields.required(where, 'valid values: "OnFailure", "Never"'))
    if spec.get("completionMode") == "Indexed" and spec.get("completions") is None:
        text = "when completion mode is Indexed"
        found.append(fields.required(child(path, "completions"), text))
    return found


def schedule_error(schedule: str) -> str:
    """Why a schedule cannot be read; empty when it can (github.com/robfig/cron)."""
    rest = re.sub(r"^(TZ|CRON_TZ)=\S+\s+", "", schedule)
    if rest.startswith("@"):
        return "" if _DESCRIPTOR.fullmatch(rest) else f"unrecognized descriptor: {rest}"
    parts = rest.split()
    if len(parts) != len(_FIELDS):
        return f"expected exactly 5 fields, found {len(parts)}: [{' '.join(parts)}]"
    found = (
        _field_error(entry, *bounds) for part, bounds in zip(parts, _FIELDS, strict=True) for entry in part.split(",")
    )
    return next((why for why in found if why), "")


def _field_error(entry: str, low: int, high: int, names: tuple[str, ...]) -> str:
    """What is wrong with one entry of a field: ``*``, ``5``, ``1-5``, ``MON-FRI``, each with a step."""
    span, _, step = entry.partition("/")
    if step and not step.isdigit():
        return f'failed to parse int from {step}: strconv.Atoi: parsing "{step}": invalid syntax'
    if span in ("*", "?"):
        return ""
    numbers: list[int] = []
    for end in span.split("-"):
        if end.lower() in names:
            numbers.append(names.index(end.lower()) + low)
        elif end.isdigit():
            numbers.append(int(end))
        else:
            return f'failed to parse int from {end}: strconv.Atoi: parsing "{end}": invalid syntax'
    if len(numbers) > 2:
        return f"too many hyphens: {entry}"
    if numbers[0] < low:
        return f"beginning of range ({numbers[0]}) below minimum ({low}): {entry}"
    if numbers[-1] > high:
        return f"end of range ({numbers[-1]}) above maximum ({high}): {entry}"
    if numbers[0] > numbers[-1]:
        return f"beginning of range ({numbers[0]}) beyond end of range ({numbers[-1]}): {entry}"
    return f"step of range should be a positive number: {entry}" if step == "0" else ""
