"""The subcommands of `peam` that are more than a call into the library."""
