"""The frame's view-model: list, stations, saving. No Qt."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tcm_station.domain.differentiation import Judgement
from tcm_station.domain.errors import NotWritten
from tcm_station.domain.examination import Examination, ExamKind, Quality
from tcm_station.domain.prescription import Prescription, PrescriptionLine
from tcm_station.domain.visit import Visit, VisitState
from tcm_station.workflow import commands
from ui.viewmodels.settings import Settings, SettingsFile
from ui.viewmodels.shell import Filter, Saving, Shell, seal_of
from ui.viewmodels.stations import Station, marks

NOW = datetime(2026, 11, 20, 9, 40, tzinfo=UTC)
EMPTY = Visit("v", "p", NOW)


def _mark(visit: Visit, station: Station):
    return next(mark for mark in marks(visit) if mark.station is station)


def test_a_new_visit_has_begun_nothing_and_its_report_waits_for_the_signature():
    states = {mark.station: mark.glyph for mark in marks(EMPTY)}
    assert states.pop(Station.REPORT) == "signed"
    assert set(states.values()) == {"not_started"} and len(states) == 7


def test_a_method_left_out_is_not_done_once_the_visit_went_on_without_it():
    judged = replace(EMPTY, judgement=Judgement(("B04",), "", "Zhou", "t"))
    assert _mark(EMPTY, Station.LISTEN).glyph == "not_started"
    assert _mark(judged, Station.LISTEN).glyph == "not_done"
    assert _mark(judged, Station.PATTERN).words == "component.rail.settled"


def test_an_examination_makes_its_station_done():
    seen = EMPTY.with_examination(Examination(ExamKind.TONGUE, (), Quality(1.0)))
    assert _mark(seen, Station.LOOK).glyph == "done_or_checked"
    assert _mark(seen, Station.FEEL).glyph == "not_started"


def test_a_prescription_is_done_when_every_line_is_adopted_and_the_doses_are_set():
    line = PrescriptionLine("dangshen", grams=12)
    draft = replace(EMPTY, prescription=Prescription((line,)))
    done = replace(EMPTY, prescription=Prescription((replace(line, adopted_by="Zhou"),), doses=7))
    assert _mark(draft, Station.PRESCRIPTION).glyph == "in_progress"
    assert _mark(done, Station.PRESCRIPTION) == replace(
        _mark(draft, Station.PRESCRIPTION), glyph="done_or_checked"
    )


def test_a_signed_visit_can_be_printed():
    assert _mark(replace(EMPTY, state=VisitState.SIGNED), Station.REPORT).words == "component.rail.ready"


@pytest.mark.parametrize(
    ("name", "others", "seal"),
    [
        ("周文", (), "周"),
        ("周文", ("周武",), "文"),
        ("Li Shuhua", (), "S"),
        ("", (), ""),
        ("李", ("李明",), "李"),
    ],
)
def test_the_seal_is_the_surname_or_the_given_name_where_two_share_it(name, others, seal):
    assert seal_of(name, others) == seal


def test_the_list_searches_by_words_and_filters_by_day_and_state(desk, canary_name):
    shell = Shell(desk)
    assert len(shell.rows()) == 2
    shell.search("zhao")
    assert [row.patient.name for row in shell.rows()] == ["Zhao Yi"]
    shell.search("")
    row = next(r for r in shell.rows() if r.patient.name == canary_name)
    assert (row.complaint, row.glyph) == ("poor sleep", "in_progress")
    shell.filter = Filter.SIGNED
    assert shell.rows() == []
    assert shell.counts() == {Filter.TODAY: 2, Filter.WAITING: 2, Filter.SIGNED: 0}


def test_a_step_is_told_saved_and_named_for_undo(desk, canary_name):
    shell = Shell(desk)
    told = []
    shell.subscribe(told.append)
    row = next(r for r in shell.rows() if r.patient.name == canary_name)
    shell.open_patient(row.patient.id)
    assert shell.do(commands.set_history("three months"))
    assert shell.visit.history == "three months" and shell.saved.state is Saving.SAVED
    assert shell.undo_name()[0] == "step.history"
    shell.undo()
    assert shell.visit.history == "" and shell.redo_name()[0] == "step.history"
    assert told and all(change.visit_id == shell.visit.id for change in told)
    assert shell.visit_number() == 1


class _FullDisk:
    """A desk whose disk is full for a while."""

    def __init__(self, desk):
        self._desk, self.full = desk, True

    def __getattr__(self, name):
        return getattr(self._desk, name)

    def do(self, visit_id, command):
        if self.full:
            raise NotWritten("disk-full")
        return self._desk.do(visit_id, command)


def test_what_could_not_be_written_is_counted_kept_in_order_and_tried_again(desk, canary_name):
    full = _FullDisk(desk)
    shell = Shell(full)
    row = next(r for r in shell.rows() if r.patient.name == canary_name)
    shell.open_patient(row.patient.id)
    assert not shell.do(commands.set_history("one"))
    assert not shell.do(commands.set_history("two"))
    assert (shell.saved.state, shell.saved.unsaved) == (Saving.FAILED, 2)
    assert not shell.retry() and shell.saved.unsaved == 2
    full.full = False
    assert shell.retry()
    assert shell.visit.history == "two" and shell.saved.state is Saving.SAVED


def test_settings_are_kept_and_a_damaged_file_means_the_defaults(tmp_path):
    SettingsFile(tmp_path).change(scale=1.5, keys={"patients.search": "F4"})
    now = SettingsFile(tmp_path).now
    assert (now.scale, now.keys) == (1.5, {"patients.search": "F4"})
    (tmp_path / "window.json").write_text('{"scale": "big", "lang": "en", "unknown": 1}', encoding="utf-8")
    assert SettingsFile(tmp_path).now == Settings(lang="en")
    (tmp_path / "window.json").write_text("not json", encoding="utf-8")
    assert SettingsFile(tmp_path).now == Settings()
