"""Countries, however they are written."""

import pytest

from tieout.core import countries


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("US", "us"),
        ("U.S.A.", "us"),
        ("United  States", "us"),
        ("Estados Unidos", "us"),
        ("GBR", "gb"),
        ("uk", "gb"),
        ("Reino Unido", "gb"),
        ("España", "es"),
        ("Deutschland", "de"),
        ("Côte d'Ivoire", "ci"),
        ("Atlantis", ""),
        ("", ""),
    ],
)
def test_a_country_is_known_by_its_codes_and_names(written, code):
    assert countries.code(written) == code


def test_no_name_means_two_countries():
    rows = [row.split("|") for row in countries.NAMES.strip().split("\n")]
    names = [name for row in rows for name in row]
    assert len(names) == len(set(names))
    assert all(len(row[0]) == 2 for row in rows)
