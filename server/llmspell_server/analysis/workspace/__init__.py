"""What the files of a workspace say to each other: their globals, fields, modules and classes."""
