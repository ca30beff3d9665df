"""What the catalogue of failures keeps of a cause."""

from typing import Literal

import msgspec

Class = Literal["transient", "dependency", "person", "connection", "bug"]


class Cause(msgspec.Struct, frozen=True):
    """Why a record cannot sync.

    foreseen: `yes`, `second` (from the second time on) or `no`. who: whose move it is.
    """

    code: str
    title: str
    explanation: str
    remedy: str
    klass: Class = "person"
    fixes: tuple[str, ...] = ()
    foreseen: Literal["yes", "second", "no"] = "yes"
    who: Literal["seller", "bookkeeper", "operator"] = "bookkeeper"
