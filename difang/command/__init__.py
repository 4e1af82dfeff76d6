"""The command line: settings, wiring of the parts, one module a command. Only here is the environment read."""
