"""Figures: how fast, how large; measured as ratios within one run wherever that is possible.

`make bench` prints them and writes `.benchmarks/latest.json`. Nothing here is asserted in the
test-suite, because this machine is noisy; `docs/performance.md` keeps the figures with dates.
"""
