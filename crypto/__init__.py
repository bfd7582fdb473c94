"""Envelopes, keys and the directory: knows no web, no database and no clock.

The folders are powers, each may use those before it: `wire` rearranges bytes, `public` needs public keys only,
`sign` signs with one's own key, `secret` opens. The bytes are specified in FORMAT.md.
"""
