"""The command that counts what is left after kills."""

from tcm_station.evaluation.store_kill import evaluate


def test_the_report_counts_acknowledged_and_found_visits():
    report = evaluate(kills=3)
    values = {row.name.rsplit(".", 1)[1]: row.value for row in report.rows}
    assert values["kills"] == 3
    assert values["found"] == values["acknowledged"]
    assert values["lost"] == values["unsound"] == 0
    for lang in ("zh", "en"):
        assert report.to_text(lang)
