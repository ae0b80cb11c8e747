"""The form of a person: register one, or mend what is known. What was not asked stays "not asked"."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from tcm_station.domain.errors import StationError
from tcm_station.domain.patient import Known, Patient, Sex
from ui.style import px
from ui.widgets.base import Label, Rule, column, row
from ui.widgets.buttons import Button, Field, Segment
from ui.widgets.overlay import FloatingDialog
from ui.words import T, Text, lang, say

if TYPE_CHECKING:
    from ui.views.frame import Frame

_DATE_MARKS = str.maketrans({".": "-", "/": "-", "年": "-", "月": "-", "日": None})
_SPLIT = str.maketrans({"，": ",", "、": ",", ";": ",", "；": ","})


def read_birth(text: str) -> date | None:
    """A birth date as people write it: 1985-03-02, 1985.3.2, 19850302, 1985. Raises ValueError."""
    plain = text.strip().translate(_DATE_MARKS)
    if not plain:
        return None
    if plain.isdigit() and len(plain) == 8:
        plain = f"{plain[:4]}-{plain[4:6]}-{plain[6:]}"
    parts = [int(part) for part in plain.strip("-").split("-")]
    return date(*(parts + [1, 1])[:3])


def words_of(text: str) -> tuple[str, ...]:
    """A list as people write it, by commas of any kind."""
    return tuple(word.strip() for word in text.translate(_SPLIT).split(",") if word.strip())


class PersonDialog(FloatingDialog):
    """patient None registers somebody new and opens a first visit."""

    def __init__(self, frame: "Frame", patient: Patient | None = None) -> None:
        super().__init__(frame.widget, 560, 104)
        self._frame, self._patient = frame, patient
        title = T("component.person.edit") if patient else T("component.person.new")
        self.setAccessibleName(say(title))
        body = column(gap=8, pad=(24, 20, 24, 12))
        body.addWidget(Label(title, "title"))
        self.name, self.birth, self.phone = Field(), Field(T("component.person.birth_hint")), Field()
        self.number, self.allergies, self.drugs, self.conditions = Field(), Field(), Field(), Field()
        self.sex = Segment([(s, T(f"component.sex.{s.value}")) for s in Sex], Sex.UNKNOWN)
        self.pregnant = Segment([(k, T(f"component.person.known.{k.value}")) for k in Known], Known.UNKNOWN)
        hint = T("component.person.list_hint")
        for words, widget, note in (
            (T("component.person.name"), self.name, ""),
            (T("component.person.sex"), self.sex, ""),
            (T("component.person.birth"), self.birth, ""),
            (T("component.person.phone"), self.phone, ""),
            (T("component.person.number"), self.number, ""),
            (T("component.person.allergies"), self.allergies, hint),
            (T("component.person.drugs"), self.drugs, hint),
            (T("component.person.conditions"), self.conditions, hint),
            (T("component.person.pregnant"), self.pregnant, ""),
        ):
            self._line(body, words, widget, note)
        self.error = Label("", "caption", "stop", wrap=True)
        body.addWidget(self.error)
        body.addWidget(Rule())
        foot = row(gap=8)
        foot.addStretch(1)
        leave = Button(T("component.person.leave"), "Esc")
        leave.clicked.connect(self.reject)
        self.keep = Button(T("component.person.keep"), "Ctrl Enter", kind="primary")
        self.keep.clicked.connect(self.save)
        foot.addWidget(leave)
        foot.addWidget(self.keep)
        body.addLayout(foot)
        self.setLayout(body)
        if patient is not None:
            self._fill(patient)
        self.name.setFocus()

    def _line(self, body, words: Text, widget: QWidget, note: Text) -> None:
        line = row(gap=12)
        label = Label(words)
        label.setFixedWidth(px(88))
        line.addWidget(label)
        line.addWidget(widget, 0 if isinstance(widget, Segment) else 1)
        if isinstance(widget, Segment):
            line.addStretch(1)
        if isinstance(widget, Field) and note:
            widget.setPlaceholderText(say(note))
        body.addLayout(line)

    def _fill(self, patient: Patient) -> None:
        self.name.setText(patient.name)
        self.sex.choose(patient.sex)
        self.birth.setText(patient.birth.isoformat() if patient.birth else "")
        self.phone.setText(patient.phone)
        self.number.setText(patient.number)
        for field, words in (
            (self.allergies, patient.allergies),
            (self.drugs, patient.drugs),
            (self.conditions, patient.conditions),
        ):
            field.setText(say(T("component.list_comma")).join(words))
        self.pregnant.choose(patient.pregnant)

    def save(self) -> None:
        """Keep the person; what is wrong is said under the fields."""
        self.birth.set_error(False)
        self.name.set_error(not self.name.text().strip())
        if not self.name.text().strip():
            self.error.say(T("component.person.name_missing"))
            return
        try:
            birth = read_birth(self.birth.text())
            today = self._frame.desk.clock().date()
            if birth is not None and not date(today.year - 130, 1, 1) <= birth <= today:
                raise ValueError
        except (ValueError, TypeError):
            self.birth.set_error(True)
            self.error.say(T("component.person.birth_wrong"))
            return
        values = {
            "name": self.name.text().strip(),
            "sex": self.sex.value(),
            "birth": birth,
            "phone": self.phone.text().strip(),
            "number": self.number.text().strip(),
            "allergies": words_of(self.allergies.text()),
            "drugs": words_of(self.drugs.text()),
            "conditions": words_of(self.conditions.text()),
            "pregnant": self.pregnant.value(),
        }
        try:
            self._keep(values)
        except StationError as error:
            self.error.say(f"{error.text(lang())} {error.advice(lang())}")

    def _keep(self, values: dict) -> None:
        desk, shell = self._frame.desk, self._frame.shell
        if self._patient is None:
            patient = desk.add_patient(**values)
            shell.open_visit(desk.new_visit(patient.id).id)
            self.accept()
            self._frame.go("ask")
        else:
            desk.update_patient(replace(self._patient, **values))
            self.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if control:
                self.save()
            else:
                self.focusNextChild()
            return
        super().keyPressEvent(event)
