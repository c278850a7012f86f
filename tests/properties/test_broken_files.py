"""Ten thousand broken files: each loads with every row accounted for, or is refused in words; nothing else ever comes out.

The files are made here, broken at random with a fixed seed (bytes flipped, cut, doubled, overwritten with what breaks parsers),
and loaded whole: read, mapped, parsed.
"""

from __future__ import annotations

import io
import json
import random
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crampstats.core.errors import CrampstatsError
from crampstats.ingest.own.loading import load_survey
from crampstats.ingest.own.mapping_file import read_mapping
from crampstats.ingest.own.placements import FileMapping

MAPPING = """\
version = 1
[file]
record = "Record"
missing = { "-99" = "not done" }
[variables.age_years]
column = "Age"
[variables.sex]
column = "Sex"
[variables.any_cramps]
column = "Cramps"
missing = { "9" = "did not know" }
[variables.serum_potassium_mmol_l]
column = "Potassium"
unit = "mmol/L"
[variables.takes_statin]
columns = ["Medicines"]
how = "medicines"
[own.visit]
column = "Visit"
kind = "date"
label = "Visit"
"""
ROWS = 8
BREAKERS = (
    b"\x00", b'"', b"'", b";", b",", b"\t", b"\r", b"\n", b"\r\n", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3", b"1e999", b"-1",
    b"=1+1", b"\xe2\x80\xae", b"9" * 40, b"{", b"}", b"[", b"<", b"&#0;", b"NaN", b"31/02/2024", b" ",
)


def table() -> pd.DataFrame:
    return pd.DataFrame({
        "Record": [f"R-{i}" for i in range(ROWS)], "Age": ["63", "47", "n.d.", "71", "5O", "33", "28", "90"],
        "Sex": list("mfmfmffm"), "Cramps": ["yes", "no", "9", "Yes", "no", "no", "y", ""],
        "Potassium": ["4.1", "3,9", "<3.0", "4.4 H", "-99", "5.0 mmol/l", "hemolysed", "4.0"],
        "Medicines": ["Lipitor", "none", "aspirin", "simvastatn", "", "?", "statin", "metformin, atorvastatin"],
        "Visit": ["2024-01-05", "2024-02-06", "06.03.2024", "2024-13-01", "45000", "", "3 Mar 2024", "2024-05-05"],
    })


def write_csv(path: Path) -> None:
    table().to_csv(path, index=False)


def write_excel(path: Path) -> None:
    table().to_excel(path, index=False)


def write_parquet(path: Path) -> None:
    table().to_parquet(path, index=False)


def write_redcap(path: Path) -> None:
    redcap = table().assign(redcap_repeat_instrument="", redcap_repeat_instance="", intake_complete="2")
    redcap["box___1"], redcap["box___2"] = "1", "0"
    redcap.to_csv(path, index=False)


def write_fhir(path: Path) -> None:
    answers = [{"linkId": "Age", "answer": [{"valueInteger": 63}]}, {"linkId": "Cramps", "answer": [{"valueBoolean": True}]}]
    one = {"resourceType": "QuestionnaireResponse", "status": "completed", "item": answers}
    entries = [{"resource": {**one, "id": str(i)}} for i in range(ROWS)]
    path.write_text(json.dumps({"resourceType": "Bundle", "entry": entries}), encoding="utf-8")


MAKERS: dict[str, tuple[str, Callable[[Path], None], int]] = {
    "csv": (".csv", write_csv, 800), "redcap": (".csv", write_redcap, 300), "excel": (".xlsx", write_excel, 400),
    "inside excel": (".xlsx", write_excel, 400), "parquet": (".parquet", write_parquet, 2000),
    "fhir": (".json", write_fhir, 4100), "mapping": (".toml", write_csv, 2000),
}
# a file that survives costs thirty times one that is refused: fewer of those kinds, which the readers' own tests break as well
PARTS = 5
# of the others hardly one survives: archives have checksums, TOML has a grammar
LOADING = ("csv", "redcap", "inside excel")


def break_bytes(content: bytes, chance: random.Random) -> bytes:
    """One to four kinds of damage."""
    broken = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(broken) + 1)
        kind = chance.randrange(5)
        if kind == 0 and broken:
            broken[min(place, len(broken) - 1)] = chance.randrange(256)
        elif kind == 1:
            del broken[place : place + chance.randint(1, 40)]
        elif kind == 2:
            broken[place:place] = broken[place : place + chance.randint(1, 60)]
        elif kind == 3:
            broken[place:place] = chance.choice(BREAKERS)
        else:
            del broken[place : None if chance.random() < 0.3 else place + 1]
    return bytes(broken)


def break_inside(content: bytes, chance: random.Random) -> bytes:
    """A workbook whose archive is sound and one of whose parts is not."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice([name for name in parts if name.endswith((".xml", ".rels"))])
    parts[name] = break_bytes(parts[name], chance)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return packed.getvalue()


def load_or_refuse(path: Path, mapping: FileMapping | Path) -> bool:
    """Whether it loaded; every row is accounted for then."""
    try:
        data = load_survey(path, mapping)
    except CrampstatsError:
        return False
    assert len(data.table) == data.flow.n == len(data.reasons)
    assert len(data.table) == data.table["source_row"].nunique()
    for name in data.reasons:
        lacks = data.table[name].isna().to_numpy()
        assert ((data.reasons[name].astype(object) != "").to_numpy() == lacks).all(), name
    return True


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("kind", MAKERS)
def test_a_broken_file_loads_whole_or_is_refused_in_words(kind: str, part: int, tmp_path: Path):
    suffix, write, n = MAKERS[kind]
    chance = random.Random(f"{kind} {part}")
    (tmp_path / "sound.toml").write_text(MAPPING, encoding="utf-8")
    data = tmp_path / f"sound{'.csv' if kind == 'mapping' else suffix}"
    write(data)
    sound = (tmp_path / "sound.toml") if kind == "mapping" else data
    content, broken = sound.read_bytes(), tmp_path / f"broken{suffix}"
    mapping = read_mapping(tmp_path / "sound.toml")
    loaded = 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(n // PARTS):
            damage = break_inside if kind == "inside excel" else break_bytes
            broken.write_bytes(damage(content, chance))
            loaded += load_or_refuse(data, broken) if kind == "mapping" else load_or_refuse(broken, mapping)
    # a check that cannot fail would be one in which nothing loads
    assert loaded > 0 or kind not in LOADING


def test_there_are_ten_thousand_of_them():
    assert sum(n for _, _, n in MAKERS.values()) == 10_000


def test_the_sound_file_loads_whole(tmp_path: Path):
    (tmp_path / "m.toml").write_text(MAPPING, encoding="utf-8")
    write_csv(tmp_path / "t.csv")
    data = load_survey(tmp_path / "t.csv", tmp_path / "m.toml")
    assert len(data.table) == ROWS
    assert data.table["age_years"].tolist()[:2] == [63, 47]
    assert np.allclose(data.table["serum_potassium_mmol_l"].to_numpy(dtype=float, na_value=0)[:3], [4.1, 3.9, 3.0])
