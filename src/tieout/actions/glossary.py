"""What a country calls a thing: one sentence says credit memo, credit note or factura rectificativa."""

from collections.abc import Mapping
from typing import Final

_ENGLISH: Final = {"credit memo": "credit note", "Credit memo": "Credit note"}
_SPAIN: Final = {"nota de crédito": "factura rectificativa", "Nota de crédito": "Factura rectificativa"}


def local(sentence: str, language: str, country: str) -> str:
    """A sentence with the terms of a country in place of those that our sentences are written with.

    Ours are those of the United States in English, of Latin America in Spanish. QuickBooks says *credit memo* in the
    United States and Canada, *credit note* elsewhere; what corrects an invoice in Spain is a *factura rectificativa*
    (Real Decreto 1619/2012, article 15). country: as QuickBooks spells it (ISO 3166), empty where it is not known.
    """
    for ours, theirs in _terms(language, country).items():
        sentence = sentence.replace(ours, theirs)
    return sentence


def _terms(language: str, country: str) -> Mapping[str, str]:
    match language, country:
        case "en", "" | "US" | "CA":
            return {}
        case "en", _:
            return _ENGLISH
        case "es", "ES":
            return _SPAIN
        case _:
            return {}
