"""Configuration: where files are found, what they may say, what they say together.

The rooms, from the cheapest: `discovery` (which files and variables there are), `schema` (what
may be said), `load` (what is said), `trust` (who may say it), `render`, `jsonschema` and
`reference` (showing it). This package's own import is free, since `discovery` is on the way of
every start; import from the rooms.
"""
