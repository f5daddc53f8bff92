"""Answers and their citations in the formats that other tools read."""
