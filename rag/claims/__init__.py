"""Whether a quote supports a claim: a model judges, code guards, an LLM's lines are checked."""
