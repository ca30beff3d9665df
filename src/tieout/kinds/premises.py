"""Where a customer is, as keys that find it again under a name or an address with a mistake in it.

A key is exact and joins name and place, so that neither neighbours nor namesakes share one: a word of the name with
two of house number, street and postcode, or the word's initial with all three. A name that bears a number is told from
others by that number alone: *Buyer 12345* and *Buyer 12346* share no key, though they live at one address. The keys
only ever propose; see docs/matching.md for what they find.
"""

import re
from collections.abc import Iterable

from tieout.core.records import Address
from tieout.core.text import folded, name_words

_WORD = re.compile(r"[^\W_]+")
_ZIP_PLUS_FOUR = re.compile(r"(\d{5})-\d{4}")
_SHORTEST = 3
_NO_STREET = frozenset(
    "n s e w ne nw se sw north south east west av avda avenida avenue c calle rua rue the via".split()
)
"""Words of an address line that stand before the street's own name, or are left out as often as not."""


def premises(names: Iterable[str], address: Address) -> frozenset[str]:
    """The keys of a customer with these names at this address; none where the address says less than two things.

    Of a name count the first and the last word. The place is the postcode, or the city where there is none.
    """
    number, street = _house(address.street)
    postcode = _ZIP_PLUS_FOUR.sub(r"\1", folded(address.postcode).replace(" ", ""))
    place = postcode or folded(address.city)
    pairs = [(number, street), (number, postcode), (street, postcode)]
    known = [f"{one} {other}" for one, other in pairs if one and other]
    keys: set[str] = set()
    for word in {word for name in names for word in _telling(name)}:
        keys |= {f"{word} {pair}" for pair in known}
        if number and street and place and word.isalpha():
            keys.add(f"{word[0]} {number} {street} {place}")
    return frozenset(keys)


def _telling(name: str) -> set[str]:
    """The words by which a name is known: its numbers together where it bears any, else its first and its last."""
    words = name_words(name)[0].split()
    if numbers := [word for word in words if any(letter.isdigit() for letter in word)]:
        return {" ".join(numbers)}
    long = [word for word in words if len(word) >= _SHORTEST]
    return {long[0], long[-1]} if long else set()


def _house(line: str) -> tuple[str, str]:
    """House number and first word of the street; either is empty where the line has none."""
    words = _WORD.findall(folded(line))
    number = next((word for word in words if word[0].isdigit()), "")
    street = next((word for word in words if word != number and word not in _NO_STREET), "")
    return number, street
