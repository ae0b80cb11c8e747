"""What the review misses and where it interrupts without need: planted faults, sound prescriptions, speed.

The generator reads the tables' files itself and writes prescriptions as JSON lines, through aliases,
processed forms, traditional characters and units: the rules' own code has no part in making them.
"""

import csv
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from knowledge_graph.load import tables_folder
from knowledge_graph.review import review
from knowledge_graph.review_io import prescription_from_json
from tcm_station.domain.prescription import Override, Review
from tcm_station.evaluation.intervals import wilson
from tcm_station.evaluation.report import Report, Row

SEED = 20260301
A_CLASS = 400
SOUND = 6000
ON = date(2026, 3, 1)
BASE_LINES = 6
Line = dict[str, Any]
Planter = Callable[["Sheets", random.Random], tuple[Line, str]]


class Sheets:
    """The tables as text, and what is quiet in them: herbs that no rule speaks of."""

    def __init__(self) -> None:
        self.rows = {p.stem: _rows(p) for p in tables_folder().glob("*.tsv")}
        self.zh = {r["id"]: r["zh"] for r in self.rows["herbs"]}
        self.parent = {r["id"]: r["parent"] for r in self.rows["herbs"]}
        self.aliases: dict[str, list[str]] = {}
        for row in self.rows["herb_aliases"]:
            self.aliases.setdefault(row["herb"], []).append(row["alias"])
        variants: dict[str, str] = {}
        for row in self.rows["character_variants"]:
            variants.setdefault(row["read_as"], row["character"])
        self.traditional = variants
        self.usual = {
            r["herb"]: (float(r["min"]), float(r["max"]))
            for r in self.rows["doses"]
            if (r["form"], r["per"], r["unit"], r["purpose"]) == ("decoction", "day", "g", "") and r["min"]
        }
        self.quiet = self._quiet()

    def _quiet(self) -> list[str]:
        spoken: set[str] = set()
        for table, columns in SPEAKING.items():
            for row in self.rows[table]:
                for column in columns:
                    spoken.update(row[column].split("、"))
        roots = {self.root(h) for h in spoken if h in self.zh}
        official = [r["id"] for r in self.rows["herbs"] if r["entry"] and not r["parent"]]
        return [h for h in official if h in self.usual and self.root(h) not in roots]

    def root(self, herb: str) -> str:
        """The material that a form is made from."""
        while self.parent.get(herb):
            herb = self.parent[herb]
        return herb

    def written(self, herb: str, draw: random.Random) -> str:
        """One of the ways in which people write a herb."""
        name = draw.choice([self.zh[herb], *self.aliases.get(herb, [])])
        if draw.random() < 0.3:
            name = "".join(self.traditional.get(c, c) for c in name)
        return name

    def amount(self, grams: float, draw: random.Random) -> str | float:
        """Grams as a number or in one of the written units."""
        forms: list[str | float] = [round(grams, 3), f"{grams:.3g}克", f"{grams:.3g}g"]
        if grams == int(grams):
            forms.append("".join(chr(ord(c) + 0xFEE0) for c in str(int(grams))) + "克")
        if grams in {3.0, 6.0, 9.0, 12.0, 15.0, 18.0, 27.0}:
            forms.append("一二三四五六七八九"[int(grams / 3) - 1] + "钱")
        return draw.choice(forms)


SPEAKING = {
    "toxicity": ("herb",),
    "pregnancy": ("herb",),
    "incompatibilities": ("herb_a", "herb_b"),
    "handling": ("herb",),
    "controlled": ("herb",),
    "processing_required": ("herb",),
    "form_limits": ("herb",),
    "withdrawn": ("herb",),
    "durations": ("herb",),
    "conditions": ("herb",),
    "herb_drug": ("herb",),
    "herb_ambiguous": ("candidates", "default"),
}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _middle(low: float, top: float) -> float:
    """A round number in the middle of a range."""
    return round((low + top) / 2) if low >= 1 else round((low + top) / 2, 2)


def _base(sheets: Sheets, draw: random.Random) -> Line:
    """A sound prescription: quiet herbs at the middle of their range, a healthy adult, a week."""
    herbs = draw.sample(sheets.quiet, BASE_LINES)
    lines = []
    for herb in herbs:
        low, top = sheets.usual[herb]
        lines.append({"name": sheets.written(herb, draw), "grams": sheets.amount(_middle(low, top), draw)})
    person = {"sex": "f", "age": 35, "pregnant": False, "breastfeeding": False, "conditions": [], "drugs": []}
    return {"herbs": lines, "doses": 7, "form": "decoction", "patient": person}


def _with(sheets: Sheets, draw: random.Random, *herbs: str, **more: Any) -> Line:
    """A sound prescription with these herbs among its lines, written somehow."""
    line = _base(sheets, draw)
    for herb in herbs:
        low, top = sheets.usual.get(herb, (1.0, 3.0))
        grams = sheets.amount(round((low + top) / 2, 2), draw)
        place = draw.randrange(len(line["herbs"]) + 1)
        line["herbs"].insert(place, {"name": sheets.written(herb, draw), "grams": grams})
    line["patient"].update(more.pop("patient", {}))
    line.update(more)
    return line


def _forms_of(sheets: Sheets, herb: str, draw: random.Random) -> str:
    """The herb or one of its processed forms."""
    forms = [h for h, parent in sheets.parent.items() if parent == herb]
    return draw.choice([herb, *forms])


def _incompatible(sheets: Sheets, draw: random.Random) -> tuple[Line, str]:
    row = draw.choice(sheets.rows["incompatibilities"])
    pair = (_forms_of(sheets, row["herb_a"], draw), _forms_of(sheets, row["herb_b"], draw))
    return _with(sheets, draw, *pair), "incompatible"


def _in_patent(sheets: Sheets, draw: random.Random) -> tuple[Line, str]:
    """An incompatibility between a line and a patent medicine's ingredient."""
    row = draw.choice(sheets.rows["incompatibilities"])
    holds = [r["patent"] for r in sheets.rows["patent_ingredients"] if r["herb"] == row["herb_a"]]
    if not holds:
        return _in_patent(sheets, draw)
    names = {r["id"]: r["zh"] for r in sheets.rows["patents"]}
    patent = names[draw.choice(holds)]
    return _with(sheets, draw, row["herb_b"], patents=[{"name": patent, "daily": "8丸×3"}]), "incompatible"


def _pregnancy(sheets: Sheets, draw: random.Random) -> tuple[Line, str]:
    row = draw.choice(sheets.rows["pregnancy"])
    return _with(sheets, draw, row["herb"], patient={"pregnant": True}), "pregnancy"


def _dose_high(sheets: Sheets, draw: random.Random) -> tuple[Line, str]:
    herb = draw.choice(list(sheets.usual))
    line = _with(sheets, draw)
    grams = sheets.usual[herb][1] * draw.choice([1.1, 1.5, 2.5, 8.0])
    line["herbs"].append({"name": sheets.written(herb, draw), "grams": sheets.amount(round(grams, 3), draw)})
    return line, "dose-high"


def _dose_low(sheets: Sheets, draw: random.Random) -> tuple[Line, str]:
    # Not a herb that the base may hold already: two lines of one herb are added up.
    herb = draw.choice([h for h in sheets.usual if h not in sheets.quiet])
    line = _with(sheets, draw)
    grams = sheets.usual[herb][0] * draw.choice([0.3, 0.5, 0.8])
    line["herbs"].append({"name": sheets.written(herb, draw), "grams": round(grams, 4)})
    return line, "dose-low"


def _toxic(sheets: Sheets, draw: random.Random) -> tuple[Line, str]:
    rows = [r for r in sheets.rows["toxicity"] if r["toxicity"] != "none"]
    return _with(sheets, draw, draw.choice(rows)["herb"]), "toxicity"


def _controlled(sheets: Sheets, draw: random.Random) -> tuple[Line, str]:
    rows = [r for r in sheets.rows["controlled"] if r["control"] != "narcotic-precursor"]
    return _with(sheets, draw, draw.choice(rows)["herb"]), "controlled"


def _duplicate(sheets: Sheets, draw: random.Random) -> tuple[Line, str]:
    usual = {frozenset((r["a"], r["b"])) for r in sheets.rows["duplicates_usual"]}
    herb = draw.choice(sheets.quiet)
    other = _forms_of(sheets, herb, draw)
    if frozenset((herb, other)) in usual:
        other = herb
    return _with(sheets, draw, herb, other), "duplicate"


def _handling(sheets: Sheets, draw: random.Random) -> tuple[Line, str]:
    rows = [r for r in sheets.rows["handling"] if r["strength"] != "allowed"]
    return _with(sheets, draw, draw.choice(rows)["herb"]), "handling"


def _herb_drug(sheets: Sheets, draw: random.Random) -> tuple[Line, str]:
    rows = [r for r in sheets.rows["herb_drug"] if r["herb"] in sheets.zh]
    row = draw.choice(rows)
    drugs = [r for r in sheets.rows["drugs"] if row["drug"] in (r["id"], *r["classes"].split("、"))]
    drug = draw.choice(drugs)
    words = draw.choice([drug["zh"], drug["en"], *[n for n in drug["names"].split("、") if len(n) > 1]])
    return _with(sheets, draw, row["herb"], patient={"drugs": [f"{words} 每日一次"]}), "herb-drug"


def _condition(sheets: Sheets, draw: random.Random) -> tuple[Line, str]:
    names = {r["id"]: r for r in sheets.rows["condition_names"]}
    rows = [r for r in sheets.rows["conditions"] if names[r["condition"]]["words"]]
    row = draw.choice(rows)
    words = draw.choice(names[row["condition"]]["words"].split("、"))
    return _with(sheets, draw, row["herb"], patient={"conditions": [words]}), "condition"


def _age(sheets: Sheets, draw: random.Random) -> tuple[Line, str]:
    rows = [r for r in sheets.rows["conditions"] if r["age_from"] or r["age_to"]]
    row = draw.choice(rows)
    age = float(row["age_to"]) * 0.9 if row["age_to"] else float(row["age_from"]) + 5
    return _with(sheets, draw, row["herb"], patient={"age": age}), "age"


def _form(sheets: Sheets, draw: random.Random) -> tuple[Line, str]:
    return _with(sheets, draw, draw.choice(sheets.rows["form_limits"])["herb"]), "form"


def _duration(sheets: Sheets, draw: random.Random) -> tuple[Line, str]:
    return _with(sheets, draw, doses=draw.choice([10, 14, 30]), per_day=1), "duration"


def _processing(sheets: Sheets, draw: random.Random) -> tuple[Line, str]:
    return _with(sheets, draw, draw.choice(sheets.rows["processing_required"])["herb"]), "processing"


def _unknown(sheets: Sheets, draw: random.Random) -> tuple[Line, str]:
    line = _with(sheets, draw)
    line["herbs"].append({"name": "".join(draw.sample("甲乙丙丁戊己庚辛壬癸", 3)), "grams": 9})
    return line, "unknown-herb"


def _ambiguous(sheets: Sheets, draw: random.Random) -> tuple[Line, str]:
    line = _with(sheets, draw)
    line["herbs"].append({"name": draw.choice(sheets.rows["herb_ambiguous"])["name"], "grams": 9})
    return line, "ambiguous-herb"


PLANTERS: dict[str, Planter] = {
    "incompatible": _incompatible,
    "in-patent": _in_patent,
    "pregnancy": _pregnancy,
    "dose-high": _dose_high,
    "dose-low": _dose_low,
    "toxicity": _toxic,
    "controlled": _controlled,
    "duplicate": _duplicate,
    "handling": _handling,
    "herb-drug": _herb_drug,
    "condition": _condition,
    "age": _age,
    "form": _form,
    "duration": _duration,
    "processing": _processing,
    "unknown-herb": _unknown,
    "ambiguous-herb": _ambiguous,
}


@dataclass(frozen=True, slots=True)
class Missed:
    """A planted fault that was not found."""

    planted: str
    line: Line


def judged(line: Line) -> Review:
    """One JSON line, reviewed."""
    rx, person = prescription_from_json(line)
    return review(rx, person, as_of=ON)


def planted(kind: str, n: int, sheets: Sheets) -> Iterator[tuple[Line, str]]:
    """n prescriptions with a fault of one class: (line, rule that must speak)."""
    draw = random.Random(f"{SEED} {kind}")
    for _ in range(n):
        yield PLANTERS[kind](sheets, draw)


def missed(kind: str, n: int, sheets: Sheets) -> list[Missed]:
    """The planted faults of one class that the review does not name."""
    return [
        Missed(kind, line)
        for line, rule in planted(kind, n, sheets)
        if all(alert.rule != rule for alert in judged(line).alerts)
    ]


def sound(n: int, sheets: Sheets) -> Iterator[Line]:
    """n prescriptions in which no rule has anything to find."""
    draw = random.Random(f"{SEED} sound")
    for _ in range(n):
        yield _base(sheets, draw)


def interrupts(result: Review) -> bool:
    """Whether somebody has to do more than give a reason."""
    return any(alert.overridable_by is not Override.REASON for alert in result.alerts)


def formula_lines(sheets: Sheets) -> Iterator[tuple[str, Line]]:
    """Every formula of the graph at text-book daily doses, without a patient: (formula id, line)."""
    by_formula: dict[str, list[dict[str, Any]]] = {}
    for row in sheets.rows["formula_ingredients"]:
        daily = row["grams"] if row["dose_basis"].startswith("daily") else ""
        grams = row["decoction_grams"] or daily
        amount: float | str | None = float(grams) if grams else row["count_text"] or None
        by_formula.setdefault(row["formula"], []).append({"name": row["herb_zh"], "grams": amount})
    for formula, herbs in by_formula.items():
        yield formula, {"herbs": herbs, "doses": 7}


def unaccounted(sheets: Sheets) -> tuple[int, int, list[tuple[str, str, str]]]:
    """(formulas, formulas that interrupt, interrupting alerts that alert_budget.tsv does not account for)."""
    known = {(r["formula"], r["rule"], r["herbs"]) for r in sheets.rows["alert_budget"]}
    total = interrupting = 0
    left: list[tuple[str, str, str]] = []
    for formula, line in formula_lines(sheets):
        total += 1
        result = judged(line)
        interrupting += interrupts(result)
        for alert in result.alerts:
            key = (formula, alert.rule, "+".join(alert.herbs))
            if alert.overridable_by is not Override.REASON and key not in known:
                left.append(key)
    return total, interrupting, left


def evaluate(data: Path | None = None, *, a_class: int = A_CLASS, n_sound: int = SOUND) -> Report:
    """Recall by planted class, false interruptions, alert budget on the formulas, time. Needs no data."""
    sheets = Sheets()
    rows: list[Row] = []
    for kind in PLANTERS:
        lost = missed(kind, a_class, sheets)
        found = a_class - len(lost)
        low, high = wilson(found, a_class)
        rows.append(Row("evaluate_review.recall", a_class, found / a_class, low=low, high=high, part=kind))
    times: list[float] = []
    disturbed = alerted = 0
    for line in sound(n_sound, sheets):
        rx, person = prescription_from_json(line)
        start = time.perf_counter()
        result = review(rx, person, as_of=ON)
        times.append((time.perf_counter() - start) * 1000)
        disturbed += interrupts(result)
        alerted += bool(result.alerts)
    low, high = wilson(disturbed, n_sound)
    rows.append(Row("evaluate_review.sound_interrupted", n_sound, disturbed / n_sound, low=low, high=high))
    rows.append(Row("evaluate_review.sound_alerted", n_sound, alerted / n_sound))
    total, interrupting, left = unaccounted(sheets)
    low, high = wilson(interrupting, total)
    rows.append(Row("evaluate_review.formulas_interrupted", total, interrupting / total, low=low, high=high))
    rows.append(Row("evaluate_review.formulas_unaccounted", total, len(left) / total))
    times.sort()
    median, late = times[len(times) // 2], times[int(len(times) * 0.95)]
    note = "evaluate_review.note.time"
    rows.append(Row("evaluate_review.time", n_sound, median, "ms", low=times[0], high=late, note=note))
    return Report("evaluate_review.title", tuple(rows))
