# LSTM: Hochreiter and Schmidhuber (1997), with the forget gate of Gers, Schmidhuber and Cummins (2000).
# Column vectors, one matrix for the input (W) and one for the state (U), one bias per gate, no peepholes.
z_f[t] = W_f @ x[t] + U_f @ h[t-1] + b_f
f[t] = sigmoid(z_f[t])
z_i[t] = W_i @ x[t] + U_i @ h[t-1] + b_i
i[t] = sigmoid(z_i[t])
z_o[t] = W_o @ x[t] + U_o @ h[t-1] + b_o
o[t] = sigmoid(z_o[t])
z_g[t] = W_g @ x[t] + U_g @ h[t-1] + b_g
g[t] = tanh(z_g[t])
c[t] = f[t]*c[t-1] + i[t]*g[t]
h[t] = o[t]*tanh(c[t])
