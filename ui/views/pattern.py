"""辨证: findings by source, one's own differentiation, the proposal with its reasons, what to ask next."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime

from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tcm_station.domain.differentiation import Differentiation
from tcm_station.domain.finding import Finding
from tcm_station.workflow.changes import Changed, Kind
from tcm_station.workflow.differentiate import red_flag_rules
from tcm_station.workflow.names import measurement_decimals
from ui.style import px
from ui.viewmodels.ask import Ask
from ui.viewmodels.pattern import Pattern, code_of
from ui.viewmodels.shell import seal_of
from ui.views.nothing import no_visit
from ui.views.page import Page
from ui.views.pattern_parts import (
    CandidateHead,
    Candidates,
    Comparison,
    ComparisonHead,
    Editor,
    Element,
    EvidenceColumns,
    QuestionRow,
    Short,
    is_plain_digit,
)
from ui.widgets.base import Label, SectionHead, clear, column, row
from ui.widgets.buttons import Button, Field, SealMark, Tag
from ui.widgets.columns import Columns
from ui.widgets.elements import ElementsMap
from ui.widgets.findings import FindingList, Group, shown
from ui.widgets.frames import JudgedFrame, JudgedLine
from ui.widgets.overlay import RedFlagOverlay
from ui.words import Name, T, Text, lang, say
from ui.workers import Task

_MOST_DIFFERENCES = 6
_FEWER_NATURES = 3  # English names need wider cells
_RED_ANSWERS = ("referred", "assessed", "known")


class PatternPage(Page):
    """Differentiation of the open visit."""

    contexts = ("differentiation", "visit", "tables")
    hints = (
        "pattern.mine",
        "pattern.candidate",
        "pattern.compare",
        "pattern.why_not",
        "tables.confirm",
        "pattern.answer",
    )

    def __init__(self, frame) -> None:
        super().__init__(frame)
        self.model = Pattern(frame.shell)
        self._asked = Ask(frame.shell)
        self._task: Task | None = None
        self._seconds = 0.0
        self._editing = False
        self._draft_of = ""
        self._overlay: RedFlagOverlay | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._columns = Columns(self._build_middle(), left=self._build_left(), right=self._build_right())
        self._empty = no_visit(frame)
        layout.addWidget(self._empty, 1)
        layout.addWidget(self._columns, 1)

    # layout
    def _build_left(self) -> QWidget:
        side = QWidget()
        box = column(gap=6, pad=(12, 12, 12, 8))
        side.setLayout(box)
        self._found_head = SectionHead(T("pattern.findings"))
        self._line = Field(T("pattern.one_line"), keys="F2")
        self._line.returnPressed.connect(self._add_line)
        self._found = FindingList()
        self._found.judged.connect(self._judge)
        self._found.add_wanted.connect(self._type_line)
        self._left_note = Label(kind="caption", tint="ink3", wrap=True)
        for widget in (self._found_head, self._line):
            box.addWidget(widget)
        box.addWidget(self._found, 1)
        box.addWidget(self._left_note)
        return side

    def _build_middle(self) -> QWidget:
        middle = QWidget()
        box = column(gap=12, pad=(16, 12, 16, 16))
        middle.setLayout(box)
        self._editor = Editor(self.model.choices)
        self._editor.committed.connect(self._commit)
        self._editor.declined.connect(self._decline)
        self._editor.chosen.connect(self._choose)
        self._editor.dropped.connect(self._drop)
        self._mine = self._build_mine()
        self._shut = JudgedLine()
        self._shut_note = Label(T("pattern.shut_note"), "caption", "ink3", wrap=True)
        self._reopen = Button(T("pattern.open"), kind="secondary")
        self._reopen.clicked.connect(self._open)
        self._proposal = self._build_proposal()
        self._compare_head = SectionHead(
            T("pattern.comparison"), T("pattern.comparison_note"), T("pattern.compare_key")
        )
        self._compare_names = ComparisonHead()
        self._comparison = Comparison()
        for widget in (self._editor, self._mine, self._shut, self._shut_note, self._proposal):
            box.addWidget(widget)
        box.addWidget(self._reopen)
        for widget in (self._compare_head, self._compare_names, self._comparison):
            box.addWidget(widget)
        box.setSpacing(px(10))
        box.addStretch(1)
        return middle

    def _build_mine(self) -> QWidget:
        frame = JudgedFrame(mine=True)
        line = row(gap=12)
        self._mine_seal = SealMark("")
        words = column(gap=0)
        self._mine_name = Label(kind="head", wrap=True)
        self._mine_note = Label(kind="caption", tint="ink2", wrap=True)
        words.addWidget(self._mine_name)
        words.addWidget(self._mine_note)
        self._change = Button(T("pattern.change"), "M")
        self._change.clicked.connect(self._edit)
        line.addWidget(self._mine_seal)
        line.addLayout(words, 1)
        line.addWidget(self._change)
        frame.body.addLayout(line)
        return frame

    def _build_proposal(self) -> QWidget:
        frame = JudgedFrame(mine=False, pad=10)
        head = row(gap=8)
        head.addWidget(SealMark(T("component.proposal_mark"), proposed=True))
        head.addWidget(Label(T("component.proposal_name"), "body_strong"))
        self._told = Label(kind="caption", tint="ink2")
        head.addWidget(self._told, 1)
        self._agree = Tag("", tone="covered")
        head.addWidget(self._agree)
        frame.body.addLayout(head)
        self._candidates = Candidates()
        self._candidates.chosen.connect(self._on_candidate)
        self._evidence = EvidenceColumns()
        self._note = Label(kind="caption", tint="ink3", wrap=True)
        for widget in (CandidateHead(), self._candidates, self._evidence, self._note):
            frame.body.addWidget(widget)
        return frame

    def _build_right(self) -> QWidget:
        side = QWidget()
        box = column(gap=8, pad=(16, 12, 16, 12))
        side.setLayout(box)
        self._map_head = SectionHead(T("pattern.elements"), T("pattern.elements_note"))
        self._map = ElementsMap()
        self._next_head = SectionHead(T("pattern.next"), T("pattern.next_note"))
        self._questions = QWidget()
        self._question_box = column()
        self._questions.setLayout(self._question_box)
        self._principle_head = SectionHead(T("pattern.principle"))
        line = row(gap=8)
        self._principle_seal = SealMark(T("component.proposal_mark"), proposed=True)
        self._principle = Label(kind="body_strong", wrap=True)
        line.addWidget(self._principle_seal)
        line.addWidget(self._principle, 1)
        self._last_head = SectionHead(T("pattern.last"))
        self._last = JudgedLine()
        self._go_on = Button(T("pattern.to_prescription"), "Ctrl Enter", kind="primary")
        self._go_on.clicked.connect(lambda: self.frame.go("prescription"))
        self._flags = Label(kind="caption", tint="ink2", wrap=True)
        for widget in (self._map_head, self._map, self._next_head, self._questions, self._principle_head):
            box.addWidget(widget)
        box.addLayout(line)
        for widget in (self._last_head, self._last, self._go_on, self._flags):
            box.addWidget(widget)
        box.addStretch(1)
        return side

    # the page's life
    def handlers(self) -> Mapping[str, Callable[[], None]]:
        return {
            "pattern.mine": self._edit,
            "pattern.compare": self._compare_next,
            "pattern.why_not": self._why_not,
            "pattern.skip": self._skip,
            "visit.one_line": self._type_line,
            "visit.go_on": self._go_forward,
            "app.back": self._back,
        }

    def entered(self) -> None:
        self._editing = False
        self._show()
        self._compute()
        if self._editor.isVisibleTo(self) and self.model.mine_first:
            self._editor.field.setFocus()
        else:
            self._found.setFocus()

    def left(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._close_overlay()
        self._editor.field.close_popup()
        self.model.keep_shown()

    def changed(self, changed: Changed) -> None:
        visit = self.frame.shell.visit
        if not changed.kinds or changed.kinds & {Kind.FINDINGS, Kind.DIFFERENTIATION, Kind.SIGNATURE}:
            self._show()
        if (
            visit is not None
            and changed.visit_id == visit.id
            and changed.kinds & {Kind.FINDINGS, Kind.PATIENTS}
        ):
            self._compute()

    def retranslate(self) -> None:
        self._show()

    # computing
    def _compute(self) -> None:
        if self._task is not None:
            self._task.cancel()
        if self.frame.shell.visit is None:
            self.model.receive(None)
            return
        self._began = time.perf_counter()
        self._task = self.frame.runner.start(
            lambda task: self.model.compute(), done=self._on_computed, failed=self.frame.explain
        )

    def _on_computed(self, proposal: Differentiation | None) -> None:
        self._task = None
        self._seconds = time.perf_counter() - self._began
        first_time = self.model.proposal is None or not self.model.is_open
        self.model.receive(proposal)
        if proposal is not None and proposal.candidates and first_time and not self.model.is_open:
            self.model.open_proposal()
        self._show()
        self._raise_flag()

    def _raise_flag(self) -> None:
        flags = self.model.open_red_flags()
        if not flags or self._overlay is not None or not self.frame.shell.is_draft:
            return
        flag = flags[0]
        chinese = lang() == "zh"
        sentences = [(name, T(f"pattern.red.{name}")) for name in _RED_ANSWERS]
        said = T("pattern.red.by_other") if flag.by_other else T("pattern.red.by_self")
        self._overlay = RedFlagOverlay(
            self.frame.widget,
            T("pattern.red.title"),
            flag.zh if chinese else flag.en,
            said,
            flag.advice_zh if chinese else flag.advice_en,
            sentences,
            T("pattern.red.go_on"),
            lambda name: self._answer_flag(flag.rule, name),
        )

    def _answer_flag(self, rule: str, name: str) -> None:
        self._overlay = None
        self.model.answer_red_flag(rule, say(T(f"pattern.red.{name}")))
        self._raise_flag()

    def _close_overlay(self) -> None:
        if self._overlay is not None:
            self._overlay.hide()
            self._overlay.deleteLater()
            self._overlay = None

    # showing
    def _show(self) -> None:
        model, shell = self.model, self.frame.shell
        model.mine_first = self.frame.settings.now.mine_first
        visit = shell.visit
        self._empty.setVisible(visit is None)
        self._columns.setVisible(visit is not None)
        self._draft_for(visit.id if visit is not None else "")
        self._show_findings()
        self._show_mine()
        self._show_proposal()
        self._show_right()

    def _draft_for(self, visit_id: str) -> None:
        """Another visit: what was being written belongs to the one before."""
        if visit_id != self._draft_of:
            self._draft_of, self._editing = visit_id, False
            self.model.draft = ()
            self._editor.show_draft((), "")
            self.model.proposal = None
            self._close_overlay()

    def _show_findings(self) -> None:
        areas = self.model.areas()
        groups = [
            Group(T(f"pattern.area.{area.id}"), tuple(shown(f, self._note_of(f)) for f in area.findings))
            for area in areas
            if area.findings
        ]
        self._found.set(groups)
        n = sum(len(area.findings) for area in areas)
        self._found_head.say(caption=T("pattern.findings_note", n=n))
        away = [say(T(f"pattern.area.{area.id}")) for area in areas if not area.findings]
        parts = []
        if away:
            parts.append(say(T("pattern.not_done", what=say(T("pattern.comma")).join(away))))
        loose = self.model.unconfirmed()
        if loose:
            parts.append(say(T("pattern.unconfirmed", n=loose)))
        self._left_note.say(" ".join(parts))
        self._line.setEnabled(self.frame.shell.is_draft)

    def _note_of(self, finding: Finding) -> Text:
        measured = self.model.measured(finding)
        if measured is not None and measured.value is not None and measured.unit not in ("", "1"):
            # A number without a unit says nothing beside a sign's name; it stands on the method's own page.
            digits = measurement_decimals(measured.code)
            sd = f" ± {measured.sd:.{digits}f}" if measured.sd is not None else ""
            return f"{measured.value:.{digits}f}{sd} {measured.unit}"
        return finding.duration or ""

    def _show_mine(self) -> None:
        judgement, draft = self.model.judgement, self.frame.shell.is_draft
        writing = draft and (self._editing or judgement is None)
        self._editor.setVisible(writing)
        self._mine.setVisible(judgement is not None and not writing)
        seal = seal_of(self.frame.shell.user) or "·"
        first = self.model.is_shut
        self._editor.seal.say(seal)
        self._editor.title.say(T("pattern.editor.first") if first else T("pattern.editor.mine"))
        self._editor.note.say(T("pattern.editor.first_note") if first else "")
        self._editor.button.say(T("pattern.editor.commit_open") if first else T("pattern.editor.commit"))
        self._editor.away.say(T("pattern.editor.decline") if first else T("pattern.editor.cancel"))
        self._editor.away.setVisible(first or self._editing)
        self._editor.show_draft(self.model.draft)
        if judgement is None:
            return
        self._mine_seal.say(seal_of(judgement.by) or "·")
        names = say(T("pattern.comma")).join(say(Short(code)) for code in judgement.syndromes)
        self._mine_name.say(names or judgement.text)
        when = datetime.fromisoformat(judgement.at).strftime("%H:%M:%S") if judgement.at else ""
        order = T("pattern.before") if judgement.before_proposal else T("pattern.after")
        codes = " ".join(code_of(code) for code in judgement.syndromes)
        told = [codes, say(T("pattern.committed", by=judgement.by, time=when, order=order))]
        told += [judgement.text] if names and judgement.text else []
        self._mine_note.say(" · ".join(part for part in told if part))
        self._change.setVisible(draft)

    def _show_proposal(self) -> None:
        model = self.model
        proposal, shut = model.proposal, model.is_shut
        n = len(model.findings())
        has = proposal is not None and bool(proposal.candidates)
        is_open = has and not shut and (model.is_open or not self.frame.shell.is_draft)
        self._shut.setVisible(not is_open)
        self._shut_note.setVisible(shut and has)
        self._reopen.setVisible(has and not shut and not is_open)
        self._proposal.setVisible(is_open)
        for widget in (self._compare_head, self._compare_names, self._comparison):
            widget.setVisible(is_open and len(model.shown()) > 1)
        if not is_open:
            if not n:
                words: Text = T("pattern.nothing_yet")
            elif proposal is None:
                words = T("pattern.computing")
            elif not has:
                words = T("pattern.nothing_known")
            else:
                words = T("pattern.shut") if shut else T("pattern.closed")
            self._shut.say(words, T("pattern.n_findings", n=n), seal="")
            return
        assert proposal is not None
        self._told.say(T("pattern.told", n=n, seconds=f"{self._seconds:.2f}", model=proposal.model))
        self._show_agreement()
        self._candidates.set(model.shown(), model.rest(), model.selected)
        self._evidence.set(model.candidate())
        flags = model.unconfirmed()
        self._note.say(T("pattern.weights_note") if not flags else T("pattern.weights_note_loose", n=flags))
        shown_now = model.shown()
        if len(shown_now) > 1:
            first, second = shown_now[model.selected], shown_now[min(model.compared, len(shown_now) - 1)]
            self._compare_names.set(Short(first.code), Short(second.code))
            self._comparison.set_items(list(model.differences()[:_MOST_DIFFERENCES]))

    def _show_agreement(self) -> None:
        judgement, place = self.model.judgement, self.model.agreement()
        self._agree.setVisible(judgement is not None and bool(judgement.syndromes))
        if place is None:
            self._agree.say(T("pattern.not_listed"))
        else:
            self._agree.say(T("pattern.agrees") if place == 1 else T("pattern.your_place", n=place))

    def _show_right(self) -> None:
        model = self.model
        shut = model.is_shut
        seen = model.proposal is not None and not shut and (model.is_open or not self.frame.shell.is_draft)
        told = model.element_map() if seen else None
        for widget in (self._map_head, self._map):
            widget.setVisible(bool(told and told.locations and told.natures))
        if told is not None:
            p = {(r, c): value for r, c, value in told.p}
            natures = told.natures if lang() == "zh" else told.natures[:_FEWER_NATURES]
            self._map.set([Element(c) for c in told.locations], [Element(c) for c in natures], p)
        self._show_questions(shut)
        principle = model.proposal.principle if seen and model.proposal is not None else None
        for part in (self._principle_head, self._principle_seal, self._principle):
            part.setVisible(principle is not None)
        if principle is not None:
            self._principle.say(Name(principle))
        last = model.last_judgement()
        self._last_head.setVisible(last is not None)
        self._last.setVisible(last is not None)
        if last is not None and last.judgement is not None:
            self._last_head.say(caption=last.at.strftime("%Y-%m-%d"))
            names = say(T("pattern.comma")).join(say(Short(c)) for c in last.judgement.syndromes)
            self._last.say(names or last.judgement.text, "", seal=seal_of(last.judgement.by) or "·")
        self._go_on.set_reason("" if model.judgement is not None else T("pattern.mine_missing"))
        self._show_flags()

    def _show_questions(self, shut: bool) -> None:
        clear(self._question_box)
        if shut:
            # Nothing of the proposal may show: what was not asked is listed in the order of the inquiry.
            rows = [r for r in self._asked.groups() if not r.said][:6]
            self._next_head.say(T("pattern.unasked"), T("pattern.unasked_note"))
            for told in rows:
                self._question_box.addWidget(Label(told.question.title(lang()), tint="ink2"))
            self._next_head.setVisible(bool(rows))
            return
        draft = self.frame.shell.is_draft
        asked = self.model.questions() if draft else ()
        self._next_head.say(T("pattern.next"), T("pattern.next_note"))
        self._next_head.setVisible(bool(asked))
        for index, question in enumerate(asked):
            made = QuestionRow(question, 2 * index + 1)
            made.answered.connect(lambda yes, i=index: self.model.answer_question(i, yes=yes))
            self._question_box.addWidget(made)

    def _show_flags(self) -> None:
        proposal = self.model.proposal
        if proposal is None:
            self._flags.say("")
            return
        rules, raised = red_flag_rules(), len(proposal.red_flags)
        if not raised:
            self._flags.say(T("pattern.no_flags", n=rules), "ink2")
        else:
            visit = self.frame.shell.visit
            words = [w for _, w in visit.red_flag_answers] if visit is not None else []
            self._flags.say(T("pattern.flags", n=raised, answers=say(T("pattern.comma")).join(words)), "stop")

    # doing
    def _judge(self, code: str, answer: str) -> None:
        if self.frame.shell.is_draft:
            self.model.judge(code, answer)

    def _add_line(self) -> None:
        text = self._line.text().strip()
        if not text:
            return
        codes = self.model.add_line(text)
        if codes:
            self._line.clear()
            self._line.set_error(False)
            self.frame.note(T("pattern.line_read", n=len(codes)))
        else:
            self._line.set_error(True)
            self.frame.note(T("pattern.line_unread"))

    def _type_line(self) -> None:
        self._line.setFocus()
        self._line.selectAll()

    def _edit(self) -> None:
        if not self.frame.shell.is_draft:
            return
        judgement = self.model.judgement
        if judgement is not None and not self._editing:
            self._editing = True
            self.model.draft = judgement.syndromes
            self._editor.show_draft(self.model.draft, judgement.text)
            self._show_mine()
        self._editor.field.setFocus()

    def _choose(self, code: str) -> None:
        self.model.choose(code)
        self._editor.show_draft(self.model.draft)

    def _drop(self, code: str) -> None:
        self.model.drop(code)
        self._editor.show_draft(self.model.draft)

    def _commit(self, text: str) -> None:
        if not self.model.draft and not text.strip():
            self.frame.note(T("pattern.nothing_written"))
            self._editor.field.setFocus()
            return
        self._editing = False
        self.model.commit(self.model.draft, text, self.frame.desk.clock().isoformat())
        if self.model.proposal is not None and self.model.proposal.candidates and not self.model.is_open:
            self.model.open_proposal()
        self._show()
        self._candidates.setFocus()

    def _decline(self) -> None:
        if self._editing:
            self._editing = False
        elif self.model.is_shut:
            self.model.decline()
            self.model.open_proposal()
        self._show()
        self._found.setFocus()

    def _open(self) -> None:
        self.model.open_proposal()
        self._show()

    def _back(self) -> None:
        if self._editing or self.model.is_shut:
            self._decline()
        else:
            self.frame.go("overview")

    def _go_forward(self) -> None:
        if self._editor.isVisibleTo(self) and (self.model.draft or self._editor.reasons.text().strip()):
            self._editor.commit()
        elif self.model.judgement is not None:
            self.frame.go("prescription")
        else:
            self.frame.note(T("pattern.mine_missing"))
            self._editor.field.setFocus()

    def _on_candidate(self, item: tuple[int, object]) -> None:
        rank = item[0]
        if rank:
            self.model.selected = rank - 1
            if self.model.compared == self.model.selected:
                self.model.compared = 1 if self.model.selected == 0 else 0
            self._show_proposal()

    def _compare_next(self) -> None:
        self.model.compare_next()
        self._show_proposal()

    def _why_not(self) -> None:
        if not self.model.compare_with_mine():
            self.frame.note(T("pattern.not_listed"))
        self._show_proposal()

    def _skip(self) -> None:
        self.model.skip_question()
        self._show_right()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        digit = is_plain_digit(event)
        if 1 <= digit <= 6 and not self.model.is_shut and self.frame.shell.is_draft:
            self.model.answer_question((digit - 1) // 2, yes=digit % 2 == 1)
        else:
            super().keyPressEvent(event)
