"""Rules on the herbs alone: pairs, toxicity, control, duplicates, handling, processing, form, names."""

from collections.abc import Iterator

from knowledge_graph.review_facts import PHARMACOPOEIA, Context, Found, Outcome, ReviewLine, own, told
from knowledge_graph.rows import Handling, Incompatibility
from tcm_station.domain.prescription import DoseForm

ASKING = {"ambiguous", "compound"}


def incompatible(context: Context) -> Outcome:
    """Eighteen incompatibilities and nineteen antagonisms, over all pairs of lines and what they may mean."""
    out = Outcome("incompatible", about_line=True)
    lines = [line for line in context.lines if line.ids]
    out.skip([line for line in context.lines if not line.ids], "unknown-herb")
    for i, first in enumerate(lines):
        if not any(node in context.safety.pairs for herb in first.ids for node in context.safety.chain(herb)):
            continue
        for j, second in enumerate(lines):
            # Each pair once, also when both herbs stand in the table of pairs; a medicine is not judged
            # against itself: its composition is approved.
            if i == j or first.index == second.index or (j < i and _in_pairs(context, second)):
                continue
            pair = _pair(context, first, second)
            if pair:
                out.found.append(pair)
    out.editions.update({"Chinese Pharmacopoeia 2020 vol. I", "eighteen incompatibilities (verse)"})
    return out


def _in_pairs(context: Context, line: ReviewLine) -> bool:
    return any(node in context.safety.pairs for herb in line.ids for node in context.safety.chain(herb))


def _pair(context: Context, first: ReviewLine, second: ReviewLine) -> Found | None:
    hits: list[Incompatibility] = []
    tried = 0
    for a in first.ids:
        for b in second.ids:
            tried += 1
            row = _pair_row(context, a, b)
            if row:
                hits.append(row)
    if not hits:
        return None
    row = hits[0]
    external = context.external or first.external or second.external
    case = row.rule
    if row.authority == "institution":
        case = "institution"
    elif external:
        case = "external"
    elif len(hits) < tried and not (
        first.resolution.how == "compound" or second.resolution.how == "compound"
    ):
        case = "candidate"
    order = (first, second) if first.index <= second.index else (second, first)
    return told("incompatible", case, order, row, case, verse=row.rule)


def _pair_row(context: Context, a: str, b: str) -> Incompatibility | None:
    best: Incompatibility | None = None
    for x in context.safety.chain(a):
        partners = context.safety.pairs.get(x)
        if not partners:
            continue
        for y in context.safety.chain(b):
            row = partners.get(y)
            if row and x != y and (row.fact.in_force(context.on) or row.authority == PHARMACOPOEIA):
                # A pair that the Pharmacopoeia names is older than any edition: the verse holds on any date.
                if row.authority == PHARMACOPOEIA:
                    return row
                best = best or row
    return best


def toxicity(context: Context) -> Outcome:
    """Toxicity class of each herb, and drugs that are no longer drugs."""
    out = Outcome("toxicity", about_line=True)
    for line in context.lines:
        if not line.ids:
            out.skip([line], "unknown-herb")
            continue
        withdrawn = [
            r for h in line.ids for r in context.safety.nearest(context.safety.withdrawn, h, context.on)
        ]
        if withdrawn and line.certain:
            row = withdrawn[0]
            out.found.append(told("toxicity", f"withdrawn-{row.level}", [line], row, "withdrawn", why=row.zh))
        rows = [
            r for r in (context.safety.toxic(h, context.on) for h in line.ids) if r and r.toxicity != "none"
        ]
        if not rows:
            continue
        toxic = max(rows, key=lambda r: ("slight", "toxic", "very-toxic").index(r.toxicity))
        out.editions.add(toxic.fact.edition)
        external = context.external or line.external
        case = "very-toxic-external" if toxic.toxicity == "very-toxic" and external else toxic.toxicity
        out.found.append(told("toxicity", case, [line], toxic, toxic.toxicity))
    return out


def controlled(context: Context) -> Outcome:
    """Drugs under their own regulations, an axis apart from toxicity. Only what is on a list counts."""
    out = Outcome("controlled", about_line=True)
    for line in context.lines:
        if not line.ids:
            out.skip([line], "unknown-herb")
            continue
        for herb in line.ids:
            rows = [r for r in context.safety.controlled.get(herb, ()) if r.fact.in_force(context.on)]
            if not rows and context.safety.herb(herb).processing in {"honey", "powder", "rice-fried"}:
                rows = [
                    r
                    for r in context.safety.nearest(context.safety.controlled, herb, context.on)
                    if r.control == "narcotic"
                ]
            for row in rows:
                # A precursor is under purchase control: it asks nothing of a prescription.
                if ("controlled", row.control) in context.safety.policy:
                    out.editions.add(row.fact.edition)
                    out.found.append(told("controlled", row.control, [line], row, row.control))
    return out


def duplicate(context: Context) -> Outcome:
    """The same herb twice: by the same name, an alias, a processed form, or inside a patent medicine."""
    out = Outcome("duplicate", about_line=True)
    sure = [line for line in context.lines if line.certain]
    out.skip([line for line in context.lines if not line.ids], "unknown-herb")
    out.skip([line for line in context.lines if len(line.ids) > 1], "ambiguous-herb")
    families: dict[str, list[ReviewLine]] = {}
    for line in sure:
        families.setdefault(context.safety.chain(line.ids[0])[-1], []).append(line)
    for root, lines in families.items():
        if len({line.index for line in lines}) < 2:
            continue
        nodes = {line.ids[0] for line in lines}
        if len(nodes) == 2 and frozenset(nodes) in context.safety.usual_pairs and len(lines) == 2:
            continue
        # Liquorice in two medicines is no mistake; a toxic drug twice is one.
        harmless = any(x.patent for x in lines) and not _any_toxic(context, lines)
        same = len(nodes) < len(lines) and not harmless
        case = "same" if same else "family"
        written = tuple(dict.fromkeys(line.resolution.name for line in lines))
        out.found.append(
            own("duplicate", case, lines, case, root=context.safety.herb(root).zh, written=written)
        )
    return out


def _any_toxic(context: Context, lines: list[ReviewLine]) -> bool:
    rows = [context.safety.toxic(line.ids[0], context.on) for line in lines]
    return any(row is not None and row.toxicity != "none" for row in rows)


def handling(context: Context) -> Outcome:
    """Decoction handling missing or other than the Pharmacopoeia or custom asks."""
    out = Outcome("handling", about_line=True)
    if context.rx.form != DoseForm.DECOCTION or context.external:
        out.skip(context.lines, "not-a-decoction")
        out.about_line = False
        return out
    for line in context.lines:
        if line.patent:
            out.skip([line], "patent")
            continue
        if not line.certain:
            out.skip([line], "ambiguous-herb" if line.ids else "unknown-herb")
            continue
        rows = context.safety.nearest(context.safety.handling, line.ids[0], context.on)
        asked = [r for r in rows if r.strength in {"required", "customary"}]
        if not asked or line.external:
            continue
        out.editions.update(r.fact.edition for r in asked)
        if any(code in {r.handling for r in rows} for code in line.handlings):
            continue
        found = _handling_found(context, line, asked)
        out.found.append(found)
    return out


def _handling_found(context: Context, line: ReviewLine, asked: list[Handling]) -> Found:
    codes = tuple(dict.fromkeys(r.handling for r in asked))
    row = asked[0]
    if line.line.handling:
        case = "other"
    else:
        toxic = context.safety.toxic(line.ids[0], context.on)
        grave = toxic is not None and toxic.toxicity in {"toxic", "very-toxic"} and "decoct-first" in codes
        case = "missing-toxic" if grave else "missing"
    words = "other" if case == "other" else "missing"
    return told("handling", case, [line], row, words, codes=codes, given=line.line.handling or "")


def processing(context: Context) -> Outcome:
    """A raw name where it matters whether the processed drug is meant."""
    out = Outcome("processing", about_line=True)
    for line in context.lines:
        if not line.ids:
            out.skip([line], "unknown-herb")
            continue
        if line.patent:
            out.skip([line], "patent")
            continue
        if context.external or line.external or line.resolution.processing:
            continue
        for herb in line.ids:
            node = context.safety.herb(herb)
            if node.processing:
                continue
            for row in context.safety.processing.get(herb, ()):
                out.found.append(told("processing", row.level, [line], row, row.level, write=row.write))
            if line.certain is False:
                break
    return out


def form(context: Context) -> Outcome:
    """Drugs for external use only, for manufacture only, for wine only."""
    out = Outcome("form", about_line=True)
    for line in context.lines:
        if not line.ids:
            out.skip([line], "unknown-herb")
            continue
        if line.patent:
            out.skip([line], "patent")
            continue
        for herb in line.ids[:1] if line.certain else ():
            node = context.safety.herb(herb)
            rows = list(context.safety.forms.get(herb, ()))
            if not rows and node.processing == "raw":
                rows = list(context.safety.forms.get(node.parent, ()))
            if line.resolution.processing and line.resolution.processing != "raw" and not node.processing:
                rows = []
            for row in rows:
                external = context.external or line.external
                if row.limit == "external-only" and external:
                    continue
                if row.limit == "wine-only" and context.rx.form != DoseForm.DECOCTION:
                    continue
                if row.fact.in_force(context.on):
                    out.editions.add(row.fact.edition)
                    out.found.append(told("form", row.limit, [line], row, row.limit))
    return out


def written_names(context: Context) -> tuple[Outcome, Outcome]:
    """Names that nobody knows, and names that mean several herbs."""
    unknown, asking = Outcome("unknown-herb"), Outcome("ambiguous-herb")
    for line in context.lines:
        if not line.ids and not line.patent:
            unknown.found.append(
                own("unknown-herb", "plain", [line], "plain", suggestions=line.resolution.suggestions)
            )
        elif line.resolution.how in ASKING:
            words = "compound" if line.resolution.how == "compound" else "ask"
            asking.found.append(own("ambiguous-herb", "ask", [line], words, candidates=line.ids))
        elif line.resolution.also and line.resolution.how == "exact":
            asking.found.append(
                own("ambiguous-herb", "default", [line], "default", candidates=line.resolution.also)
            )
    for line in _patents_unknown(context):
        words = "patent" if line.zh == line.line.name else "patent-part"
        unknown.found.append(own("unknown-herb", "patent", [line], words, patent=line.patent))
    return unknown, asking


def _patents_unknown(context: Context) -> Iterator[ReviewLine]:
    return (line for line in context.lines if line.patent and not line.ids)
