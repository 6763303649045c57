"""A number per claim: programs that load the service and print JSON with the machine in it."""
