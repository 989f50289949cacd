"""Which pretrained model suits a task, how far two domains are apart, adapting across them."""
