"""Raw bytes → an examination, whatever the kind. Heavy rooms are imported when they are first needed."""

import hashlib
from dataclasses import replace
from pathlib import Path

from tcm_station.domain.clock import Clock
from tcm_station.domain.errors import Refused
from tcm_station.domain.examination import Capture, Examination, ExamKind, Issue

# Limits come before allocation: no capture a clinic makes is larger.
MAX_BYTES = 200 * 1024 * 1024

MEDIA_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".heic": "image/heic",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".webp": "image/webp",
    ".bmp": "image/bmp",
    ".csv": "text/csv",
    ".txt": "text/plain",
    ".wav": "audio/wav",
    ".npz": "application/x-npz",
    ".edf": "application/x-edf",
}


def read_bytes(path: Path) -> bytes:
    """A whole input file. Raises Refused when it is missing, unreadable, empty or too large."""
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise Refused("file-is-folder", name=path.name)
        if not path.is_file():
            raise Refused("file-missing", name=path.name)
        if size == 0:
            raise Refused("file-empty", name=path.name)
        if size > MAX_BYTES:
            raise Refused("file-huge", name=path.name, mb=size // 1_000_000, limit_mb=MAX_BYTES // 1_000_000)
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a name that no file can have
        raise Refused("file-missing", name=path.name.replace("\0", "?")) from None
    except OSError as fault:
        raise Refused(
            "file-unreadable", name=path.name, why=fault.strerror or type(fault).__name__
        ) from fault


def capture_of(
    kind: ExamKind,
    data: bytes,
    name: str,
    *,
    clock: Clock,
    device: str = "file",
    settings: tuple[tuple[str, str], ...] = (),
    synthetic: bool = False,
) -> Capture:
    """The record of one raw recording. The file's name is not kept: it may name the person."""
    media_type = MEDIA_TYPES.get(Path(name).suffix.lower(), "application/octet-stream")
    digest = hashlib.sha256(data).hexdigest()
    return Capture(digest, kind, media_type, device, clock(), settings, synthetic=synthetic)


def examine_bytes(
    kind: ExamKind,
    data: bytes,
    name: str,
    *,
    clock: Clock,
    device: str = "file",
    settings: tuple[tuple[str, str], ...] = (),
    synthetic: bool = False,
    fs_hz: float | None = None,
    column: str | None = None,
    wave_kind: str | None = None,
    path: Path | None = None,
) -> Examination:
    """Measure one recording. Raises Refused with reason and advice when it cannot be used.

    path: where the bytes lie, for records in two files (WFDB), which bytes alone do not hold.
    """
    capture = capture_of(kind, data, name, clock=clock, device=device, settings=settings, synthetic=synthetic)
    if kind in (ExamKind.TONGUE, ExamKind.FACE):
        return _examine_picture(data, name, capture)
    if kind is ExamKind.PULSE:
        from tcm_station.signals.pulse.examine import examine_pulse
        from tcm_station.signals.pulse.read import read_wave

        source = wave_source(data, name, path)
        wave = read_wave(source, name, fs_hz=fs_hz, column=column, kind=wave_kind)
        return examine_pulse(wave, capture, name)
    if kind is ExamKind.VOICE:
        from tcm_station.signals.voice.examine import examine_voice
        from tcm_station.signals.voice.read import read_voice

        return examine_voice(read_voice(data, name), capture)
    raise ValueError(f"{kind} is not taken from a recording")


def wave_source(data: bytes, name: str, path: Path | None) -> bytes | Path:
    """What to read a pulse wave from: the bytes, or the path where the record is in two files."""
    if Path(name).suffix.lower() != ".hea":
        return data
    if path is None:
        raise Refused("pulse-two-files", name=name)
    return path


def _examine_picture(data: bytes, name: str, capture: Capture) -> Examination:
    """A tongue or a face; what is to be known of the file itself is told beside what is to be known of the
    photograph."""
    from vision.images import read_image

    picture = read_image(data, name)
    if capture.kind is ExamKind.FACE:
        from vision.face.examine import examine_face

        examination = examine_face(picture, capture)
    else:
        from vision.tongue.examine import examine_tongue

        examination = examine_tongue(picture, capture)
    notes = tuple(Issue(key) for key in picture.note_keys)
    quality = examination.quality
    return replace(examination, quality=replace(quality, issues=(*quality.issues, *notes)))
