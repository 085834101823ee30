# The second symbol wants a larger alignment than the first: RuntimeDyld
# reserves and asks for room as if it did not.
	.comm common_a,16,4
	.comm common_b,16,16
	.comm common_c,64,32
	.data
	.globl common_anchor
	.balign 4
common_anchor:
	.long 1
