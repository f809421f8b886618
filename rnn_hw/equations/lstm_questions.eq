# What is asked of an LSTM's forward pass: the mean squared error over steps and entries, and how many entries each has.
mse = mean[t](mean((h[t] - y[t])**2))
dim_f = size(f[1])
dim_i = size(i[1])
dim_o = size(o[1])
dim_g = size(g[1])
dim_c = size(c[1])
dim_h = size(h[1])
