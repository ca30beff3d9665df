"""Exchange rates."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('exchange_rate',
    sa.Column('connection', sa.Integer(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('day', sa.Text(), nullable=False),
    sa.Column('rate', sa.Text(), nullable=False),
    sa.Column('read_at', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['connection'], ['connection.id'], name=op.f('fk_exchange_rate_connection_connection')),
    sa.UniqueConstraint('connection', 'currency', 'day', name=op.f('uq_exchange_rate_connection_currency_day'))
    )


def downgrade() -> None:
    op.drop_table('exchange_rate')
