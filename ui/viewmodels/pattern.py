"""辨证: findings by source, one's own judgement, the proposal with its reasons. No Qt here."""

from dataclasses import dataclass

from tcm_station.domain.differentiation import (
    Candidate,
    Differentiation,
    ElementKind,
    Judgement,
    NextQuestion,
    RedFlag,
)
from tcm_station.domain.finding import Certainty, Finding, Polarity
from tcm_station.domain.measurement import Measurement
from tcm_station.domain.visit import Visit, VisitState
from tcm_station.workflow import commands
from tcm_station.workflow.differentiate import elements_of, syndromes_considered
from tcm_station.workflow.lookup import SYNDROMES, Hit, search
from ui.viewmodels.shell import Shell

# Findings are shown by where they come from, in the order of the four methods.
AREAS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("look", ("tongue", "face")),
    ("listen", ("voice", "smell")),
    ("ask", ("symptom",)),
    ("feel", ("pulse",)),
)


@dataclass(frozen=True, slots=True)
class Area:
    """One block of findings. id: words at `pattern.area.<id>`."""

    id: str
    findings: tuple[Finding, ...]


#: The rows of the table: more are not read; the rest is one row of its own.
MOST_CANDIDATES = 5
MOST_QUESTIONS = 3
MAP_ROWS, MAP_COLUMNS = 5, 6


@dataclass(frozen=True, slots=True)
class ElementMap:
    """Locations × natures. p: summed probability of the listed syndromes that have both."""

    locations: tuple[str, ...] = ()
    natures: tuple[str, ...] = ()
    p: tuple[tuple[int, int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """One row of the comparison of two candidates: a finding with its weight under each; None: no weight."""

    finding: str
    polarity: Polarity | None
    first: float | None
    second: float | None


class Pattern:
    """mine_first: the proposal stays shut until one's own word is committed (a setting)."""

    def __init__(self, shell: Shell, *, mine_first: bool = False) -> None:
        self.shell = shell
        self.mine_first = mine_first
        self.proposal: Differentiation | None = None
        self.selected = 0
        self.compared = 1
        self.draft: tuple[str, ...] = ()
        self.skipped_questions = 0
        self.declined_for = ""
        self._for = ""

    # findings
    def areas(self) -> tuple[Area, ...]:
        if self.shell.visit is None:
            return ()
        found = _once(self.shell.desk.findings(self.shell.visit.id))
        return tuple(
            Area(name, tuple(f for f in found if f.code.split(".")[0] in kinds)) for name, kinds in AREAS
        )

    def findings(self) -> tuple[Finding, ...]:
        return tuple(f for area in self.areas() for f in area.findings)

    def find(self, code: str) -> Finding | None:
        return next((f for f in self.findings() if f.code == code), None)

    def measured(self, finding: Finding) -> Measurement | None:
        """The first measurement that a finding rests on, if it was taken at this visit."""
        visit = self.shell.visit
        for exam in visit.examinations if visit is not None else ():
            for code in finding.evidence:
                found = exam.measurement(code)
                if found is not None and found.value is not None:
                    return found
        return None

    def unconfirmed(self) -> int:
        """How many findings nobody has looked at: they carry less weight."""
        return sum(f.certainty is Certainty.PROPOSED for f in self.findings())

    def judge(self, code: str, answer: str) -> None:
        """answer: "yes", "no", or "forget" what was said by hand. Yes confirms the way it was read."""
        finding = self.find(code)
        if finding is None:
            return
        by_hand = self.shell.visit is not None and any(
            f.code == code for f in self.shell.visit.findings_by_hand
        )
        if answer == "no":
            self.negate(finding)
        elif answer == "forget" and by_hand:
            self.forget(finding)
        elif answer == "forget":
            # Said in the inquiry, not on this page: what can be done here is to say the opposite.
            self.flip(finding)
        else:
            self.shell.do(commands.judge_finding(code, finding.polarity, degree=finding.degree))

    def flip(self, finding: Finding) -> None:
        """Confirm a proposed finding, or turn what was said round."""
        by_hand = self.shell.visit is not None and any(
            f.code == finding.code for f in self.shell.visit.findings_by_hand
        )
        turned = Polarity.ABSENT if finding.polarity is Polarity.PRESENT else Polarity.PRESENT
        said = by_hand or finding.certainty is not Certainty.PROPOSED
        self.shell.do(commands.judge_finding(finding.code, turned if said else finding.polarity))

    def negate(self, finding: Finding) -> None:
        self.shell.do(commands.judge_finding(finding.code, Polarity.ABSENT))

    def add(self, code: str) -> None:
        self.shell.do(commands.judge_finding(code, Polarity.PRESENT))

    def forget(self, finding: Finding) -> None:
        self.shell.do(commands.forget_finding(finding.code))

    def add_line(self, text: str) -> tuple[str, ...]:
        """One-line entry ("舌淡红苔薄白，脉弦细"): every sign read in it is said by hand. Returns codes."""
        from ui.viewmodels.ask import read

        said = read(text).findings
        for finding in said:
            self.shell.do(commands.judge_finding(finding.code, finding.polarity, degree=finding.degree))
        return tuple(f.code for f in said)

    # mine
    @property
    def judgement(self) -> Judgement | None:
        return self.shell.visit.judgement if self.shell.visit else None

    def choose(self, code: str) -> None:
        """Put a syndrome on the judgement being written, the main one first."""
        if code not in self.draft:
            self.draft = (*self.draft, code)

    def drop(self, code: str) -> None:
        self.draft = tuple(c for c in self.draft if c != code)

    def last_judgement(self) -> Visit | None:
        """The latest earlier visit at which somebody stood for a syndrome."""
        visit = self.shell.visit
        if visit is None:
            return None
        earlier = (v for v in self.shell.desk.visits_of(visit.patient_id) if v.at < visit.at)
        return next((v for v in earlier if v.judgement is not None), None)

    def choices(self, words: str) -> tuple[Hit, ...]:
        """Syndromes that fit what is being typed."""
        return search(words, SYNDROMES)

    def commit(self, syndromes: tuple[str, ...], text: str, at: str) -> None:
        """Stand for one's own differentiation. Nothing is committed when neither is given."""
        if syndromes or text.strip():
            self.shell.do(commands.commit_judgement(Judgement(syndromes, text.strip(), self.shell.user, at)))

    # the proposal
    @property
    def is_shut(self) -> bool:
        """Whether the proposal may not be shown yet."""
        visit = self.shell.visit
        if visit is None or not self.mine_first or self.declined_for == visit.id:
            return False
        return visit.judgement is None and not visit.proposal_shown

    @property
    def is_open(self) -> bool:
        """Whether the proposal stands on the visit as seen."""
        visit = self.shell.visit
        return visit is not None and visit.proposal_shown

    def decline(self) -> None:
        """Look without writing first, this time."""
        self.declined_for = self.shell.visit.id if self.shell.visit else ""

    def compute(self) -> Differentiation | None:
        """The proposal for the findings as they stand; for a worker. A signed visit keeps what it was."""
        visit = self.shell.visit
        if visit is None:
            return None
        self._for = visit.id
        if visit.state is not VisitState.DRAFT and visit.differentiation is not None:
            return visit.differentiation
        return self.shell.desk.proposal(visit.id)

    def receive(self, proposal: Differentiation | None) -> None:
        """Take what the worker computed."""
        self.proposal = proposal
        count = len(proposal.candidates) if proposal else 0
        self.selected = min(self.selected, max(0, min(count, MOST_CANDIDATES) - 1))
        self.skipped_questions = 0
        if self.compared == self.selected:
            self.compared = 1 if self.selected == 0 else 0

    def open_proposal(self) -> None:
        """The proposal was looked at: the visit keeps what was shown."""
        visit = self.shell.visit
        if self.proposal is not None and visit is not None and self.shell.is_draft and not self.is_shut:
            self.shell.do(commands.show_proposal(self.proposal))

    def keep_shown(self) -> None:
        """On leaving: a draft keeps the proposal as it was last on the screen."""
        if self.proposal is None or not self._for:
            return
        visit = self.shell.desk.visit(self._for)
        seen = visit.state is VisitState.DRAFT and visit.proposal_shown
        if seen and visit.differentiation != self.proposal:
            self.shell.desk.do(visit.id, commands.show_proposal(self.proposal))

    def shown(self) -> tuple[Candidate, ...]:
        """The candidates that have a row of their own."""
        return self.proposal.candidates[:MOST_CANDIDATES] if self.proposal else ()

    def rest(self) -> tuple[int, float]:
        """How many syndromes have no row, and their probability together."""
        shown = self.shown()
        return max(0, syndromes_considered() - len(shown)), max(0.0, 1.0 - sum(c.p for c in shown))

    def element_map(self) -> ElementMap:
        """The strongest locations and natures, and how probable each pair is among the listed syndromes."""
        if self.proposal is None:
            return ElementMap()
        scores = self.proposal.elements
        locations = [e.code for e in scores if e.kind is ElementKind.LOCATION][:MAP_ROWS]
        natures = [e.code for e in scores if e.kind is ElementKind.NATURE][:MAP_COLUMNS]
        p: dict[tuple[int, int], float] = {}
        for candidate in self.proposal.candidates:
            elements = set(elements_of(candidate.code))
            for row, location in enumerate(locations):
                for column, nature in enumerate(natures):
                    if location in elements and nature in elements:
                        p[row, column] = p.get((row, column), 0.0) + candidate.p
        cells = tuple((row, column, value) for (row, column), value in p.items())
        return ElementMap(tuple(locations), tuple(natures), cells)

    def questions(self) -> tuple[NextQuestion, ...]:
        """The next questions that are on the screen, after those that were skipped."""
        asked = self.proposal.next_questions if self.proposal else ()
        return asked[self.skipped_questions : self.skipped_questions + MOST_QUESTIONS]

    def skip_question(self) -> None:
        """Leave the first one out; after the last one they come again."""
        count = len(self.proposal.next_questions) if self.proposal else 0
        self.skipped_questions = (self.skipped_questions + 1) % count if count else 0

    def candidate(self) -> Candidate | None:
        if self.proposal is None or not self.proposal.candidates:
            return None
        return self.proposal.candidates[self.selected]

    def agreement(self) -> int | None:
        """Where one's own first syndrome stands in the proposal, from 1; None when it is not listed."""
        if self.judgement is None or not self.judgement.syndromes or self.proposal is None:
            return None
        codes = [c.code for c in self.proposal.candidates]
        first = self.judgement.syndromes[0]
        return codes.index(first) + 1 if first in codes else None

    def differences(self) -> tuple[Difference, ...]:
        """The findings that tell the selected candidate from the compared one, strongest first."""
        if self.proposal is None or max(self.selected, self.compared) >= len(self.proposal.candidates):
            return ()
        pair = (self.proposal.candidates[self.selected], self.proposal.candidates[self.compared])
        first, second = (_weights(c) for c in pair)
        polarity = {f.code: f.polarity for f in self.findings()}
        rows = [
            Difference(code, polarity.get(code), first.get(code), second.get(code))
            for code in first.keys() | second.keys()
            if first.get(code) != second.get(code)
        ]

        def gap(row: Difference) -> tuple[float, str]:
            return (-abs((row.first or 0.0) - (row.second or 0.0)), row.finding)

        return tuple(sorted(rows, key=gap))

    def compare_next(self) -> None:
        """Compare with the next other candidate."""
        count = len(self.proposal.candidates) if self.proposal else 0
        if count > 1:
            self.compared = (self.compared + 1) % count
            if self.compared == self.selected:
                self.compared = (self.compared + 1) % count

    def compare_with_mine(self) -> bool:
        """Why not mine: compare the first candidate with one's own. False when mine is not listed."""
        place = self.agreement()
        if place is None:
            return False
        self.selected, self.compared = (0, place - 1) if place > 1 else (0, 1)
        return True

    def answer_question(self, index: int, *, yes: bool) -> None:
        """Answer one of the questions on the screen: it becomes a finding said by hand."""
        asked = self.questions()
        if 0 <= index < len(asked):
            code = asked[index].finding
            self.shell.do(commands.judge_finding(code, Polarity.PRESENT if yes else Polarity.ABSENT))

    # red flags
    def open_red_flags(self) -> tuple[RedFlag, ...]:
        """Red flags that nobody has answered yet."""
        if self.proposal is None or self.shell.visit is None:
            return ()
        answered = {rule for rule, _ in self.shell.visit.red_flag_answers}
        return tuple(flag for flag in self.proposal.red_flags if flag.rule not in answered)

    def answer_red_flag(self, rule: str, sentence: str) -> None:
        self.shell.do(commands.answer_red_flag(rule, sentence))


def _once(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Each sign once, as whoever stands behind it most says; its place is where it came first."""
    order = (Certainty.PROPOSED, Certainty.REPORTED, Certainty.CONFIRMED)
    best: dict[str, Finding] = {}
    for finding in findings:
        kept = best.get(finding.code)
        if kept is None or order.index(finding.certainty) > order.index(kept.certainty):
            best[finding.code] = finding
    return tuple(best.values())


def short_name(name: str) -> str:
    """An English syndrome name without the words that all of them begin with."""
    return name.removeprefix("syndrome/pattern of ").removeprefix("syndrome/pattern ")


def code_of(node: str) -> str:
    """The standard's code in a node id."""
    return node.partition(":")[2]


def _weights(candidate: Candidate) -> dict[str, float]:
    return {e.finding: e.weight for e in (*candidate.supporting, *candidate.opposing)}
