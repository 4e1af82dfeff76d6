"""Bodies and editors on unknown layouts: difang without its templates against the extractors of the field.

    python -m bench.extract_quality --pages 200

The captured pages as they are, and with class names and ids scrambled; replica pages scrambled, and scrambled with
headline and time moved into the container of the text. Precision, recall and F1 count pairs of neighbouring characters,
white space removed; exact is the share of bodies equal to the true one.
"""

from __future__ import annotations

import argparse
import logging
import warnings
from collections import Counter
from collections.abc import Sequence

from bench.extract_pages import Sample, captured, replica, with_head_inside, with_unknown_names
from bench.extractors import Extractor, Result, extractors
from difang.command.settings import Settings
from difang.command.wiring import hosts


def pairs(text: str) -> Counter[str]:
    """The pairs of neighbouring characters, white space removed."""
    packed = "".join(text.split())
    return Counter(packed[at : at + 2] for at in range(len(packed) - 1))


def measure(extractor: Extractor, samples: Sequence[Sample]) -> tuple[float, float, float, float, float]:
    """Precision, recall, F1, share of exact bodies, share of pages with editors on which all were found."""
    precision = recall = exact = found = 0.0
    edited = 0
    for sample in samples:
        result = _tried(extractor, sample)
        read, true = pairs(result.body), pairs(sample.body)
        common = (read & true).total()
        precision += common / max(read.total(), 1)
        recall += common / max(true.total(), 1)
        exact += "".join(result.body.split()) == "".join(sample.body.split())
        edited += bool(sample.editors)
        found += bool(sample.editors) and set(sample.editors) <= set(result.people)
    count = len(samples)
    precision, recall = precision / count, recall / count
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return precision, recall, f1, exact / count, found / max(edited, 1)


def _tried(extractor: Extractor, sample: Sample) -> Result:
    try:
        return extractor(sample.page, sample.text)
    except Exception as error:  # an extractor that fails on a page has found nothing on it
        logging.getLogger(__name__).warning("%s: %s", sample.page.url, error)
        return Result(body="")


def main() -> None:
    """Print a table for each set of pages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=200, help="Replica pages.")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    real, made = captured(), replica(options.pages)
    inside = with_head_inside(made)
    sets = {
        "captured pages": real,
        "captured pages, names scrambled": [with_unknown_names(sample) for sample in real],
        f"{len(made)} replica pages, names scrambled": [with_unknown_names(sample) for sample in made],
        f"{len(inside)} replica pages, names scrambled, headline and time inside the container": inside,
    }
    for title, samples in sets.items():
        if not samples:
            continue
        print(f"\n{title}\n{'':22} precision   recall       F1    exact  editors")
        for name, extractor in extractors(hosts(Settings())).items():
            print(f"{name:22}" + "".join(f"{value:9.3f}" for value in measure(extractor, samples)))


if __name__ == "__main__":
    main()
