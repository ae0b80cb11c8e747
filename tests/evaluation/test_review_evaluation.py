"""The planted faults: none is missed, and what interrupts is accounted for."""

import pytest

from tcm_station.domain.prescription import Verdict
from tcm_station.evaluation.review import (
    PLANTERS,
    Sheets,
    evaluate,
    interrupts,
    judged,
    missed,
    sound,
    unaccounted,
)

SHEETS = Sheets()


@pytest.mark.parametrize("kind", PLANTERS)
def test_no_planted_fault_of_any_class_is_missed(kind: str) -> None:
    assert missed(kind, 60, SHEETS) == []


def test_sound_prescriptions_pass_without_an_alert() -> None:
    for line in sound(200, SHEETS):
        assert judged(line).verdict is Verdict.PASS, line


def test_every_interruption_of_a_text_book_formula_is_a_true_one_that_the_table_accounts_for() -> None:
    total, interrupting, left = unaccounted(SHEETS)
    assert left == [] and total >= 100 and interrupting / total < 0.05


def test_the_printed_table_names_every_class() -> None:
    report = evaluate(a_class=3, n_sound=5)
    assert [r.part for r in report.rows if r.name == "evaluate_review.recall"] == list(PLANTERS)
    assert all(r.value == 1.0 for r in report.rows if r.name == "evaluate_review.recall")
    assert report.to_text("zh") and report.to_json()
    assert not interrupts(judged({"herbs": []}))
