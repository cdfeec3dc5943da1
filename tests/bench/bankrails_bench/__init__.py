"""What the suite costs: payments through the whole path, beside the bare vendor calls and plain FastStream handlers."""
