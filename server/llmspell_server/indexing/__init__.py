"""What closed files say: read in processes of their own, and kept on the disk."""
