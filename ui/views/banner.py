"""The patient's banner: on every page of a visit, so that nobody takes one person for another."""

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from tcm_station.domain.patient import Known, Patient
from ui.style import RIGHT, colour, font, paint_box, paint_glyph, paint_icon, paint_text, px, width_of
from ui.viewmodels.shell import Saving, Shell
from ui.widgets.base import hairline
from ui.words import Name, T, say


class Banner(QWidget):
    """Painted from the shell's view-model; `refresh()` after a step. clicked: the person's data are
    wanted."""

    clicked = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._redo_hint = ""
        self.undo_keys = ""
        self.restyle()

    def restyle(self) -> None:
        self.setFixedHeight(px("banner"))

    def retranslate(self) -> None:
        self.refresh()

    def refresh(self) -> None:
        patient = self._shell.patient
        self.setAccessibleName(self._spoken(patient) if patient else "")
        step = self._shell.undo_name()
        self.setToolTip(say(T("component.banner.undo_step", step=_step_words(step))) if step else "")
        self.update()

    def _spoken(self, patient: Patient) -> str:
        return f"{patient.name} {self._who(patient)} {' '.join(text for _, text in self._tags(patient))}"

    def minimumSizeHint(self) -> QSize:
        return QSize(px(400), px("banner"))

    def mouseDoubleClickEvent(self, event) -> None:
        self.clicked.emit()

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("raised"))
        hairline(painter, 0, self.width(), self.height() - 1)
        patient = self._shell.patient
        if patient is None:
            line = QRectF(px(16), 0, self.width() - px(32), self.height())
            paint_text(painter, line, say(T("component.banner.nobody")), tint="ink3")
        else:
            right = self._paint_saved(painter)
            self._paint_person(painter, patient, right)
        painter.end()

    def _who(self, patient: Patient) -> str:
        age = patient.age_years(self._shell.desk.clock().date())
        sex = say(T(f"component.sex.{patient.sex.value}"))
        return sex if age is None else say(T("component.banner.sex_age", sex=sex, age=age))

    def _paint_person(self, painter: QPainter, patient: Patient, right: float) -> None:
        middle = QRectF(px(16), 0, right - px(16), self.height() - 1)
        # The name gives way last: everything to its right is measured first.
        x = middle.left() + paint_text(painter, middle, patient.name, kind="head") + px(8)
        if patient.sample:
            mark = say(T("component.sample_mark"))
            x += paint_text(
                painter, middle.adjusted(x - middle.left(), 0, 0, 0), mark, kind="caption", tint="ink3"
            ) + px(8)
        x += paint_text(
            painter, middle.adjusted(x - middle.left(), 0, 0, 0), self._who(patient), kind="lead", bold=False
        )
        x += px(16)
        x = self._paint_numbers(painter, patient, x, right)
        self._paint_tags(painter, patient, x, right - px(12))

    def _paint_numbers(self, painter: QPainter, patient: Patient, x: float, right: float) -> float:
        """Birth date and number, where the tags leave them room: what may harm is never the first to go."""
        birth = say(T("component.banner.birth", date=patient.birth.isoformat())) if patient.birth else ""
        number = patient.number or say(T("component.banner.no_number"))
        visit = self._shell.visit_number()
        second = say(T("component.banner.number_visit", number=number, n=visit)) if visit else number
        wide = max(width_of(birth, font("caption")), width_of(second, font("caption"))) + px(16)
        tags = sum(self._tag_width(use, text) + px(4) for use, text in self._tags(patient))
        if x + wide + tags > right - px(12):
            return x
        top, low = QRectF(x, px(11), right - x, px(15)), QRectF(x, px(26), right - x, px(15))
        if birth:
            paint_text(painter, top, birth, kind="caption", tint="ink2")
        whole = QRectF(x, 0, right - x, self.height())
        paint_text(painter, low if birth else whole, second, kind="caption", tint="ink2")
        return x + wide

    def _tags(self, patient: Patient) -> list[tuple[str, str]]:
        tags: list[tuple[str, str]] = []
        allergy = (
            say(T("component.list_comma")).join(patient.allergies)
            if patient.allergies
            else say(T("component.banner.not_told"))
        )
        tags.append(("allergy", say(T("component.banner.allergy", what=allergy))))
        drugs = say(T("component.list_comma")).join(patient.drugs) if patient.drugs else ""
        tags.append(("drug", drugs or say(T("component.banner.no_drugs"))))
        if patient.sex.value != "m":
            tags.append(("", say(T(f"component.banner.pregnant.{patient.pregnant.value}"))))
            if patient.breastfeeding is Known.YES:
                tags.append(("", say(T("component.banner.breastfeeding"))))
        return tags

    @staticmethod
    def _tag_width(use: str, text: str) -> float:
        mark = px(12) + px(5) if use else 0
        return min(width_of(text, font("caption")) + mark + 2 * px(8), px(220))

    def _paint_tags(self, painter: QPainter, patient: Patient, x: float, right: float) -> None:
        height = px("tag")
        y = (self.height() - 1 - height) / 2
        for use, text in self._tags(patient):
            mark = px(12) + px(5) if use else 0
            wide = min(self._tag_width(use, text), right - x)
            if wide < mark + px(40):
                paint_text(
                    painter, QRectF(x, y, px(20), height), "…", kind="caption", tint="ink3", elide=False
                )
                return
            box = QRectF(x, y, wide, height)
            paint_box(painter, box, fill="raised", line="line", radius="radius.key")
            if use:
                paint_icon(painter, use, x + px(8), y + (height - px(12)) / 2, 12, "ink2")
            paint_text(painter, box.adjusted(px(8) + mark, 0, -px(6), 0), text, kind="caption")
            x += wide + px(4)

    def _paint_saved(self, painter: QPainter) -> float:
        """The saved mark and undo, at the right. Returns the x where it begins."""
        saved = self._shell.saved
        edge = self.width() - px(12)
        glyph, use, tint, text = "", "", "ink2", ""
        if saved.state is Saving.SIGNED and saved.at is not None:
            glyph, text = (
                "signed",
                say(T("component.banner.signed", by=saved.by, time=saved.at.strftime("%H:%M"))),
            )
        elif saved.state is Saving.FAILED:
            glyph, tint, text = "look", "sign", say(T("component.banner.unsaved", n=saved.unsaved))
        elif saved.state is Saving.SAVING:
            use, text = "draft", say(T("component.banner.saving"))
        elif saved.state is Saving.SAVED and saved.at is not None:
            use, text = "draft", say(T("component.banner.draft", time=saved.at.strftime("%H:%M:%S")))
        if not text:
            return edge
        top, low = QRectF(0, px(11), edge, px(15)), QRectF(0, px(26), edge, px(15))
        wide = paint_text(painter, top, text, kind="caption", tint=tint, align=RIGHT)
        side = px(12)
        mark = QRectF(edge - wide - side - px(3), top.center().y() - side / 2, side, side)
        if glyph:
            paint_glyph(painter, mark, glyph)
        else:
            paint_icon(painter, use, mark.x(), mark.y(), 12, "ink2")
        second = self._second_line()
        wide = max(
            wide + side + px(3), paint_text(painter, low, second, kind="caption", tint="ink2", align=RIGHT)
        )
        return edge - wide - px(12)

    def _second_line(self) -> str:
        if self._shell.saved.state is Saving.SIGNED:
            return say(T("component.banner.only_addendum"))
        step = self._shell.undo_name()
        if step is None:
            return say(T("component.banner.nothing_to_undo"))
        words = say(T("component.banner.undo", step=_step_words(step), keys=self.undo_keys))
        return words if len(words) < 40 else words[:38] + "…"


def _step_words(step: tuple[str, dict[str, str]] | None) -> str:
    """The name of a step, with codes among its parameters replaced by their names."""
    if step is None:
        return ""
    key, params = step
    return say(T(key, **{name: Name(value) if "." in value else value for name, value in params.items()}))
