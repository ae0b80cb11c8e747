"""Practice: virtual patients met through the same rooms as real ones, in a store of their own or none."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tcm_station.domain.clock import Clock, local_now
from tcm_station.domain.differentiation import Candidate
from tcm_station.domain.errors import Refused
from tcm_station.domain.examination import Examination, ExamKind
from tcm_station.domain.finding import Certainty, Finding, Polarity, Source
from tcm_station.domain.patient import PatientFacts
from tcm_station.i18n import Lang, tr
from tcm_station.practice.cases import Case, Truth, case, cases
from tcm_station.practice.encounter import Answer, Commitment, Encounter
from tcm_station.practice.marking import Marks, mark
from tcm_station.workflow.examine import examine_bytes
from tcm_station.workflow.names import name_of

__all__ = [
    "Mirror",
    "Reasons",
    "ask",
    "ask_signs",
    "begin",
    "cases",
    "commit",
    "mirror_json",
    "mirror_text",
    "order",
    "reasons",
    "take_all",
]


@dataclass(frozen=True, slots=True)
class Mirror:
    """What is seen after the commitment: the truth, the marks and the encounter."""

    encounter: Encounter
    truth: Truth
    marks: Marks


def begin(case_id: str) -> Encounter:
    """Meet a virtual patient. Raises Refused when there is no such case."""
    return Encounter(case(case_id))


def ask(encounter: Encounter, question: str) -> tuple[Encounter, tuple[tuple[str, Answer], ...]]:
    """Ask in one's own words: the signs that the question names, each with the patient's answer.

    A question in which nothing is recognised gives no answers; it costs nothing.
    """
    from knowledge_graph.reading import read_text

    codes = tuple(dict.fromkeys(f.code for f in read_text(as_statement(question)).findings))
    after = encounter.ask(codes)
    answers = dict(after.asked)
    return after, tuple((code, answers[code]) for code in codes)


def ask_signs(
    encounter: Encounter, codes: tuple[str, ...]
) -> tuple[Encounter, tuple[tuple[str, Answer], ...]]:
    """Ask for signs by their codes, as from the list of questions."""
    after = encounter.ask(codes)
    answers = dict(after.asked)
    return after, tuple((code, answers[code]) for code in codes)


def as_statement(question: str) -> str:
    """A question as the statement it asks about ("有没有盗汗？" → "有盗汗，").

    A history's reader takes questions for the doctor's own words and leaves them out.
    """
    plain = re.sub(r"[吗么呢嘛]?[？?]", "，", question)
    return re.sub(r"[吗么嘛](?=[，。、；\s]|$)", "", re.sub(r"有没有|是不是|会不会|有无", "有", plain))


def recording(of: Case, kind: ExamKind) -> tuple[str, bytes]:
    """A case's rendered tongue or simulated pulse: (file name, bytes). Raises Refused for other kinds."""
    if kind is ExamKind.TONGUE:
        from vision.phantom.sample import sample_tongue
        from vision.phantom.tongue import png_bytes

        return f"{of.tongue}.png", png_bytes(sample_tongue(of.tongue))
    if kind is ExamKind.PULSE:
        from tcm_station.signals.pulse.synth import csv_bytes, sample_pulse

        return f"{of.pulse}.csv", csv_bytes(sample_pulse(of.pulse))
    raise Refused("not-in-practice", kind=kind.value)


def order(encounter: Encounter, kind: ExamKind, *, clock: Clock = local_now) -> tuple[Encounter, Examination]:
    """Take a measurement of the virtual patient, through the same code as a real one."""
    name, data = recording(encounter.case, kind)
    examination = examine_bytes(kind, data, name, clock=clock, device="practice", synthetic=True)
    return encounter.order(kind), examination


@dataclass(frozen=True, slots=True)
class Reasons:
    """The model's reasons for the true syndrome, and for the one that was said where it is another.

    place: of the truth among the model's syndromes, from 1; 0 when the model has none of that name.
    """

    truth: Candidate | None
    said: Candidate | None
    place: int


def reasons(mirror: Mirror, examinations: Iterable[Examination]) -> Reasons:
    """What the whole case says to the model: every sign the person has or denies, and what was measured.

    For after the commitment, and for a worker: it weighs every syndrome.
    """
    from knowledge_graph.reason import differentiate
    from knowledge_graph.reason_model import model

    met = mirror.encounter.case
    told = [
        Finding(code, Polarity.PRESENT, degree, Source.INQUIRY, Certainty.CONFIRMED)
        for code, degree in met.present
    ]
    told += [Finding(code, Polarity.ABSENT, None, Source.INQUIRY, Certainty.CONFIRMED) for code in met.absent]
    for examination in examinations:
        told.extend(examination.findings)
    facts = PatientFacts(met.sex, float(met.age))
    candidates = differentiate(tuple(told), facts, top=len(model().syndromes)).candidates
    found = {candidate.code: (i, candidate) for i, candidate in enumerate(candidates, start=1)}
    said = mirror.encounter.commitment.syndrome if mirror.encounter.commitment is not None else ""
    place, truth = found.get(mirror.truth.syndrome, (0, None))
    other = found.get(said, (0, None))[1] if said != mirror.truth.syndrome else None
    return Reasons(truth, other, place)


def take_all(encounter: Encounter) -> Encounter:
    """Tongue and pulse, both taken."""
    return encounter.order(ExamKind.TONGUE).order(ExamKind.PULSE)


def commit(encounter: Encounter, syndrome: str, formula: str = "") -> Mirror:
    """Stand for a syndrome (name or code) and perhaps a formula. Raises Refused on a name nobody knows."""
    committed = encounter.commit(
        Commitment(_node(syndrome, "syndrome"), _node(formula, "formula") if formula else "")
    )
    return Mirror(committed, committed.truth(), mark(committed, elements_of))


def _node(name: str, kind: str) -> str:
    from knowledge_graph import query

    found = [node["id"] for node in query.show(name) if node["kind"] == kind]
    if not found:
        raise Refused("not-a-node", name=name, kind=kind)
    return str(found[0])


def elements_of(syndrome: str) -> frozenset[str]:
    """Codes of a syndrome's elements (location and nature) in the graph."""
    from knowledge_graph.syndrome_names import elements_of_syndrome

    return frozenset(elements_of_syndrome(syndrome))


def mirror_json(mirror: Mirror) -> dict[str, object]:
    """The mirror as plain data."""

    def named(code: str) -> dict[str, object]:
        return {"code": code, "zh": name_of(code, "zh"), "en": name_of(code, "en")}

    return {
        "truth": {
            "syndrome": named(mirror.truth.syndrome),
            "formulas": [named(f) for f in mirror.truth.formulas],
            "source": mirror.truth.source,
        },
        "points": round(mirror.marks.points, 1),
        "out_of": mirror.marks.out_of,
        "rules": [
            {
                "rule": m.rule,
                "zh": tr(f"practice.rule.{m.rule}", "zh"),
                "en": tr(f"practice.rule.{m.rule}", "en"),
                "points": round(m.points, 1),
                "out_of": m.out_of,
                "missed": [named(code) for code in m.missed],
            }
            for m in mirror.marks.rules
        ],
    }


def mirror_text(mirror: Mirror, lang: Lang) -> str:
    """The mirror for people."""
    comma = tr("report.comma", lang)
    formulas = comma.join(name_of(f, lang) for f in mirror.truth.formulas)
    lines = [tr("practice.truth", lang, syndrome=name_of(mirror.truth.syndrome, lang), formulas=formulas)]
    for m in mirror.marks.rules:
        missed = comma.join(name_of(code, lang) for code in m.missed)
        tail = "  " + tr("practice.missed", lang, what=missed) if missed else ""
        lines.append(f"  {tr(f'practice.rule.{m.rule}', lang)}: {m.points:.0f} / {m.out_of:.0f}{tail}")
    lines.append(
        tr("practice.total", lang, points=f"{mirror.marks.points:.0f}", out_of=f"{mirror.marks.out_of:.0f}")
    )
    return "\n".join(lines)
