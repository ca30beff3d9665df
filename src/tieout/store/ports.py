"""The store's implementations of the ports that a side needs: quotas, tokens, parts."""

from collections.abc import Sequence
from datetime import datetime

from cryptography.fernet import InvalidToken, MultiFernet
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from tieout.remote.errors import SignInTrouble
from tieout.remote.ports import Part, Rate, Tokens
from tieout.store.agenda import chunks
from tieout.store.codec import decode, encode
from tieout.store.database import Database
from tieout.store.tables import account, part, quota


class StoredLimiter:
    """Quotas by the generic cell rate algorithm: one row for each account and bucket, shared by all processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def reserve(self, account: str, rate: Rate, now: datetime) -> float:
        """Take the next place in line; return how many seconds it is away."""
        moment = now.timestamp()
        with self._database.begin() as tx:
            arrives = tx.execute(
                select(quota.c.arrives).where(quota.c.account == account, quota.c.bucket == rate.bucket)
            ).scalar()
            theoretical = max(moment, arrives or 0.0)
            statement = upsert(quota).values(
                account=account, bucket=rate.bucket, arrives=theoretical + 1 / rate.per_second
            )
            tx.execute(
                statement.on_conflict_do_update(
                    index_elements=["account", "bucket"], set_={"arrives": statement.excluded.arrives}
                )
            )
        tolerance = (rate.burst - 1) / rate.per_second
        return max(0.0, theoretical - tolerance - moment)


class StoredVault:
    """One account's tokens, encrypted with the home's key."""

    def __init__(self, database: Database, account_id: int, cipher: MultiFernet) -> None:
        self._database = database
        self._account = account_id
        self._cipher = cipher

    def read(self) -> Tokens:
        """The tokens now stored. Raises SignInTrouble if this home's key does not open them."""
        with self._database.read() as tx:
            sealed = tx.execute(select(account.c.tokens).where(account.c.id == self._account)).scalar_one()
        return open_tokens(self._cipher, sealed)

    def write(self, tokens: Tokens) -> None:
        """Store rotated tokens durably."""
        with self._database.begin() as tx:
            tx.execute(
                update(account).where(account.c.id == self._account).values(tokens=seal_tokens(self._cipher, tokens))
            )


def seal_tokens(cipher: MultiFernet, tokens: Tokens) -> bytes:
    """Tokens as they are stored."""
    return cipher.encrypt(encode(tokens))


def open_tokens(cipher: MultiFernet, sealed: bytes) -> Tokens:
    """Read what `seal_tokens` wrote. Raises SignInTrouble if this home's key does not open it."""
    try:
        return decode(cipher.decrypt(sealed), Tokens)
    except InvalidToken as error:
        raise SignInTrouble(
            "sign_in_expired", "The stored sign-in was encrypted with another key. Connect the account again."
        ) from error


class StoredShelf:
    """The parts that one connection's HubSpot customers and invoices are assembled from."""

    def __init__(self, database: Database, connection: int) -> None:
        self._database = database
        self._connection = connection

    def put(self, parts: Sequence[Part]) -> None:
        """Store parts, each unless a newer version of it is there."""
        if not parts:
            return
        statement = upsert(part)
        with self._database.begin() as tx:
            tx.execute(
                statement.on_conflict_do_update(
                    index_elements=["connection", "type", "id"],
                    set_={n: statement.excluded[n] for n in ("parent", "version", "body")},
                    where=part.c.version <= statement.excluded.version,
                ),
                [
                    {
                        "connection": self._connection,
                        "type": p.type,
                        "id": p.id,
                        "parent": p.parent,
                        "version": p.version,
                        "body": encode(p.body),
                    }
                    for p in parts
                ],
            )

    def drop(self, type_: str, ids: Sequence[str]) -> None:
        """Forget parts."""
        with self._database.begin() as tx:
            for chunk in chunks(ids):
                tx.execute(
                    delete(part).where(
                        part.c.connection == self._connection,
                        part.c.type == type_,
                        part.c.id.in_(chunk),
                    )
                )

    def get(self, type_: str, ids: Sequence[str]) -> dict[str, Part]:
        """The stored parts of one type among `ids`."""
        found: dict[str, Part] = {}
        with self._database.read() as tx:
            for chunk in chunks(ids):
                for row in tx.execute(
                    select(part).where(
                        part.c.connection == self._connection,
                        part.c.type == type_,
                        part.c.id.in_(chunk),
                    )
                ):
                    found[row.id] = Part(
                        row.type, row.id, row.parent, row.version, decode(row.body, dict[str, str | None])
                    )
        return found

    def children(self, type_: str, parents: Sequence[str]) -> dict[str, list[Part]]:
        """The stored parts of one type, by the parent they belong to, each list by ascending numeric id."""
        found: dict[str, list[Part]] = {}
        with self._database.read() as tx:
            for chunk in chunks(parents):
                for row in tx.execute(
                    select(part).where(
                        part.c.connection == self._connection,
                        part.c.type == type_,
                        part.c.parent.in_(chunk),
                    )
                ):
                    found.setdefault(row.parent, []).append(
                        Part(row.type, row.id, row.parent, row.version, decode(row.body, dict[str, str | None]))
                    )
        for children in found.values():
            children.sort(key=lambda p: (len(p.id), p.id))
        return found
