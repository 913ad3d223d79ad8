//! [Subresource integrity](https://www.w3.org/TR/sri/) over a body that comes in pieces.
//!
//! The browser's own check wants a whole response, so a request with integrity metadata could not
//! be resumed. This one runs over what is stored, which is also what the app will read.

use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::text::{before, cut};

/// Reads base64, as far as it is some. The engine has no reader of its own: the browser's takes no
/// space.
pub type DecodeBase64 = fn(&str) -> Option<Vec<u8>>;

/// A check under way: all bytes of a body go through [`update`](Self::update), in order.
#[derive(Debug, Clone)]
pub struct Check {
    hash: Hash,
    expected: Vec<Vec<u8>>,
}

/// In ascending order of strength.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Algorithm {
    Sha256,
    Sha384,
    Sha512,
}

#[derive(Debug, Clone)]
enum Hash {
    Sha256(Sha256),
    /// Which is a SHA-512 of another beginning and a shorter end.
    Sha384(Sha384),
    Sha512(Sha512),
}

impl Check {
    /// [Parses metadata](https://www.w3.org/TR/sri/#parse-metadata) and keeps the digests of the
    /// [strongest](https://www.w3.org/TR/sri/#get-the-strongest-metadata) algorithm. `None` if
    /// there is nothing to check: what is not understood is ignored.
    pub fn new(metadata: &str, decode: DecodeBase64) -> Option<Self> {
        let (mut strongest, mut expected) = (None, Vec::new());
        for expression in metadata.split_ascii_whitespace() {
            let Some((algorithm, digest)) = digest(expression, decode) else { continue };
            if strongest < Some(algorithm) {
                strongest = Some(algorithm);
                expected.clear();
            }
            if strongest == Some(algorithm) {
                expected.push(digest);
            }
        }
        let hash = match strongest? {
            Algorithm::Sha256 => Hash::Sha256(Sha256::new()),
            Algorithm::Sha384 => Hash::Sha384(Sha384::new()),
            Algorithm::Sha512 => Hash::Sha512(Sha512::new()),
        };
        Some(Self { hash, expected })
    }

    /// The next bytes of the body.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.hash {
            Hash::Sha256(hash) => hash.update(bytes),
            Hash::Sha384(hash) => hash.update(bytes),
            Hash::Sha512(hash) => hash.update(bytes),
        }
    }

    /// Whether the body is one of those that the metadata allow.
    #[must_use]
    pub fn matches(self) -> bool {
        let is = |digest: &[u8]| self.expected.iter().any(|expected| expected == digest);
        match self.hash {
            Hash::Sha256(hash) => is(&hash.finalize()),
            Hash::Sha384(hash) => is(&hash.finalize()),
            Hash::Sha512(hash) => is(&hash.finalize()),
        }
    }
}

/// One hash expression, `algorithm-digest?options`. A digest that is none matches nothing.
fn digest(expression: &str, decode: DecodeBase64) -> Option<(Algorithm, Vec<u8>)> {
    let (name, rest) = cut(expression, b'-')?;
    let algorithm = match name {
        _ if name.eq_ignore_ascii_case("sha256") => Algorithm::Sha256,
        _ if name.eq_ignore_ascii_case("sha384") => Algorithm::Sha384,
        _ if name.eq_ignore_ascii_case("sha512") => Algorithm::Sha512,
        _ => return None,
    };
    // Both alphabets of base64, as browsers take them.
    let mut encoded = String::new();
    for character in before(rest, b'?').chars() {
        encoded.push(match character {
            '-' => '+',
            '_' => '/',
            other => other,
        });
    }
    Some((algorithm, decode(&encoded).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::memory::decode_base64;

    const ABC_256: &str = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
    const ABC_384: &str = "sha384-ywB1P0WjXou1oD1pmsZQBycsMqsO3tFjGotgWkP/W+2AhgcroefMI1i67KE0yCWn";
    const ABC_512: &str = "sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==";

    fn matches(metadata: &str, pieces: &[&str]) -> Option<bool> {
        let mut check = Check::new(metadata, decode_base64)?;
        for piece in pieces {
            check.update(piece.as_bytes());
        }
        Some(check.matches())
    }

    #[test]
    fn each_algorithm_in_pieces() {
        for metadata in [ABC_256, ABC_384, ABC_512] {
            assert_eq!(matches(metadata, &["a", "", "bc"]), Some(true), "{metadata}");
            assert_eq!(matches(metadata, &["a", "bd"]), Some(false), "{metadata}");
        }
    }

    #[test]
    fn the_strongest_counts_and_any_of_its_digests() {
        let wrong = "sha512-AAAA";
        assert_eq!(matches(&format!("{ABC_256} {wrong}"), &["abc"]), Some(false));
        assert_eq!(matches(&format!("{wrong}\n{ABC_256}\t{ABC_512}"), &["abc"]), Some(true));
    }

    #[test]
    fn what_is_not_understood_is_ignored() {
        assert_eq!(matches("", &["abc"]), None);
        assert_eq!(matches("md5-kAFQmDzST7DWlj99KOF/cg== nothing", &["abc"]), None);
        assert_eq!(matches(&format!("md5-AAAA {ABC_256}?option"), &["abc"]), Some(true));
    }

    #[test]
    fn a_digest_that_is_none_matches_nothing() {
        for broken in ["sha256-", "sha256-*", "sha256-AAAA=A"] {
            assert_eq!(matches(broken, &["abc"]), Some(false), "{broken}");
            assert_eq!(matches(broken, &[]), Some(false), "{broken}");
        }
    }

    #[test]
    fn spellings() {
        let url_safe = ABC_256.replace('/', "_").replace('+', "-").replace("sha256", "SHA256");
        assert_eq!(matches(&url_safe, &["abc"]), Some(true));
    }
}
