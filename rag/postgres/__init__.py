"""An index in PostgreSQL with pgvector: the same promises as an index folder (docs/scale.md)."""
