"""What the parsers share: bytes to text, tables, formulas, what a text says of itself."""
