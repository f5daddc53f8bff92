"""What rules say of English: parts of speech, the form of a question, what contradicts what."""
