"""A quick throwaway desk, an application with our fonts, and the look as it began."""

import pytest

from tcm_station.domain.patient import Known, Sex
from tcm_station.workflow import commands
from tcm_station.workflow.desk import Desk


@pytest.fixture
def desk(tmp_path, canary_name):
    """Two people, one with a visit of today that has a complaint."""
    from tcm_station.store import Store
    from tcm_station.store.keys import KeyCost

    store, _ = Store.create(tmp_path / "store", "a quick passphrase", cost=KeyCost(1, 1024, 1))
    made = Desk(store)
    one = made.add_patient(canary_name, Sex.FEMALE, pregnant=Known.NO, phone="13800000001", sample=True)
    made.add_patient("Zhao Yi", Sex.MALE)
    visit = made.new_visit(one.id)
    made.do(visit.id, commands.set_complaint("poor sleep"))
    yield made
    made.close()


@pytest.fixture
def app(qapp):
    """The application with fonts and style sheet; light, Chinese and 100 % before and after each test."""
    from ui.app import make_application
    from ui.style import look
    from ui.words import translator

    make_application()
    _begin(look, translator)
    yield qapp
    _begin(look, translator)


def _begin(look, translator):
    translator().set("zh")
    look().reduced_motion = False
    look().set(theme="light", scale=1.0)


def drop(window):
    """Close and destroy now: a window that is only closed still hears a switch of language."""
    from PySide6.QtCore import QCoreApplication, QEvent

    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    QCoreApplication.processEvents()


@pytest.fixture
def settings(tmp_path):
    from ui.viewmodels.settings import SettingsFile

    made = SettingsFile(tmp_path / "settings")
    made.change(lang="zh")
    return made


@pytest.fixture
def window(app, desk, settings, tmp_path):
    """A window on the desk, closed at the end."""
    from ui.viewmodels.shell import Shell
    from ui.views.window import Window

    made = Window(Shell(desk), settings, data_dir=tmp_path / "store", sample=True)
    made.resize(1366, 768)
    made.show()
    app.processEvents()
    yield made
    drop(made)
