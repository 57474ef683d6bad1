"""Keys, sealing, receipts and hash slots: who can read is who holds a key.

A stolen database, backup or data disk without the key ring reads nothing of a case's content.
This room knows no web framework and no database, and imports nothing else of the product.
"""
