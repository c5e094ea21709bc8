"""The question before an act that interrupts or costs.

In comes an act, out go what stands in its way, a token and a confirmed act.
"""
