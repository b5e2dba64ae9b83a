"""Changes to a text that can be offered at a place: fixes of findings, and rewritings."""
