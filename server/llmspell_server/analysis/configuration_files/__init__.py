"""What configuration files of other tools say that is of use here, in the names of our settings."""
