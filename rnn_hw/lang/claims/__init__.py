"""True or false: what a claim about a program means, its proof by bounds, the search for a counterexample."""
