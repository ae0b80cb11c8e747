"""What a recorded voice allows to measure, shown on vowels whose pitch is known."""

import struct
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcm_station.domain.codec import from_plain, to_plain
from tcm_station.domain.errors import Refused
from tcm_station.domain.examination import Capture, Examination, ExamKind
from tcm_station.domain.terms import term
from tcm_station.i18n import LANGS, tr
from tcm_station.signals.voice.examine import examine_voice
from tcm_station.signals.voice.read import Sound, read_voice

CAPTURE = Capture("0" * 64, ExamKind.VOICE, "audio/wav", "file", datetime(2025, 1, 1, tzinfo=UTC))


def vowel(
    f0_hz: float,
    seconds: float = 1.5,
    fs_hz: float = 16000,
    *,
    jitter: float = 0.0,
    shimmer: float = 0.0,
    seed: int = 0,
) -> np.ndarray:
    """An a-like vowel: pulses of the voice, each ringing at two formants. jitter, shimmer: relative sd."""
    rng = np.random.default_rng(seed)
    y = np.zeros(int(seconds * fs_hz))
    ring_t = np.arange(int(0.03 * fs_hz)) / fs_hz
    t = 0.01
    while t < seconds - 0.035:
        start = int(np.ceil(t * fs_hz))
        # The pulse falls between samples: the ringing begins where it really began.
        late = ring_t + start / fs_hz - t
        ring = np.exp(-late * 250) * np.sin(2 * np.pi * 700 * late) + 0.5 * np.exp(-late * 300) * np.sin(
            2 * np.pi * 1100 * late
        )
        y[start : start + len(ring)] += ring * (1 + shimmer * rng.standard_normal())
        t += (1 + jitter * rng.standard_normal()) / f0_hz
    return (0.5 * y / np.abs(y).max()).astype(np.float32)


def wav(values: np.ndarray, fs_hz: int = 16000, *, code: int = 1, bits: int = 16, channels: int = 1) -> bytes:
    """A WAV file; values at ±1 full scale."""
    frames = np.repeat(np.asarray(values, float)[:, None], channels, axis=1).reshape(-1)
    if code == 3:
        body = frames.astype("<f4" if bits == 32 else "<f8").tobytes()
    elif bits == 8:
        body = np.clip(np.round(frames * 128 + 128), 0, 255).astype(np.uint8).tobytes()
    elif bits == 24:
        whole = np.clip(np.round(frames * 2**23), -(2**23), 2**23 - 1).astype("<i4")
        body = whole.view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
    else:
        top = 2 ** (bits - 1)
        body = np.clip(np.round(frames * top), -top, top - 1).astype(f"<i{bits // 8}").tobytes()
    block = channels * bits // 8
    form = struct.pack("<HHIIHH", code, channels, fs_hz, fs_hz * block, block, bits)
    chunks = b"fmt " + struct.pack("<I", len(form)) + form + b"LIST\x03\x00\x00\x00abc\x00"
    chunks += b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def value(examination: Examination, name: str) -> float | None:
    measurement = examination.measurement(f"voice.{name}")
    assert measurement is not None
    return measurement.value


@given(f0=st.floats(80, 450), fs_hz=st.sampled_from([8000, 16000, 44100]))
def test_the_pitch_of_a_vowel_is_found_within_one_percent(f0: float, fs_hz: float) -> None:
    examination = examine_voice(Sound(vowel(f0, 1.0, fs_hz), fs_hz), CAPTURE)
    assert value(examination, "f0") == pytest.approx(f0, rel=0.01)
    assert (value(examination, "voiced_share") or 0) > 85


def test_jitter_and_shimmer_are_measured_in_a_held_vowel_and_rise_with_what_was_put_in() -> None:
    jitters, shimmers = [], []
    for put_in in (0.0, 0.01, 0.02):
        held = vowel(150, 2.0, 44100, jitter=put_in)
        jitters.append(value(examine_voice(Sound(held, 44100), CAPTURE), "jitter"))
        held = vowel(150, 2.0, 44100, shimmer=3 * put_in)
        shimmers.append(value(examine_voice(Sound(held, 44100), CAPTURE), "shimmer"))
    assert jitters[0] is not None and jitters[0] < 0.1
    # Independent lengths of sd s differ by 2 s / sqrt(pi) on average.
    assert jitters[1] == pytest.approx(1.13, rel=0.25) and jitters[2] == pytest.approx(2.26, rel=0.25)
    assert shimmers[0] is not None and shimmers[0] < 0.5 and shimmers[0] < shimmers[1] < shimmers[2]


def test_no_jitter_is_given_where_no_vowel_is_held() -> None:
    glide = np.concatenate([vowel(f, 0.25) for f in (110, 150, 190, 130)])
    measurement = examine_voice(Sound(glide, 16000), CAPTURE).measurement("voice.jitter")
    assert measurement is not None and measurement.value is None
    assert measurement.why == "voice.why.no_sustained_vowel"


def test_noise_is_no_voice() -> None:
    noise = (0.1 * np.random.default_rng(0).standard_normal(16000)).astype(np.float32)
    measurement = examine_voice(Sound(noise, 16000), CAPTURE).measurement("voice.f0")
    assert measurement is not None and measurement.why == "voice.why.no_voice"


def test_level_is_relative_to_full_scale_and_falls_by_six_decibels_when_halved() -> None:
    loud = vowel(120)
    levels = [value(examine_voice(Sound(x, 16000), CAPTURE), "level") for x in (loud, loud / 2)]
    assert levels[0] is not None and levels[1] is not None
    assert levels[0] - levels[1] == pytest.approx(6.02, abs=0.05)
    tone = (np.sin(2 * np.pi * 200 * np.arange(16000) / 16000)).astype(np.float32)
    assert value(examine_voice(Sound(tone, 16000), CAPTURE), "level") == pytest.approx(-3.01, abs=0.1)


def test_pauses_of_eight_tenths_of_a_second_are_counted_and_shorter_ones_are_not() -> None:
    quiet = (1e-4 * np.random.default_rng(1).standard_normal(16000 * 2)).astype(np.float32)
    speech = np.concatenate(
        [quiet[:8000], vowel(120, 0.6), quiet[:16000], vowel(120, 0.6), quiet[:8000], vowel(120, 0.6)]
    )
    examination = examine_voice(Sound(speech, 16000), CAPTURE)
    assert value(examination, "pauses") == 1
    assert value(examination, "longest_pause") == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize(
    ("code", "bits", "step"),
    [(1, 8, 2**-7), (1, 16, 2**-15), (1, 24, 2**-23), (1, 32, 2**-24), (3, 32, 1e-7), (3, 64, 1e-7)],
)
@pytest.mark.parametrize("channels", [1, 2])
def test_every_kind_of_wav_gives_the_same_sound(code: int, bits: int, step: float, channels: int) -> None:
    values = vowel(200, 0.5)
    sound = read_voice(wav(values, code=code, bits=bits, channels=channels))
    assert sound.fs_hz == 16000 and np.allclose(sound.values, values, atol=step)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "voice-empty"),
        (b"ID3\x03" + bytes(100), "voice-unreadable"),
        (b"RIFF\x04\x00\x00\x00WAVE", "voice-unreadable"),
        (wav(np.zeros(100)), "voice-too-short"),
        (wav(np.zeros(16000))[:-200], "voice-truncated"),
        (wav(np.zeros(16000), code=6), "voice-format"),
        (wav(np.zeros(16000), fs_hz=1), "voice-format"),
    ],
)
def test_what_is_no_usable_recording_is_refused_in_both_languages(data: bytes, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_voice(data, "a.wav")
    assert refusal.value.code == code
    for lang in LANGS:
        assert refusal.value.text(lang) and refusal.value.advice(lang)


def test_silence_is_refused_and_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refusal:
        examine_voice(Sound(np.zeros(16000, np.float32), 16000), CAPTURE)
    assert refusal.value.code == "voice-silent" and refusal.value.text("zh") and refusal.value.advice("en")
    with pytest.raises(Refused, match="no such file"):
        read_voice(tmp_path / "none.wav")


def test_a_clipped_recording_says_so_and_loses_quality() -> None:
    clipped = np.clip(vowel(120) * 4, -1, 1)
    examination = examine_voice(read_voice(wav(clipped)), CAPTURE)
    assert "voice.issue.clipped" in {i.code for i in examination.quality.issues}
    assert examination.quality.value < 1


@given(st.binary(max_size=300))
def test_no_bytes_whatever_give_anything_but_a_sound_or_a_refusal(data: bytes) -> None:
    for whole in (
        data,
        b"RIFF\x00\x00\x00\x00WAVE" + data,
        b"RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00" + data,
    ):
        with pytest.raises(Refused):
            read_voice(whole)


def test_an_examined_voice_survives_plain_data_makes_no_finding_and_has_words_for_all() -> None:
    examination = examine_voice(Sound(vowel(180) / 200, 16000), CAPTURE)
    assert from_plain(Examination, to_plain(examination)) == examination
    assert examination.findings == ()
    assert "voice.issue.quiet" in {i.code for i in examination.quality.issues}
    for lang in LANGS:
        for issue in examination.quality.issues:
            assert tr(issue.code, lang, value=1, limit=2) and tr(f"{issue.code}.advice", lang)
        for series in examination.series:
            assert tr(f"series.{series.name}", lang)
        for why in ("no_voice", "no_sustained_vowel"):
            assert tr(f"voice.why.{why}", lang)
    for measurement in examination.measurements:
        assert term(measurement.code).extra["unit"] == measurement.unit


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "f0", "jitter"),
    [
        ("praat_a", 110.5, 0.62),
        ("praat_aaaa02", 198.8, 0.41),
        ("cmu_arctic_a0007", 126.3, None),
        ("praat_hid", 98.4, None),
    ],
)
def test_pitch_of_shared_recordings_is_that_of_praat_within_three_percent(
    shared_data: Path, name: str, f0: float, jitter: float | None
) -> None:
    examination = examine_voice(read_voice(shared_data / "voice" / f"{name}.wav"), CAPTURE)
    assert value(examination, "f0") == pytest.approx(f0, rel=0.03)
    found = value(examination, "jitter")
    assert (found is None) == (jitter is None)
    assert jitter is None or found == pytest.approx(jitter, abs=0.15)


@pytest.mark.shared
def test_a_cough_gets_no_pitch(shared_data: Path) -> None:
    for name in ("coughvid_00039425", "coswara_cough_heavy"):
        assert value(examine_voice(read_voice(shared_data / "voice" / f"{name}.wav"), CAPTURE), "f0") is None
