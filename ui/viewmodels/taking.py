"""What look, listen and feel share: examination, signs, the visit before, what was refused. No Qt."""

from dataclasses import dataclass

from tcm_station.domain.errors import StationError
from tcm_station.domain.examination import Examination, ExamKind, Issue
from tcm_station.domain.finding import Certainty, Finding, Polarity
from tcm_station.domain.terms import terms
from tcm_station.domain.visit import Visit
from tcm_station.i18n import Lang, has_key, tr
from tcm_station.i18n.pinyin import initials
from tcm_station.workflow import commands
from tcm_station.workflow.examine import read_bytes
from tcm_station.workflow.lookup import Hit
from ui.viewmodels.shell import Shell


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign as a tag. glyph: proposed, yes, no or added by hand. negated: said not to be there."""

    code: str
    glyph: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """What could not be used, kept beside its reason. data: the file, b"" when it was never read."""

    kind: ExamKind
    name: str
    error: StationError
    data: bytes = b""


class Taking:
    """The examinations of one method on the open visit. areas: first words of the codes of its signs."""

    def __init__(self, shell: Shell, kinds: tuple[ExamKind, ...], areas: tuple[str, ...]) -> None:
        self.shell = shell
        self.kinds = kinds
        self.areas = areas
        self.kind = kinds[0]
        self.refused: Refusal | None = None

    # what there is
    @property
    def visit(self) -> Visit | None:
        return self.shell.visit

    @property
    def examination(self) -> Examination | None:
        return self.visit.examination(self.kind) if self.visit is not None else None

    def previous(self) -> tuple[Visit, Examination] | None:
        """The same examination at the latest visit before this one."""
        visit = self.visit
        if visit is None:
            return None
        for earlier in self.shell.desk.visits_of(visit.patient_id):
            exam = earlier.examination(self.kind)
            if earlier.id != visit.id and earlier.at < visit.at and exam is not None:
                return earlier, exam
        return None

    def last_values(self) -> dict[str, float]:
        """Values of the visit before, by code."""
        before = self.previous()
        if before is None:
            return {}
        return {m.code: m.value for m in before[1].measurements if m.value is not None}

    def glyphs(self) -> dict[str, str]:
        """State glyphs for measurements: of the sign that rests on each."""
        exam = self.examination
        if exam is None:
            return {}
        now = {sign.code: sign.glyph for sign in self.signs()}
        return {
            code: now.get(finding.code, "finding_proposed")
            for finding in exam.findings
            for code in finding.evidence
        }

    def issues(self) -> tuple[Issue, ...]:
        exam = self.examination
        return exam.quality.issues if exam is not None else ()

    # signs
    def said(self) -> tuple[Finding, ...]:
        """What the practitioner said about signs of this method."""
        found = self.visit.findings_by_hand if self.visit is not None else ()
        return tuple(f for f in found if self._mine(f.code))

    def _mine(self, code: str) -> bool:
        return code.split(".")[0] in self.areas

    def machine(self) -> tuple[Finding, ...]:
        exam = self.examination
        return exam.findings if exam is not None else ()

    def signs(self) -> tuple[Sign, ...]:
        """Signs of this method: the machine's in their order, then those added by hand."""
        said: dict[str, Finding] = {}
        for finding in sorted(self.said(), key=lambda f: f.location is not None):
            said.setdefault(finding.code, finding)
        made: list[Sign] = []
        for finding in self.machine():
            mine = said.pop(finding.code, None)
            made.append(_sign(finding) if mine is None else _judged(mine, "finding_yes"))
        made += [_judged(finding, "finding_added") for finding in said.values()]
        return tuple(made)

    def judge(self, code: str, answer: str) -> bool:
        """answer: "yes", "no", or "forget" (what was measured counts again)."""
        if not self.shell.is_draft:
            return False
        if answer == "forget":
            return self.shell.do(commands.forget_finding(code))
        polarity = Polarity.ABSENT if answer == "no" else Polarity.PRESENT
        return self.shell.do(commands.judge_finding(code, polarity))

    def judge_resting_on(self, measurement: str, answer: str) -> bool:
        """Judge the machine's signs that rest on a measurement. False when none does."""
        resting = [f.code for f in self.machine() if measurement in f.evidence]
        done = [self.judge(code, self._turn(code, answer)) for code in resting]
        return bool(done) and all(done)

    def _turn(self, code: str, answer: str) -> str:
        glyph = next((s.glyph for s in self.signs() if s.code == code), "finding_proposed")
        settled = glyph in ("finding_yes", "finding_added", "finding_no")
        return "forget" if answer == "yes" and settled else answer

    def find_signs(self, words: str) -> list[Hit]:
        """Signs of this method that fit what was typed: name, pinyin without tones, initials, English."""
        words = words.strip().lower()
        hits = []
        for term in terms().values():
            if not self._mine(term.code) or term.kind == "measurement":
                continue
            plain = toneless(term.pinyin)
            fits = (
                words in term.zh
                or plain.replace(" ", "").replace("'", "").startswith(words.replace(" ", ""))
                or any(letters.startswith(words) for letters in initials(term.zh))
                or any(part.startswith(words) for part in term.en.lower().split())
            )
            if fits:
                hits.append(Hit(term.code, term.kind, term.zh, term.en, term.pinyin))
        return hits

    # taking: in a worker
    def take(
        self,
        visit_id: str,
        kind: ExamKind,
        data: bytes,
        name: str,
        *,
        device: str = "file",
        settings: tuple[tuple[str, str], ...] = (),
        synthetic: bool = False,
    ) -> Refusal | None:
        """Keep and measure; what was refused comes back as such. Slow: belongs in a worker."""
        try:
            self.shell.desk.take(
                visit_id, kind, data, name, device=device, settings=settings, synthetic=synthetic
            )
        except StationError as error:
            return Refusal(kind, name, error, data)
        return None

    def take_file(self, visit_id: str, kind: ExamKind, path: str) -> Refusal | None:
        """Read a file, keep and measure it."""
        from pathlib import Path

        source = Path(path)
        try:
            data = read_bytes(source)
        except StationError as error:
            return Refusal(kind, source.name, error)
        return self.take(visit_id, kind, data, source.name)


def _sign(finding: Finding) -> Sign:
    negated = finding.polarity is Polarity.ABSENT
    proposed = finding.certainty is Certainty.PROPOSED
    return Sign(finding.code, "finding_proposed" if proposed else "finding_yes", negated)


def _judged(finding: Finding, there: str) -> Sign:
    negated = finding.polarity is Polarity.ABSENT
    return Sign(finding.code, "finding_no" if negated else there, negated)


def toneless(pinyin: str) -> str:
    """Pinyin without its tone marks, lower case."""
    import unicodedata

    parts = unicodedata.normalize("NFD", pinyin.lower())
    return "".join(ch for ch in parts if not unicodedata.combining(ch))


def issue_words(issue: Issue, lang: Lang) -> tuple[str, str]:
    """A quality issue and its advice in words; the code itself when nothing names it."""
    key = issue.code if has_key(issue.code) else f"issue.{issue.code}"
    if not has_key(key):
        return issue.code, ""
    params = {"value": _number(issue.value), "limit": _number(issue.limit)}
    advice = tr(f"{key}.advice", lang, **params) if has_key(f"{key}.advice") else ""
    return tr(key, lang, **params), advice


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:g}"


__all__ = ["Refusal", "Sign", "Taking", "issue_words", "toneless"]
