"""A real Valkey, a real AWS emulator and simulated visitors on loopback, for `lamed demo` and for the tests."""
