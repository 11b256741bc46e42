//! What an operator says that sources are, whatever they look like.

use std::str::FromStr;

use globset::{GlobBuilder, GlobMatcher};

use crate::model::{MediaType, NameError};

/// Patterns of names with the media type of what is called so; the first one that matches counts.
///
/// A pattern is compared with the whole name of a source, and `*` stands for any characters, `/`
/// included: `*.dat` means every file and every member of a container that ends with it,
/// `mail.zip!/*` everything in one container.
#[derive(Debug, Clone, Default)]
pub struct MediaTypes {
    patterns: Vec<(GlobMatcher, MediaType)>,
}

/// Why a pattern with its media type could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GlobError {
    /// It is not a pattern.
    #[error("`{}` is not a pattern: {}", .pattern.escape_debug(), .reason)]
    Pattern {
        /// What it is.
        pattern: String,
        /// What the parser of patterns says.
        reason: String,
    },
    /// Pattern and media type are not told apart.
    #[error("`{}` has no `=` between pattern and media type", .0.escape_debug())]
    NotAssigned(String),
    /// It is not a media type.
    #[error(transparent)]
    MediaType(NameError),
}

impl MediaTypes {
    /// Adds a pattern behind the others.
    ///
    /// # Errors
    ///
    /// If it is not a pattern.
    pub fn add(&mut self, pattern: &str, media_type: MediaType) -> Result<(), GlobError> {
        let glob = GlobBuilder::new(pattern).literal_separator(false).build();
        let glob = glob.map_err(|error| GlobError::Pattern {
            pattern: pattern.to_owned(),
            reason: error.kind().to_string(),
        })?;
        self.patterns.push((glob.compile_matcher(), media_type));
        Ok(())
    }

    /// Puts those of another list behind these.
    #[must_use]
    pub fn then(mut self, others: MediaTypes) -> MediaTypes {
        self.patterns.extend(others.patterns);
        self
    }

    /// What a source of this name is said to be.
    pub fn of(&self, name: &str) -> Option<&MediaType> {
        self.patterns.iter().find(|(glob, _)| glob.is_match(name)).map(|(_, it)| it)
    }
}

impl FromIterator<MediaTypes> for MediaTypes {
    fn from_iter<I: IntoIterator<Item = MediaTypes>>(lists: I) -> MediaTypes {
        lists.into_iter().fold(MediaTypes::default(), MediaTypes::then)
    }
}

/// One pattern, as an operator writes it: `GLOB=TYPE`.
impl FromStr for MediaTypes {
    type Err = GlobError;

    fn from_str(text: &str) -> Result<MediaTypes, GlobError> {
        // A name may hold `=`, a media type does not.
        let (pattern, media_type) =
            text.rsplit_once('=').ok_or_else(|| GlobError::NotAssigned(text.to_owned()))?;
        let media_type = MediaType::new(media_type).map_err(GlobError::MediaType)?;
        let mut types = MediaTypes::default();
        types.add(pattern, media_type)?;
        Ok(types)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_pattern_that_matches_the_whole_name_counts() {
        let types: MediaTypes = "*.dat=text/csv".parse().unwrap();
        let types = types.then("in/*=text/html".parse().unwrap());
        let of = |name: &str| types.of(name).map(MediaType::as_str);
        assert_eq!(of("in/a.dat"), Some("text/csv"));
        assert_eq!(of("x.zip!/b/a.dat"), Some("text/csv"));
        assert_eq!(of("in/sub/a"), Some("text/html"));
        assert_eq!(of("other/in/a"), None);
        assert_eq!(of("a.dat.txt"), None);
    }

    #[test]
    fn what_is_no_pattern_or_no_media_type_is_refused() {
        for (text, expected) in [
            ("*.dat", "`*.dat` has no `=` between pattern and media type"),
            ("*.dat=Text/CSV", "a media type is lower case"),
            ("[a=text/csv", "`[a` is not a pattern"),
        ] {
            let error = text.parse::<MediaTypes>().unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
        let with_equals: MediaTypes = "a=b.txt=text/csv".parse().unwrap();
        assert!(with_equals.of("a=b.txt").is_some());
    }
}
