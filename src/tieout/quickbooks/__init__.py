"""The books side: a QuickBooks Online company, through its Accounting API (version 3, minor version 75)."""
