"""Pictures that check themselves: layout, provenance, contrast."""
