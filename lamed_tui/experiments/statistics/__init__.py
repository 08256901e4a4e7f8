"""Pure statistics on two numbers a variant: nothing here reads, waits or draws."""
