"""An index is built aside and swapped in, watched and told of; where it lives: in a folder, or in PostgreSQL."""
