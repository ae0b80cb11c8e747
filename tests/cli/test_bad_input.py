"""Bad input through the command line: refused in both languages with what to do, and nothing else suffers.

Each test asks for the exit code, the error's code, its words and advice in Chinese and English,
and that what stood beside the bad input was done.
"""

import json
import os
import re
import shutil
import struct
import subprocess
import zlib
from pathlib import Path

import numpy as np
import pytest

from tcm_station.cli import main
from tcm_station.store.connection import PAGE_BYTES

SAMPLES = Path(__file__).resolve().parents[2] / "assets" / "samples"
TONGUE = SAMPLES / "tongue_heart_spleen.png"
PULSE = SAMPLES / "pulse_heart_spleen.csv"
CASE = "失眠多梦三月，心悸健忘，神疲乏力，食少便溏，面色萎黄。舌淡苔薄白，脉细弱。"
LATIN = re.compile("[A-Za-z]{4}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


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
    def make(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return make


def assert_said(told: dict, *codes: str) -> None:
    """A refusal with one of these codes, worded in both languages, with what to do."""
    assert told["ok"] is False
    error = told["error"]
    assert error["code"] in codes
    for key in ("zh", "advice_zh"):
        assert CHINESE.search(error[key]), error
    for key in ("en", "advice_en"):
        assert LATIN.search(error[key]) and error[key] != error[key.replace("en", "zh")], error
    for key in ("zh", "en", "advice_zh", "advice_en"):
        assert "{" not in re.sub(r"\{\"[^}]*\}", "", error[key]), "a place in the words was not filled"


# --- pictures


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


BAD_PICTURES = {
    "unreadable.jpg": (b"this is no picture", "picture-unreadable"),
    "truncated.png": (TONGUE.read_bytes()[: TONGUE.stat().st_size // 2], "picture-truncated"),
    "head-only.png": (TONGUE.read_bytes()[:40], "picture-unreadable picture-truncated"),
    "empty.jpg": (b"", "file-empty"),
    "huge.png": (png_header(30_000, 30_000), "picture-huge"),
    "absurd.png": (png_header(2_000_000_000, 2_000_000_000), "picture-huge"),
    "recording.jpg": (PULSE.read_bytes(), "picture-unreadable"),
}


@pytest.mark.parametrize("command", ["tongue", "face"])
def test_each_bad_picture_is_refused_with_its_own_reason(run, write, command):
    files = [write(name, content) for name, (content, _) in BAD_PICTURES.items()]
    code, told, err = run(command, *files)
    assert code == 3
    assert [t["input"] for t in told] == [str(f) for f in files]
    for answer, (_, codes) in zip(told, BAD_PICTURES.values(), strict=True):
        assert_said(answer, *codes.split())
    assert err == ""


def test_bad_pictures_do_not_stop_the_good_one_and_no_file_is_touched(run, write, tmp_path):
    bad = [write(name, content) for name, (content, _) in BAD_PICTURES.items()]
    before = {path: path.read_bytes() for path in bad}
    code, told, _ = run("tongue", *bad[:3], TONGUE, *bad[3:], "--masks", tmp_path / "masks")
    assert code == 3
    assert [t["ok"] for t in told] == [False, False, False, True, False, False, False, False]
    assert told[3]["measurements"]
    assert [p.name for p in (tmp_path / "masks").iterdir()] == [TONGUE.name]
    assert {path: path.read_bytes() for path in bad} == before


def test_a_huge_header_costs_neither_memory_nor_time(write):
    file = write("huge.png", png_header(30_000, 30_000))
    program = (
        "import resource, sys\n"
        "from tcm_station.cli import main\n"
        "code = main(['tongue', sys.argv[1], '--json'])\n"
        "print(code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)\n"
    )
    done = station_process("-c", program, str(file))
    code, peak_mib = done.stderr.split()
    assert code == "3"
    assert int(peak_mib) < 600, "30,000 × 30,000 pixels would be 2,700 MB"


def test_a_wrongly_named_picture_is_read_by_its_content_and_that_is_said(run, write):
    code, (told,), _ = run("tongue", write("tongue.csv", TONGUE.read_bytes()))
    assert code == 0
    issue = next(i for i in told["quality"]["issues"] if i["code"] == "picture.note.misnamed")
    assert issue["zh"] and issue["en"]


def test_folders_missing_files_and_impossible_names_are_refused(run, tmp_path):
    code, told, _ = run("tongue", tmp_path, tmp_path / "none.png", "a\0b.png", "长" * 300 + ".png", TONGUE)
    assert code == 3
    assert_said(told[0], "file-is-folder")
    assert_said(told[1], "file-missing")
    assert_said(told[2], "file-missing")
    assert_said(told[3], "file-unreadable")
    assert told[4]["ok"]


def test_a_file_over_the_limit_is_refused_before_it_is_read(run, tmp_path):
    big = tmp_path / "big.csv"
    with big.open("wb") as file:
        file.truncate(3_000_000_000)  # a hole: takes no disk
    for command in ("pulse", "voice", "tongue", "read"):
        code, told, _ = run(command, big)
        assert code == 3
        assert_said(told[0], "file-huge")


def test_what_is_no_sound_is_no_voice(run, write):
    code, told, _ = run("voice", write("a.wav", TONGUE.read_bytes()), write("b.wav", b"RIFF\0\0\0\0WAVE"))
    assert code == 3
    for answer in told:
        assert_said(answer, "voice-unreadable")


# --- pulse tables

T_S = np.arange(0, 40, 1 / 125)
BEAT = 1 + np.sin(2 * np.pi * 1.2 * T_S) + 0.4 * np.sin(4 * np.pi * 1.2 * T_S + 1)


def table(values, sign=",", head="time_s{}value", encoding="utf-8", decimal=".") -> bytes:
    """A table of times and values in the form asked for; None leaves a field empty."""
    rows = [head.format(sign)]
    for t, v in zip(T_S, values, strict=True):
        cell = v if isinstance(v, str) else "" if v is None else f"{v:.4f}"
        rows.append(f"{t:.3f}{sign}{cell}".replace(".", decimal))
    return ("\n".join(rows) + "\n").encode(encoding)


def rate_of(told: dict) -> float:
    return next(m["value"] for m in told["measurements"] if m["code"] == "pulse.rate")


def with_cell(place: int, text: str) -> list:
    values: list = list(BEAT)
    values[place] = text
    return values


@pytest.mark.parametrize(
    ("form", "content"),
    {
        "gbk": table(BEAT, head="时间{}脉搏", encoding="gbk"),
        "utf-16": table(BEAT, head="时间{}脉搏", encoding="utf-16"),
        "utf-8 with a mark": table(BEAT, head="时间{}脉搏", encoding="utf-8-sig"),
        "semicolons and decimal commas": table(BEAT, sign=";", decimal=","),
        "tabs": table(BEAT, sign="\t"),
        "bars": table(BEAT, sign="|"),
    }.items(),
)
def test_another_encoding_or_delimiter_is_understood(run, write, form, content):
    code, (told,), _ = run("pulse", write("p.csv", content))
    assert code == 0, form
    assert rate_of(told) == pytest.approx(72, abs=0.5)


def test_a_gap_is_bridged_and_told(run, write):
    values: list = list(BEAT)
    values[1000:1400] = [None] * 400
    code, (told,), _ = run("pulse", write("gap.csv", table(values)))
    assert code == 0
    assert rate_of(told) == pytest.approx(72, abs=0.5)
    issues = {i["code"]: i for i in told["quality"]["issues"]}
    assert issues["pulse.issue.gaps"]["value"] == pytest.approx(3.2, abs=0.02)
    assert "pulse.issue.flat" not in issues, "a hole is no standstill"
    assert told["quality"]["value"] < 0.95


def test_single_nan_and_infinite_values_are_bridged(run, write):
    values = with_cell(500, "NaN")
    values[900] = "inf"
    values[1300] = "1e300"
    code, (told,), _ = run("pulse", write("nan.csv", table(values)))
    assert code == 0
    assert rate_of(told) == pytest.approx(72, abs=0.5)


BAD_PULSES = {
    "text.csv": (table(with_cell(700, "abc")), "pulse-text-in-numbers"),
    "nan.csv": (table(["NaN"] * len(T_S)), "pulse-all-missing"),
    "constant.csv": (table([5.0] * len(T_S)), "pulse-constant"),
    "saturated.csv": (table(np.clip(BEAT, 0.9, 1.1)), "pulse-saturated"),
    "noise.csv": (table(np.random.default_rng(1).normal(size=len(T_S))), "pulse-no-beats"),
    "rising.csv": (table(np.arange(len(T_S)) / 7), "pulse-no-beats"),
    "empty.csv": (b"", "file-empty"),
    "blank.csv": (b"\n \n", "pulse-empty"),
    "cut.csv": (table(BEAT)[:800], "pulse-too-short"),
    "binary.csv": (np.random.default_rng(2).bytes(9000), "pulse-unreadable"),
    "picture.csv": (TONGUE.read_bytes(), "pulse-unreadable"),
    "no-rate.csv": (b"value\n" + b"1\n2\n" * 4000, "pulse-no-rate"),
}


def test_each_bad_pulse_is_refused_with_its_own_reason_and_the_good_one_is_measured(run, write):
    files = [write(name, content) for name, (content, _) in BAD_PULSES.items()]
    code, told, err = run("pulse", *files, PULSE)
    assert code == 3
    for answer, file, (_, expected) in zip(told[:-1], files, BAD_PULSES.values(), strict=True):
        assert_said(answer, expected)
        assert file.name in answer["error"]["en"] or expected == "pulse-empty"
    assert told[-1]["ok"] and rate_of(told[-1]) > 40
    assert err == ""


def test_text_in_numbers_is_told_with_its_line(run, write):
    _, (told,), _ = run("pulse", write("text.csv", table(with_cell(700, "abc"))))
    assert "702" in told["error"]["zh"] and "702" in told["error"]["en"] and "abc" in told["error"]["en"]


def test_a_wrong_column_names_those_there_are(run):
    code, (told,), _ = run("pulse", PULSE, "--column", "radial")
    assert code == 3
    assert_said(told, "pulse-no-column")


# --- a consultation


def test_a_bad_file_in_a_consultation_is_named_and_the_rest_is_done(run, write):
    bad = write("huge.png", png_header(30_000, 30_000))
    flat = write("flat.csv", table([5.0] * len(T_S)))
    code, (told,), _ = run(
        "consult", "--tongue", bad, TONGUE, "--pulse", flat, "--inquiry", write("h.txt", CASE)
    )
    assert code == 3
    assert told["ok"]
    assert [(r["input"], r["error"]["code"]) for r in told["refused"]] == [
        (str(bad), "picture-huge"),
        (str(flat), "pulse-constant"),
    ]
    assert [e["kind"] for e in told["examinations"]] == ["tongue"]
    assert {"tongue", "text"} <= {f["source"] for f in told["findings"]}
    assert told["differentiation"]["syndromes"]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("h.json", b"{not json", "inquiry-not-json"),
        ("h.json", b"[1]", "inquiry-not-json"),
        ("h.json", b'{"answers": 7}', "inquiry-field"),
        ("h.json", b'{"answers": {"no.such.item": "yes"}}', "inquiry-item"),
        ("h.json", b'{"answers": {"symptom.fever": ["x"]}}', "inquiry-answer"),
        ("h.json", b'{"questionnaire": {"form": "1999", "answers": {"1": 3}}}', "questionnaire-unknown"),
        ("h.txt", b"\xff\x00\xff\x00\x81", "inquiry-not-text"),
        ("h.txt", b"", "file-empty"),
    ],
)
def test_a_bad_inquiry_does_not_stop_the_tongue(run, write, name, content, expected):
    code, (told,), _ = run("consult", "--inquiry", write(name, content), "--tongue", TONGUE)
    assert code == 3
    assert told["refused"][0]["error"]["code"] == expected
    assert_said({"ok": False, "error": told["refused"][0]["error"]}, expected)
    assert told["examinations"][0]["measurements"]


def test_a_patient_file_that_cannot_be_read_stops_the_consultation(run, write):
    for content, expected in (
        ("{", "patient-not-json"),
        ("[]", "patient-not-object"),
        ('{"sex": ["f"]}', "patient-field"),
        ('{"birth": "2984-03-01"}', "patient-field"),
        ('{"conditions": 5}', "patient-field"),
    ):
        file = write("p.json", content)
        code, (told,), _ = run("consult", "--patient", file, "--inquiry", write("h.txt", CASE))
        assert code == 3
        assert_said(told, expected)


def test_an_unknown_herb_is_never_passed_over(run, write):
    rx = {"id": "r", "herbs": [{"name": "甘草", "grams": 6}, {"name": "月光草", "grams": 9}]}
    code, (told,), _ = run("review", write("r.json", json.dumps(rx, ensure_ascii=False)))
    assert code in (0, 4)
    alert = next(a for a in told["alerts"] if a["rule"] == "unknown-herb")
    assert alert["herbs"] == ["月光草"]
    assert "月光草" in alert["zh"] and alert["en"]
    assert told["verdict"] != "pass"
    assert told["coverage"]["lines_checked"] == 1 and told["coverage"]["lines_total"] == 2
    code, told, _ = run("knowledge", "show", "月光草", "甘草")
    assert code == 3
    assert_said(told[0], "unknown")
    assert told[1]["ok"]


# --- the store


@pytest.fixture
def keep(run, write, monkeypatch, tmp_path):
    """Keep some visits in a data folder: (folder, answers)."""
    monkeypatch.setenv("STATION_PASSPHRASE", "right")
    folder = tmp_path / "data"

    def do(count: int = 2, first: int = 0, inquiry: str = CASE) -> tuple[Path, list[dict]]:
        lines = [
            json.dumps({"id": f"k{first + n}", "patient": {"name": "李明"}, "inquiry": inquiry})
            for n in range(count)
        ]
        code, told, _ = run(
            "consult", "--batch", write("k.jsonl", "\n".join(lines)), "--save", "--data-dir", folder
        )
        assert code in (0, 4)
        return folder, told

    return do


def test_twenty_wrong_passphrases_are_refused_and_spoil_nothing(run, keep, monkeypatch, tmp_path):
    folder, told = keep()
    key_file = {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file() and p.name != "store.lock"}
    monkeypatch.setenv("STATION_PASSPHRASE", "wrong")
    for _ in range(20):
        code, (answer,), _ = run("visits", "--data-dir", folder)
        assert code == 5
    assert_said(answer, "wrong-passphrase")
    assert {p: (folder / p).read_bytes() for p in key_file} == key_file
    (tmp_path / "pass").write_text("right\n", encoding="utf-8")
    code, rows, _ = run("visits", "--data-dir", folder, "--passphrase-file", tmp_path / "pass")
    assert code == 0
    assert {r["visit"] for r in rows} == {t["visit"] for t in told}


def test_a_passphrase_that_cannot_be_had_is_said(run, keep, monkeypatch, tmp_path):
    folder, _ = keep(1)
    (tmp_path / "noise").write_bytes(b"\xff\xfe\x81")
    for file in (tmp_path / "none", tmp_path / "noise", tmp_path):
        code, (told,), _ = run("visits", "--data-dir", folder, "--passphrase-file", file)
        assert code == 5
        assert_said(told, "passphrase-file")
    monkeypatch.delenv("STATION_PASSPHRASE")
    code, (told,), _ = run("visits", "--data-dir", folder)
    assert code == 5
    assert_said(told, "no-passphrase")


def test_a_damaged_page_ends_with_6_names_the_backup_and_keeps_the_file(run, keep, tmp_path):
    folder, told = keep(6, inquiry=CASE * 40)
    code, (made,), _ = run("backup", tmp_path / "backups", "--data-dir", folder)
    assert code == 0
    database = folder / "store.db"
    pages = database.stat().st_size // PAGE_BYTES
    with database.open("r+b") as file:
        for page in range(3, pages):
            file.seek(page * PAGE_BYTES + 1000)
            file.write(b"damage")
    before = database.read_bytes()
    for command in ("visits", "verify"):
        code, answers, _ = run(command, "--data-dir", folder)
        assert code == 6
    code, (answer,), _ = run("backup", tmp_path / "more", "--data-dir", folder)
    assert code == 6
    assert_said(answer, "store-damaged")
    backup = answers[0]["last_good_backup"]  # the one that was asked for, or the day's own
    for key in ("zh", "en"):
        assert backup in answer["error"][key]
        assert re.search(r"\b4\b", answer["error"][key]), "the first damaged page is named"
    assert answers[0]["bad_pages"][0] == 4
    assert database.read_bytes() == before
    for place, file in enumerate((backup, made["file"])):
        again = tmp_path / f"again-{place}"
        assert run("restore", file, "--data-dir", again)[0] == 0
        code, rows, _ = run("visits", "--data-dir", again)
        assert {r["visit"] for r in rows} == {t["visit"] for t in told}


def test_a_second_copy_on_one_folder_is_turned_away(run, keep):
    from tcm_station.store import Store

    folder, told = keep()
    with Store.open(folder, "right", automatic_backup=False) as held:
        code, (answer,), _ = run("visits", "--data-dir", folder)
        assert code == 5
        assert_said(answer, "store-in-use")
        assert len(held.visits.list()) == len(told)
    code, rows, _ = run("visits", "--data-dir", folder)
    assert code == 0 and len(rows) == len(told)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of two megabytes in memory."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("needs root: this machine lets nobody mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_while_saving_ends_with_7_and_loses_nothing_acknowledged(
    run, write, small_disk, monkeypatch
):
    monkeypatch.setenv("STATION_PASSPHRASE", "right")
    folder = small_disk / "data"
    rng = np.random.default_rng(4)
    lines = [
        json.dumps(
            {
                "id": f"k{n}",
                "patient": {"name": "李明"},
                # Words that do not shrink when they are packed.
                "inquiry": CASE + "".join(map(chr, rng.integers(0x4E00, 0x9FA5, 30_000))),
            }
        )
        for n in range(30)
    ]
    code, told, err = run(
        "consult", "--batch", write("k.jsonl", "\n".join(lines)), "--save", "--data-dir", folder
    )
    assert code == 7
    assert_said(told[-1], "disk-full")
    acknowledged = {t["visit"] for t in told if t["ok"]}
    assert 0 < len(acknowledged) < 30
    assert "Traceback" not in err
    # Room is made as a clinic would: by taking something else off the disk.
    subprocess.run(["mount", "-o", "remount,size=16m", str(small_disk)], check=True)
    code, rows, _ = run("visits", "--data-dir", folder)
    assert code == 0
    assert acknowledged <= {r["visit"] for r in rows}
    assert run("verify", "--data-dir", folder)[0] == 0


def test_reports_that_cannot_be_written_end_with_7(run, write, small_disk, tmp_path):
    (small_disk / "ballast").write_bytes(b"x" * 2_000_000)
    history = write("h.txt", CASE)
    code, (told,), _ = run("consult", "--inquiry", history, "--out", small_disk / "out")
    assert code == 7
    assert_said(told, "cannot-write")
    assert [p.name for p in (small_disk / "out").rglob("*.part")] == []
    code, (told,), _ = run("consult", "--inquiry", history, "--out", history / "under a file")
    assert code == 7
    assert_said(told, "cannot-write")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux: there is no /dev/full")
def test_a_full_disk_behind_standard_output_ends_with_7_in_one_line(write):
    file = write("x.jsonl", json.dumps({"id": "1", "text": "头痛"}))
    with Path("/dev/full").open("w") as full:
        done = station_process("-m", "tcm_station", "differentiate", str(file), "--json", stdout=full)
    assert done.returncode == 7
    assert "No space left" in done.stderr and "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 2


def test_a_store_in_an_impossible_place_is_refused(run, write, monkeypatch):
    monkeypatch.setenv("STATION_PASSPHRASE", "right")
    code, (told,), _ = run("visits", "--data-dir", write("file", b"x") / "under a file")
    assert code == 7
    assert_said(told, "disk-failed", "folder-read-only")


def test_a_backup_that_is_none_is_not_restored(run, write, tmp_path, keep):
    folder, told = keep()
    code, (answer,), _ = run("restore", write("b.tcm-backup", b"nonsense"), "--data-dir", tmp_path / "new")
    assert code in (3, 6)
    assert_said(answer, answer["error"]["code"])
    code, (answer,), _ = run("restore", tmp_path / "none.tcm-backup", "--data-dir", tmp_path / "new")
    assert code in (3, 7)
    assert_said(answer, answer["error"]["code"])
    code, (made,), _ = run("backup", tmp_path / "backups", "--data-dir", folder)
    code, (answer,), _ = run("restore", made["file"], "--data-dir", folder)  # there is a store already
    assert code == 3
    assert_said(answer, answer["error"]["code"])
    assert len(run("visits", "--data-dir", folder)[1]) == len(told)


def station_process(*words: str, stdout=subprocess.PIPE) -> subprocess.CompletedProcess:
    """Another Python on the same packages."""
    import sys

    import tcm_station

    root = str(Path(tcm_station.__file__).resolve().parent.parent)
    return subprocess.run(
        [sys.executable, *words],
        stdout=stdout,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": root},
        timeout=60,
    )
