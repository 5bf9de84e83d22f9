"""Weekly digests: who gets one, how it is written for mail and chat, and how it is sent."""
