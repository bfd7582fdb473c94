"""What operators, auditors and the curious run; no part of what is installed."""
