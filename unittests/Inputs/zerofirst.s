# A common symbol without a size hides the alignment of the one behind it.
	.comm zero_size,0,1
	.comm zero_next,16,256
	.data
	.globl zero_anchor
zero_anchor:
	.long 1
