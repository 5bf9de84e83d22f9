"""What the command line does and says; `outcomes.py` declares the commands."""
