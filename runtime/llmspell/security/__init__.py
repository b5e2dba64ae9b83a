"""What spells may do: `policy` decides, `permissions` reads the configuration for it."""
