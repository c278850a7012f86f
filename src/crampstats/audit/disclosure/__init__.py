"""What may leave the clinic: small counts hidden so that none can be worked out from what is shown."""
