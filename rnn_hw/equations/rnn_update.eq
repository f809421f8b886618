# One step of gradient descent; W stands for each weight, W_bar for the sum of its contributions.
W_new = W - learning_rate*W_bar
