"""The language server's methods, one module for each group; they translate and decide nothing."""
