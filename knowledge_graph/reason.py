"""Findings → syndromes, with every weight open to question. Model "evidence-v1" (see reason_model)."""

from collections.abc import Sequence

import numpy as np

from knowledge_graph.reason_model import Matrix, Model, model
from knowledge_graph.sheets import sheet
from knowledge_graph.syndrome_names import decompose, elements_of_syndrome, find_syndrome
from tcm_station.domain.differentiation import (
    Candidate,
    Differentiation,
    ElementKind,
    ElementScore,
    Evidence,
    NextQuestion,
)
from tcm_station.domain.finding import Certainty, Finding, Polarity, Source
from tcm_station.domain.patient import PatientFacts

MODEL = "evidence-v1"
# Shares of a sentence that a list for people should not carry: smaller weights are left out of for/against.
LEAST_WEIGHT = 0.10
MOST_EVIDENCE = 12
MOST_MISSING = 6
MOST_QUESTIONS = 4
QUESTION_CANDIDATES = 25
# Below this an element is noise: the logistic of no evidence alone gives about 0.3.
LEAST_ELEMENT = 0.4
_MEASURED = frozenset({Source.TONGUE, Source.FACE, Source.PULSE, Source.VOICE, Source.SMELL})

__all__ = ["MODEL", "choose", "differentiate", "elements_of_syndrome", "score_options"]


def _strength(finding: Finding, m: Model) -> float:
    """How much a finding counts, 0..1: by who stands behind it and, where measured, by its degree."""
    factor = m.settings[finding.certainty.value]
    if finding.degree is None or finding.polarity is Polarity.ABSENT:
        return factor
    if finding.source in _MEASURED and finding.certainty is not Certainty.CONFIRMED:
        least = m.settings["measured_degree_floor"]
        return factor * (least + (1.0 - least) * finding.degree)
    return factor * (m.settings["slight_degree"] if finding.degree < 0.3 else 1.0)


def _overruled(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Without what the practitioner said otherwise of the same code."""
    word = {f.code for f in findings if f.source is Source.PRACTITIONER}
    return tuple(f for f in findings if f.source is Source.PRACTITIONER or f.code not in word)


def _usable(findings: Sequence[Finding], m: Model) -> list[tuple[Finding, float]]:
    """One finding a code, the strongest; a code said both ways is left out as contradictory."""
    best: dict[str, tuple[Finding, float]] = {}
    polarities: dict[str, set[Polarity]] = {}
    for finding in findings:
        if finding.code not in m.column_of:
            continue
        strength = _strength(finding, m)
        kept = best.get(finding.code)
        polarities.setdefault(finding.code, set()).add(finding.polarity)
        if kept is None or strength > kept[1]:
            best[finding.code] = (finding, strength)
    present = {c for c, (f, _) in best.items() if f.polarity is Polarity.PRESENT}
    special = {g for c in present for g in m.implied.get(c, ()) if c not in m.implied.get(g, ())}
    kept_findings = []
    for code in sorted(best):
        if len(polarities[code]) > 1:
            continue
        finding, strength = best[code]
        if finding.polarity is Polarity.PRESENT and code in special:
            strength *= m.settings["repeat_share"]
        kept_findings.append((finding, strength))
    return kept_findings


def _weights(p: Matrix, m: Model, used: list[tuple[Finding, float]]) -> Matrix:
    """Natural log of the likelihood ratios, shape (rows of p, findings)."""
    if not used:
        return np.zeros((len(p), 0))
    columns = [m.column_of[f.code] for f, _ in used]
    here = np.array([f.polarity is Polarity.PRESENT for f, _ in used])
    strength = np.array([s for _, s in used])
    mine, base = p[:, columns], m.base[columns]
    ratio = np.where(here, np.log(mine / base), np.log((1.0 - mine) / (1.0 - base)))
    return np.asarray(ratio * strength * m.settings["temper"])


def _silence(p: Matrix, m: Model, findings: Sequence[Finding]) -> Matrix:
    """What a text's silence says, per row: a chief sign nobody mentioned speaks a little against."""
    said = {f.code for f in findings}
    said |= {g for c in said for g in m.implied.get(c, ())}
    said |= {c for c, general in m.implied.items() if said & set(general)}
    q = m.settings["said_if_present"]
    open_columns = [i for i, sign in enumerate(m.signs) if sign not in said]
    mine = np.where(p[:, open_columns] >= m.settings["chief_weak"], p[:, open_columns], 0.0)
    loss = np.log1p(-q * mine)
    return np.asarray(loss.sum(axis=1) * m.settings["temper"])


def _posterior(logit: Matrix) -> Matrix:
    shifted = np.exp(logit - logit.max(axis=0))
    return np.asarray(shifted / shifted.sum(axis=0))


def _evidence(
    m: Model, code: str, used: list[tuple[Finding, float]], weights: Matrix
) -> tuple[tuple[Evidence, ...], tuple[Evidence, ...]]:
    pairs = sorted(
        (
            Evidence(f.code, round(float(w), 3), m.source.get((code, f.code), "element_signs"))
            for (f, _), w in zip(used, weights, strict=True)
            if abs(w) >= LEAST_WEIGHT
        ),
        key=lambda e: (-abs(e.weight), e.finding),
    )
    supporting = tuple(e for e in pairs if e.weight > 0)[:MOST_EVIDENCE]
    return supporting, tuple(e for e in pairs if e.weight < 0)[:MOST_EVIDENCE]


def _missing(m: Model, code: str, row: Matrix, said: set[str]) -> tuple[Evidence, ...]:
    """Signs of the profile that nobody spoke of, with the weight each would have if it were there."""
    open_signs = (
        (sign, source)
        for (syndrome, sign), source in m.source.items()
        if syndrome == code and sign not in said and m.role[syndrome, sign] != "against"
    )
    evidence = []
    for sign, source in open_signs:
        column = m.column_of[sign]
        weight = float(np.log(row[column] / m.base[column])) * m.settings["temper"]
        if weight > 0:
            evidence.append(Evidence(sign, round(weight, 3), source))
    return tuple(sorted(evidence, key=lambda e: (-e.weight, e.finding))[:MOST_MISSING])


def _questions(m: Model, posterior: Matrix, said: set[str]) -> tuple[NextQuestion, ...]:
    """Signs by the bits of entropy over the leading candidates that their answer is expected to take away."""
    lead = np.argsort(-posterior, kind="stable")[:QUESTION_CANDIDATES]
    share = posterior[lead] / posterior[lead].sum()
    p = m.p[lead]
    yes = share @ p

    def entropy(q: Matrix) -> Matrix:
        return np.asarray(-(q * np.log2(np.maximum(q, 1e-12))).sum(axis=0))

    after_yes = share[:, None] * p / np.maximum(yes, 1e-12)
    after_no = share[:, None] * (1.0 - p) / np.maximum(1.0 - yes, 1e-12)
    gain = entropy(share[:, None])[0] - yes * entropy(after_yes) - (1.0 - yes) * entropy(after_no)
    chosen: list[NextQuestion] = []
    related: set[str] = set()
    for i in np.argsort(-gain, kind="stable"):
        sign = m.signs[int(i)]
        near = {sign, *m.implied.get(sign, ())}
        if (
            sign in said
            or related & near
            or gain[i] < 0.005
            or not sign.startswith(("symptom.", "tongue.", "pulse."))
        ):
            continue
        related |= near
        chosen.append(NextQuestion(sign, round(float(gain[i]), 4)))
        if len(chosen) == MOST_QUESTIONS:
            break
    return tuple(chosen)


def _elements(m: Model, posterior: Matrix, used: list[tuple[Finding, float]]) -> tuple[ElementScore, ...]:
    """Elements by the mean of two views: how probable the syndromes are that hold one, and what the signs
    say of it directly (a logistic of its own log-likelihood ratios)."""
    kinds = {row["id"]: ElementKind(row["kind"]) for row in sheet("elements")}
    direct = np.full(len(m.elements), m.settings["element_bias"])
    for finding, strength in used:
        if finding.polarity is Polarity.PRESENT:
            column = m.column_of[finding.code]
            base = m.base[column]
            p_sign = np.maximum(m.element_p[:, column], m.settings["element_floor"] * base)
            direct += strength * m.settings["element_temper"] * np.log(p_sign / base)
    p = (np.minimum(posterior @ m.has_element, 1.0) + 1.0 / (1.0 + np.exp(-direct))) / 2.0
    order = np.argsort(-p, kind="stable")
    return tuple(
        ElementScore(m.elements[i], kinds[m.elements[i]], round(float(p[i]), 4))
        for i in map(int, order)
        if p[i] >= LEAST_ELEMENT
    )


def differentiate(
    findings: Sequence[Finding], facts: PatientFacts | None = None, *, top: int = 10
) -> Differentiation:
    """Syndromes for the findings, the most probable first, with what speaks for, against and is not known.

    findings: from any examination; codes the model does not know are left out, contradictions too.
    facts: sex and age bar what cannot be (menses in a man); they and the findings raise red flags.
    top: most candidates, diseases and formulas. Deterministic. Empty findings give no candidates.
    """
    from knowledge_graph.diseases import rank_diseases
    from knowledge_graph.formulas import propose
    from knowledge_graph.red_flags import raise_flags

    facts = facts or PatientFacts()
    findings = _overruled(findings)
    m = model()
    flags = raise_flags(findings, facts)
    used = _usable(findings, m)
    if not any(f.polarity is Polarity.PRESENT for f, _ in used):
        return Differentiation((), MODEL, red_flags=flags)
    weights = _weights(m.p, m, used)
    start = np.log(m.prior) + _silence(m.p, m, findings)
    logit = start + weights.sum(axis=1)
    posterior = _posterior(logit)
    without = _posterior(logit[:, None] - weights)
    order = np.argsort(-posterior, kind="stable")[:top]
    said = {f.code for f in findings}
    candidates = []
    for i in map(int, order):
        code = m.syndromes[i]
        supporting, opposing = _evidence(m, code, used, weights[i])
        span = np.append(without[i], posterior[i])
        candidates.append(
            Candidate(
                code,
                round(float(posterior[i]), 4),
                supporting,
                opposing,
                _missing(m, code, m.p[i], said),
                round(float(span.min()), 4),
                round(float(span.max()), 4),
            )
        )
    ranked = tuple(
        (m.syndromes[i], float(posterior[i])) for i in map(int, np.argsort(-posterior, kind="stable")[:40])
    )
    return Differentiation(
        tuple(candidates),
        MODEL,
        elements=_elements(m, posterior, used)[: 2 * top],
        diseases=rank_diseases(findings, facts, top=top),
        formulas=propose(ranked, findings, facts, top=top),
        next_questions=_questions(m, posterior, said),
        red_flags=flags,
        rest_p=round(max(0.0, 1.0 - sum(c.p for c in candidates)), 4),
        principle=_principle(candidates[0].code if candidates else ""),
    )


def _principle(syndrome: str) -> str | None:
    return next((r["principle"] for r in sheet("syndrome_principles") if r["syndrome"] == syndrome), None)


def score_options(findings: Sequence[Finding], options: Sequence[str]) -> dict[str, float]:
    """Probability of each option among the options given, all equal before the findings are heard.

    A name of the standard is judged by its profile; any other by the elements in it.
    """
    m = model()
    used = _usable(findings, m)
    rows = []
    for option in options:
        node = find_syndrome(option)
        at = m.row_of.get(node) if node else None
        rows.append(m.p[at] if at is not None else m.row_for_elements(decompose(option)))
    if not rows:
        return {}
    p = np.array(rows)
    logit = _weights(p, m, used).sum(axis=1)
    if used:
        logit = logit + _silence(p, m, findings)
    return {option: float(q) for option, q in zip(options, _posterior(logit), strict=True)}


def choose(findings: Sequence[Finding], facts: PatientFacts | None, options: Sequence[str]) -> str:
    """The best of the given syndrome names; the first where the findings do not separate them."""
    scores = score_options(findings, options)
    return max(options, key=lambda option: scores[option])
