"""Measures Tieout from outside: the installed command, the vendors' APIs of the sandboxes, and nothing else."""
