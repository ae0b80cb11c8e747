"""The evidence model "evidence-v1": how likely each sign is under each syndrome, from the tables alone.

For a syndrome S and a sign f, P(f | S) is what its profile row says (tables/syndrome_profiles.tsv) or, where
no row speaks, what its elements say together by a noisy-or (tables/element_signs.tsv), discounted. The
weight of a finding is ln P(f | S) / P(f): P(f) is the same quantity averaged over all syndromes with their
priors. The figures behind the words strong, medium and weak stand in tables/model_evidence_v1.tsv.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from knowledge_graph.sheets import sheet
from knowledge_graph.syndrome_names import elements_of_syndrome

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Model:
    """Rows: syndromes, columns: signs. p: P(sign | syndrome). base: P(sign). prior: sums to 1.

    role: (syndrome, sign) → role of the curated or read row. settings: the figures of the model table.
    implied: sign → the more general signs it entails.
    """

    syndromes: tuple[str, ...]
    signs: tuple[str, ...]
    row_of: dict[str, int]
    column_of: dict[str, int]
    p: Matrix
    base: Matrix
    prior: Matrix
    role: dict[tuple[str, str], str]
    source: dict[tuple[str, str], str]
    elements: tuple[str, ...]
    element_p: Matrix
    has_element: Matrix
    settings: dict[str, float]
    implied: dict[str, tuple[str, ...]]
    against: Matrix

    def row_for_elements(self, elements: tuple[str, ...]) -> Matrix:
        """P(sign | these elements) by the noisy-or, spread to more general and more special signs."""
        index = [self.elements.index(e) for e in elements if e in self.elements]
        if not index:
            return self.base.copy()
        p = 1.0 - np.prod(1.0 - self.element_p[index], axis=0)
        p = p * self.settings["element_only"]
        against = self.against[index].max(axis=0)
        barred = (against > 0) & (p < self.settings["against"] * 4)
        p = np.clip(p, _floor(self.base, self.settings), self.settings["ceiling"])
        return np.asarray(np.where(barred, np.minimum(self.settings["against"], p), p))


def _floor(base: Matrix, settings: dict[str, float]) -> Matrix:
    return np.asarray(np.maximum(base * settings["floor_share"], settings["floor"]))


def _spread(p: Matrix, relations: list[tuple[int, int]], settings: dict[str, float]) -> Matrix:
    """Let a row that speaks of a sign speak, more weakly, of its more general and more special signs."""
    out = p.copy()
    for special, general in relations:
        out[:, special] = np.maximum(out[:, special], settings["from_general"] * p[:, general])
        out[:, general] = np.maximum(out[:, general], settings["from_special"] * p[:, special])
    return out


@cache
def model() -> Model:
    """The model, built once from the tables."""
    settings = {row["key"]: float(row["value"]) for row in sheet("model_evidence_v1")}
    element_ids = tuple(row["id"] for row in sheet("elements"))
    profile_rows = sheet("syndrome_profiles")
    sign_rows = sheet("element_signs")
    relation_rows = sheet("finding_relations")
    signs = tuple(
        sorted(
            {r["sign"] for r in profile_rows}
            | {r["sign"] for r in sign_rows}
            | {r[c] for r in relation_rows for c in ("finding", "implies")}
        )
    )
    column = {sign: i for i, sign in enumerate(signs)}
    relations = [(column[r["finding"]], column[r["implies"]]) for r in relation_rows]
    element_at = {e: i for i, e in enumerate(element_ids)}
    element_p = np.zeros((len(element_ids), len(signs)))
    against = np.zeros_like(element_p)
    for row in sign_rows:
        where = element_at[row["element"]], column[row["sign"]]
        if row["role"] == "against":
            against[where] = 1.0
        else:
            element_p[where] = settings[f"element_{row['level']}"]
    element_p = _spread(element_p, relations, settings)

    curated, derived = _kinds(profile_rows)
    syndromes = tuple(
        row["id"]
        for row in sheet("syndromes")
        if elements_of_syndrome(row["id"]) and not row["zh"].endswith(("类", "类术语"))
    )
    row_of = {s: i for i, s in enumerate(syndromes)}
    has = np.zeros((len(syndromes), len(element_ids)))
    for s, i in row_of.items():
        has[i, [element_at[e] for e in elements_of_syndrome(s)]] = 1.0
    noisy_or = 1.0 - np.exp(has @ np.log1p(-np.minimum(element_p, 0.98)))
    spoken_against = (has @ against) > 0

    own = np.zeros((len(syndromes), len(signs)))
    denied = np.zeros_like(own, dtype=bool)
    role: dict[tuple[str, str], str] = {}
    source: dict[tuple[str, str], str] = {}
    for row in profile_rows:
        at = row_of.get(row["syndrome"])
        if at is None:
            continue
        role[row["syndrome"], row["sign"]] = row["role"]
        source[row["syndrome"], row["sign"]] = row["source"]
        if row["role"] == "against":
            denied[at, column[row["sign"]]] = True
        else:
            own[at, column[row["sign"]]] = settings[f"{row['role']}_{row['level']}"]
    own = _spread(own, relations, settings)
    share = np.array([settings["element_beside_" + _kind(s, curated, derived)] for s in syndromes])[:, None]
    p = np.maximum(own, share * noisy_or)
    # What an element speaks against is barred only where no row of the syndrome names the sign.
    barred = denied | (spoken_against & (own == 0) & (p < settings["against"] * 4))
    prior = np.array([settings["prior_" + _kind(s, curated, derived)] for s in syndromes])
    prior = prior / prior.sum()
    base = np.maximum(prior @ np.where(barred, 0.0, p), settings["base_floor"])
    p = np.maximum(p, _floor(base, settings))
    p = np.where(barred, np.minimum(settings["against"], p), p)
    p = np.minimum(p, settings["ceiling"])
    implied: dict[str, list[str]] = {}
    for row in relation_rows:
        implied.setdefault(row["finding"], []).append(row["implies"])
    return Model(
        syndromes,
        signs,
        row_of,
        column,
        p,
        base,
        prior,
        role,
        source,
        element_ids,
        element_p,
        has,
        settings,
        {k: tuple(v) for k, v in implied.items()},
        against,
    )


def _kinds(rows: tuple[dict[str, str], ...]) -> tuple[set[str], set[str]]:
    curated = {r["syndrome"] for r in rows if r["basis"] == "recalled"}
    derived = {r["syndrome"] for r in rows} - curated
    return curated, derived


def _kind(syndrome: str, curated: set[str], derived: set[str]) -> str:
    return "curated" if syndrome in curated else "derived" if syndrome in derived else "named"
