//! How platforms seal what they send: WeCom's and DingTalk's envelope, Feishu's, and the digests that sign.
//!
//! Pure. Compares in constant time and says nothing of a key.

use crate::base::hex::{hex, unhex};
use aes::Aes256;
use base64::{
    Engine as _,
    alphabet::STANDARD as ALPHABET,
    engine::{
        DecodePaddingMode,
        general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD},
    },
};
use cbc::{
    Decryptor, Encryptor,
    cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _, block_padding::NoPadding},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use ring::signature::{ED25519, UnparsedPublicKey};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// The length of a key and of the blocks to which WeCom pads.
const KEY_BYTES: usize = 32;
const BLOCK_BYTES: usize = 16;

/// Base64 as platforms write it: keys come without their padding, and with bits that nobody reads.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Whether two words are one, in constant time.
pub(super) fn same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

/// HMAC-SHA256 of the parts.
pub(super) fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}

/// HMAC-SHA1 of a text.
pub(super) fn hmac_sha1(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

/// SHA-256 of the parts.
pub(super) fn sha256(parts: &[&[u8]]) -> Vec<u8> {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part);
    }
    digest.finalize().to_vec()
}

/// How WeCom and DingTalk sign: SHA-1 of the parts in the order of their bytes.
pub(super) fn sorted_sha1(parts: [&str; 4]) -> String {
    let mut parts = parts;
    parts.sort_unstable();
    let mut digest = Sha1::new();
    for part in parts {
        digest.update(part);
    }
    hex(&digest.finalize())
}

/// Whether a message was signed with the private half of a public key; both as hexadecimal digits.
pub(super) fn is_ed25519(public_key: &str, signature: &str, parts: &[&[u8]]) -> bool {
    let (Some(key), Some(signature)) = (unhex(public_key), unhex(signature)) else { return false };
    UnparsedPublicKey::new(&ED25519, key).verify(&parts.concat(), &signature).is_ok()
}

/// Base64 of bytes.
pub(super) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The envelope of WeCom and DingTalk: `base64(AES-256-CBC(16 random bytes, length, message, receiver))`.
#[derive(Clone, Copy)]
pub(super) struct Envelope([u8; KEY_BYTES]);

impl Envelope {
    /// With the key of 43 characters that the platform shows.
    pub(super) fn new(aes_key: &str) -> Option<Self> {
        let key = LENIENT.decode(aes_key).ok()?;
        key.try_into().ok().map(Self)
    }

    /// The message and whom it is for.
    pub(super) fn open(&self, sealed: &str) -> Option<(Vec<u8>, String)> {
        let plain = unpad(decrypt(&self.0, self.iv(), LENIENT.decode(sealed).ok()?)?, KEY_BYTES)?;
        let length = plain.get(BLOCK_BYTES..BLOCK_BYTES + 4)?;
        let length = u32::from_be_bytes(length.try_into().ok()?) as usize;
        let rest = plain.get(BLOCK_BYTES + 4..)?;
        let message = rest.get(..length)?.to_vec();
        let receiver = String::from_utf8(rest.get(length..)?.to_vec()).ok()?;
        Some((message, receiver))
    }

    /// Seals a message; `random` is what nobody can guess.
    pub(super) fn seal(&self, message: &[u8], receiver: &str, random: [u8; BLOCK_BYTES]) -> String {
        let mut plain = random.to_vec();
        plain.extend_from_slice(&(message.len() as u32).to_be_bytes());
        plain.extend_from_slice(message);
        plain.extend_from_slice(receiver.as_bytes());
        let pad = KEY_BYTES - plain.len() % KEY_BYTES;
        plain.resize(plain.len() + pad, pad as u8);
        let length = plain.len();
        let cipher = Encryptor::<Aes256>::new(&self.0.into(), &self.iv().into());
        let sealed = cipher.encrypt_padded::<NoPadding>(&mut plain, length);
        STANDARD.encode(sealed.expect("the length is a multiple of the block's"))
    }

    fn iv(&self) -> [u8; BLOCK_BYTES] {
        std::array::from_fn(|at| self.0[at])
    }
}

/// Opens what Feishu sends: the key is the digest of the Encrypt Key, and the first block the initial vector.
pub(super) fn open_feishu(encrypt_key: &str, sealed: &str) -> Option<Vec<u8>> {
    let key: [u8; KEY_BYTES] = sha256(&[encrypt_key.as_bytes()]).try_into().ok()?;
    let mut bytes = LENIENT.decode(sealed).ok()?;
    if bytes.len() < BLOCK_BYTES {
        return None;
    }
    let rest = bytes.split_off(BLOCK_BYTES);
    unpad(decrypt(&key, bytes.try_into().ok()?, rest)?, BLOCK_BYTES)
}

fn decrypt(key: &[u8; KEY_BYTES], iv: [u8; BLOCK_BYTES], mut sealed: Vec<u8>) -> Option<Vec<u8>> {
    let cipher = Decryptor::<Aes256>::new(&(*key).into(), &iv.into());
    cipher.decrypt_padded::<NoPadding>(&mut sealed).ok()?;
    Some(sealed)
}

/// Takes PKCS#7's padding away; `most` is the block to which it may fill up.
fn unpad(mut plain: Vec<u8>, most: usize) -> Option<Vec<u8>> {
    let pad = usize::from(*plain.last()?);
    if pad == 0 || pad > most || pad > plain.len() {
        return None;
    }
    let tail = plain.split_off(plain.len() - pad);
    tail.iter().all(|byte| usize::from(*byte) == pad).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_of_a_key_is_that_of_the_standard() {
        // RFC 2202, case 2.
        let mac = hmac_sha1(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(hex(&mac), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    }

    #[test]
    fn feishus_vector_opens() {
        let sealed = "P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=";
        assert_eq!(open_feishu("test key", sealed).unwrap(), b"hello world");
        assert_eq!(open_feishu("another key", sealed), None);
        for bad in ["", "AAAA", "!", "P37w+VZImNgPEO1RBhJ6Rg=="] {
            assert_eq!(open_feishu("test key", bad), None, "{bad}");
        }
    }

    #[test]
    fn an_envelope_opens_for_whoever_has_its_key_and_not_when_it_was_touched() {
        let envelope = Envelope::new("4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij").unwrap();
        let sealed = envelope.seal("你好".as_bytes(), "suite4xxxx", [7; 16]);
        assert_eq!(envelope.open(&sealed).unwrap(), ("你好".as_bytes().to_vec(), "suite4xxxx".to_owned()));
        let other = Envelope::new("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG").unwrap();
        assert_eq!(other.open(&sealed), None);
        assert_eq!(envelope.open(&sealed[..40]), None);
        assert!(Envelope::new("too short").is_none());
        // Every length fills up to a block of 32.
        for length in 0..70 {
            let message = vec![b'x'; length];
            assert_eq!(envelope.open(&envelope.seal(&message, "", [1; 16])).unwrap().0, message);
        }
    }

    #[test]
    fn a_key_is_read_with_digits_that_nobody_needs_and_hex_only_where_it_is_hex() {
        assert!(Envelope::new("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C").is_some());
        assert!(same("a", "a") && !same("a", "b") && !same("a", "ab"));
    }
}
