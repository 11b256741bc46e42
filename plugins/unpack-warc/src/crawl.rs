//! Goes through the records of a crawl and hands over the pages in them.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Read};

use docmill_plugin::prelude::*;
use flate2::bufread::GzDecoder;

use crate::body;
use crate::filter::Filter;
use crate::head::{Head, content_type};
use crate::section::Section;

/// What a file compressed with GZIP begins with.
const GZIP: [u8; 3] = [0x1f, 0x8b, 8];

/// How many pages are remembered for those that were the same again. Each takes some 20 bytes.
const MOST_REMEMBERED: usize = 500_000;

/// How many kinds of damage are told in full.
const TOLD: usize = 3;

/// The longest line that a record may begin with, and of blank lines before it.
const LINE: u64 = 4 << 10;

/// Whether it begins with a record, or with one that is compressed.
pub fn is_crawl(mut section: Section<'_>) -> bool {
    let is_packed = section.fill_buf().is_ok_and(|it| it.starts_with(&GZIP));
    let mut start = Vec::new();
    let read = match is_packed {
        true => GzDecoder::new(section).take(1 << 10).read_to_end(&mut start),
        false => section.take(1 << 10).read_to_end(&mut start),
    };
    // Of what is damaged further behind, the beginning tells.
    let _ = read;
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start);
    text.trim_ascii_start().starts_with(b"WARC/")
}

/// A crawl, or several, on the way into members.
pub struct Crawl<'a> {
    filter: Filter,
    /// Where the record begins that is being read.
    begun: u64,
    /// Where pages lie, by the digest of their content.
    pages: BTreeMap<u64, Place<'a>>,
    counts: Counts,
    lost: u64,
    told: Vec<String>,
    piece: Vec<u8>,
}

/// What became of records.
#[derive(Debug, Default)]
struct Counts {
    taken: u64,
    unwanted: u64,
    revisits: u64,
}

impl<'a> Crawl<'a> {
    /// Nothing so far.
    pub fn new(filter: Filter) -> Crawl<'a> {
        let (counts, piece) = (Counts::default(), Vec::new());
        Crawl { filter, begun: 0, pages: BTreeMap::new(), counts, lost: 0, told: Vec::new(), piece }
    }

    /// Something that cannot be had.
    pub fn lost(&mut self, what: &str) {
        self.lost += 1;
        log::warn!("{what}");
        if self.told.len() < TOLD {
            self.told.push(what.to_owned());
        }
    }

    /// Takes all of a crawl.
    pub fn unpack(&mut self, mut section: Section<'a>) {
        loop {
            let is_packed = match section.fill_buf() {
                Ok([]) | Err(_) => return,
                Ok(bytes) => bytes.starts_with(&GZIP),
            };
            let result;
            (result, section) = match is_packed {
                true => {
                    let mut packed = Packed::new(section);
                    let result = self.records(&mut packed).map_err(|error| (packed.start, error));
                    (result, packed.decoder.into_inner())
                }
                false => {
                    let result = self.records(&mut section);
                    (result.map_err(|error| (self.begun, error)), section)
                }
            };
            if let Err((at, error)) = result {
                self.lost(&format!("damage at byte {at}: {error}"));
                // The next one that begins like one: what lies between the two is lost. What was
                // read to find that out has none that begins, so that nothing is read more than
                // twice.
                let mark: &[u8] = if is_packed { &GZIP } else { b"\nWARC/1." };
                section = section.at(at + 1);
                if !section.skip_to(mark) {
                    return;
                }
            }
        }
    }

    /// Takes the records of a stream.
    fn records(&mut self, stream: &mut dyn Stream<'a>) -> io::Result<()> {
        loop {
            let place = stream.place();
            self.begun = place.as_ref().map_or(0, |it| it.start);
            let Some((head, length)) = begin(stream)? else { return Ok(()) };
            let mut block = Block { stream: &mut *stream, left: length, is_cut: false };
            // What a block says may be damaged; where it ends is known.
            let outcome = self.record(&head, &mut block, place);
            let outcome = outcome.and(block.skip());
            let address = || -> String {
                let address = head.text("WARC-Target-URI").unwrap_or_default();
                address.escape_debug().take(120).collect()
            };
            if block.is_cut {
                self.lost(&format!("`{}` ends before its end", address()));
                return Ok(());
            }
            match outcome {
                Ok(()) => {}
                Err(error) if block.left == 0 => self.lost(&format!("`{}`: {error}", address())),
                Err(error) => match block.skip() {
                    Ok(()) => self.lost(&format!("`{}`: {error}", address())),
                    Err(_) => return Err(error),
                },
            }
        }
    }

    /// Takes one record, if it is wanted.
    fn record(
        &mut self,
        head: &Head,
        block: &mut Block<'_, 'a>,
        place: Option<Place<'a>>,
    ) -> io::Result<()> {
        let kind = head.get("WARC-Type").unwrap_or_default().to_ascii_lowercase();
        let is_response = match &kind[..] {
            b"response" | b"revisit" => true,
            b"resource" | b"conversion" => false,
            _ => return Ok(()),
        };
        let address = head.text("WARC-Target-URI").unwrap_or_default();
        // WARC 1.0 was written with brackets by some.
        let address = address.trim_start_matches('<').trim_end_matches('>').to_owned();
        if !self.filter.wants_address(&address) {
            self.counts.unwanted += 1;
            return Ok(());
        }
        let digest = head.text("WARC-Payload-Digest").or_else(|| head.text("WARC-Block-Digest"));
        if kind == b"revisit" {
            return self.revisit(head, address, digest);
        }
        if let (Some(digest), Some(place)) = (&digest, place)
            && self.filter.resolves
            && self.pages.len() < MOST_REMEMBERED
        {
            self.pages.entry(key(digest)).or_insert(place);
        }
        let about = About { address, digest, date: head.text("WARC-Date") };
        self.page(head, is_response, about, block)
    }

    /// A page that was the same as one before it: taken again with what this record says of it.
    fn revisit(&mut self, head: &Head, address: String, digest: Option<String>) -> io::Result<()> {
        let page = digest.as_deref().and_then(|it| self.pages.get(&key(it)));
        let Some(place) = page.filter(|_| self.filter.resolves) else {
            self.counts.revisits += 1;
            return Ok(());
        };
        let section = Section::new(place.source, place.start..place.end);
        let mut stream: Box<dyn Stream<'a> + 'a> = match place.is_packed {
            true => Box::new(Packed::new(section)),
            false => Box::new(section),
        };
        let Some((original, length)) = begin(&mut *stream)? else { return Ok(()) };
        let is_response =
            original.get("WARC-Type").is_some_and(|it| it.eq_ignore_ascii_case(b"response"));
        let mut block = Block { stream: &mut *stream, left: length, is_cut: false };
        let about = About { address, digest, date: head.text("WARC-Date") };
        self.page(&original, is_response, about, &mut block)
    }

    fn page(
        &mut self,
        head: &Head,
        is_response: bool,
        about: About,
        block: &mut Block<'_, 'a>,
    ) -> io::Result<()> {
        let mut said = head.text("Content-Type");
        let (mut is_chunked, mut codings, mut status) = (false, String::new(), None);
        if is_response {
            // A response of another protocol, such as DNS, has no head.
            if said.as_deref().is_some_and(|it| {
                !it.trim_start().to_ascii_lowercase().starts_with("application/http")
            }) {
                self.counts.unwanted += 1;
                return Ok(());
            }
            let mut line = Vec::new();
            block.take(LINE).read_until(b'\n', &mut line)?;
            let code = status_of(&line).ok_or_else(|| {
                io::Error::new(io::ErrorKind::InvalidData, "it begins with no status")
            })?;
            let answer = Head::read(block)?;
            said = answer.text("Content-Type");
            is_chunked = answer
                .text("Transfer-Encoding")
                .is_some_and(|it| it.to_ascii_lowercase().contains("chunked"));
            codings = answer.text("Content-Encoding").unwrap_or_default();
            status = Some(code);
        }
        let (media_type, charset) = said.as_deref().map_or((None, None), content_type);
        let is_wanted = self.filter.wants_type(media_type.as_deref())
            && status.is_none_or(|it| self.filter.wants_status(it));
        if !is_wanted {
            self.counts.unwanted += 1;
            return Ok(());
        }
        if block.fill_buf()?.is_empty() && block.is_cut {
            return Ok(());
        }
        let About { address, digest, date } = about;
        let known = [
            ("location", Some(address.clone())),
            ("captured", date),
            ("charset", charset),
            ("digest", digest),
            ("status", status.filter(|it| *it != 200).map(|it| it.to_string())),
        ];
        let attributes =
            known.into_iter().filter_map(|(name, value)| Some(Attribute::new(name, value?)));
        let mut body = body::decoded(&mut *block, is_chunked, &codings)?;
        body::hand_over(address, media_type, attributes.collect(), &mut body, &mut self.piece)?;
        self.counts.taken += 1;
        Ok(())
    }

    /// The end of all of it.
    ///
    /// # Errors
    ///
    /// If anything was lost.
    pub fn tell(self) -> Result<(), Error> {
        let Counts { taken, unwanted, revisits } = self.counts;
        log::info!(
            "{taken} pages; {unwanted} not asked for; {revisits} the same as a page that is not in it"
        );
        if self.lost == 0 {
            return Ok(());
        }
        let more = self.lost - self.told.len() as u64;
        let more = if more == 0 { String::new() } else { format!("; and {more} more") };
        let told = format!("beside {taken} pages: {}{more}", self.told.join("; "));
        Err(Error::malformed(told.trim_end_matches('.')))
    }
}

/// Where a record lies that can be read again.
struct Place<'a> {
    source: &'a Source<'a>,
    start: u64,
    end: u64,
    is_packed: bool,
}

/// What a record says of its page.
struct About {
    address: String,
    digest: Option<String>,
    date: Option<String>,
}

/// The status in the first line of a response.
fn status_of(line: &[u8]) -> Option<u16> {
    let mut words = line.split(|it| it.is_ascii_whitespace()).filter(|it| !it.is_empty());
    let protocol = words.next()?;
    let is_http = protocol.len() >= 4 && protocol[..4].eq_ignore_ascii_case(b"HTTP");
    let code = std::str::from_utf8(words.next()?).ok()?.parse().ok()?;
    is_http.then_some(code)
}

/// The head of the next record and the length of its block; `None` at the end.
fn begin(stream: &mut dyn Stream<'_>) -> io::Result<Option<(Head, u64)>> {
    let mut line = Vec::new();
    loop {
        line.clear();
        if stream.take(LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        if !line.trim_ascii().is_empty() {
            break;
        }
    }
    let invalid = |what: &'static str| io::Error::new(io::ErrorKind::InvalidData, what);
    let first = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line);
    if !first.starts_with(b"WARC/") {
        return Err(invalid("there is no record where one should begin"));
    }
    let head = Head::read(&mut &mut *stream)?;
    if head.count("WARC-Type") > 1 {
        return Err(invalid("the heads of two records lie within each other"));
    }
    let length =
        head.get("Content-Length").and_then(|it| std::str::from_utf8(it).ok()?.parse().ok());
    Ok(Some((head, length.ok_or_else(|| invalid("a record does not say how long it is"))?)))
}

/// 64 bits of a digest tell pages apart well enough: a wrong one would have to be made on purpose,
/// by whoever made the rest of the crawl.
fn key(digest: &str) -> u64 {
    digest.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    })
}

/// What records are read from.
trait Stream<'a>: BufRead {
    /// Where the next record lies, if it can be found again: what is compressed is found where its
    /// part begins with it.
    fn place(&mut self) -> Option<Place<'a>>;
}

impl<'a> Stream<'a> for Section<'a> {
    fn place(&mut self) -> Option<Place<'a>> {
        let (start, end) = (self.position(), self.end());
        Some(Place { source: self.source(), start, end, is_packed: false })
    }
}

/// Parts that are compressed each by itself, one after the other; a record may go across.
struct Packed<'a> {
    decoder: GzDecoder<Section<'a>>,
    /// Where the part begins that is being read.
    start: u64,
    /// Whether nothing of it was consumed.
    is_fresh: bool,
    buffer: Vec<u8>,
    consumed: usize,
}

impl<'a> Packed<'a> {
    fn new(section: Section<'a>) -> Packed<'a> {
        let start = section.position();
        let decoder = GzDecoder::new(section);
        Packed { decoder, start, is_fresh: true, buffer: Vec::new(), consumed: 0 }
    }

    /// Reads on, if need be in the next part.
    fn decode(&mut self, target: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.decoder.read(target)?;
            let section = self.decoder.get_mut();
            if read > 0 || !section.fill_buf()?.starts_with(&GZIP) {
                return Ok(read);
            }
            self.start = section.position();
            self.is_fresh = true;
            let next = section.at(self.start);
            self.decoder.reset(next);
        }
    }
}

impl Read for Packed<'_> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        // A large piece goes where it is wanted at once.
        if self.consumed == self.buffer.len() && target.len() >= 16 << 10 {
            let read = self.decode(target)?;
            self.is_fresh &= read == 0;
            return Ok(read);
        }
        let available = self.fill_buf()?;
        let count = available.len().min(target.len());
        target[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Packed<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.consumed == self.buffer.len() {
            let mut buffer = std::mem::take(&mut self.buffer);
            buffer.resize(16 << 10, 0);
            self.consumed = 0;
            let read = self.decode(&mut buffer);
            buffer.truncate(*read.as_ref().unwrap_or(&0));
            self.buffer = buffer;
            read?;
        }
        Ok(&self.buffer[self.consumed..])
    }

    fn consume(&mut self, amount: usize) {
        self.is_fresh &= amount == 0;
        self.consumed = (self.consumed + amount).min(self.buffer.len());
    }
}

impl<'a> Stream<'a> for Packed<'a> {
    fn place(&mut self) -> Option<Place<'a>> {
        // Blank lines belong to the record before. What is damaged is met by whoever reads it.
        while let Ok([b'\r' | b'\n', ..]) = self.fill_buf() {
            self.consume(1);
        }
        let section = self.decoder.get_ref();
        let (source, start, end) = (section.source(), self.start, section.end());
        self.is_fresh.then_some(Place { source, start, end, is_packed: true })
    }
}

/// The block of a record.
struct Block<'s, 'a> {
    stream: &'s mut dyn Stream<'a>,
    left: u64,
    /// Whether the stream ended within it.
    is_cut: bool,
}

impl Block<'_, '_> {
    /// Skips what is left of it.
    fn skip(&mut self) -> io::Result<()> {
        loop {
            match self.fill_buf()?.len() {
                0 => return Ok(()),
                available => self.consume(available),
            }
        }
    }
}

impl Read for Block<'_, '_> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(target.len());
        let read = self.stream.read(&mut target[..most])?;
        self.left -= read as u64;
        self.is_cut |= read == 0 && most > 0;
        Ok(read)
    }
}

impl BufRead for Block<'_, '_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Ok(&[]);
        }
        let available = self.stream.fill_buf()?;
        self.is_cut |= available.is_empty();
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(available.len());
        Ok(&available[..most])
    }

    fn consume(&mut self, amount: usize) {
        let amount = (amount as u64).min(self.left);
        self.stream.consume(amount as usize);
        self.left -= amount;
    }
}
