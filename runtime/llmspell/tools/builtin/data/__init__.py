"""Tools for data: JSON, CSV, graphs, documents."""
