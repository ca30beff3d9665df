"""Summaries of records and of writes, for lists and searches."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from tieout.core.records import Kind
from tieout.kinds.summary import summary
from tieout.remote.side import Operation
from tieout.store.codec import decode, decode_record
from tieout.store.journal import words

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

_TEXTS = ('words', 'customer', 'status', 'currency')
_AMOUNTS = ('total', 'open')
_AT_ONCE = 400

_record = sa.table('record', *map(sa.column, ('connection', 'side', 'kind', 'id', 'body', *_TEXTS, *_AMOUNTS)))
_operation = sa.table('operation', *map(sa.column, ('id', 'body', 'planned_at', 'ended_at', 'at', 'words')))


def upgrade() -> None:
    for name in _TEXTS:
        op.add_column('record', sa.Column(name, sa.Text(), nullable=False, server_default=''))
    for name in _AMOUNTS:
        op.add_column('record', sa.Column(name, sa.BigInteger(), nullable=True))
    for name in ('at', 'words'):
        op.add_column('operation', sa.Column(name, sa.Text(), nullable=False, server_default=''))
    _records()
    _operations()
    op.create_index('ix_record_summary', 'record', ['connection', 'kind', 'side', 'gone', *_TEXTS, *_AMOUNTS, 'id'])
    op.create_index('ix_operation_history', 'operation', ['connection', 'at', 'id', 'verb', 'words'])
    op.create_index(op.f('ix_operation_connection_pair_state'), 'operation', ['connection', 'pair', 'state'])
    op.drop_index(op.f('ix_operation_connection_pair'), 'operation')
    op.create_index(op.f('ix_event_connection_at'), 'event', ['connection', 'at'])


def downgrade() -> None:
    op.drop_index(op.f('ix_event_connection_at'), 'event')
    op.create_index(op.f('ix_operation_connection_pair'), 'operation', ['connection', 'pair'])
    op.drop_index(op.f('ix_operation_connection_pair_state'), 'operation')
    op.drop_index('ix_operation_history', 'operation')
    op.drop_index('ix_record_summary', 'record')
    for name in ('at', 'words'):
        op.drop_column('operation', name)
    for name in (*_TEXTS, *_AMOUNTS):
        op.drop_column('record', name)


def _records() -> None:
    """Bodies are read as today's code reads them: it must be able to, whatever the schema they were stored under."""
    tx, own = op.get_bind(), _record.c
    many = tx.execute(sa.select(own.connection, own.side, own.kind).distinct()).all()
    for connection, side, kind in many:
        mine = sa.and_(own.connection == connection, own.side == side, own.kind == kind)
        named: dict[str, sa.BindParameter[Any]] = {name: sa.bindparam(f'new_{name}') for name in (*_TEXTS, *_AMOUNTS)}
        change = sa.update(_record).where(mine, own.id == sa.bindparam('of')).values(named)
        for ids in _some(tx.execute(sa.select(own.id).where(mine, own.body != b'')).scalars().all()):
            found = tx.execute(sa.select(own.id, own.body).where(mine, own.id.in_(ids))).all()
            short = {row.id: summary(decode_record(Kind(kind), row.body)) for row in found}
            tx.execute(change, [{'of': i} | {f'new_{n}': getattr(short[i], n) for n in named} for i in ids])


def _operations() -> None:
    tx, own = op.get_bind(), _operation.c
    at = sa.func.coalesce(sa.func.nullif(own.ended_at, ''), own.planned_at)
    tx.execute(sa.update(_operation).values(at=at))
    change = sa.update(_operation).where(own.id == sa.bindparam('of')).values(words=sa.bindparam('new'))
    for ids in _some(tx.execute(sa.select(own.id)).scalars().all()):
        found = tx.execute(sa.select(own.id, own.body).where(own.id.in_(ids))).all()
        tx.execute(change, [{'of': row.id, 'new': words(decode(row.body, Operation))} for row in found])


def _some(ids: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
