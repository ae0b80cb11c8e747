"""The command line keeps its contract: objects, exit codes, and one bad input that stops nothing."""

import json
from pathlib import Path

import pytest

from tcm_station import __version__
from tcm_station.cli import main
from tcm_station.cli.main import COMMANDS, build_parser

CASE = "失眠多梦三月，心悸健忘，神疲乏力，食少便溏，面色萎黄。舌淡苔薄白，脉细弱。"


@pytest.fixture
def run(capsys):
    """Run a command; returns (exit code, objects of standard output, standard error)."""

    def call(*words: str) -> tuple[int, list[dict], str]:
        code = main([*words, "--json", "--lang", "en"])
        told = capsys.readouterr()
        return code, [json.loads(line) for line in told.out.splitlines()], told.err

    return call


@pytest.fixture
def write(tmp_path):
    def make(name: str, content: str | bytes) -> str:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return str(path)

    return make


def test_every_command_has_help_and_an_example_in_both_languages():
    for lang in ("zh", "en"):
        parser = build_parser(lang)
        (subs,) = [a for a in parser._actions if a.dest == "command"]
        assert set(subs.choices) == set(COMMANDS)
        for sub in subs.choices.values():
            assert sub.description and sub.epilog


def test_the_version_is_printed(capsys):
    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert left.value.code == 0
    assert __version__ in capsys.readouterr().out


def test_a_wrong_command_line_ends_with_2(capsys):
    with pytest.raises(SystemExit) as left:
        main(["no-such-command"])
    assert left.value.code == 2
    code = main(["knowledge", "path", "附子"])
    assert code == 2


def test_read_gives_findings_with_spans_of_the_text(run, write):
    code, (told,), _ = run("read", write("a.txt", CASE))
    assert code == 0 and told["ok"]
    assert {"code", "zh", "en", "polarity", "degree", "source", "evidence", "span"} <= set(
        told["findings"][0]
    )
    for finding in told["findings"]:
        first, last = finding["span"]
        assert 0 <= first < last <= len(CASE)
    assert any(CASE[a:b] == "心悸" for a, b in (f["span"] for f in told["findings"]))


def test_read_takes_gbk_and_json_lines(run, write):
    code, (told,), _ = run("read", write("a.txt", CASE.encode("gbk")))
    assert code == 0 and len(told["findings"]) > 8
    lines = "\n".join(json.dumps({"id": f"c{i}", "text": CASE}, ensure_ascii=False) for i in range(2))
    code, told, _ = run("read", write("b.jsonl", lines))
    assert [t["input"] for t in told] == ["c0", "c1"]


def test_one_bad_line_never_stops_the_others(run, write):
    good = json.dumps({"id": "a", "text": CASE}, ensure_ascii=False)
    lines = "\n".join([good, "not json", "[1]", '{"id": "d", "text": 5}', '{"id": "e", "text": "头痛"}'])
    code, told, _ = run("differentiate", write("x.jsonl", lines))
    assert code == 3
    assert [t["ok"] for t in told] == [True, False, False, False, True]
    assert [t["error"]["code"] for t in told if not t["ok"]] == [
        "line-not-json",
        "line-not-object",
        "line-field",
    ]
    for error in (t["error"] for t in told if not t["ok"]):
        assert all(error[key] for key in ("zh", "en", "advice_zh", "advice_en"))


def test_differentiate_shows_for_against_and_missing(run, write):
    line = json.dumps({"id": "1", "text": CASE}, ensure_ascii=False)
    code, (told,), _ = run("differentiate", write("x.jsonl", line))
    assert code == 0
    first = told["syndromes"][0]
    assert first["zh"] == "心脾两虚证"
    assert first["for"] and "against" in first and first["missing"]
    assert 0 <= first["p"] <= 1
    assert sum(s["p"] for s in told["syndromes"]) + told["rest_p"] == pytest.approx(1, abs=0.01)
    assert told["formulas"][0]["why"]
    assert {"elements", "diseases", "next_questions", "red_flags"} <= set(told)
    assert all(len(told[key]) <= 10 for key in ("syndromes", "elements", "diseases", "formulas"))


def test_options_are_answered_among_themselves_only(run, write):
    options = ["心脾两虚证", "肝阳上亢证", "湿热下注证"]
    line = json.dumps({"id": "1", "text": CASE, "options": options}, ensure_ascii=False)
    _, (told,), _ = run("differentiate", write("x.jsonl", line))
    assert told["choice"] == "心脾两虚证"


def test_a_red_flag_ends_with_4(run, write):
    line = json.dumps({"id": "1", "text": "突然胸痛，大汗淋漓，气促，濒死感"}, ensure_ascii=False)
    code, (told,), _ = run("differentiate", write("x.jsonl", line))
    assert code == 4
    assert told["red_flags"] and told["red_flags"][0]["why"]


def test_review_stops_what_must_be_stopped_and_ends_with_4(run, write):
    rx = {
        "id": "r",
        "herbs": [{"name": "甘草", "grams": 6}, {"name": "甘遂", "grams": 1}, {"name": "双花", "grams": 15}],
    }
    code, (told,), _ = run("review", write("r.json", json.dumps(rx, ensure_ascii=False)))
    assert code == 0
    assert told["verdict"] == "second-signature"  # 十八反: two people may stand for it
    rx["patient"] = {"sex": "f", "age": 30, "pregnant": True}
    code, (told,), _ = run("review", write("r.json", json.dumps(rx, ensure_ascii=False)))
    assert code == 4
    assert told["verdict"] == "stop"
    assert "incompatible" in [a["rule"] for a in told["alerts"]]
    assert ("双花", "金银花") in [(r["name"], r["herb"]) for r in told["resolved"]]
    for alert in told["alerts"]:
        assert alert["authority"] and alert["edition"] and alert["zh"] and alert["en"]
    assert told["coverage"]["lines_total"] == 3


def test_a_clean_prescription_passes_in_words(write, capsys):
    rx = {"id": "r", "herbs": [{"name": "党参", "grams": 12}, {"name": "茯苓", "grams": 12}], "doses": 7}
    code = main(["review", write("r.json", json.dumps(rx, ensure_ascii=False)), "--lang", "zh"])
    told = capsys.readouterr().out
    assert code == 0
    assert "2 / 2 味已核" in told


def test_review_applies_the_rules_of_the_date_given(run, write):
    path = write("r.json", json.dumps({"herbs": [{"name": "甘草", "grams": 6}]}, ensure_ascii=False))
    _, (told,), _ = run("review", path, "--as-of", "2021-05-01")
    assert told["coverage"]["as_of"] == "2021-05-01"
    code, (told,), _ = run("review", path, "--as-of", "tomorrow")
    assert code == 2


def test_knowledge_show_prints_every_fact_with_its_source(run):
    code, (told,), _ = run("knowledge", "show", "附子")
    assert code == 0
    (node,) = told["nodes"]
    assert node["id"].startswith("herb:") and node["latin"]
    assert {"dose", "toxicity", "pregnancy"} <= {f["relation"] for f in node["facts"]}
    for fact in node["facts"]:
        assert {"source", "edition", "jurisdiction", "valid_from", "valid_to", "basis"} <= set(fact)


def test_knowledge_asks_instead_of_guessing(run):
    code, told, _ = run("knowledge", "show", "大戟", "不存在的药")
    assert code == 3
    assert told[0]["error"]["code"] == "ambiguous"
    assert {"京大戟", "红大戟"} <= set(told[0]["error"]["candidates"])
    assert told[1]["error"]["code"] == "unknown"


def test_pulse_measures_and_writes_beats(run, tmp_path):
    sample = Path(__file__).resolve().parents[2] / "assets" / "samples" / "pulse_heart_spleen.csv"
    code, (told,), _ = run("pulse", str(sample), "--beats", str(tmp_path / "beats"))
    assert code == 0
    rate = next(m for m in told["measurements"] if m["code"] == "pulse.rate")
    assert rate["unit"] and rate["sd"] is not None and 60 < rate["value"] < 90
    rows = (tmp_path / "beats" / "pulse_heart_spleen.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "onset_s,peak_s,notch_s,diastolic_s,quality,kind"
    assert len(rows) > 50


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("words.csv", b"time,value\n" + b"0.01,abc\n" * 2000),
        ("flat.csv", b"value\n" + b"5\n" * 4000),
        ("nan.csv", b"value\n" + b"nan\n" * 4000),
        ("short.csv", b"value\n" + b"1\n2\n" * 20),
    ],
)
def test_a_bad_recording_is_refused_with_a_reason_and_advice(run, write, name, content):
    code, (told,), _ = run("pulse", write(name, content), "--fs", "125")
    assert code == 3
    assert not told["ok"]
    assert told["error"]["zh"] and told["error"]["advice_en"]


def test_a_measurement_that_cannot_be_made_says_why(run):
    sample = Path(__file__).resolve().parents[2] / "assets" / "samples" / "pulse_heart_spleen.csv"
    _, (told,), _ = run("pulse", str(sample))
    missing = [m for m in told["measurements"] if m["value"] is None]
    assert missing
    assert all(m["why"]["zh"] and m["why"]["en"] for m in missing)


def test_the_same_input_gives_the_same_bytes(write, capsys):
    path = write("x.jsonl", json.dumps({"id": "1", "text": CASE}, ensure_ascii=False))
    told = []
    for _ in range(2):
        main(["differentiate", path, "--json"])
        told.append(capsys.readouterr().out)
    assert told[0] == told[1]


def test_a_missing_file_is_refused(run):
    code, (told,), _ = run("tongue", "no-such-file.jpg")
    assert code == 3
    assert told["error"]["code"] == "file-missing"


def test_the_inquiry_form_can_be_filled_in_and_read_back(run, write):
    code, (form,), _ = run("inquiry-form")
    assert code == 0
    form["answers"]["symptom.insomnia"] = "severe"
    form["answers"]["symptom.fever"] = "no"
    form["history"] = CASE
    code, (told,), _ = run("consult", "--inquiry", write("form.json", json.dumps(form, ensure_ascii=False)))
    assert code == 0
    said = {f["code"]: f for f in told["findings"] if f["source"] == "inquiry"}
    assert said["symptom.insomnia"]["degree"] == 1.0
    assert said["symptom.fever"]["polarity"] == -1


def test_consult_from_text_proposes_and_reviews_but_signs_nothing(run, write):
    _, (told,), _ = run("consult", "--inquiry", write("h.txt", CASE))
    assert told["differentiation"]["syndromes"][0]["zh"] == "心脾两虚证"
    assert told["prescription"]["herbs"]
    assert all(h["adopted_by"] is None for h in told["prescription"]["herbs"])
    assert told["review"]["coverage"]["lines_checked"] > 0


def test_a_batch_is_kept_line_by_line_and_found_again(run, write, tmp_path, monkeypatch):
    monkeypatch.setenv("STATION_PASSPHRASE", "phrase")
    lines = [
        json.dumps(
            {"id": f"b{i}", "patient": {"name": "林静", "sex": "f", "birth": "1984-03-01"}, "inquiry": CASE},
            ensure_ascii=False,
        )
        for i in range(3)
    ]
    lines.insert(1, '{"id": "bad", "patient": {"sex": "x"}}')
    folder = str(tmp_path / "data")
    code, told, _ = run(
        "consult", "--batch", write("b.jsonl", "\n".join(lines)), "--save", "--data-dir", folder
    )
    assert code == 3
    assert [(t["input"], t["ok"]) for t in told] == [("b0", True), ("bad", False), ("b1", True), ("b2", True)]
    assert all(t["saved"] for t in told if t["ok"])
    _, rows, _ = run("visits", "--data-dir", folder)
    assert {r["visit"] for r in rows} == {t["visit"] for t in told if t["ok"]}
    assert {r["patient"] for r in rows} == {"林静"}
    assert all(len(r["sha256"]) == 64 and r["state"] == "draft" for r in rows)
    _, rows, _ = run("visits", "--data-dir", folder, "--patient", "lj", "--since", "2020-01-01")
    assert len(rows) == 3


def test_a_wrong_passphrase_ends_with_5(run, write, tmp_path, monkeypatch):
    monkeypatch.setenv("STATION_PASSPHRASE", "right")
    folder = str(tmp_path / "data")
    assert run("visits", "--data-dir", folder)[0] == 0
    monkeypatch.setenv("STATION_PASSPHRASE", "wrong")
    code, (told,), _ = run("visits", "--data-dir", folder)
    assert code == 5
    assert told["error"]["advice_zh"]
    monkeypatch.setenv("STATION_PASSPHRASE", "right")
    assert run("visits", "--data-dir", folder)[0] == 0


def test_a_backup_is_restored_into_an_empty_folder(run, write, tmp_path, monkeypatch):
    monkeypatch.setenv("STATION_PASSPHRASE", "phrase")
    folder = str(tmp_path / "data")
    line = json.dumps({"id": "b", "patient": {"name": "王强"}, "inquiry": CASE}, ensure_ascii=False)
    run("consult", "--batch", write("b.jsonl", line), "--save", "--data-dir", folder)
    code, (told,), _ = run("backup", str(tmp_path / "backups"), "--data-dir", folder)
    assert code == 0
    other = str(tmp_path / "other")
    assert run("restore", told["file"], "--data-dir", other)[0] == 0
    assert [r["input"] for r in run("visits", "--data-dir", other)[1]] == ["b"]
    assert run("verify", "--data-dir", other)[0] == 0


def test_the_patients_name_is_in_no_log(run, write, tmp_path, monkeypatch, canary_name):
    monkeypatch.setenv("STATION_PASSPHRASE", "phrase")
    folder = tmp_path / "data"
    line = json.dumps(
        {"id": "b", "patient": {"name": canary_name}, "inquiry": "x", "pulse": 7}, ensure_ascii=False
    )
    run("consult", "--batch", write("b.jsonl", line), "--save", "--data-dir", str(folder))
    for log in folder.rglob("*.log"):
        assert canary_name not in log.read_text(encoding="utf-8")


def test_a_new_folder_says_its_recovery_key_once_and_it_opens_the_store(run, tmp_path, monkeypatch):
    monkeypatch.setenv("STATION_PASSPHRASE", "phrase")
    folder = str(tmp_path / "data")
    _, _, said = run("visits", "--data-dir", folder, "--quiet")
    key = said.strip().rpartition(": ")[2]
    assert "-" in key
    monkeypatch.setenv("STATION_PASSPHRASE", key)
    code, _, said = run("visits", "--data-dir", folder)
    assert code == 0
    assert said == ""
