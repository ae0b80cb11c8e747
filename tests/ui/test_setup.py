"""The first run: what is good enough, what is asked back, and one walk through all of it."""

import pytest

from tcm_station.store import Store
from ui.viewmodels.setup import STEPS, Step, Strength, group_fits, look_at_folder, strength_of


@pytest.mark.parametrize(
    ("passphrase", "strength"),
    [
        ("", Strength.EMPTY),
        ("abc1", Strength.SHORT),
        ("aaaaaaaaaaaaaaaa", Strength.SHORT),
        ("sleepwell", Strength.FAIR),
        ("correct horse battery", Strength.GOOD),
        ("四诊合参心脾两虚", Strength.GOOD),
    ],
)
def test_a_passphrase_is_judged_by_length_and_variety(passphrase, strength):
    assert strength_of(passphrase) is strength


def test_the_group_asked_back_is_read_as_people_write_it():
    key = "36MZ-AJF9-PC60-R446-E9VZ-GR98-JYYJ-NQ88"
    assert group_fits(key, "pc60 ") and group_fits(key, "PC6O")
    assert not group_fits(key, "AJF9") and not group_fits("", "")


def test_a_folder_says_why_it_cannot_be_used(tmp_path):
    assert look_at_folder(tmp_path / "new" / "deeper").ok
    file = tmp_path / "file"
    file.write_text("x", encoding="utf-8")
    assert look_at_folder(file / "below").words == "not_writable"
    store, _ = Store.create(tmp_path / "old", "a quick passphrase")
    store.close()
    assert look_at_folder(tmp_path / "old").words == "has_store"


@pytest.fixture
def root(app, tmp_path):
    from ui.app import Root

    made = Root(tmp_path / "store", lang="zh")
    made.begin()
    made.show()
    app.processEvents()
    yield made
    made.close()
    made.deleteLater()
    app.processEvents()


def _settle():
    from ui.screenshots import settle

    settle()


def test_the_wizard_sets_up_a_store_that_the_same_passphrase_locks_and_opens(root, app, canary_name):
    wizard = root.currentWidget()
    wizard.forward()
    assert wizard.step is Step.FOLDER
    wizard.forward()
    page = wizard.page
    wizard.forward()
    assert wizard.step is Step.PASSPHRASE, "a step that is not complete is not left"
    page.first.setText("correct horse battery")
    page.second.setText("correct horse")
    assert not page.make.isEnabled()
    page.second.setText("correct horse battery")
    page.make.click()
    _settle()
    assert Store.exists(root.data_dir) and page.recovery.count("-") >= 5
    wizard.forward()
    assert wizard.step is Step.PASSPHRASE, "the recovery key must be kept and checked first"
    page.kept.setChecked(True)
    page.typed.setText(page.recovery.split("-")[2].lower())
    wizard.forward()
    assert wizard.step is Step.PEOPLE and STEPS[-1] is Step.PEOPLE
    people = wizard.page
    assert wizard.page.missing()
    people.name.setText(canary_name)
    people.password.setText("my own word")
    wizard.forward()
    _settle()
    assert root.currentWidget() is root.window_page
    assert [p.name for p in root.desk.store.staff.all()] == [canary_name]

    root.lock()
    lock = root.currentWidget()
    assert lock is not root.window_page
    shown = " ".join(label.text() for label in lock.findChildren(type(lock.title)))
    assert canary_name not in shown, "a lock shows no name"
    lock.field.setText("wrong")
    lock.unlock()
    _settle()
    assert lock.error.text() and root.currentWidget() is lock
    lock.field.setText(page.recovery)
    lock.unlock()
    _settle()
    assert root.currentWidget() is root.window_page, "the recovery key opens too"


def test_a_wizard_left_after_the_passphrase_leaves_a_store_that_opens(root, app):
    wizard = root.currentWidget()
    wizard.show_filled()
    _settle()
    words = wizard.page.first.text()
    root.close()
    store = Store.open(root.data_dir, words)
    store.close()
