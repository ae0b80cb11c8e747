"""What the pages of a consultation decide, without a window."""

from datetime import timedelta

import pytest

from tcm_station.domain.errors import Refused
from tcm_station.domain.finding import Certainty, Polarity
from tcm_station.domain.patient import Sex
from tcm_station.domain.prescription import ProposedBy
from tcm_station.workflow import commands
from ui.viewmodels.overview import Overview
from ui.viewmodels.pattern import MOST_CANDIDATES, Pattern, short_name
from ui.viewmodels.prescribe import Prescribe
from ui.viewmodels.reviewing import Reviewing, is_checked
from ui.viewmodels.shell import Shell
from ui.viewmodels.stations import Station

HISTORY = "入睡困难，多梦易醒，心悸，健忘，乏力，食少，便溏，无盗汗，舌淡，脉细弱"
HEART_SPLEEN = "syndrome:B04.06.01.03.02"


@pytest.fixture
def shell(desk):
    made = Shell(desk, "周文")
    made.open_patient(desk.patients()[0].patient.id)
    made.do(commands.set_history(HISTORY))
    yield made
    made.close()


@pytest.fixture
def pattern(shell):
    made = Pattern(shell)
    made.receive(made.compute())
    return made


def test_each_sign_stands_once_as_whoever_stands_behind_it_most_says(shell):
    shell.do(commands.answer_question("symptom.palpitations", "yes"))
    codes = [f.code for f in Pattern(shell).findings()]
    assert len(codes) == len(set(codes))
    said = Pattern(shell).find("symptom.palpitations")
    assert said is not None and said.certainty is Certainty.CONFIRMED


def test_the_rest_is_always_a_row_and_all_rows_sum_to_one(pattern):
    count, p = pattern.rest()
    shown = pattern.shown()
    assert len(shown) == MOST_CANDIDATES and count > 1000
    assert sum(c.p for c in shown) + p == pytest.approx(1.0, abs=1e-6)


def test_agreement_says_where_mine_stands(pattern, shell):
    assert pattern.agreement() is None
    pattern.commit((HEART_SPLEEN,), "", "2026-11-20T09:00:00+08:00")
    assert pattern.agreement() == 1
    third = pattern.proposal.candidates[2].code
    pattern.commit((third,), "", "2026-11-20T09:01:00+08:00")
    assert pattern.agreement() == 3


def test_a_comparison_lists_only_findings_that_tell_the_two_apart(pattern):
    rows = pattern.differences()
    assert rows and all(row.first != row.second for row in rows)
    gaps = [abs((row.first or 0) - (row.second or 0)) for row in rows]
    assert gaps == sorted(gaps, reverse=True)


def test_the_map_never_claims_more_than_the_listed_syndromes(pattern):
    told = pattern.element_map()
    total = sum(c.p for c in pattern.proposal.candidates)
    assert told.p and all(0 < p <= total + 1e-9 for _, _, p in told.p)


def test_the_proposal_stays_shut_until_mine_is_written_or_declined(shell):
    made = Pattern(shell, mine_first=True)
    made.receive(made.compute())
    made.open_proposal()
    assert made.is_shut and not shell.visit.proposal_shown
    made.decline()
    made.open_proposal()
    assert shell.visit.proposal_shown


def test_leaving_keeps_the_proposal_as_it_was_last_shown(pattern, shell):
    pattern.open_proposal()
    pattern.judge("symptom.palpitations", "no")
    pattern.receive(pattern.compute())
    assert shell.visit.differentiation != pattern.proposal
    pattern.keep_shown()
    assert shell.visit.differentiation == pattern.proposal


def test_an_answer_on_the_page_is_said_by_hand(pattern, shell):
    asked = pattern.questions()[1].finding
    pattern.answer_question(1, yes=False)
    said = {f.code: f for f in shell.visit.findings_by_hand}[asked]
    assert said.polarity is Polarity.ABSENT and said.certainty is Certainty.CONFIRMED


def test_a_skipped_question_makes_room_for_the_next(pattern):
    first = pattern.questions()[0]
    pattern.skip_question()
    assert first not in pattern.questions()


def test_english_syndromes_lose_only_the_words_that_all_begin_with():
    assert short_name("syndrome/pattern of qi deficiency") == "qi deficiency"
    assert short_name("heat") == "heat"


@pytest.fixture
def rx(shell):
    return Prescribe(shell)


def test_a_formula_arrives_as_proposed_and_is_adopted_line_by_line(rx):
    rx.take_formula("formula:guipitang")
    assert len(rx.unadopted()) == len(rx.lines)
    rx.adopt(0)
    assert rx.lines[0].adopted_by == "周文" and rx.lines[0].proposed_by is ProposedBy.FORMULA
    assert len(rx.unadopted()) == len(rx.lines) - 1


def test_an_addition_of_the_formula_carries_both_marks(rx):
    rx.take_formula("formula:guipitang")
    found = rx.additions()
    assert found and all(a.herb not in {line.name for line in rx.lines} for a in found)
    rx.add(found[0])
    line = rx.lines[-1]
    assert (line.proposed_by, line.adopted_by) == (ProposedBy.MODIFICATION, "周文")
    assert found[0].herb not in {a.herb for a in rx.additions()}


def test_the_usual_dose_is_of_the_edition_in_force_and_absent_where_none_is_held(rx):
    rx.write("酸枣仁", "12")
    told = rx.range_of(rx.lines[0])
    assert (told.low, told.high) == (10.0, 15.0) and "2020" in told.edition
    rx.write("云雾山草", "9")
    assert rx.range_of(rx.lines[1]) is None and rx.lines[1].herb is None


@pytest.mark.parametrize("amount", ["abc", "0", "-3"])
def test_an_amount_that_is_none_is_refused(rx, amount):
    with pytest.raises(Refused):
        rx.write("黄芪", amount)
    assert rx.lines == ()


def test_what_would_settle_a_dose_alert_settles_it(rx, shell):
    rx.write("酸枣仁", "40")
    alert = next(a for a in shell.review.alerts if a.rule == "dose-high")
    assert rx.settle(alert)
    assert rx.lines[0].grams == 15.0
    assert not any(a.rule == "dose-high" for a in shell.review.alerts)


def test_changing_grams_is_the_changers_own_word(rx):
    rx.take_formula("formula:guipitang")
    rx.set_grams(0, "20")
    assert (rx.lines[0].grams, rx.lines[0].adopted_by) == (20.0, "周文")
    assert rx.lines[0].proposed_by is ProposedBy.FORMULA


def test_the_last_prescription_comes_back_as_a_proposal(desk, shell, rx):
    rx.take_formula("formula:guipitang")
    for index in rx.unadopted():
        rx.adopt(index)
    now = desk.clock
    desk.clock = lambda: now() + timedelta(hours=1)
    try:
        shell.new_visit()
        assert rx.take_last()
    finally:
        desk.clock = now
    assert len(rx.unadopted()) == len(rx.lines) > 0
    assert {line.proposed_by for line in rx.lines} == {ProposedBy.LAST_VISIT}


def test_a_tick_means_every_rule_could_look(rx, shell):
    rx.write("黄芪", "15")
    rx.write("云雾山草", "9")
    assert is_checked(shell.review, 0) and not is_checked(shell.review, 1)


def test_the_four_looks_say_what_waits(rx, shell):
    reviewing = Reviewing(shell)
    for name in ("附子", "法半夏"):
        rx.write(name, "9")
    looks = {look.id: look for look in reviewing.looks()}
    assert looks["alerts"].glyph in ("look", "stop") and looks["pattern"].glyph == "look"
    assert reviewing.second_state() == ("awaited", "")


def test_no_second_signature_is_asked_for_where_none_is_needed(rx, shell):
    rx.write("黄芪", "15")
    assert Reviewing(shell).second_state() == ("not_needed", "")


def test_the_overview_lists_what_is_still_open_in_the_order_of_the_visit(shell):
    ids = [step.id for step in Overview(shell).steps()]
    assert ids == ["look", "feel", "pattern", "prescription"]
    strips = Overview(shell).strips()
    assert [s.mark.station for s in strips] == [Station.LOOK, Station.LISTEN, Station.ASK, Station.FEEL]
    assert strips[1].exam is None and strips[1].measures == ()


def test_nothing_is_compared_with_a_visit_that_never_was(shell):
    assert Overview(shell).changes() is None


def test_a_change_counts_only_beyond_what_a_repeat_gives():
    from tcm_station.domain.measurement import Measurement
    from ui.viewmodels.overview import _change

    def rate(value, sd=1.0):
        return Measurement("pulse.rate", value, "/min", "test", sd)

    assert _change(rate(75.0), rate(72.5)) is None
    told = _change(rate(75.5), rate(72.5))
    assert told is not None and told.direction == "up"
    assert _change(rate(90.0, None), rate(60.0, None)) is None


def test_nobody_without_a_name_and_sex_is_needed_for_an_empty_page(desk):
    made = Shell(desk, "")
    desk.add_patient("Nobody Yet", Sex.MALE)
    assert Pattern(made).areas() == () and Overview(made).strips() == () and Prescribe(made).lines == ()
    made.close()
