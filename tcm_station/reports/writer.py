"""What several papers share: the material, and small sentences about it in one language."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from tcm_station import __version__
from tcm_station.domain.differentiation import Differentiation
from tcm_station.domain.examination import Examination, ExamKind
from tcm_station.domain.finding import Finding, Polarity
from tcm_station.domain.measurement import Measurement
from tcm_station.domain.patient import Patient
from tcm_station.domain.terms import find_term
from tcm_station.domain.visit import Visit, VisitState
from tcm_station.i18n import Lang, has_key, tr
from tcm_station.reports.blocks import (
    Block,
    Paper,
    Table,
)
from tcm_station.resources import asset

Names = Callable[[str, Lang], str]


@dataclass(frozen=True, slots=True)
class Material:
    """All that a paper is made from. names: code → name in a language (terms and graph).
    images: the picture with its overlay, PNG, by kind of examination. editions: what rules rest on."""

    visit: Visit
    patient: Patient
    findings: tuple[Finding, ...]
    names: Names
    images: Mapping[ExamKind, bytes] = field(default_factory=dict)
    editions: tuple[str, ...] = ()
    clinic: str = ""


class Writer:
    """Small sentences that several papers share, in one language."""

    def __init__(self, material: Material, lang: Lang) -> None:
        self.m = material
        self.lang: Lang = lang

    def tr(self, key: str, **params: object) -> str:
        return tr(key, self.lang, **params)

    def name(self, code: str) -> str:
        return self.m.names(code, self.lang)

    def names(self, codes: tuple[str, ...]) -> str:
        return self.tr("report.comma").join(self.name(code) for code in codes) or self.tr("report.none")

    def identity(self) -> tuple[tuple[str, str], ...]:
        patient, on = self.m.patient, self.m.visit.at.date()
        age = patient.age_years(on)
        who = self.tr(f"report.sex.{patient.sex.value}")
        if age is not None:
            who += " " + self.tr("report.age", age=age)
        rows = [(self.tr("report.name"), patient.name or self.tr("report.not_given")), ("", who)]
        if patient.number:
            rows.append((self.tr("report.number"), patient.number))
        comma = self.tr("report.comma")
        if patient.allergies:
            rows.append((self.tr("report.allergy"), comma.join(patient.allergies)))
        if patient.drugs:
            rows.append((self.tr("report.drugs"), comma.join(patient.drugs)))
        return tuple(rows)

    def flags(self) -> tuple[str, ...]:
        flags = []
        if self.m.visit.state is VisitState.DRAFT:
            flags.append(self.tr("report.draft"))
        synthetic = any(c.synthetic for e in self.m.visit.examinations for c in e.captures)
        if self.m.patient.sample or synthetic:
            flags.append(self.tr("report.synthetic"))
        return tuple(flags)

    def paper(self, title: str, blocks: list[Block], signatures: tuple[str, ...]) -> Paper:
        visit = self.m.visit
        signed = {
            "report.sign.physician": visit.signed_by or "",
            "report.sign.reviewer": visit.second_by or "",
        }
        return Paper(
            title=title,
            clinic=self.m.clinic or self.tr("report.clinic_unset"),
            right=(visit.at.strftime("%Y-%m-%d %H:%M"), visit.id[:8]),
            identity=self.identity(),
            flags=self.flags(),
            blocks=tuple(blocks),
            footer=(self.tr("report.not_device"), self.versions()),
            signatures=tuple((self.tr(key), signed.get(key, "")) for key in signatures),
            page_words=self.tr("report.page", page="{page}", pages="{pages}"),
        )

    def versions(self) -> str:
        methods = {m.method for e in self.m.visit.examinations for m in e.measurements}
        told = self.m.visit.differentiation
        if told is not None:
            methods.add(told.model)
        return " · ".join([f"TCM Station {__version__}", *sorted(methods)[:5]])

    def finding_words(self, findings: tuple[Finding, ...]) -> str:
        parts = []
        for f in findings:
            name = self.name(f.code)
            parts.append(name if f.polarity is Polarity.PRESENT else self.tr("report.denied", name=name))
        return self.tr("report.comma").join(dict.fromkeys(parts)) or self.tr("report.none")

    # measurements
    def value(self, m: Measurement) -> str:
        if m.value is None:
            return self.tr("report.not_measurable", why=self.reason(m.why or ""))
        unit = "" if m.unit == "1" else f" {m.unit}"
        return m.rounded(decimals(m.code)) + unit

    def reason(self, key: str) -> str:
        return self.tr(key) if has_key(key) else key

    def reference(self, m: Measurement) -> str:
        if m.ref_low is None and m.ref_high is None:
            return self.tr("report.no_reference")
        places = decimals(m.code)
        low = "" if m.ref_low is None else f"{m.ref_low:.{places}f}"
        high = "" if m.ref_high is None else f"{m.ref_high:.{places}f}"
        said = f"{low}–{high}" if low and high else (f"≥ {low}" if low else f"≤ {high}")
        return f"{said} {m.population(self.lang)}".strip()

    def judged(self, m: Measurement) -> str:
        side = m.outside_reference
        if m.value is None or (m.ref_low is None and m.ref_high is None):
            return "—"
        return self.tr(("report.below", "report.inside", "report.above")[side + 1])

    def measurement_table(self, examination: Examination) -> Table:
        rows = tuple(
            (
                self.name(m.code),
                self.value(m),
                self.reference(m),
                self.judged(m),
                self.tr(f"basis.{m.basis.value}"),
            )
            for m in printed(examination)
        )
        heads = ("item", "value", "reference", "judged", "basis")
        return Table(
            head=tuple(self.tr(f"report.col.{h}") for h in heads),
            rows=rows,
            widths=(0.28, 0.25, 0.20, 0.11, 0.16),
            strong=(1,),
            drop_narrow=(3,),
        )


@cache
def _main_codes() -> frozenset[str]:
    with asset("rules/report_measurements.tsv").open(encoding="utf-8", newline="") as file:
        return frozenset(row["code"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def printed(examination: Examination) -> tuple[Measurement, ...]:
    """The measurements that a report prints, by a table; all of them stand on the screen and in the JSON."""
    return tuple(m for m in examination.measurements if m.code in _main_codes())


def decimals(code: str) -> int:
    term = find_term(code)
    return int(term.extra.get("decimals", "2")) if term else 2


def proposed(w: Writer, told: Differentiation) -> str:
    """The program's first candidate with its probability, or that none stands out."""
    first = told.candidates[0]
    if told.stands_out:
        return w.tr("report.proposed", what=w.name(first.code), p=f"{first.p:.2f}")
    return w.tr("report.nothing_stands_out", what=w.name(first.code), p=f"{first.p:.2f}")
