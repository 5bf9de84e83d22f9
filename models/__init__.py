"""Pure estimators (arrays or frames in, frozen results out) and the runner that applies them."""
