"""The independent proof: the tie-out, with its own small readers of totals, no lens and no mirror."""
