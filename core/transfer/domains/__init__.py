"""How far two domains are apart, in what, and the mathematics of adapting across them."""
