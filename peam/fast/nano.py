"""Nano: the project's own small VLM, of the stock Idefics3 classes, for CPU and tests.

Builds its configuration, tokenizer and processor, and saves or finds the model directory. Knows nothing
of how it is trained (pretrain.py) or used (policy.py): users load the directory through
`AutoModelForImageTextToText` and `AutoProcessor` like any other base.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    Idefics3Config,
    Idefics3ForConditionalGeneration,
    Idefics3Processor,
    PreTrainedTokenizerFast,
)
from transformers.models.idefics3.image_processing_pil_idefics3 import Idefics3ImageProcessorPil

from peam.errors import PeamError
from peam.fast import vocabulary

IMAGE_SIDE = 128  # pixels
PATCH = 8  # pixels: an ore 12 m away still fills one patch
SHUFFLE = 4  # patches a side of one visual token
VISUAL_TOKENS = (IMAGE_SIDE // PATCH // SHUFFLE) ** 2
CONTEXT = 256  # tokens

# Contents in order, then the marker after which the answer follows.
CHAT_TEMPLATE = (
    "{% for message in messages %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<image>{% else %} {{ part['text'] }}{% endif %}"
    "{% endfor %}{% endfor %}{% if add_generation_prompt %} =>{% endif %}"
)


def nano_dir() -> Path:
    """Returns the directory of the model that is shipped with the package.

    Raises:
        PeamError: If the package was installed without the weights.
    """
    found = Path(str(resources.files("peam").joinpath("data/nano")))
    if not (found / "model.safetensors").is_file():
        raise PeamError(f"{found}: no model.safetensors; make one with `peam pretrain --out {found}`")
    return found


def build_nano(out: Path, seed: int = 0) -> Path:
    """Saves a randomly initialised nano with tokenizer and processor.

    Args:
        out: Directory to write; made if missing.
        seed: Seeds the weights. The global torch generator is left as it was.

    Returns:
        `out`.
    """
    save_nano(new_model(seed), out)
    return out


def new_model(seed: int) -> Idefics3ForConditionalGeneration:
    """Returns a randomly initialised nano in float32."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Idefics3ForConditionalGeneration(nano_config())


def save_nano(model: Idefics3ForConditionalGeneration, out: Path) -> None:
    """Writes model.safetensors, config, tokenizer and processor files into `out`."""
    out.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(out)
    processor().save_pretrained(out)


def nano_config() -> Idefics3Config:
    """Returns the configuration: 3 M parameters, a 16-token picture, a vocabulary of whole words."""
    ids = {token: index for index, token in enumerate(vocabulary.tokens())}
    special = {"bos_token_id": ids[vocabulary.BOS], "eos_token_id": ids[vocabulary.EOS]}
    text = {
        "model_type": "llama", "vocab_size": len(ids), "hidden_size": 192, "intermediate_size": 512,
        "num_hidden_layers": 4, "num_attention_heads": 6, "num_key_value_heads": 6, "head_dim": 32,
        "max_position_embeddings": CONTEXT, "tie_word_embeddings": True, "pad_token_id": ids[vocabulary.PAD],
        **special,
    }  # fmt: skip
    vision = {
        "hidden_size": 96, "intermediate_size": 256, "num_hidden_layers": 3, "num_attention_heads": 3,
        "image_size": IMAGE_SIDE, "patch_size": PATCH,
    }  # fmt: skip
    return Idefics3Config(
        text_config=text,
        vision_config=vision,
        scale_factor=SHUFFLE,
        image_token_id=ids[vocabulary.IMAGE],
        tie_word_embeddings=True,
        pad_token_id=ids[vocabulary.PAD],
        **special,
    )


def tokenizer() -> PreTrainedTokenizerFast:
    """Returns the word-level tokenizer; `decode(encode(str(action)))` is the action's text again."""
    ids = {token: index for index, token in enumerate(vocabulary.tokens())}
    inner = Tokenizer(models.WordLevel(ids, unk_token=vocabulary.UNK))
    inner.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Split(Regex("[(),.;:]"), "isolated")]
    )
    # Words joined by blanks, but none around brackets and none before a comma.
    inner.decoder = decoders.Sequence(
        [
            decoders.WordPiece(prefix="##", cleanup=False),
            decoders.Fuse(),
            decoders.Replace(" ( ", "("),
            decoders.Replace(" )", ")"),
            decoders.Replace(" ,", ","),
        ]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=inner,
        pad_token=vocabulary.PAD,
        unk_token=vocabulary.UNK,
        bos_token=vocabulary.BOS,
        eos_token=vocabulary.EOS,
        additional_special_tokens=[vocabulary.FAKE, vocabulary.IMAGE, vocabulary.END],
        model_max_length=CONTEXT,
        padding_side="left",
        clean_up_tokenization_spaces=False,
        chat_template=CHAT_TEMPLATE,
    )


def processor() -> Idefics3Processor:
    """Returns the processor: pictures resized to 128 x 128, scaled to [-1, 1], never split."""
    pictures = Idefics3ImageProcessorPil(
        do_image_splitting=False,
        size={"longest_edge": IMAGE_SIDE},
        max_image_size={"longest_edge": IMAGE_SIDE},
        # No byte maps to exactly 0, so that the model never drops a grey picture as padding.
        image_mean=[0.5, 0.5, 0.5],
        image_std=[0.5, 0.5, 0.5],
    )
    return Idefics3Processor(pictures, tokenizer(), image_seq_len=VISUAL_TOKENS, chat_template=CHAT_TEMPLATE)
