"""What Tieout knows without knowing any vendor: values, merging, matching, deciding, explaining. Pure."""
