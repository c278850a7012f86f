"""What the audit looks for, and why each kind of finding matters."""
