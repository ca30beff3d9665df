"""QuickBooks' own exchange rates, as they were read: what one unit of a currency is worth on a day, at home."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from tieout.core.questions import Question, Rate, RateOn, Reply
from tieout.store.agenda import chunks
from tieout.store.tables import exchange_rate

_FRESH = timedelta(hours=1)
_ANYWHERE = timedelta(days=2)
"""After so long a day is over in every zone, and its rate stands."""


def answers(tx: Connection, connection: int, questions: Sequence[RateOn]) -> dict[Question, Reply]:
    """The rates that are kept; nothing in the others."""
    kept: dict[tuple[str, str], Decimal] = {}
    for days in chunks(sorted({question.day.isoformat() for question in questions})):
        rows = tx.execute(
            select(exchange_rate.c.currency, exchange_rate.c.day, exchange_rate.c.rate).where(
                exchange_rate.c.connection == connection, exchange_rate.c.day.in_(days)
            )
        )
        kept.update(((row.currency, row.day), Decimal(row.rate)) for row in rows)
    return {question: Rate(kept.get((question.currency, question.day.isoformat()))) for question in questions}


def keep(tx: Connection, connection: int, found: Mapping[tuple[str, date], Decimal], now: datetime) -> None:
    """Keep rates that were just read, by currency and day."""
    if not found:
        return
    statement = upsert(exchange_rate)
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["connection", "currency", "day"],
            set_={name: statement.excluded[name] for name in ("rate", "read_at")},
        ),
        [
            {
                "connection": connection,
                "currency": currency,
                "day": day.isoformat(),
                "rate": f"{rate:f}",
                "read_at": now.isoformat(),
            }
            for (currency, day), rate in found.items()
        ],
    )


def forget_moving(tx: Connection, connection: int, now: datetime) -> None:
    """Forget what was read more than an hour ago of days that are not over yet: their rates may have moved since."""
    tx.execute(
        delete(exchange_rate).where(
            exchange_rate.c.connection == connection,
            exchange_rate.c.day > (now - _ANYWHERE).date().isoformat(),
            exchange_rate.c.read_at < (now - _FRESH).isoformat(),
        )
    )
