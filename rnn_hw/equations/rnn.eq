# A recurrent network in row form: one row (or number) per example, Elman (1990) without biases; homework 003.
# PHI stands for the problem's activation at z[t].
z[t] = a[t-1] @ W_a + x[t] @ W_x
a[t] = PHI
