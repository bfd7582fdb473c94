"""Opens: private keys, receipts and the ceremony. Never on the public server."""
