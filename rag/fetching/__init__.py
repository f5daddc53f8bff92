"""An address becomes a file among the sources, when a user says so; nothing else opens a connection."""
