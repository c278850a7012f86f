"""Empty forms made from their declaration: for Excel, for REDCap, and for programs that read XLSForm."""
