"""Whatever stands in JSON Lines, each line is answered, in order, and nothing is a fault of ours."""

import contextlib
import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tcm_station.cli import main

WORDS = st.sampled_from(
    [
        "头痛",
        "失眠多梦",
        "无发热",
        "舌淡苔白",
        "脉细弱",
        "胸痛大汗",
        "甘草",
        "附子",
        "心脾两虚证",
        "symptom.headache",
    ]
) | st.text(max_size=12)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()  # NaN and infinity are written as Python writes them, which is not JSON
    | WORDS
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)


def some(good: st.SearchStrategy) -> st.SearchStrategy:
    """Mostly what is meant, now and then anything."""
    return st.one_of(good, good, good, ANYTHING)


def objects(**fields: st.SearchStrategy) -> st.SearchStrategy:
    return st.fixed_dictionaries({}, optional={key: some(value) for key, value in fields.items()})


PATIENT = objects(
    name=WORDS,
    sex=st.sampled_from(["f", "m", "unknown"]),
    age=st.floats(-5, 200) | st.integers(-5, 200),
    birth=st.dates().map(str),
    pregnant=st.booleans(),
    breastfeeding=st.booleans(),
    conditions=st.lists(WORDS, max_size=2),
    drugs=st.lists(WORDS, max_size=2),
    allergies=WORDS,
)
FINDING = WORDS | objects(code=WORDS, polarity=st.sampled_from([1, -1, 0]), degree=st.floats(0, 2))
HERB = objects(
    name=WORDS,
    grams=st.floats(-1, 1e6) | st.sampled_from(["三钱", "9克", "12枚", "一两", "半", ""]),
    handling=st.sampled_from(["先煎", "后下", "bogus"]),
    basis=st.sampled_from(["dose", "batch", "daily"]),
)
LINES = {
    "differentiate": objects(
        id=WORDS,
        text=st.lists(WORDS, max_size=5).map("，".join),
        findings=st.lists(FINDING, max_size=3),
        options=st.lists(WORDS, max_size=3),
        patient=PATIENT,
    ),
    "review": objects(
        id=WORDS,
        herbs=st.lists(some(HERB), max_size=4),
        patents=st.lists(objects(name=WORDS, daily=WORDS), max_size=2),
        doses=st.integers(-1, 100),
        per_day=st.floats(0, 5),
        portions=st.integers(-1, 5),
        form=st.sampled_from(["decoction", "powder", "pill", "granule", "external"]),
        route=st.sampled_from(["oral", "external"]),
        patient=PATIENT,
        formula=WORDS,
    ),
    "consult": objects(
        id=WORDS,
        patient=PATIENT,
        tongue=st.lists(WORDS, max_size=2),
        face=WORDS,
        pulse=st.lists(WORDS, max_size=2),
        voice=WORDS,
        fs_hz=st.floats(-1, 1e5),
        column=WORDS,
        inquiry=st.lists(WORDS, min_size=1, max_size=40).map("，".join)
        | objects(
            answers=st.dictionaries(
                st.sampled_from(["symptom.fever", "symptom.insomnia"]), WORDS, max_size=2
            ),
            history=WORDS,
            complaint=WORDS,
            questionnaire=objects(form=WORDS, answers=st.dictionaries(WORDS, st.integers(0, 6), max_size=2)),
        ),
    ),
    "read": objects(id=WORDS, text=WORDS),
}


def written(line: object) -> str:
    return json.dumps(line, ensure_ascii=True).replace("\n", " ")


@pytest.mark.logs_expected
@pytest.mark.parametrize("command", LINES)
def test_any_lines_are_answered_one_by_one_without_a_fault(command, tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzz")
    file = folder / "lines.jsonl"
    broken = st.sampled_from(["{", "nonsense", "[]", "7", '{"id": "x"', "[" * 5000, '"\\ud800"'])

    @settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(LINES[command].map(written) | broken, min_size=1, max_size=5))
    def check(lines: list[str]) -> None:
        file.write_text("\n".join(lines), encoding="utf-8")
        words = ["consult", "--batch"] if command == "consult" else [command]
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main([*words, str(file), "--json", "--lang", "zh"])
        told = [json.loads(line) for line in out.getvalue().split("\n")[:-1]]
        assert code in (0, 3, 4), told
        assert len(told) == len(lines)
        assert code != 0 or all(t["ok"] for t in told)
        for answer in told:
            assert list(answer)[:2] == ["input", "ok"]
            assert answer["ok"] or (answer["error"]["zh"] and answer["error"]["advice_en"])
        assert err.getvalue() == ""

    check()
