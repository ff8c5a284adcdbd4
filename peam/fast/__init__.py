"""The fast tier: a frozen multimodal base and one LoRA expert a category."""
