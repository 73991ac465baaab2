//! Gzip as far as tokens of batches need it: one stored block. It is written the same way for ever, whatever a
//! library's compressor becomes, and what is read cannot grow.

/// Magic, deflate, no flags, no time, no extra flags, operating system 0: what the real tokens begin with.
const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0];

/// A final block that is stored.
const STORED: u8 = 1;

/// Packs at most 65,535 bytes.
pub(super) fn pack(bytes: &[u8]) -> Option<Vec<u8>> {
    let length = u16::try_from(bytes.len()).ok()?;
    let mut packed = HEAD.to_vec();
    packed.push(STORED);
    packed.extend_from_slice(&length.to_le_bytes());
    packed.extend_from_slice(&(!length).to_le_bytes());
    packed.extend_from_slice(bytes);
    packed.extend_from_slice(&checksum(bytes).to_le_bytes());
    packed.extend_from_slice(&u32::from(length).to_le_bytes());
    Some(packed)
}

/// What was packed; `None` for what [`pack`] did not write.
pub(super) fn unpack(packed: &[u8]) -> Option<&[u8]> {
    let rest = packed.strip_prefix(&HEAD)?.strip_prefix(&[STORED])?;
    let (lengths, rest) = rest.split_first_chunk::<4>()?;
    let [low, high, not_low, not_high] = *lengths;
    let length = u16::from_le_bytes([low, high]);
    let (bytes, sum) = rest.split_at_checked(usize::from(length))?;
    let (sum, size) = sum.split_first_chunk::<4>()?;
    let is_whole = u16::from_le_bytes([not_low, not_high]) == !length
        && u32::from_le_bytes(*sum) == checksum(bytes)
        && size == u32::from(length).to_le_bytes();
    is_whole.then_some(bytes)
}

/// CRC-32 as gzip has it.
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_back_and_nothing_else_does() {
        let packed = pack(b"{ type = \"batch\"; }").unwrap();
        assert_eq!(unpack(&packed).unwrap(), b"{ type = \"batch\"; }");
        for place in 0..packed.len() {
            let mut garbled = packed.clone();
            garbled[place] ^= 4;
            assert_eq!(unpack(&garbled), None, "byte {place}");
            assert_eq!(unpack(&packed[..place]), None, "cut at {place}");
        }
        assert_eq!(pack(&vec![0; 65_536]), None);
    }

    #[test]
    fn the_checksum_is_that_of_gzip() {
        assert_eq!(checksum(b"123456789"), 0xcbf4_3926);
    }
}
