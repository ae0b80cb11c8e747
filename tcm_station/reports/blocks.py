"""What a paper is made of, as plain data: no fonts, no points, no reportlab."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Heading:
    title: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """style: "body", "strong", "small", "notice"."""

    text: str
    style: str = "body"


@dataclass(frozen=True, slots=True)
class Table:
    """widths: shares of the width. right: indices of columns set flush right. strong: columns in bold.
    drop_narrow: columns left out on A5."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    right: tuple[int, ...] = ()
    strong: tuple[int, ...] = ()
    drop_narrow: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """png: bytes. caption: under it. max_height: share of the text height."""

    png: bytes = field(repr=False)
    caption: str = ""
    max_height: float = 0.24


@dataclass(frozen=True, slots=True)
class BeatPlot:
    """The average beat. values and sd over time_s; points: (label, time s, height); unit of the height."""

    time_s: tuple[float, ...]
    values: tuple[float, ...]
    sd: tuple[float, ...]
    points: tuple[tuple[str, float, float], ...]
    unit: str
    time_label: str
    note: str


@dataclass(frozen=True, slots=True)
class TracePlot:
    """Some seconds of the wave with its onsets marked."""

    time_s: tuple[float, ...]
    values: tuple[float, ...]
    marks_s: tuple[float, ...]
    time_label: str


@dataclass(frozen=True, slots=True)
class Radar:
    """axes: (label, value 0..100); rings at the limits that the scoring uses."""

    axes: tuple[tuple[str, float], ...]
    rings: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class HerbGrid:
    """Prescription lines in three columns: (name, amount, handling)."""

    lines: tuple[tuple[str, str, str], ...]
    end: str


@dataclass(frozen=True, slots=True)
class Columns:
    """Blocks side by side. parts: (share of the width, blocks)."""

    parts: tuple[tuple[float, tuple["Block", ...]], ...]


Block = Heading | Text | Table | Picture | BeatPlot | TracePlot | Radar | HerbGrid | Columns


@dataclass(frozen=True, slots=True)
class Paper:
    """identity: (label, value) pairs under the title. flag: printed over the title ("draft", "synthetic").
    signatures: (role, name or "")."""

    title: str
    clinic: str
    right: tuple[str, ...]
    identity: tuple[tuple[str, str], ...]
    flags: tuple[str, ...]
    blocks: tuple[Block, ...]
    footer: tuple[str, ...]
    signatures: tuple[tuple[str, str], ...]
    page_words: str
    author: str = "TCM Station"
