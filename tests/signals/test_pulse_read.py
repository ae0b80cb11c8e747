"""Recorded waves are read whatever made them, and what cannot be read is said plainly."""

import io
import struct
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcm_station.domain.errors import Refused
from tcm_station.i18n import LANGS
from tcm_station.signals.pulse import read as reading
from tcm_station.signals.pulse.read import read_wave
from tcm_station.signals.pulse.wave import PulseKind

FS = 100.0
T = np.arange(800) / FS
WAVE = np.round(500 + 80 * np.sin(2 * np.pi * 1.2 * T) + 30 * np.sin(2 * np.pi * 2.4 * T + 1), 1)


def table(
    delimiter: str = ",",
    *,
    time: str | None = None,
    header: bool = True,
    comma: bool = False,
    ending: str = "\n",
) -> str:
    """The wave as text; time: None, "s" or "ms"."""
    lines = []
    if header:
        lines.append(delimiter.join(([f"time_{time}"] if time else []) + ["ppg"]))
    for t, v in zip(T, WAVE, strict=True):
        fields = [f"{t:.3f}" if time == "s" else f"{1000 * t:.0f}"] if time else []
        fields.append(f"{v:.1f}")
        lines.append(delimiter.join(f.replace(".", ",") if comma else f for f in fields))
    return ending.join(lines) + ending


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", " "])
def test_any_delimiter_encoding_and_line_end_gives_the_same_wave(
    delimiter: str, ending: str, encoding: str
) -> None:
    wave = read_wave(table(delimiter, time="s", ending=ending).encode(encoding))
    assert wave.fs_hz == FS and np.allclose(wave.values, WAVE)


@pytest.mark.parametrize("delimiter", [";", "\t", " "])
@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("time", ["s", "ms"])
def test_a_decimal_comma_and_a_missing_header_change_nothing(delimiter: str, header: bool, time: str) -> None:
    wave = read_wave(table(delimiter, time=time, header=header, comma=True).encode())
    assert wave.fs_hz == FS and np.allclose(wave.values, WAVE)


def test_a_single_column_with_decimal_commas_is_one_number_a_line() -> None:
    values = np.round(WAVE / 100, 2)
    text = "\n".join(f"{v:.2f}".replace(".", ",") for v in values)
    wave = read_wave(text.encode(), fs_hz=FS)
    assert np.allclose(wave.values, values)


def test_a_chinese_header_in_gbk_names_pressure_and_time() -> None:
    text = "时间(毫秒),桡动脉压力(mmHg)\n" + "\n".join(
        f"{1000 * t:.0f},{v}" for t, v in zip(T, WAVE, strict=True)
    )
    wave = read_wave(text.encode("gbk"))
    assert (wave.kind, wave.unit, wave.fs_hz) == (PulseKind.PRESSURE, "mmHg", FS)


def test_date_times_give_the_rate_and_midnight_is_passed() -> None:
    start = datetime(2025, 3, 1, 23, 59, 58)
    stamps = [start + timedelta(seconds=float(t)) for t in T]
    for form in ("%Y-%m-%d %H:%M:%S.%f", "%H:%M:%S.%f"):
        text = "when,value\n" + "\n".join(
            f"{s.strftime(form)},{v}" for s, v in zip(stamps, WAVE, strict=True)
        )
        wave = read_wave(text.encode())
        assert wave.fs_hz == pytest.approx(FS) and np.allclose(wave.values, WAVE)


def test_a_file_without_time_asks_for_the_rate() -> None:
    with pytest.raises(Refused) as refusal:
        read_wave(table().encode(), "a.csv")
    assert refusal.value.code == "pulse-no-rate"
    assert "--fs" in refusal.value.advice("en") and "--fs" in refusal.value.advice("zh")
    assert read_wave(table().encode(), fs_hz=FS).fs_hz == FS
    assert read_wave(("Sampling rate: 100 Hz\n" + table()).encode()).fs_hz == FS


@given(start=st.integers(200, 500), length=st.integers(30, 200))
def test_a_hole_in_time_is_kept_as_a_gap_of_its_own_length(start: int, length: int) -> None:
    lines = table(time="s").splitlines()
    text = "\n".join(lines[: 1 + start] + lines[1 + start + length :])
    wave = read_wave(text.encode())
    assert len(wave.gaps) == 1 and "gaps" in wave.notes
    assert wave.gaps[0][1] - wave.gaps[0][0] == pytest.approx(length / FS, abs=0.02)
    assert wave.seconds == pytest.approx(8, abs=0.02)
    assert np.allclose(wave.values[: start - 1], WAVE[: start - 1], atol=0.2)


def test_empty_fields_and_nan_words_are_gaps_not_zeros() -> None:
    lines = table(time="s").splitlines()
    for i in range(300, 340):
        lines[i] = lines[i].split(",")[0] + ("," if i % 2 else ",NaN")
    wave = read_wave("\n".join(lines).encode())
    assert int(np.isnan(wave.values).sum()) == 40 and len(wave.gaps) == 1


def test_text_in_numbers_is_named_with_its_line() -> None:
    lines = table(time="s").splitlines()
    lines[456] = "4.55,lead off"
    with pytest.raises(Refused) as refusal:
        read_wave("\n".join(lines).encode(), "a.csv")
    assert refusal.value.code == "pulse-text-in-numbers"
    assert refusal.value.params["line"] == 457
    assert "457" in refusal.value.text("zh") and "lead off" in refusal.value.text("en")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "pulse-empty"),
        (b" \r\n\n", "pulse-empty"),
        (b"\xff\xfe", "pulse-unreadable"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "pulse-unreadable"),
        (b"PK\x03\x04" + b"x" * 200, "pulse-unreadable"),
        (b"hello,world\nno,numbers\nat,all\n", "pulse-unreadable"),
        (b"0       " + b" " * 244 + b"4   " + b"\x00" * 100, "pulse-truncated"),
        (("\n".join(["1.5"] * 100)).encode(), "pulse-too-short"),
        (("\n".join(["7"] * 900)).encode(), "pulse-constant"),
        (("v\n" + "\n".join(["nan"] * 900)).encode(), "pulse-unreadable"),
        (("t,v\n" + "\n".join(f"{i / 100},nan" for i in range(900))).encode(), "pulse-all-missing"),
        (
            ("t,v\n" + "\n".join(f"{(i * 37) % 900},{i % 7}" for i in range(900))).encode(),
            "pulse-time-unusable",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_in_both_languages(data: bytes, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_wave(data, "a.csv", fs_hz=FS)
    assert refusal.value.code == code
    for lang in LANGS:
        assert refusal.value.text(lang) and refusal.value.advice(lang)


def test_a_missing_file_and_a_missing_column_are_named(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no such file"):
        read_wave(tmp_path / "none.csv")
    with pytest.raises(Refused) as refusal:
        read_wave(table(time="s").encode(), column="abp")
    assert refusal.value.code == "pulse-no-column" and "ppg" in refusal.value.text("en")


def test_the_size_is_looked_at_before_the_file_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    big = tmp_path / "big.csv"
    with big.open("wb") as file:
        file.truncate(reading.MOST_BYTES + 1)
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail("the file was read"))
    with pytest.raises(Refused) as refusal:
        read_wave(big)
    assert refusal.value.code == "pulse-too-big"


def test_a_column_is_chosen_by_name_number_or_likeness() -> None:
    noise = np.random.default_rng(1).standard_normal(len(T)) * 40
    rows = zip(T, noise, WAVE, strict=True)
    text = "time_s,resp,pleth\n" + "\n".join(f"{t:.2f},{n:.2f},{v}" for t, n, v in rows)
    assert np.allclose(read_wave(text.encode()).values, WAVE)
    assert np.allclose(read_wave(text.encode(), column="resp").values, np.round(noise, 2))
    assert np.allclose(read_wave(text.encode(), column="2").values, np.round(noise, 2))
    unnamed = "\n".join(line for line in text.splitlines()[1:])
    found = read_wave(unnamed.encode())
    assert np.allclose(found.values, WAVE) and "first_of_several" in found.notes


def old_packets(values: np.ndarray, out: slice = slice(0, 0)) -> bytes:
    data = bytearray()
    absent = set(range(len(values))[out])
    for i, v in enumerate(values):
        data += bytes([0x80 | (0x10 if i in absent else 0) | 5, int(v), 0, 72, 98])
    return bytes(data)


def new_packets(values: np.ndarray) -> bytes:
    return b"".join(bytes([1, 0x80, 0x85, 0x80 | int(v), 0x80, 0x80 | 72, 0xE2, 0x81, 0x80]) for v in values)


@given(cut=st.integers(0, 4), hole=st.integers(600, 1500))
def test_cms50d_dumps_of_both_protocols_give_the_wave_even_when_damaged(cut: int, hole: int) -> None:
    values = np.round(64 + 50 * np.sin(np.arange(600) / 9)).astype(int)
    for packets, size in ((old_packets(values), 5), (new_packets(values), 9)):
        assert np.array_equal(read_wave(packets).values, values)
        damaged = packets[cut:hole] + packets[hole + 2 :]
        wave = read_wave(damaged)
        assert wave.fs_hz == 60 and {"nominal_rate"} <= set(wave.notes)
        assert len(wave.values) >= len(values) - 3 - size // 9


def test_a_finger_out_of_the_oximeter_is_a_gap() -> None:
    values = np.round(64 + 50 * np.sin(np.arange(600) / 9))
    wave = read_wave(old_packets(values, slice(120, 240)))
    assert wave.gaps == ((2.0, 4.0),)


def test_pulsesensor_lines_of_both_kinds_give_the_wave() -> None:
    values = np.round(512 + 200 * np.sin(np.arange(600) / 7)).astype(int)
    plotter = "\r\n".join(f"{72 + i // 300},{830 + i // 40},{v}" for i, v in enumerate(values))
    visualizer = "\r\n".join(
        f"S{v}" + ("\r\nB72\r\nQ833" if i % 40 == 0 else "") for i, v in enumerate(values)
    )
    for text in (plotter, visualizer):
        wave = read_wave(text.encode())
        assert wave.source == "pulsesensor" and wave.fs_hz == 50 and np.array_equal(wave.values, values)


def test_an_npz_archive_is_read_and_a_pickle_in_it_is_never_loaded() -> None:
    buffer = io.BytesIO()
    np.savez(buffer, fs=FS, ppg=WAVE, abp=WAVE / 5, trap=np.array([{"a": 1}], dtype=object))
    wave = read_wave(buffer.getvalue())
    assert wave.fs_hz == FS and np.allclose(wave.values, WAVE) and wave.kind is PulseKind.PPG
    pressure = read_wave(buffer.getvalue(), column="abp")
    assert pressure.kind is PulseKind.PRESSURE and pressure.unit == "mmHg"


@pytest.mark.parametrize("form", ["16", "212"])
def test_wfdb_records_give_physical_values(tmp_path: Path, form: str) -> None:
    digital = np.round((WAVE - 500) * 10).astype(int)
    if form == "16":
        data = np.stack([np.zeros(800), digital], axis=1).astype("<i2").tobytes()
    else:
        pairs = digital & 0xFFF
        data = b"".join(bytes([0, (int(p) >> 8) << 4, int(p) & 0xFF]) for p in pairs)
    (tmp_path / "r.dat").write_bytes(data)
    header = f"r 2 100 800\nr.dat {form} 200/mV 12 0 0 0 0 II\nr.dat {form} 10(-1000)/mmHg 12 0 0 0 0 ABP\n"
    (tmp_path / "r.hea").write_text(header, encoding="ascii")
    wave = read_wave(tmp_path / "r.hea")
    assert wave.unit == "mmHg" and np.allclose(wave.values, (digital + 1000) / 10)


def edf(digital: np.ndarray, records: int | None = None) -> bytes:
    """A minimal EDF file: one signal, records of one second."""

    def pad(text: object, width: int) -> bytes:
        return str(text).ljust(width).encode("ascii")

    whole = len(digital) // 100
    head = pad(0, 8) + pad("X", 80) + pad("X", 80) + pad("01.01.25", 8) + pad("00.00.00", 8) + pad(512, 8)
    head += pad("", 44) + pad(whole if records is None else records, 8) + pad(1, 8) + pad(1, 4)
    signal = (
        pad("Pleth", 16)
        + pad("", 80)
        + pad("", 8)
        + pad(-100, 8)
        + pad(100, 8)
        + pad(-1000, 8)
        + pad(1000, 8)
    )
    signal += pad("", 80) + pad(100, 8) + pad("", 32)
    return head + signal + struct.pack(f"<{len(digital)}h", *digital.tolist())


def test_edf_files_give_physical_values_and_short_ones_are_refused() -> None:
    digital = np.round((WAVE - 500) * 5).astype(int)
    wave = read_wave(edf(digital))
    assert wave.fs_hz == FS and np.allclose(wave.values, digital / 10)
    with pytest.raises(Refused) as refusal:
        read_wave(edf(digital, records=99))
    assert refusal.value.code == "pulse-truncated"


@given(st.binary(min_size=1, max_size=400))
def test_no_bytes_whatever_give_anything_but_a_wave_or_a_refusal(data: bytes) -> None:
    for whole in (data, b"0       " + data * 3, b"PK\x03\x04" + data, b"t,v\n" + data):
        with pytest.raises(Refused):
            read_wave(whole, fs_hz=FS)


@pytest.mark.shared
def test_the_shared_sample_files_give_their_true_beats(shared_data: Path) -> None:
    from tcm_station.signals.pulse.beats import find_beats

    folder = shared_data / "pulse" / "formats"
    truth = np.genfromtxt(folder / "pulsesensor_truth_beats.csv", skip_header=1)
    for name in (
        "pulsesensor_plotter.txt",
        "pulsesensor_visualizer.txt",
        "csv_line_ms_value.txt",
        "cms50d_old_5byte.bin",
        "cms50d_v7_9byte.bin",
    ):
        found = find_beats(read_wave(folder / name)).peak_s
        lag = np.median([found[np.argmin(np.abs(found - t))] - t for t in truth])
        assert all(np.min(np.abs(found - t - lag)) < 0.15 for t in truth), name
    for name, fs in (("03700181.hea", 125), ("v102s.hea", 250), ("heartpy/data3.csv", 100.4)):
        assert read_wave(folder / name).fs_hz == pytest.approx(fs, abs=0.1)
