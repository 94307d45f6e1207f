"""Export: programs as text in other languages; nothing is run here."""
