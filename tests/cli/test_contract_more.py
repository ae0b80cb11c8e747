"""The contract line by line: commands, formats, files, streams and privacy, on the real program."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import tcm_station
from tcm_station.cli import main

ROOT = Path(tcm_station.__file__).resolve().parent.parent
SAMPLES = Path(__file__).resolve().parents[2] / "assets" / "samples"
TONGUE, PORTRAIT = SAMPLES / "tongue_heart_spleen.png", SAMPLES / "portrait.jpg"
PULSE = SAMPLES / "pulse_heart_spleen.csv"
CASE = "失眠多梦三月，心悸健忘，神疲乏力，食少便溏，面色萎黄。舌淡苔薄白，脉细弱。"
MEASUREMENT = ["code", "value", "unit", "sd", "basis", "quality", "method", "ref_low", "ref_high"]


@pytest.fixture
def run(capsys):
    """Run a command with --json: (exit code, objects, standard error)."""

    def call(*words: object) -> tuple[int, list[dict], str]:
        code = main([*(str(w) for w in words), "--json", "--lang", "en"])
        told = capsys.readouterr()
        return code, [json.loads(line) for line in told.out.splitlines()], told.err

    return call


@pytest.fixture
def write(tmp_path):
    def make(name: str, content: str) -> Path:
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return path

    return make


def lines_of(*objects: dict) -> str:
    return "\n".join(json.dumps(o, ensure_ascii=False) for o in objects)


def other_process(*words: str, **more) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT), "STATION_PASSPHRASE": "phrase"},
        **more,
    )


# --- every command


def test_every_object_begins_with_input_and_ok_and_measurements_are_complete(run, write):
    asked = [
        ("tongue", TONGUE, "none.png"),
        ("face", PORTRAIT),
        ("pulse", PULSE),
        ("read", write("a.txt", CASE)),
        ("differentiate", write("d.jsonl", lines_of({"id": "1", "text": CASE}))),
        ("review", write("r.json", lines_of({"id": "1", "herbs": [{"name": "甘草", "grams": 6}]}))),
        ("consult", "--inquiry", write("h.txt", CASE), "--tongue", TONGUE),
        ("knowledge", "stats"),
        ("knowledge", "show", "附子", "没有这味"),
        ("knowledge", "search", "归脾"),
        ("practice", "list"),
    ]
    for words in asked:
        _, told, _ = run(*words)
        assert told, words
        for answer in told:
            assert list(answer)[:2] == ["input", "ok"], words
            assert answer["ok"] == ("error" not in answer)
            for m in answer.get("measurements", []):
                assert list(m)[: len(MEASUREMENT)] == MEASUREMENT
                assert m["unit"] and m["basis"] in ("calibrated", "uncalibrated", "relative")
                assert (m["value"] is None) == ("why" in m)


def test_one_answer_an_input_in_the_order_given(run):
    _, told, _ = run("tongue", TONGUE, "none.png", TONGUE)
    assert [(t["input"], t["ok"]) for t in told] == [
        (str(TONGUE), True),
        ("none.png", False),
        (str(TONGUE), True),
    ]


@pytest.mark.parametrize("command", ["tongue", "visits", "knowledge", "consult"])
def test_the_version_and_help_stand_everywhere(command, capsys):
    for option in ("--version", "--help"):
        with pytest.raises(SystemExit) as left:
            main([command, option])
        assert left.value.code == 0
        assert capsys.readouterr().out.strip()


def test_the_language_is_the_one_asked_for(capsys, write):
    file = write("d.jsonl", lines_of({"id": "1", "text": CASE}))
    said = {}
    for lang in ("zh", "en"):
        assert main(["differentiate", str(file), "--lang", lang]) == 0
        said[lang] = capsys.readouterr().out
    assert "心脾两虚证" in said["zh"] and "heart" not in said["zh"]
    assert "heart" in said["en"] and "心脾" not in said["en"]


def test_quiet_says_nothing_on_standard_error(capsys, write):
    words = ["consult", "--tongue", str(TONGUE), "--json", "--lang", "en"]
    assert main(words) == 0
    assert "tongue" in capsys.readouterr().err
    assert main([*words, "--quiet"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("words", [("pulse", "x", "--fs", "0"), ("differentiate", "x", "--top", "-1")])
def test_numbers_that_make_no_sense_are_a_wrong_command_line(words, capsys):
    with pytest.raises(SystemExit) as left:
        main([*words, "--lang", "zh"])
    assert left.value.code == 2
    assert "大于零" in capsys.readouterr().err


def test_the_same_input_gives_the_same_bytes_in_another_process(write):
    file = write("d.jsonl", lines_of({"id": "1", "text": CASE}))
    program = (
        "import sys\nfrom tcm_station.cli import main\n"
        "for words in (['tongue', sys.argv[1]], ['pulse', sys.argv[2]], ['differentiate', sys.argv[3]]):\n"
        "    main([*words, '--json'])\n"
    )
    told = []
    for seed in ("1", "2"):
        env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", program, str(TONGUE), str(PULSE), str(file)],
            capture_output=True,
            env=env,
            timeout=60,
        )
        told.append(done.stdout)
    assert told[0].count(b"\n") == 3
    assert told[0] == told[1]


def test_no_headless_command_loads_qt_or_torch_or_opens_the_network(write, tmp_path):
    program = """
import sys
from tcm_station.cli import main

def watch(event, args):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.bind", "urllib.Request"):
        raise SystemExit(event)

sys.addaudithook(watch)
tongue, face, pulse, text, out = sys.argv[1:]
for words in (
    ["tongue", tongue, "--masks", out], ["face", face, "--overlays", out], ["pulse", pulse, "--beats", out],
    ["consult", "--inquiry", text, "--tongue", tongue, "--out", out], ["knowledge", "stats"],
    ["visits", "--data-dir", out + "/data"], ["practice", "list"],
):
    assert main([*words, "--quiet"]) in (0, 3, 4), words
bad = {"PySide6", "shiboken6", "pyqtgraph", "torch", "requests", "httpx", "aiohttp", "ftplib", "smtplib"}
print(sorted(bad & set(sys.modules)), file=sys.stderr)
"""
    done = other_process(
        "-c",
        program,
        str(TONGUE),
        str(PORTRAIT),
        str(PULSE),
        str(write("h.txt", CASE)),
        str(tmp_path / "out"),
    )
    _, err = done.communicate(timeout=60)
    assert done.returncode == 0, err
    assert err.splitlines()[-1] == "[]"


# --- tongue, face, pulse


def test_masks_have_the_size_of_the_upright_picture_and_two_values(run, tmp_path):
    turned = tmp_path / "turned.jpg"
    with Image.open(TONGUE) as picture:
        upright = picture.convert("RGB")
        exif = Image.Exif()
        exif[0x0112] = 6  # to be turned a quarter to the right
        upright.rotate(90, expand=True).save(turned, exif=exif, quality=95)
    code, _, _ = run(
        "tongue", TONGUE, turned, "--masks", tmp_path / "masks", "--overlays", tmp_path / "overlays"
    )
    assert code == 0
    masks = {}
    for name in (TONGUE.stem, "turned"):
        with Image.open(tmp_path / "masks" / f"{name}.png") as mask:
            assert mask.mode == "L"
            assert mask.size == upright.size
            masks[name] = np.asarray(mask)
        with Image.open(tmp_path / "overlays" / f"{name}.png") as overlay:
            assert overlay.size == upright.size
        assert set(np.unique(masks[name])) == {0, 255}
    both = (masks[TONGUE.stem] > 0) & (masks["turned"] > 0)
    either = (masks[TONGUE.stem] > 0) | (masks["turned"] > 0)
    assert both.sum() / either.sum() > 0.9


def test_beats_are_written_with_the_columns_of_the_contract(run, tmp_path):
    code, _, _ = run("pulse", PULSE, "--fs", "125", "--kind", "ppg", "--beats", tmp_path / "beats")
    assert code == 0
    rows = (tmp_path / "beats" / f"{PULSE.stem}.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "onset_s,peak_s,notch_s,diastolic_s,quality,kind"
    onset, peak, *_, quality, _ = rows[5].split(",")
    assert float(onset) < float(peak) and 0 <= float(quality) <= 1


# --- reasoning


def test_a_syndrome_carries_the_national_code_and_the_graphs_own_name_beside_it(run, write):
    line = {"id": "1", "text": CASE, "patient": {"sex": "f", "age": 41, "pregnant": False}}
    _, (told,), _ = run("differentiate", write("d.jsonl", lines_of(line)), "--top", "3")
    assert len(told["syndromes"]) == 3
    for s in told["syndromes"]:
        assert re.fullmatch(r"B\d\d(\.\d+)*\.?", s["code"])
        assert s["id"] == f"syndrome:{s['code']}"
        assert {"zh", "p", "for", "against", "missing"} <= set(s)
    assert {"zh", "kind", "p"} <= set(told["elements"][0])
    assert told["elements"][0]["kind"] in ("location", "nature")
    assert {"zh", "score", "why"} <= set(told["formulas"][0])
    assert {"zh", "gain_bits"} <= set(told["next_questions"][0])
    assert "choice" not in told


def test_findings_that_read_prints_are_understood_by_differentiate(run, write):
    _, (read,), _ = run("read", write("a.txt", CASE))
    given = [{"code": f["code"], "polarity": f["polarity"]} for f in read["findings"]]
    code, (told,), _ = run("differentiate", write("d.jsonl", lines_of({"id": "1", "findings": given})))
    assert code == 0
    assert told["syndromes"][0]["zh"] == "心脾两虚证"
    code, (told,), _ = run(
        "differentiate", write("e.jsonl", lines_of({"id": "1", "findings": ["失眠", "心悸"]}))
    )
    assert code == 0 and told["syndromes"]
    code, (told,), _ = run(
        "differentiate", write("f.jsonl", lines_of({"id": "1", "findings": [{"code": "made.up"}]}))
    )
    assert (code, told["error"]["code"]) == (3, "finding-unknown")


def test_lines_end_at_line_feeds_only_and_utf16_is_read(run, write, tmp_path):
    text = lines_of({"id": "1", "text": "头痛\u2028失眠\x85多梦"}, {"id": "2", "text": "心悸"})
    _, told, _ = run("differentiate", write("a.jsonl", text))
    assert [t["ok"] for t in told] == [True, True]
    (tmp_path / "b.jsonl").write_bytes(text.encode("utf-16"))
    _, told, _ = run("differentiate", tmp_path / "b.jsonl")
    assert [t["input"] for t in told] == ["1", "2"]


def test_amounts_may_be_text_and_patent_medicines_are_looked_at(run, write):
    line = {
        "id": "1",
        "herbs": [
            {"name": "麻黄", "grams": "三钱"},
            {"name": "大枣", "grams": "12枚"},
            {"name": "杏仁", "grams": "9克"},
        ],
        "patents": [{"name": "附子理中丸", "daily": "8丸×3"}],
        "doses": 7,
        "per_day": 1,
        "portions": 2,
        "patient": {"sex": "f", "age": 0.5},
    }
    code, (told,), _ = run("review", write("r.jsonl", lines_of(line)))
    assert code in (0, 4)
    assert told["coverage"]["lines_total"] == 4
    assert {"verdict", "alerts", "resolved"} <= set(told)
    for alert in told["alerts"]:
        assert {"rule", "severity", "herbs", "authority", "edition", "basis", "overridable_by"} <= set(alert)


def test_knowledge_is_exported_in_three_forms(run, tmp_path):
    for form in ("tsv", "graphml", "jsonld"):
        code, (told,), _ = run("knowledge", "export", "--format", form, "--out", tmp_path / f"k.{form}")
        assert code == 0
        assert Path(told["file"]).stat().st_size > 10_000


# --- consult and demo


def test_demo_writes_its_five_files_and_says_what_it_found(run, tmp_path):
    code, (told,), _ = run("demo", "--out", tmp_path / "demo")
    assert code == 0
    assert {p.name for p in (tmp_path / "demo").iterdir()} == {
        "report.pdf",
        "record.pdf",
        "consultation.json",
        "overlay.png",
        "pulse.png",
    }
    assert told["synthetic"] and told["differentiation"]["syndromes"]
    assert set(told["files"]) == {p.name for p in (tmp_path / "demo").iterdir()}


def test_of_several_tongues_each_is_measured_and_the_best_is_judged(run, tmp_path):
    small = tmp_path / "small.png"
    with Image.open(TONGUE) as picture:
        picture.resize((picture.width // 3, picture.height // 3)).save(small)
    code, (told,), _ = run("consult", "--tongue", small, TONGUE)
    assert code == 0
    assert [e["input"] for e in told["examinations"]] == [str(small), str(TONGUE)]
    best = max(told["examinations"], key=lambda e: e["quality"]["value"])
    codes = {f["code"] for f in best["findings"]}
    assert codes <= {f["code"] for f in told["findings"]}


def test_nothing_is_prescribed_where_no_syndrome_stands_out(run, write):
    _, (told,), _ = run("consult", "--inquiry", write("h.txt", "头痛。"))
    assert told["differentiation"]["syndromes"][0]["p"] < 0.1
    assert "prescription" not in told and "review" not in told


def test_a_long_history_in_a_line_is_no_file_name(run, write):
    for length in (80, 150, 400):
        history = (CASE * 10)[:length]
        code, (told,), _ = run(
            "consult", "--batch", write("b.jsonl", lines_of({"id": "1", "inquiry": history}))
        )
        assert code in (0, 4)
        assert told["findings"]


def test_paths_in_a_list_are_relative_to_the_list_and_papers_stay_in_their_folder(run, write, tmp_path):
    write("h.txt", CASE)
    lines = [
        {"id": "../../escape", "inquiry": "h.txt"},
        {"id": "plain-1", "inquiry": "h.txt"},
        {"inquiry": "h.txt"},
    ]
    code, told, _ = run("consult", "--batch", write("b.jsonl", lines_of(*lines)), "--out", tmp_path / "out")
    assert code == 0
    folders = sorted(p.name for p in (tmp_path / "out").iterdir())
    assert len(folders) == 3 and {"line-0003", "plain-1"} <= set(folders)
    assert not list(tmp_path.parent.glob("escape*"))
    assert all(Path(p).is_relative_to(tmp_path / "out") for t in told for p in t["files"].values())


# --- stopped by the user


@pytest.mark.skipif(os.name != "posix", reason="needs Linux: Ctrl-C is a signal there")
def test_ctrl_c_ends_with_130_each_line_was_flushed_and_what_was_acknowledged_is_kept(run, write, tmp_path):
    file = write("b.jsonl", lines_of(*({"id": f"k{n}", "inquiry": CASE} for n in range(3000))))
    folder = tmp_path / "data"
    child = other_process(
        "-m", "tcm_station", "consult", "--batch", str(file), "--save", "--data-dir", str(folder), "--json"
    )
    assert child.stdout is not None and child.stderr is not None
    first = [json.loads(child.stdout.readline()) for _ in range(5)]  # they come while the rest is worked on
    assert child.poll() is None
    child.send_signal(signal.SIGINT)
    rest = [json.loads(line) for line in child.stdout.read().splitlines()]
    said = child.stderr.read()
    child.stdout.close()
    child.stderr.close()
    assert child.wait(timeout=30) == 130
    assert "Traceback" not in said and said.strip()
    acknowledged = {t["visit"] for t in first + rest if t["ok"] and t["saved"]}
    assert 5 <= len(acknowledged) < 3000
    os.environ["STATION_PASSPHRASE"] = "phrase"
    try:
        code, rows, _ = run("visits", "--data-dir", folder)
    finally:
        del os.environ["STATION_PASSPHRASE"]
    assert code == 0
    assert acknowledged <= {r["visit"] for r in rows}


def test_a_reader_that_goes_away_ends_the_program_quietly(write):
    file = write("d.jsonl", lines_of(*({"id": str(n), "text": CASE} for n in range(400))))
    child = other_process("-m", "tcm_station", "differentiate", str(file), "--json")
    assert child.stdout is not None and child.stderr is not None
    child.stdout.readline()
    child.stdout.close()
    said = child.stderr.read()
    child.stderr.close()
    assert child.wait(timeout=30) == 130
    assert said == ""


# --- privacy


def test_a_name_reaches_no_log_no_standard_error_no_file_name_and_no_stored_input(
    run, tmp_path, canary_name, monkeypatch, capsys
):
    monkeypatch.setenv("STATION_PASSPHRASE", "phrase")
    given, out, folder = tmp_path / "given", tmp_path / "out", tmp_path / "data"
    given.mkdir()
    tongue = given / f"{canary_name}.png"
    tongue.write_bytes(TONGUE.read_bytes())
    bad = given / f"{canary_name}.csv"
    bad.write_bytes(b"5\n" * 9)
    patient = given / f"{canary_name}.json"
    patient.write_text(json.dumps({"name": canary_name, "sex": "f"}), encoding="utf-8")
    history = given / f"{canary_name}.txt"
    history.write_text(CASE, encoding="utf-8")
    lines = given / f"{canary_name}.jsonl"
    lines.write_text(
        lines_of({"patient": {"name": canary_name}, "inquiry": history.name, "tongue": tongue.name}),
        encoding="utf-8",
    )
    store = ("--save", "--data-dir", folder, "--out", out)
    said = []
    for words in (
        ("--patient", patient, "--tongue", tongue, "--pulse", bad, "--inquiry", history),
        ("--batch", lines),
    ):
        code, _, err = run("consult", *words, *store)
        assert code in (0, 3)
        said.append(err)
    assert not any(canary_name in err for err in said)
    written = [p for p in [*out.rglob("*"), *folder.rglob("*")] if p.is_file()]
    assert len(written) > 8
    for path in written:
        assert canary_name not in str(path)
    for path in out.rglob("*.json"):
        assert canary_name not in path.read_text(encoding="utf-8"), "neither a person's nor a file's name"
    for path in folder.rglob("*"):
        assert path.is_dir() or canary_name.encode() not in path.read_bytes(), "the store is encrypted"
    _, rows, _ = run("visits", "--data-dir", folder)
    assert [r["input"] for r in rows] == [None, None]
    assert {r["patient"] for r in rows} == {canary_name}


@pytest.mark.logs_expected
def test_a_fault_of_ours_leaves_its_place_but_no_name_in_the_log(
    run, write, tmp_path, canary_name, monkeypatch
):
    def choke(*_args, **_more):
        raise ValueError(f"cannot take {canary_name}")

    monkeypatch.setattr("knowledge_graph.reading.read_text", choke)
    folder = tmp_path / "data"
    code, (told,), err = run("read", write("a.txt", canary_name), "--data-dir", folder)
    assert code == 1
    assert told["error"]["code"] == "our-fault" and canary_name not in json.dumps(told, ensure_ascii=False)
    assert err == ""
    (log,) = folder.rglob("station.log")
    text = log.read_text(encoding="utf-8")
    assert "ValueError" in text and "reasoning.py" in text
    assert canary_name not in text


def test_the_log_is_no_reason_to_fail(run, write, tmp_path):
    (tmp_path / "data").write_text("a file where the folder should be", encoding="utf-8")
    started = time.monotonic()
    code, told, _ = run("read", write("a.txt", CASE), "--data-dir", tmp_path / "data")
    assert code == 0 and told[0]["findings"]
    assert time.monotonic() - started < 5
