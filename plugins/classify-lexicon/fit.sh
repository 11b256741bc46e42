#!/bin/sh
# Fits the shipped taxonomies anew: `plugins/classify-lexicon/fit.sh PAGES`, from the root of the repository.
# PAGES holds pages.jsonl (labelled) and background.jsonl. DOCMILL names the program [default: docmill].
set -eu
pages=$1
docmill=${DOCMILL:-docmill}
labels=seeds/labels/vn-1131-2025
short=$(mktemp)
trap 'rm -f "$short"' EXIT
# The cases of the tests, as a file of labels. The articles are named three times, so that they count as often: they are
# few beside the pages of the web, and news is what the taxonomies are for.
python3 plugins/classify-lexicon/tests/cases_to_labels.py > "$short"
for table in vn-1131-2025 vn-21-2026; do
    "$docmill" taxonomy fit "seeds/tables/$table.tsv" --labels "$pages/pages.jsonl" \
        --labels "$labels.jsonl" --labels "$labels-articles.jsonl" --labels "$labels-pages.jsonl" \
        --labels "$labels-articles.jsonl" --labels "$labels-articles.jsonl" --labels "$short" \
        --background "$pages/background.jsonl"
done
