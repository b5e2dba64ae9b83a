"""What may be wrong with a document: one module for each group of diagnostics."""
