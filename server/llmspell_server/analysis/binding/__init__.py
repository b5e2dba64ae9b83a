"""Which declaration a name means: locals, upvalues, labels, and the names that are left free."""
