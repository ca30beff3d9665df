"""What Tieout remembers: SQLAlchemy Core tables and the queries on them. Synchronous, in short transactions."""
