"""What syncs: customer, item, invoice, settlement. One file each: record, fields, match keys, rules. Pure."""
