"""Reads the API description and writes what is generated from it."""
