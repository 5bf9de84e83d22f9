"""Parts that pages are made of; none of them reads a release."""
