"""辨证: findings by source, one's own judgement, the proposal with its reasons. No Qt here."""

from dataclasses import dataclass

from tcm_station.domain.differentiation import Candidate, Differentiation, Judgement, RedFlag
from tcm_station.domain.finding import Finding, Polarity
from tcm_station.workflow import commands
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
        self.draft_text = ""

    # findings
    def areas(self) -> tuple[Area, ...]:
        if self.shell.visit is None:
            return ()
        found = self.shell.desk.findings(self.shell.visit.id)
        return tuple(
            Area(name, tuple(f for f in found if f.code.split(".")[0] in kinds)) for name, kinds in AREAS
        )

    def findings(self) -> tuple[Finding, ...]:
        return tuple(f for area in self.areas() for f in area.findings)

    def flip(self, finding: Finding) -> None:
        """Confirm a proposed finding, or turn what was said round."""
        by_hand = self.shell.visit is not None and any(
            f.code == finding.code for f in self.shell.visit.findings_by_hand
        )
        turned = Polarity.ABSENT if finding.polarity is Polarity.PRESENT else Polarity.PRESENT
        self.shell.do(commands.judge_finding(finding.code, turned if by_hand else finding.polarity))

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
        return self.mine_first and visit is not None and visit.judgement is None and not visit.proposal_shown

    def compute(self) -> Differentiation | None:
        """The proposal for the findings as they stand; for a worker."""
        return self.shell.desk.proposal(self.shell.visit.id) if self.shell.visit else None

    def receive(self, proposal: Differentiation | None) -> None:
        """Take what the worker computed."""
        self.proposal = proposal
        count = len(proposal.candidates) if proposal else 0
        self.selected = min(self.selected, max(0, count - 1))

    def open_proposal(self) -> None:
        """The proposal was looked at: the visit keeps what was shown."""
        visit = self.shell.visit
        if self.proposal is not None and visit is not None and self.shell.is_draft and not self.is_shut:
            self.shell.do(commands.show_proposal(self.proposal))

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

    def answer_question(self, index: int, *, yes: bool) -> None:
        """Answer one of the next questions: it becomes a finding said by hand."""
        if self.proposal is not None and 0 <= index < len(self.proposal.next_questions):
            code = self.proposal.next_questions[index].finding
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


def _weights(candidate: Candidate) -> dict[str, float]:
    return {e.finding: e.weight for e in (*candidate.supporting, *candidate.opposing)}
