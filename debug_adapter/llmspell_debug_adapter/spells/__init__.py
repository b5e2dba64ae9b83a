"""The programs that sessions debug: a spell that was launched for it, or one that runs anyway."""
