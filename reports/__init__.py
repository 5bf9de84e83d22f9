"""From warehouse and models to a published release, and from a release to files people send."""
