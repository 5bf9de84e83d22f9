"""A company that does not exist, simulated with a known truth and exported like a real one."""
