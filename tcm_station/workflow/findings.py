"""All findings of a visit, from every source, with the practitioner's word on top."""

from functools import lru_cache

from tcm_station.domain.finding import Finding
from tcm_station.domain.visit import Visit


@lru_cache(maxsize=64)
def read_words(text: str) -> tuple[tuple[Finding, ...], tuple[tuple[int, int], ...]]:
    """What was read in free text: findings with their spans, and the spans that nobody understood."""
    from knowledge_graph.reading import read_text

    told = read_text(text)
    return tuple(told.findings), tuple(told.unread)


def findings_of(visit: Visit) -> tuple[Finding, ...]:
    """Every finding once a source; what a person said by hand replaces what was measured or read.

    Order: by hand, then inquiry form, complaint, history, then the examinations as they were done.
    """
    from tcm_station.inquiry import form

    machine: list[Finding] = list(form.findings(dict(visit.answers)))
    for text in (visit.complaint, visit.history):
        if text.strip():
            machine.extend(read_words(text)[0])
    for examination in visit.examinations:
        machine.extend(examination.findings)
    said = {f.code for f in visit.findings_by_hand}
    seen: set[tuple[str, str]] = set()
    merged = _once_a_sign(visit.findings_by_hand)
    for finding in machine:
        key = (finding.code, finding.source.value)
        if finding.code in said or key in seen:
            continue
        seen.add(key)
        merged.append(finding)
    return tuple(merged)


def _once_a_sign(said: tuple[Finding, ...]) -> list[Finding]:
    """By hand, each sign once: felt in five places it is still one. A word about the whole goes first."""
    ordered = sorted(said, key=lambda f: f.side is not None or f.location is not None)
    first: dict[str, Finding] = {}
    for finding in ordered:
        first.setdefault(finding.code, finding)
    return [finding for finding in said if first[finding.code] is finding]
