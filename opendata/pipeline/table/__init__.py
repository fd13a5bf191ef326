"""What rows become: names, types, checks, quarantine, Parquet."""
