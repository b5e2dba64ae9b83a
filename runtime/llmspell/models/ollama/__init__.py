"""Models of an Ollama server, on this machine or another."""
