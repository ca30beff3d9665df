"""Audits."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('audit',
    sa.Column('connection', sa.Integer(), nullable=False),
    sa.Column('at', sa.Text(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['connection'], ['connection.id'], name=op.f('fk_audit_connection_connection')),
    sa.UniqueConstraint('connection', name=op.f('uq_audit_connection'))
    )


def downgrade() -> None:
    op.drop_table('audit')
