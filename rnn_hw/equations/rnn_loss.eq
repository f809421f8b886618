# The mean squared error over the examples (and over the entries of each).
loss = mean((y_hat - y)**2)
