"""Signed months."""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('signature',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('connection', sa.Integer(), nullable=False),
    sa.Column('as_of', sa.Text(), nullable=False),
    sa.Column('at', sa.Text(), nullable=False),
    sa.Column('who', sa.Text(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('documents', sa.LargeBinary(), nullable=False),
    sa.Column('newest_pair', sa.Integer(), nullable=False),
    sa.Column('changes', sa.LargeBinary(), nullable=False),
    sa.Column('checked_at', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['connection'], ['connection.id'], name=op.f('fk_signature_connection_connection')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signature')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_signature_connection_as_of'), 'signature', ['connection', 'as_of'], unique=False)


def downgrade() -> None:
    op.drop_table('signature')
