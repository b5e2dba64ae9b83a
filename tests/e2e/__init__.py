"""Real editors drive the language server: `make e2e`."""
