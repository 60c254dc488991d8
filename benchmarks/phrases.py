"""How well phrases are read, and how fast.

``make bench NAME=phrases DATA=...`` needs a directory with ``product-texts`` and
``fashion-iq``; word vectors are trained on the texts in the same run. Judged are the phrases of
``benchmarks/judged``: the test half, or with ``--split dev`` the half that the reader was made on.

recall
    Meant names given with a weight of at least 0.5, over meant names; pooled.
precision
    The same over them and the wrong ones; names that a fair judge would accept count for
    neither.
exact words
    The baseline: names whose words all stand in the phrase, as spelled.
limits
    Share of the phrases with a price or a size of which each is read exactly, and colours.
tags
    The judged product texts of the same half, by `Tagger`; texts of over 120 characters are
    descriptions, shorter ones titles.
captions
    Fashion-IQ's: of those that name an attribute as spelled, the share of which the reader
    sees every one. They are sentences, not searches, and half of them compare.
speed
    One phrase after another, each of the judged ones in turn, after a round that is not
    counted; then the same in batches of 64. Captions too, each read once.
random texts
    Any Unicode, of Hypothesis' choice.
word vectors
    Words of the texts, times passes, a second of tokenising and training on two workers.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from caption_names import read_captions, seen_in_captions
from judged_phrases import JudgedPhrase, Scores, Weights, read_phrases, score
from judged_texts import read_texts, score_tags
from random_texts import read_random

from modiste.cli import terminal
from modiste.data.vocabulary import Vocabulary, deepfashion_vocabulary
from modiste.nlp.fit_word_vectors import WordVectorOptions, fit_word_vectors
from modiste.nlp.normalise import tokens
from modiste.nlp.phrase_reader import MAX_CHARACTERS, PhraseReader
from modiste.nlp.tagging import Tagger
from modiste.training.report import Table

from harness import Figure, figure, print_figures

TEXTS = "product-texts"
CAPTIONS = "fashion-iq"
KINDS = ("plain", "no_overlap", "typo", "foreign", "negation", "filter", "meaningless")
N_ROUNDS = 5
LONGEST_TITLE = 120  # characters
BATCH = 64
N_RANDOM = 100_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Train the vectors, score and time the reader; 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="The directory of real data.")
    parser.add_argument("--split", choices=("dev", "test"), default="test")
    given = parser.parse_args(arguments)
    missing = [name for name in (TEXTS, CAPTIONS) if not (given.data / name).is_dir()]
    if missing:
        print(f"Skipped: {given.data} has no {', '.join(missing)}.", file=sys.stderr)
        return 2
    texts = [
        line
        for path in sorted((given.data / TEXTS).glob("*.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    vectors = fit_word_vectors(texts)
    vocabulary = deepfashion_vocabulary()
    start = time.perf_counter()
    reader = PhraseReader(vectors, vocabulary)
    started = time.perf_counter() - start
    judged = read_phrases(given.split)
    figures = _quality(reader, vocabulary, judged, given.split)
    figures += _limits(reader, judged)
    figures += _tags(vocabulary, given.data / TEXTS, given.split)
    captions = read_captions(given.data / CAPTIONS)
    figures += _captions(reader, vocabulary, captions)
    figures += _speed(reader, [each.phrase for each in judged], captions, started)
    figures += _random(reader)
    figures += _word_vectors(texts)
    print_figures("phrases", figures)
    return 0 if all(found.met is not False for found in figures) else 1


def _quality(
    reader: PhraseReader, vocabulary: Vocabulary, judged: Sequence[JudgedPhrase], split: str
) -> list[Figure]:
    def read(phrase: str) -> Weights:
        return reader.read(phrase).weights

    exact = _exact_words(vocabulary)
    rows = []
    for kind in ("all", *KINDS):
        of_kind = [each for each in judged if kind == "all" or kind in each.kinds]
        rows += [
            _row(f"{kind}, {name}", score(of_kind, by, vocabulary))
            for name, by in (("modiste", read), ("exact words", exact))
        ]
    header = ("phrases", "number", "recall", "precision", "negations right", "to nothing")
    terminal.print_tables([Table(f"Judged phrases, {split} half", header, tuple(rows))])
    ours, theirs = (score(judged, by, vocabulary) for by in (read, exact))
    gain = ours.recall - theirs.recall
    return [
        figure("recall of meant names", ours.recall, baseline=theirs.recall, at_least=0.80),
        figure("precision", ours.precision, baseline=theirs.precision, at_least=0.75),
        figure("recall above exact words", gain, baseline=0.0, at_least=0.20),
        figure("negations right", ours.negation, baseline=theirs.negation, at_least=0.90),
        figure("meaningless to nothing", ours.nothing, baseline=theirs.nothing, at_least=0.90),
    ]


def _row(name: str, scores: Scores) -> tuple[str, ...]:
    values = (scores.recall, scores.precision, scores.negation, scores.nothing)
    shown = ("-" if value != value else f"{value:.3f}" for value in values)
    return (name, str(scores.n_phrases), *shown)


def _exact_words(vocabulary: Vocabulary) -> Callable[[str], Weights]:
    names = {
        name: re.compile(rf"(?<!\w){re.escape(name.casefold())}(?!\w)")
        for name in (*vocabulary.categories, *vocabulary.attributes)
    }

    def read(phrase: str) -> Weights:
        typed = phrase.casefold()
        return {name: 1.0 for name, pattern in names.items() if pattern.search(typed)}

    return read


def _limits(reader: PhraseReader, judged: Sequence[JudgedPhrase]) -> list[Figure]:
    prices, sizes, colors = [], [], []
    for each in judged:
        query = reader.read(each.phrase)
        ends = query.filters.get("price", {})
        price = (ends.get("min"), ends.get("max")) if isinstance(ends, dict) else None
        if each.price != (None, None):
            prices.append(price == each.price)
        if each.size:
            sizes.append(query.filters.get("size") == [each.size])
        if each.colours or each.avoided_colours:
            wished = frozenset(n for n, weight in query.colors.items() if weight > 0)
            refused = frozenset(n for n, weight in query.colors.items() if weight < 0)
            colors.append((wished, refused) == (each.colours, each.avoided_colours))
    found = (("prices", prices), ("sizes", sizes), ("colours", colors))
    return [figure(f"{name} right", sum(right) / max(len(right), 1)) for name, right in found]


def _tags(vocabulary: Vocabulary, folder: Path, split: str) -> list[Figure]:
    tagger, exact = Tagger(vocabulary), _exact_words(vocabulary)

    def tag(text: str) -> list[str]:
        texts = ("", text) if len(text) > LONGEST_TITLE else (text, "")
        return [each.name for each in tagger.tag(*texts)]

    judged = read_texts(folder, split)
    precision, recall = score_tags(judged, tag, vocabulary)
    blind_precision, blind_recall = score_tags(judged, exact, vocabulary)
    return [
        figure("precision of tags", precision, baseline=blind_precision, at_least=0.90),
        figure("recall of tags", recall, baseline=blind_recall, at_least=0.70),
    ]


def _captions(
    reader: PhraseReader, vocabulary: Vocabulary, captions: Sequence[str]
) -> list[Figure]:
    n_captions, every, names = seen_in_captions(
        captions, lambda caption: reader.read(caption).weights.keys(), vocabulary
    )
    print(f"{n_captions:,} of {len(captions):,} captions name an attribute as spelled.")
    return [
        figure("captions of which every named attribute is seen", every, at_least=0.95),
        figure("named attributes of captions that are seen", names),
    ]


def _speed(
    reader: PhraseReader, phrases: Sequence[str], captions: Sequence[str], started: float
) -> list[Figure]:
    for phrase in phrases:
        reader.read(phrase)
    seconds = []
    for _ in range(N_ROUNDS):
        for phrase in phrases:
            start = time.perf_counter()
            reader.read(phrase)
            seconds.append(time.perf_counter() - start)
    milliseconds = sorted(1000 * each for each in seconds)
    last = milliseconds[int(0.99 * len(milliseconds))]
    return [
        figure("ms a phrase, median", statistics.median(milliseconds), at_most=0.5),
        figure("ms a phrase, 99th percentile", last, at_most=2.0),
        figure(
            f"phrases a second, batches of {BATCH}",
            _a_second(reader, [*phrases] * N_ROUNDS),
            at_least=20_000,
        ),
        figure(f"captions a second, batches of {BATCH}", _a_second(reader, captions)),
        figure("seconds to start the reader", started, at_most=0.5),
    ]


def _a_second(reader: PhraseReader, phrases: Sequence[str]) -> float:
    start = time.perf_counter()
    for first in range(0, len(phrases), BATCH):
        reader.read_batch(phrases[first : first + BATCH])
    return len(phrases) / (time.perf_counter() - start)


def _random(reader: PhraseReader) -> list[Figure]:
    reader.warm()
    n_read, slowest = read_random(reader.read, N_RANDOM, longest=2 * MAX_CHARACTERS)
    print(f"{n_read:,} of {N_RANDOM:,} random texts were read, the others refused.")
    return [figure("ms of processor, slowest random text", 1000 * slowest, at_most=20.0)]


def _word_vectors(texts: Sequence[str]) -> list[Figure]:
    options = WordVectorOptions(n_workers=2)
    n_words = options.n_epochs * sum(len(tokens(text)) for text in texts)
    start = time.perf_counter()
    fit_word_vectors(texts, options=options)
    a_second = n_words / (time.perf_counter() - start)
    return [figure("words a second, word vectors on two workers", a_second, at_least=400_000)]


if __name__ == "__main__":
    sys.exit(main())
