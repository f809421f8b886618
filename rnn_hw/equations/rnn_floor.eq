# What remains of the loss where no prediction is larger in size than `bound`, the supremum of the activation's size.
beyond = max(abs(y) - bound, 0)**2
floor = mean(beyond)
