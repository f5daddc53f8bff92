"""A folder of files becomes documents of canonical text, cut into passages."""
