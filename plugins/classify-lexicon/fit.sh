#!/bin/sh
# Fits the shipped taxonomies anew: `plugins/classify-lexicon/fit.sh PAGES`, from the root of the repository.
# PAGES holds pages.jsonl (labelled) and background.jsonl. Where it also holds html/ID.html for their ids, the pipeline reads these
# instead of the texts, so the fit meets what it makes of pages today: run it again when extraction has changed.
# DOCMILL names the program [default: docmill].
set -eu
pages=$(cd "$1" && pwd)
docmill=${DOCMILL:-docmill}
labels=seeds/labels/vn-1131-2025
scripts=plugins/classify-lexicon/tests
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
python3 $scripts/cases_to_labels.py > "$made/cases.jsonl"
for name in pages background; do
    if [ -d "$pages/html" ]; then
        python3 $scripts/pages_to_sources.py "$pages" $name > "$made/$name.jsonl"
    else
        cp "$pages/$name.jsonl" "$made/$name.jsonl"
    fi
done
# What is named several times counts as often: texts of our own are short and few beside the pages of the web, and news is what the taxonomies
# are for.
for table in vn-1131-2025 vn-21-2026; do
    "$docmill" taxonomy fit "seeds/tables/$table.tsv" --background "$made/background.jsonl" \
        --labels "$made/pages.jsonl" --labels "$labels-pages.jsonl" \
        --labels "$labels-articles.jsonl" --labels "$labels-articles.jsonl" --labels "$labels-articles.jsonl" \
        --labels "$labels.jsonl" --labels "$labels.jsonl" \
        --labels "$made/cases.jsonl" --labels "$made/cases.jsonl" --labels "$made/cases.jsonl"
done
