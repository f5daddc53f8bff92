"""The eval harness: gold questions through the same engine, figures with intervals, a gate.

Nothing here judges by a model: every figure is a rule over text and positions, defined in ``docs/eval.md``.
"""
