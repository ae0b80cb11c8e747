"""What stands between a draft and its signature."""

import hashlib
import json
from dataclasses import dataclass

from tcm_station.domain.codec import to_plain
from tcm_station.domain.differentiation import RedFlag
from tcm_station.domain.prescription import Alert, Override, Prescription, Review, Severity, Verdict
from tcm_station.domain.visit import Visit

ACTION_REASON = "reason"
ACTION_SECOND = "second-signature"
ACTION_NOTED = "noted"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that keeps the visit from being signed. code: words at `sign.obstacle.<code>`."""

    code: str
    what: str = ""


def line_state(prescription: Prescription, alert: Alert) -> str:
    """A short digest of the lines an alert is about; an answer holds only while it is the same.

    The doses count too: an alert on a daily amount must open again when the day's doses change.
    """
    lines = [to_plain(prescription.lines[i]) for i in alert.lines if i < len(prescription.lines)]
    for line in lines:
        line.pop("adopted_by", None)
        line.pop("proposed_by", None)
    told = [lines, prescription.per_day, prescription.form.value, prescription.route.value]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]


def needs_answer(alert: Alert) -> bool:
    """Whether a person must do something about it before signing."""
    return alert.severity is not Severity.NOTICE


def is_answered(alert: Alert, visit: Visit) -> bool:
    """Whether the alert's way on has been gone, for the lines as they stand now."""
    if not needs_answer(alert):
        return True
    if visit.prescription is None or alert.overridable_by is Override.NONE:
        return False
    state = line_state(visit.prescription, alert)
    actions = {a.action for a in visit.alert_answers if a.alert == alert.key and a.line_state == state}
    if alert.overridable_by is Override.SECOND_SIGNATURE:
        return {ACTION_REASON, ACTION_SECOND} <= actions
    return ACTION_REASON in actions


def obstacles(visit: Visit, review: Review | None, red_flags: tuple[RedFlag, ...]) -> tuple[Obstacle, ...]:
    """Everything that keeps this visit from being signed, in the order a person would mend it."""
    found: list[Obstacle] = []
    answered_flags = {rule for rule, _ in visit.red_flag_answers}
    found += [Obstacle("red_flag", flag.rule) for flag in red_flags if flag.rule not in answered_flags]
    if visit.judgement is None:
        found.append(Obstacle("no_judgement"))
    prescription = visit.prescription
    if prescription is not None and prescription.lines:
        found += [
            Obstacle("line_not_adopted", line.name) for line in prescription.lines if line.adopted_by is None
        ]
        found += [Obstacle("no_amount", line.name) for line in prescription.lines if _no_amount(line)]
        if prescription.doses is None:
            found.append(Obstacle("no_doses"))
        if review is None:
            found.append(Obstacle("not_reviewed"))
        else:
            found += [Obstacle("alert_open", a.key) for a in review.alerts if not is_answered(a, visit)]
    return tuple(found)


def _no_amount(line: object) -> bool:
    return getattr(line, "grams", None) is None and not getattr(line, "quantity_text", "")


def second_signer(visit: Visit) -> str | None:
    """Who gave the second signature, if any alert needed one."""
    return next((a.by for a in visit.alert_answers if a.action == ACTION_SECOND), None)


def stops(review: Review) -> bool:
    """Whether the verdict needs a person now (exit code 4)."""
    return review.verdict is Verdict.STOP
