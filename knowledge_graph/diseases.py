"""Findings → diseases of the national list, by the signs each is known by (tables/disease_signs.tsv)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from knowledge_graph.sheets import sheet
from tcm_station.domain.differentiation import DiseaseScore
from tcm_station.domain.finding import Finding, Polarity
from tcm_station.domain.patient import Known, PatientFacts, Sex

# P(sign | disease) behind the table's words, and for a sign the disease's rows do not name.
LEVEL_P = {"required": 0.98, "chief": 0.75, "common": 0.35, "some": 0.15}
UNNAMED_P = 0.02
TEMPER = 0.8
PREGNANT = "symptom.pregnant_state"
# How much more often a disease of everyday practice is met than one that is only in the list.
PRIOR = {"yes": 6.0, "": 1.0, "rare": 0.1}
# A disease of pregnancy or childbed in somebody of whom neither is said.
UNSAID_REQUIRED = 0.97
# A text rarely leaves out what a disease is named after.
UNSAID_CHIEF = 0.55
_FEMALE_SIGNS = (
    "symptom.menses",
    "symptom.leucorrhoea",
    "symptom.amenorrhoea",
    "symptom.dysmenorrhoea",
    "symptom.flooding",
    "symptom.lochia",
    "symptom.miscarriage",
    "symptom.pregnant",
    "symptom.postpartum",
)
_MALE_SIGNS = (
    "symptom.impotence",
    "symptom.premature_ejaculation",
    "symptom.testicular",
    "symptom.haemospermia",
)


@dataclass(frozen=True, slots=True)
class _Table:
    diseases: tuple[str, ...]
    column_of: dict[str, int]
    p: NDArray[np.float64]
    base: NDArray[np.float64]
    female: NDArray[np.bool_]
    male: NDArray[np.bool_]
    log_prior: NDArray[np.float64]


@cache
def _table() -> _Table:
    rows = sheet("disease_signs")
    diseases = tuple(sorted({r["disease"] for r in rows}))
    signs = tuple(sorted({r["sign"] for r in rows}))
    at, column = {d: i for i, d in enumerate(diseases)}, {s: i for i, s in enumerate(signs)}
    p = np.full((len(diseases), len(signs)), UNNAMED_P)
    for row in rows:
        p[at[row["disease"]], column[row["sign"]]] = LEVEL_P[row["level"]]

    def about(prefixes: tuple[str, ...]) -> NDArray[np.bool_]:
        columns = [i for s, i in column.items() if s.startswith(prefixes)]
        return np.asarray((p[:, columns] >= LEVEL_P["chief"]).any(axis=1))

    common = {row["id"]: row["common"] for row in sheet("diseases")}
    prior = np.array([PRIOR[common[d]] for d in diseases])
    base = np.maximum(prior @ p / prior.sum(), UNNAMED_P)
    return _Table(diseases, column, p, base, about(_FEMALE_SIGNS), about(_MALE_SIGNS), np.log(prior))


def rank_diseases(
    findings: Sequence[Finding], facts: PatientFacts, *, top: int = 10
) -> tuple[DiseaseScore, ...]:
    """Diseases with their probability among those the table knows, the most probable first."""
    t = _table()
    present = sorted({f.code for f in findings if f.polarity is Polarity.PRESENT and f.code in t.column_of})
    absent = sorted({f.code for f in findings if f.polarity is Polarity.ABSENT and f.code in t.column_of})
    if not present:
        return ()
    here, gone = [t.column_of[c] for c in present], [t.column_of[c] for c in absent]
    logit = np.log(t.p[:, here] / t.base[here]).sum(axis=1)
    logit += np.log((1 - t.p[:, gone]) / (1 - t.base[gone])).sum(axis=1)
    unsaid = np.ones(t.p.shape[1], dtype=bool)
    unsaid[here + gone] = False
    chief = np.where((t.p >= LEVEL_P["chief"]) & unsaid, UNSAID_CHIEF, 0.0)
    silent = np.where((t.p >= LEVEL_P["required"]) & unsaid, UNSAID_REQUIRED, chief)
    if facts.pregnant is Known.YES and PREGNANT in t.column_of:
        silent[:, t.column_of[PREGNANT]] = 0.0
    logit += np.log1p(-silent).sum(axis=1)
    logit = logit * TEMPER + t.log_prior
    if facts.sex is Sex.MALE:
        logit[t.female] = -np.inf
    if facts.sex is Sex.FEMALE:
        logit[t.male] = -np.inf
    p = np.exp(logit - logit.max())
    p /= p.sum()
    order = np.argsort(-p, kind="stable")[:top]
    return tuple(DiseaseScore(t.diseases[int(i)], round(float(p[int(i)]), 4)) for i in order)
