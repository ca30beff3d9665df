"""The tables. Moments are ISO 8601 texts in UTC, records are JSON as the kinds define them, ids are texts.

`record.words` … `record.open` are a record's summary (`kinds.summary`), `operation.words` likewise; `operation.at` is
when it ended, or until then was planned. Lists and searches read these, and need not open what is stored whole.

Where people and other rows name a row by its number, `sqlite_autoincrement` keeps SQLite from giving it out again.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _connection() -> Column[int]:
    return Column("connection", Integer, ForeignKey("connection.id"), nullable=False)


account = Table(
    "account",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("side", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("base_url", Text, nullable=False),
    Column("options", LargeBinary, nullable=False),
    Column("tokens", LargeBinary, nullable=False),
    UniqueConstraint("side", "key", "base_url"),
)

connection = Table(
    "connection",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("crm_account", Integer, ForeignKey("account.id"), nullable=False),
    Column("books_account", Integer, ForeignKey("account.id"), nullable=False),
    Column("created_at", Text, nullable=False),
    Column("status", Text, nullable=False, server_default="active"),
    Column("trouble", LargeBinary),
    Column("settings", LargeBinary, nullable=False),
    Column("crm_facts", LargeBinary),
    Column("books_facts", LargeBinary),
    Column("facts_at", Text, nullable=False, server_default=""),
    Column("learned", LargeBinary, nullable=False),
    Column("reviewed", Boolean, nullable=False, server_default="0"),
    Column("prepared", Boolean, nullable=False, server_default="0"),
    Column("crm_cursor", Text, nullable=False, server_default=""),
    Column("books_cursor", Text, nullable=False, server_default=""),
    Column("crm_complete", Boolean, nullable=False, server_default="0"),
    Column("books_complete", Boolean, nullable=False, server_default="0"),
    Column("crm_read_at", Text, nullable=False, server_default=""),
    Column("books_read_at", Text, nullable=False, server_default=""),
    Column("swept_at", Text, nullable=False, server_default=""),
    Column("rechecked_at", Text, nullable=False, server_default=""),
    Column("wanted", Integer, nullable=False, server_default="0"),
    Column("done", Integer, nullable=False, server_default="0"),
    Column("due_at", Text, nullable=False, server_default=""),
    Column("fails", Integer, nullable=False, server_default="0"),
    Column("epoch", Integer, nullable=False, server_default="0"),
)

part = Table(
    "part",
    metadata,
    _connection(),
    Column("type", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("parent", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("connection", "type", "id"),
    Index(None, "connection", "type", "parent"),
)

record = Table(
    "record",
    metadata,
    _connection(),
    Column("side", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("parent", Text, nullable=False, server_default=""),
    Column("version", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("gone", Text, nullable=False, server_default=""),
    Column("words", Text, nullable=False, server_default=""),
    Column("customer", Text, nullable=False, server_default=""),
    Column("status", Text, nullable=False, server_default=""),
    Column("currency", Text, nullable=False, server_default=""),
    Column("total", BigInteger),
    Column("open", BigInteger),
    UniqueConstraint("connection", "side", "kind", "id"),
    Index(None, "connection", "side", "kind", "parent"),
    Index(
        "ix_record_summary",
        *("connection", "kind", "side", "gone", "words", "customer", "status", "currency", "total", "open", "id"),
    ),
)

match_key = Table(
    "match_key",
    metadata,
    _connection(),
    Column("side", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("id", Text, nullable=False),
    Index("ix_match_key_value", "connection", "name", "value", "side"),
    Index("ix_match_key_owner", "connection", "side", "kind", "id"),
)

key_row = Table(
    "key_row",
    metadata,
    _connection(),
    Column("list", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("label", Text, nullable=False),
    Column("customer", Text, nullable=False, server_default=""),
    Column("remaining", Text, nullable=False, server_default=""),
    UniqueConstraint("connection", "list", "id"),
    Index(None, "connection", "customer"),
)

pair = Table(
    "pair",
    metadata,
    Column("id", Integer, primary_key=True),
    _connection(),
    Column("kind", Text, nullable=False),
    Column("crm_id", Text),
    Column("books_id", Text),
    Column("linked_at", Text, nullable=False, server_default=""),
    Column("linked_why", Text, nullable=False, server_default=""),
    Column("crm_base", LargeBinary),
    Column("books_base", LargeBinary),
    Column("lines", LargeBinary),
    Column("choices", LargeBinary, nullable=False),
    Column("needed", Boolean, nullable=False, server_default="0"),
    Column("dirty", Boolean, nullable=False, server_default="1"),
    Column("state", Text, nullable=False),
    Column("cause", Text, nullable=False, server_default=""),
    Column("evidence", LargeBinary),
    Column("since", Text, nullable=False),
    Column("currency", Text, nullable=False, server_default=""),
    Column("amount", Integer),
    Column("refusal", LargeBinary),
    Column("retry_at", Text, nullable=False, server_default=""),
    Column("annotated", LargeBinary),
    UniqueConstraint("connection", "kind", "crm_id"),
    UniqueConstraint("connection", "kind", "books_id"),
    Index(None, "connection", "kind", "state"),
    Index("ix_pair_dirty", "connection", "kind", "dirty"),
    sqlite_autoincrement=True,
)

unit = Table(
    "unit",
    metadata,
    Column("id", Text, primary_key=True),
    _connection(),
    Column("side", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("members", LargeBinary, nullable=False),
    Column("read_at", Text, nullable=False, server_default=""),
    Column("state", Text, nullable=False),
    Column("sent_at", Text, nullable=False, server_default=""),
    Column("sends", Integer, nullable=False, server_default="0"),
    Index(None, "connection", "state"),
)

operation = Table(
    "operation",
    metadata,
    Column("id", Text, primary_key=True),
    _connection(),
    Column("pair", Integer, nullable=False),
    Column("side", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("verb", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("origin", LargeBinary),
    Column("moved", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("unit", Text, nullable=False, server_default=""),
    Column("epoch", Integer, nullable=False),
    Column("who", Text, nullable=False, server_default="tieout"),
    Column("planned_at", Text, nullable=False),
    Column("ended_at", Text, nullable=False, server_default=""),
    Column("ended_pass", Integer),
    Column("result", LargeBinary),
    Column("at", Text, nullable=False, server_default=""),
    Column("words", Text, nullable=False, server_default=""),
    Index("ix_operation_history", "connection", "at", "id", "verb", "words"),
    Index(None, "connection", "state"),
    Index(None, "connection", "pair", "state"),
    Index(None, "ended_pass"),
)

event = Table(
    "event",
    metadata,
    Column("id", Integer, primary_key=True),
    _connection(),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("pair", Integer),
    Column("details", LargeBinary, nullable=False),
    Index(None, "connection", "pair"),
    Index(None, "connection", "at"),
    sqlite_autoincrement=True,
)

pass_ = Table(
    "pass",
    metadata,
    Column("id", Integer, primary_key=True),
    _connection(),
    Column("epoch", Integer, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("ended_at", Text, nullable=False, server_default=""),
    Column("writes", Integer, nullable=False, server_default="0"),
    Column("crm_calls", Integer, nullable=False, server_default="0"),
    Column("books_calls", Integer, nullable=False, server_default="0"),
    Column("trouble", LargeBinary),
    Index(None, "connection"),
    sqlite_autoincrement=True,
)

raw = Table(
    "raw",
    metadata,
    _connection(),
    Column("side", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("why", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("connection", "side", "kind", "id"),
)

proof = Table(
    "proof",
    metadata,
    Column("id", Integer, primary_key=True),
    _connection(),
    Column("at", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index(None, "connection"),
    sqlite_autoincrement=True,
)

signature = Table(
    "signature",
    metadata,
    Column("id", Integer, primary_key=True),
    _connection(),
    Column("as_of", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("documents", LargeBinary, nullable=False),
    Column("newest_pair", Integer, nullable=False),
    Column("changes", LargeBinary, nullable=False),
    Column("checked_at", Text, nullable=False),
    Index(None, "connection", "as_of"),
    sqlite_autoincrement=True,
)

audit = Table(
    "audit",
    metadata,
    _connection(),
    Column("at", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("connection"),
)

exchange_rate = Table(
    "exchange_rate",
    metadata,
    _connection(),
    Column("currency", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("rate", Text, nullable=False),
    Column("read_at", Text, nullable=False),
    UniqueConstraint("connection", "currency", "day"),
)

quota = Table(
    "quota",
    metadata,
    Column("account", Text, nullable=False),
    Column("bucket", Text, nullable=False),
    Column("arrives", Float, nullable=False),
    UniqueConstraint("account", "bucket"),
)

user = Table(
    "user",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("password", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("language", Text, nullable=False, server_default="en"),
    Column("created_at", Text, nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user", Integer, ForeignKey("user.id"), nullable=False),
    Column("expires_at", Text, nullable=False),
)

setup_code = Table(
    "setup_code",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("expires_at", Text, nullable=False),
)
