"""The command ``rag``."""
