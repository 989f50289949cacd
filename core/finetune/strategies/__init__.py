"""How pretrained knowledge enters the target task, one file each."""
